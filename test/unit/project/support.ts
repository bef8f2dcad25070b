/** The content as it is shipped, and a lab to render it for. */
import { join } from 'node:path';
import { loadRunbook } from '../../../src/runbook/load.js';
import type { RenderContext, Runbook } from '../../../src/runbook/types.js';

export const ASSETS = join(import.meta.dirname, '..', '..', '..', 'assets');

const { runbook: loaded, diagnostics } = await loadRunbook(ASSETS);

export async function content(): Promise<Runbook> {
  if (loaded === null) throw new Error(`the runbook has mistakes: ${JSON.stringify(diagnostics)}`);
  return Promise.resolve(loaded);
}

const parameters = (await content()).parameters
  .filter((one) => one.type !== 'secret')
  .map((one) => [one.name, one.default] as const);

/** A lab that has nothing but addresses of its own. */
export const CONTEXT: RenderContext = {
  host: null,
  addresses: { 'vm-docker': '10.9.8.5', 'vm-k8s': '10.9.8.6', 'vm-worker': '10.9.8.7' },
  user: 'cikal',
  parameters: Object.fromEntries(parameters),
};
