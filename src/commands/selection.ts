/** What a person named on the command line → steps, hosts, gates, variants; a wrong name is told with the nearest right one. */
import type { GateKey } from '../gates/types.js';
import { nearest } from '../lab/nearest.js';
import { HOST_NAMES, type HostName, type Text, type Trouble } from '../lab/types.js';
import { variantKey } from '../runbook/render.js';
import type { RenderedGate, Runbook, Step, Variant } from '../runbook/types.js';
import { usageTrouble } from './parse.js';

function unknownWord(kind: Text, word: string, known: readonly string[]): Trouble {
  const close = nearest(word, known);
  const few: Text =
    known.length <= 12
      ? { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` }
      : {
          id: 'Lihat: threebody-tui list steps, list gates, plan',
          en: 'See: threebody-tui list steps, list gates, plan',
        };
  return usageTrouble(
    { id: `${kind.id} ${word} tidak ada`, en: `there is no ${kind.en} ${word}` },
    close === null ? few : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  );
}

function notYet(phase: string, title: Text): Trouble {
  return usageTrouble(
    {
      id: `versi ini belum punya langkah untuk fase ${phase} (${title.id})`,
      en: `this version has no steps yet for phase ${phase} (${title.en})`,
    },
    { id: 'Lihat yang ada: threebody-tui list steps', en: 'See what there is: threebody-tui list steps' },
  );
}

export function stepsOf(runbook: Runbook): readonly Step[] {
  return runbook.phases.flatMap((phase) => phase.steps);
}

/** Every step that the lab is not complete without. @throws Trouble `usage` when steps are named besides */
export function everyStep(runbook: Runbook, words: readonly string[]): readonly Step[] {
  if (words.length === 0) return stepsOf(runbook).filter((step) => !step.optional);
  throw usageTrouble(
    {
      id: `--all sudah berarti semua langkah kecuali yang boleh dilewati; ${words.join(', ')} tidak bisa disebut bersamanya`,
      en: `--all means every step but the optional ones; ${words.join(', ')} cannot be named besides`,
    },
    { id: 'Hapus salah satunya.', en: 'Leave one of the two out.' },
  );
}

function stepNamed(runbook: Runbook, word: string): Step | undefined {
  return stepsOf(runbook).find((one) => one.id.toLowerCase() === word.toLowerCase());
}

/** One step. @throws Trouble `usage` */
export function selectStep(runbook: Runbook, word: string): Step {
  const step = stepNamed(runbook, word);
  if (step === undefined) throw unknownStep(runbook, word);
  return step;
}

function unknownStep(runbook: Runbook, word: string): Trouble {
  const phase = runbook.phases.find((one) => one.id === word[0]?.toUpperCase() && one.steps.length === 0);
  if (phase !== undefined && /^[a-z][0-9]/i.test(word)) return notYet(phase.id, phase.title);
  return unknownWord(
    { id: 'langkah', en: 'step' },
    word,
    stepsOf(runbook).map((one) => one.id),
  );
}

/**
 * Steps in the order in which they were named, each once. A phase is all of its steps but the optional ones, or
 * all of them when there are no others.
 * @param order in which the steps of a phase stand: undone are the last ones first
 * @throws Trouble `usage`
 */
export function selectSteps(
  runbook: Runbook,
  words: readonly string[],
  order: 'forwards' | 'backwards' = 'forwards',
): readonly Step[] {
  const found = words.flatMap((word) => {
    const step = stepNamed(runbook, word);
    if (step !== undefined) return [step];
    const whole = runbook.phases.find((one) => one.id.toLowerCase() === word.toLowerCase());
    if (whole === undefined) throw unknownStep(runbook, word);
    if (whole.steps.length === 0) throw notYet(whole.id, whole.title);
    const needed = whole.steps.filter((one) => !one.optional);
    const meant = needed.length === 0 ? whole.steps : needed;
    return order === 'forwards' ? meant : meant.toReversed();
  });
  return [...new Set(found)];
}

/** Hosts of `--host`, all when none is named, in the order of the lab. @throws Trouble `usage` */
export function selectHosts(words: readonly string[]): readonly HostName[] {
  for (const word of words)
    if (!HOST_NAMES.some((host) => host === word))
      throw unknownWord({ id: 'host', en: 'host' }, word, HOST_NAMES);
  return words.length === 0 ? HOST_NAMES : HOST_NAMES.filter((host) => words.includes(host));
}

/**
 * Gates named as phase, step, gate or `gate@subject`; all when none is named. With fewer than all hosts, gates about the
 * other hosts are left out; those about the lab or the operator stay.
 * @throws Trouble `usage`
 */
export function selectGates(
  runbook: Runbook,
  gates: readonly RenderedGate[],
  words: readonly string[],
  hosts: readonly HostName[],
): readonly GateKey[] {
  const here = gates.filter(
    (gate) =>
      !HOST_NAMES.some((host) => host === gate.subject) || hosts.some((host) => host === gate.subject),
  );
  if (words.length === 0) return here.map((gate) => gate.key);
  const wanted = new Set<GateKey>();
  for (const word of words) {
    const matches = (gate: RenderedGate): boolean => isNamed(runbook, gate, word.toLowerCase());
    if (!gates.some(matches)) throw unknownGate(runbook, gates, word);
    const found = here.filter(matches);
    if (found.length === 0)
      throw usageTrouble(
        {
          id: `${word} tidak menyangkut ${hosts.join(', ')}`,
          en: `${word} does not concern ${hosts.join(', ')}`,
        },
        { id: 'Hapus --host, atau sebut gate lain.', en: 'Leave --host out, or name other gates.' },
      );
    for (const gate of found) wanted.add(gate.key);
  }
  return gates.filter((gate) => wanted.has(gate.key)).map((gate) => gate.key);
}

function isNamed(runbook: Runbook, gate: RenderedGate, word: string): boolean {
  if ([gate.key, gate.gate, gate.step].some((name) => name.toLowerCase() === word)) return true;
  return runbook.phases.some(
    (phase) => phase.id.toLowerCase() === word && phase.steps.some((step) => step.id === gate.step),
  );
}

function unknownGate(runbook: Runbook, gates: readonly RenderedGate[], word: string): Trouble {
  const keys = gates.map((gate) => gate.key);
  const ids = [...new Set(gates.map((gate) => gate.gate))];
  const steps = stepsOf(runbook).map((step) => step.id);
  const known = word.includes('@') ? keys : word.includes('.') ? ids : [...steps, ...ids];
  return unknownWord({ id: 'gate atau langkah', en: 'gate or step' }, word, known);
}

/** One gate of one subject, as `waive` takes it. @throws Trouble `usage` */
export function selectGate(gates: readonly RenderedGate[], word: string): RenderedGate {
  const exact = gates.find((gate) => gate.key.toLowerCase() === word.toLowerCase());
  if (exact !== undefined) return exact;
  const named = gates.filter((gate) => gate.gate.toLowerCase() === word.toLowerCase());
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  if (named.length > 1)
    throw usageTrouble(
      { id: `${word} diperiksa di beberapa host`, en: `${word} is asked on several hosts` },
      {
        id: `Sebut satu: ${named.map((gate) => gate.key).join(', ')}`,
        en: `Name one: ${named.map((gate) => gate.key).join(', ')}`,
      },
    );
  throw unknownWord(
    { id: 'gate', en: 'gate' },
    word,
    gates.map((gate) => gate.key),
  );
}

/** `A3/write-block=runbook` … → choice of variants. @throws Trouble `usage` */
export function selectVariants(
  runbook: Runbook,
  words: readonly string[],
): Readonly<Record<string, Variant>> {
  const chosen: Record<string, Variant> = {};
  for (const word of words) {
    const [key = '', variant = ''] = splitAt(word, '=');
    const action = actionNamed(runbook, key);
    if (variant !== 'ours' && variant !== 'runbook')
      throw usageTrouble(
        { id: `varian ${variant} tidak ada`, en: `there is no variant ${variant}` },
        {
          id: `Tulis ${action.key}=ours atau ${action.key}=runbook.`,
          en: `Write ${action.key}=ours or ${action.key}=runbook.`,
        },
      );
    if (variant === 'runbook' && !action.hasRunbook)
      throw usageTrouble(
        {
          id: `perintah ${action.key} sama dengan runbook`,
          en: `the commands of ${action.key} are the runbook's already`,
        },
        { id: 'Hapus --variant ini.', en: 'Leave this --variant out.' },
      );
    chosen[action.key] = variant;
  }
  return chosen;
}

/** Keys of actions named on the command line. @throws Trouble `usage` */
export function selectActions(runbook: Runbook, words: readonly string[]): readonly string[] {
  return words.map((word) => actionNamed(runbook, word).key);
}

function actionNamed(runbook: Runbook, word: string): { readonly key: string; readonly hasRunbook: boolean } {
  const actions = stepsOf(runbook).flatMap((step) =>
    step.actions.map((action) => ({
      key: variantKey(step.id, action.id),
      hasRunbook: action.runbook !== undefined,
    })),
  );
  const found = actions.find((action) => action.key.toLowerCase() === word.toLowerCase());
  if (found !== undefined) return found;
  throw unknownWord(
    { id: 'aksi', en: 'action' },
    word,
    actions.map((action) => action.key),
  );
}

function splitAt(text: string, mark: string): readonly [string, string] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
