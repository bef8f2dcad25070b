/** The catalogue of symptoms for commands that can do without it. */
import { Trouble } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import type { Catalogue } from '../symptoms/types.js';
import type { CommandContext } from './context.js';
import { loadCatalogue } from './diagnose.js';

const NONE: Catalogue = { symptoms: [], byId: new Map() };

/** A runbook pack with a track of its own has other gates than our symptoms name: then there are none. */
export async function catalogueIfAny(context: CommandContext, runbook: Runbook): Promise<Catalogue> {
  return catalogueOrNone(() => loadCatalogue(context, runbook));
}

/** As `catalogueIfAny`, however it is loaded. */
export async function catalogueOrNone(load: () => Promise<Catalogue>): Promise<Catalogue> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    return NONE;
  }
}
