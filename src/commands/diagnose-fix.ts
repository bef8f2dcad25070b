/** `diagnose --fix`: asks, mends, looks again, and goes on with the next fix when one did not help. */
import { riskWord } from '../i18n/texts/words.js';
import type { GateResult } from '../gates/types.js';
import type { Text } from '../lab/types.js';
import { deepestProof, gatesOfFinding, type Diagnosed, type Diagnosis } from '../symptoms/diagnosis.js';
import type { FixSource } from '../symptoms/types.js';
import { carryOutFix, planFix, type PlannedFix } from '../services/engine/diagnose-fix.js';
import { neededBy } from '../services/engine/stage.js';
import { talk, type CommandContext } from './context.js';
import type { Narrator } from './narrate.js';
import { checkNeeds, provideSecrets } from './needs.js';
import { usageTrouble } from './parse.js';
import { plainSigns } from './output/text.js';
import type { OpenLab } from './session.js';

/** What came of one fix. */
export interface FixTried {
  readonly symptom: string;
  readonly fix: FixSource;
  /** The person said no. */
  readonly declined: boolean;
  readonly carriedOut: boolean;
  readonly helped: boolean;
  readonly gates: readonly GateResult[];
}

/** Mends what was found, the deepest break first; what is folded below it is not mended by itself. */
export async function fixDiagnosed(
  context: CommandContext,
  lab: OpenLab,
  narrator: Narrator,
  diagnosis: Diagnosis,
  results: readonly GateResult[],
): Promise<readonly FixTried[]> {
  const tried: FixTried[] = [];
  checkNamed(context, diagnosis);
  for (const one of diagnosis.diagnosed) {
    if (context.signal.aborted) break;
    const done = await fixOne(context, lab, narrator, one, results);
    tried.push(...done);
    if (done.some((each) => each.declined)) break;
  }
  return tried;
}

async function fixOne(
  context: CommandContext,
  lab: OpenLab,
  narrator: Narrator,
  { finding, walks }: Diagnosed,
  results: readonly GateResult[],
): Promise<readonly FixTried[]> {
  const proof = deepestProof(walks);
  if (proof === null) {
    talk(context, {
      id: `${finding.symptom.id}: penyebabnya belum terbukti, jadi tidak ada yang diubah.`,
      en: `${finding.symptom.id}: no cause is proved, so nothing is changed.`,
    });
    return [];
  }
  const red = gatesOfFinding(finding, results);
  const { symptom } = proof.walk;
  const tried: FixTried[] = [];
  // The last of a chain of fixes often only hurries what the first one made possible: go on until the gates are green.
  for (const fix of await inOrder(context, proof.end.fixes)) {
    if (context.signal.aborted) break;
    const planned = planFix(lab.session, { symptom, evidence: finding.evidence }, fix);
    announce(context, symptom.id, planned);
    if (planned.byHand !== null) {
      talk(context, planned.byHand);
      continue;
    }
    if (planned.actions.length === 0) continue;
    const needed = neededBy(planned.actions, 'run');
    await checkNeeds(context, lab, needed);
    if (!(await agreed(context, planned))) {
      tried.push({ symptom: symptom.id, fix, declined: true, carriedOut: false, helped: false, gates: [] });
      talk(context, { id: 'Tidak dijalankan; tidak ada yang diubah.', en: 'Not run; nothing was changed.' });
      break;
    }
    await provideSecrets(context, lab, needed);
    const done = await carryOutFix(lab.session, planned, red, {
      signal: context.signal,
      onRun: (run) => narrator.onRun(run),
    });
    tried.push({
      symptom: symptom.id,
      fix,
      declined: false,
      carriedOut: done.carriedOut,
      helped: done.helped,
      gates: done.results,
    });
    talk(context, verdictOf(done.helped, done.carriedOut));
    if (done.helped) break;
  }
  return tried;
}

