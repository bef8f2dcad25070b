/** `plan`: the sentences and scripts of steps, changing nothing and asking no host. */
import { riskWord } from '../i18n/texts/words.js';
import { duration } from '../i18n/format.js';
import type { Language } from '../lab/types.js';
import { shownFile } from '../runbook/render.js';
import { paintTone, type Tone } from '../term/theme.js';
import type { CommandContext, ExitCode } from './context.js';
import { jsonDocument } from './output/document.js';
import { plainSigns, type Style } from './output/text.js';
import { byText, fileContent, planStep, scriptOf, type PlannedAction, type PlannedStep } from './rendered.js';
import { selectHosts, selectSteps, selectVariants, stepsOf } from './selection.js';
import { openLab } from './session.js';

export async function plan(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  const hosts = selectHosts(options.list('host'));
  const lab = await openLab(context);
  try {
    const { runbook, session } = lab;
    const steps = words.length === 0 ? stepsOf(runbook) : selectSteps(runbook, words);
    const variants = { ...session.memory.variants, ...selectVariants(runbook, options.list('variant')) };
    const planned = steps
      .map((step) => planStep(runbook, session.context, step, hosts, variants))
      .filter((one) => one.hosts.length > 0);
    const { name, file, practice } = session.lab;
    context.streams.result(
      options.has('json')
        ? jsonDocument(
            'plan',
            { lab: { name, file, practice }, steps: planned.map(stepContent) },
            session.mask,
          )
        : session.mask(plainSigns(planned.map((one) => stepText(one, context)).join('\n'), context.ascii)),
    );
    return 0;
  } finally {
    await lab.close();
  }
}

function stepContent({ step, hosts, actions }: PlannedStep): Readonly<Record<string, unknown>> {
  return {
    id: step.id,
    title: step.title,
    hosts,
    needs: step.needs,
    actions: actions.map(({ action, on }) => ({
      id: action.id,
      say: action.say,
      risk: action.risk,
      hosts: Object.fromEntries(
        on.map((one) => [
          one.host,
          {
            variant: one.variant,
            as: one.as,
            script: scriptOf(one),
            satisfied: one.satisfied,
            undo: one.undo,
            files: one.files.map(fileContent),
            timeoutSeconds: one.timeoutMs / 1000,
          },
        ]),
      ),
    })),
    gates: step.gates.map((gate) => ({ id: gate.fullId, title: gate.title })),
  };
}

const WORDS = {
  id: {
    as: { root: 'sebagai root', user: 'sebagai pengguna' },
    most: 'paling lama',
    file: 'berkas',
    runbook: 'runbook menulis',
    differs: 'beda karena',
    gates: 'lalu diperiksa',
    chosen: 'memakai perintah runbook',
    undo: 'dapat dikembalikan',
    noUndo: 'tidak ada pengembalian',
    nothing: 'tidak ada yang dijalankan: langkah ini hanya memeriksa',
  },
  en: {
    as: { root: 'as root', user: 'as the user' },
    most: 'at most',
    file: 'file',
    runbook: 'the runbook writes',
    differs: 'differs because',
    gates: 'then asked',
    chosen: "uses the runbook's commands",
    undo: 'can be undone',
    noUndo: 'no undo',
    nothing: 'nothing is run: this step only checks',
  },
} as const;

export const RISK_TONE: Readonly<Record<'safe' | 'config' | 'destroys', Tone>> = {
  safe: 'dim',
  config: 'warn',
  destroys: 'bad',
};

function stepText({ step, hosts, actions }: PlannedStep, style: Style): string {
  const { language, color } = style;
  const words = WORDS[language];
  const lines = [
    paintTone(`${step.id} · ${step.title[language]}`, 'title', color) + `  (${hosts.join(', ')})`,
    ...(actions.length === 0 ? [`  ${words.nothing}`] : []),
    ...actions.flatMap((action, index) => actionLines(action, index + 1, style)),
    `  ${words.gates}: ${step.gates.map((gate) => gate.fullId).join(', ')}`,
    '',
  ];
  return lines.join('\n');
}

function actionLines({ action, on }: PlannedAction, number: number, style: Style): string[] {
  const { language, color } = style;
  const words = WORDS[language];
  const [first] = on;
  if (first === undefined) return [];
  const facts = [
    paintTone(riskWord[action.risk][language], RISK_TONE[action.risk], color),
    words.as[first.as],
    `${words.most} ${duration(language, first.timeoutMs)}`,
    first.undo === null ? words.noUndo : words.undo,
    ...(first.variant === 'runbook' ? [words.chosen] : []),
  ];
  const lines = [`  ${number}. ${action.say[language]}`, `     ${action.id} · ${facts.join(' · ')}`];
  for (const { hosts, text } of byText(on, scriptOf)) lines.push(`     ${hosts.join(', ')}:`, ...block(text));
  for (const file of first.files)
    lines.push(`     ${words.file} ${file.name}:`, ...block(shownFile(file).trimEnd()));
  if (first.variant === 'ours' && first.runbookScript !== null)
    lines.push(`     ${words.runbook}:`, ...block(first.runbookScript), ...differs(action.differs, language));
  return lines;
}

function differs(text: PlannedAction['action']['differs'], language: Language): string[] {
  return text === undefined ? [] : [`     ${WORDS[language].differs}: ${text[language]}`];
}

function block(text: string): string[] {
  return text.split('\n').map((line) => `       │ ${line}`.trimEnd());
}
