/** A report as the open screen writes it: with pictures of what a person was looking at. */
import { join } from 'node:path';
import { accountOf, reportText } from './commands/report-account.js';
import { screenPictures } from './home-picture.js';
import type { Scene } from './screens/scene.js';
import type { LabSession } from './services/engine/assemble.js';
import { createFile, PRIVATE_FILE } from './services/files/atomic.js';
import { REPORT_SUFFIX, type ReportEffect } from './state/report-types.js';
import type { Catalogue } from './symptoms/types.js';

export interface ScreenReportParts {
  readonly session: LabSession;
  readonly catalogue: Catalogue;
  readonly scene: Scene;
  /** Where the file goes. */
  readonly directory: string;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Writes the report into a file of its own, which only its owner can read.
 * @returns its absolute path
 * @throws Trouble `file-exists` (two of one form within one second) or `file-not-written`
 */
export async function writeScreenReport(
  { form, language }: ReportEffect,
  { session, catalogue, scene, directory, version, now }: ScreenReportParts,
): Promise<string> {
  // Before anything is waited for: the picture is of the moment in which it was asked for.
  const pictures = form === 'html' ? screenPictures(scene, now, session.mask) : [];
  const account = await accountOf(session, catalogue, { version, now });
  const text = await reportText(form, account, {
    language,
    mask: session.mask,
    pictures: () => Promise.resolve(pictures),
  });
  const path = join(directory, fileName(account.lab.name, form, now));
  await createFile(path, text, PRIVATE_FILE);
  return path;
}

/** `threebody-kelas-a-20261122-153012.html`, UTC. */
function fileName(lab: string, form: ReportEffect['form'], now: number): string {
  const name = lab
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 40);
  const at = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `threebody-${name === '' ? 'lab' : name}-${at}.${REPORT_SUFFIX[form]}`;
}