/** @throws Trouble `usage` when no cause that was proved has the fix of `--with` */
function checkNamed({ line }: CommandContext, { diagnosed }: Diagnosis): void {
  const name = line.options.text('with');
  const fixes = diagnosed.flatMap(({ walks }) => deepestProof(walks)?.end.fixes ?? []);
  if (name === undefined || diagnosed.length === 0 || fixes.some(({ id }) => id === name)) return;
  const known = fixes.map(({ id }) => id).join(', ');
  throw usageTrouble(
    {
      id: `${name} bukan perbaikan untuk penyebab yang terbukti`,
      en: `${name} is no fix for a cause that is proved`,
    },
    known === ''
      ? { id: 'Belum ada penyebab yang terbukti.', en: 'No cause is proved.' }
      : { id: `Yang ada: ${known}`, en: `There is: ${known}` },
  );
}

/** The fixes to be tried: the one that was named only, else the one that the person chooses and then the others. */
async function inOrder(
  { asking, line, language, ascii, streams }: CommandContext,
  fixes: readonly FixSource[],
): Promise<readonly FixSource[]> {
  const name = line.options.text('with');
  if (name !== undefined) return fixes.filter(({ id }) => id === name);
  if (fixes.length < 2 || asking === null || line.options.has('yes')) return fixes;
  const list = fixes.map((fix, i) => `  ${i + 1}  ${fix.id} · ${fix.say[language]}`);
  streams.talk(plainSigns(list.join('\n'), ascii));
  const answer = await asking.line({
    id: 'Perbaikan mana yang lebih dulu? [1]',
    en: 'Which fix first? [1]',
  });
  const chosen = fixes[Number(answer) - 1];
  return chosen === undefined ? fixes : [chosen, ...fixes.filter((one) => one !== chosen)];
}

function verdictOf(helped: boolean, carriedOut: boolean): Text {
  if (helped)
    return {
      id: 'Berhasil: gate yang merah sudah hijau.',
      en: 'It helped: the gates that were red are green.',
    };
  if (!carriedOut) return { id: 'Perbaikan itu sendiri gagal.', en: 'The fix itself failed.' };
  return {
    id: 'Tidak menolong: gate-nya belum hijau. Mencoba yang berikutnya, kalau ada.',
    en: 'It did not help: the gates are not green. Going on with the next one, if there is one.',
  };
}

function announce(context: CommandContext, symptom: string, { fix, actions, risk }: PlannedFix): void {
  const { language, ascii, streams } = context;
  const hosts = [...new Set(actions.map((one) => one.host))].join(', ');
  const how = fix['by-hand'] === undefined ? ` [${riskWord[risk][language]}] (${hosts})` : '';
  streams.talk(plainSigns(`${symptom} · ${fix.say[language]}${how}`, ascii));
}

/** @throws Trouble `usage` when there is nobody to be asked */
async function agreed(context: CommandContext, planned: PlannedFix): Promise<boolean> {
  const { asking, line } = context;
  if (!line.options.has('yes')) {
    if (asking === null) throw notAsked('--yes');
    if (!(await asking.yes({ id: 'Jalankan perbaikan ini? [y/T]', en: 'Run this fix? [y/N]' }))) return false;
  }
  for (const key of planned.dangerous) {
    if (line.options.list('yes-destroy').includes(key)) continue;
    if (asking === null) throw notAsked(`--yes-destroy ${key}`);
    const typed = await asking.line({
      id: `${key} menghapus data. Ketik namanya untuk melanjutkan:`,
      en: `${key} destroys data. Type its name to go on:`,
    });
    if (typed !== key) return false;
  }
  return true;
}

function notAsked(option: string): Error {
  return usageTrouble(
    {
      id: 'tidak ada terminal untuk bertanya, jadi tidak ada yang diperbaiki',
      en: 'there is no terminal to ask, so nothing was mended',
    },
    { id: `Bila perbaikannya benar, tambahkan ${option}.`, en: `If the fix is right, add ${option}.` },
  );
}
