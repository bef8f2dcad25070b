/** The faults for a call: ours, with those of `--runbook` laid over them. */
import { join } from 'node:path';
import { Trouble } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import type { Fault } from '../symptoms/fault-schema.js';
import type { Catalogue } from '../symptoms/types.js';
import type { CommandContext } from './context.js';
import { loadCatalogue } from './diagnose.js';
import { contentDirectories, contentTrouble } from './lab-choice.js';

/** @throws Trouble `runbook` that lists every mistake of symptoms and faults */
export async function faultContent(context: CommandContext, runbook: Runbook): Promise<readonly Fault[]> {
  const { line, assets, cwd } = context;
  const catalogue = await loadCatalogue(context, runbook);
  return readFaults(contentDirectories(line.options.text('runbook'), assets, cwd), runbook, catalogue);
}

/** As `faultContent`; none where a pack of a person's own has mistakes: for what can do without. */
export async function faultsIfAny(context: CommandContext, runbook: Runbook): Promise<readonly Fault[]> {
  try {
    return await faultContent(context, runbook);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return [];
  }
}

/**
 * @param directories laid out like assets/: ours first, then a person's pack
 * @throws Trouble `runbook` that lists every mistake
 */
export async function readFaults(
  directories: readonly string[],
  runbook: Runbook,
  catalogue: Catalogue,
): Promise<readonly Fault[]> {
  const { loadFaults } = await import('../symptoms/load.js');
  const { faults, diagnostics } = await loadFaults(directories, runbook, catalogue);
  if (faults !== null) return faults;
  throw contentTrouble(diagnostics, join(directories.at(-1) ?? '', 'faults'));
}
