/** Puts together the text that a host executes for one action. */
import { createHash } from 'node:crypto';
import { shellWord } from '../../runbook/shell.js';
import type { RenderedAction, Runbook } from '../../runbook/types.js';

/** Where originals are kept on a host before an action changes them. */
export const BACKUPS = '/var/lib/threebody/backups';

function frame(runbook: Runbook, action: RenderedAction, options: string, script: string): string {
  return [
    options,
    `export TB_STEP=${shellWord(action.step)} TB_ACTION=${shellWord(action.action)} TB_BACKUPS=${BACKUPS} TB_SECRETS=${shellWord(secretFiles(action))}`,
    runbook.prelude.trimEnd(),
    `# ---- ${action.step}/${action.action}`,
    script,
    '',
  ].join('\n');
}

/** Names of staged files whose contents tb_install must not show, joined by spaces. */
function secretFiles(action: RenderedAction): string {
  return action.files
    .filter(({ source }) => source.kind === 'secret' || source.kind === 'fetched')
    .map((file) => file.name)
    .join(' ');
}

const STRICT = 'set -euo pipefail';

/**
 * What runs for an action. Our variant stops at the first failing command; the runbook's own lines run as a person
 * would type them, one after the other, but what undo needs is kept first all the same.
 */
export function composeRun(runbook: Runbook, action: RenderedAction): string {
  if (action.variant === 'ours' || action.runbookScript === null)
    return frame(runbook, action, STRICT, action.script);
  // Keeping must work or nothing runs; after that errexit is off, as at a person's prompt.
  const script = [action.keep ?? '', 'set +eu', action.runbookScript].join('\n');
  return frame(runbook, action, STRICT, script);
}

export function composeUndo(runbook: Runbook, action: RenderedAction, undo: string): string {
  return frame(runbook, action, STRICT, undo);
}

/** What prints the contents of a staged file on another host. */
export function composeFetch(runbook: Runbook, action: RenderedAction, script: string): string {
  return frame(runbook, action, STRICT, script);
}

export function composeSatisfied(runbook: Runbook, action: RenderedAction, satisfied: string): string {
  return frame(runbook, action, STRICT, satisfied);
}

/** SHA-256 of a script, first 16 hex digits: what the journal calls it by. */
export function hashOf(script: string): string {
  return createHash('sha256').update(script).digest('hex').slice(0, 16);
}
