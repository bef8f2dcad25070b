/** What a person may name after `run` and `undo`. */
import { expect, it } from 'vitest';
import { everyStep, selectStep, selectSteps } from '../../../src/commands/selection.js';
import { Trouble } from '../../../src/lab/types.js';
import { ourRunbook } from '../content/content.js';

const runbook = await ourRunbook();
const ids = (steps: readonly { readonly id: string }[]): readonly string[] => steps.map(({ id }) => id);
function troubleOf(work: () => unknown): Trouble {
  try {
    work();
  } catch (error) {
    if (error instanceof Trouble) return error;
  }
  throw new Error('nothing was refused');
}

it('a phase stands for its steps in order, without the optional ones; undone from its end', () => {
  expect(ids(selectSteps(runbook, ['c']))).toEqual(['C1', 'C2', 'C3', 'C4', 'C5']);
  expect(ids(selectSteps(runbook, ['C'], 'backwards'))).toEqual(['C5', 'C4', 'C3', 'C2', 'C1']);
  expect(ids(selectSteps(runbook, ['D2', 'd', 'c1s']))).toEqual(['D2', 'D1', 'D3', 'D4', 'C1s']);
});

it('all is every phase in order, and nothing optional', () => {
  const all = ids(everyStep(runbook, []));
  expect(all.slice(0, 3)).toEqual(['A0', 'A1', 'A2']);
  expect(all.at(-1)).toBe('R5');
  expect(all).not.toContain('C1s');
  expect(troubleOf(() => everyStep(runbook, ['A1'])).what.en).toContain('--all means every step');
});

it('a wrong name is refused with the nearest right one; cancel takes a step only', () => {
  expect(troubleOf(() => selectSteps(runbook, ['C55'])).remedy.en).toContain('C5');
  expect(troubleOf(() => selectStep(runbook, 'C')).what.en).toContain('there is no step C');
});
