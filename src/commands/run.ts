/** `run` and `undo`: steps on hosts, one step after the other, with everything told as it happens. */
import { reasons } from '../i18n/texts/reasons.js';
import type { HostName, Trouble } from '../lab/types.js';
import { isGreen, keysOfStep } from '../services/engine/gates.js';
import type { Needed } from '../services/engine/stage.js';
import type { Variant } from '../runbook/types.js';
import { carryOut, type Purpose } from './carry-out.js';
import { announce, confirm } from './confirm.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { createNarrator, type Narrator } from './narrate.js';
import { instant, jsonDocument } from './output/document.js';
import { gatesContent } from './output/json.js';
import { checkText } from './output/text.js';
import { checkNeeds, needsOf, provideSecrets } from './needs.js';
import { usageTrouble } from './parse.js';
import { planStep, type PlannedStep } from './rendered.js';
import { runContent } from './run-content.js';
import { everyStep, selectActions, selectHosts, selectSteps, selectVariants } from './selection.js';
import { openLab, type OpenLab } from './session.js';

export const run = (context: CommandContext): Promise<ExitCode> => change(context, 'run');
export const undo = (context: CommandContext): Promise<ExitCode> => change(context, 'undo');

async function change(context: CommandContext, purpose: Purpose): Promise<ExitCode> {
  const { options, words } = context.line;
  const hosts = selectHosts(options.list('host'));
  const all = options.has('all');
  if (words.length === 0 && !all) throw noStep();
  const narrator = createNarrator(context, () => lab.runbook);
  const lab: OpenLab = await openLab(context, { logs: narrator.logs });
  try {
    const { runbook, session } = lab;
    const variants = { ...session.memory.variants, ...selectVariants(runbook, options.list('variant')) };
    const destroying = selectActions(runbook, options.list('yes-destroy'));
    const chosen = all
      ? everyStep(runbook, words)
      : selectSteps(runbook, words, purpose === 'run' ? 'forwards' : 'backwards');
    const steps = chosen
      .map((step) => planStep(runbook, session.context, step, hosts, variants))
      .filter((one) => !all || one.hosts.length > 0);
    const idle = steps.find((one) => one.hosts.length === 0);
    if (idle !== undefined)
      throw usageTrouble(
        {
          id: `${idle.step.id} tidak berjalan di ${hosts.join(', ')}`,
          en: `${idle.step.id} does not run on ${hosts.join(', ')}`,
        },
        { id: `Host-nya: ${idle.step.hosts.join(', ')}.`, en: `Its hosts: ${idle.step.hosts.join(', ')}.` },
      );
    const final = purpose === 'undo' ? steps.find((one) => !canUndo(one)) : undefined;
    if (final !== undefined)
      throw usageTrouble(
        { id: `${final.step.id}: ${reasons.noUndo.id}`, en: `${final.step.id}: ${reasons.noUndo.en}` },
        { id: 'Hapus langkah itu dari perintah.', en: 'Leave that step out.' },
      );
    announce(context, purpose, steps);
    warnOfNeeds(context, lab, purpose, steps);
    const needed = needsOf(steps, purpose);
    await checkNeeds(context, lab, needed);
    if (!(await confirm(context, purpose, steps, destroying))) return 2;
    const troubles = await loginAll(context, lab, steps, needed);
    if (troubles !== 0) return troubles;
    await provideSecrets(context, lab, needed);
    return await work(context, lab, narrator, purpose, steps, variants);
  } finally {
    await lab.close();
  }
}

/** Nobody means everything by saying nothing. */
function noStep(): Trouble {
  return usageTrouble(
    { id: 'langkah mana yang dijalankan?', en: 'which step is to be run?' },
    {
      id: 'Sebut langkah atau fase, misalnya `run A1` atau `run B`; `run --all` untuk semuanya.',
      en: 'Name steps or phases, like `run A1` or `run B`; `run --all` for all of them.',
    },
  );
}

function canUndo({ actions }: PlannedStep): boolean {
  return actions.some(({ on }) => on.some((one) => one.undo !== null));
}

/** Nothing is begun on two hosts while the third is out of reach: that is for the person to decide, with `--host`. */
async function loginAll(
  context: CommandContext,
  lab: OpenLab,
  steps: readonly PlannedStep[],
  needed: Needed,
): Promise<ExitCode> {
  const hosts = [...new Set(steps.flatMap((one) => one.hosts))];
  const root =
    steps.some((one) => one.actions.some(({ action }) => action.as === 'root')) ||
    needed.uploads.length > 0 ||
    needed.projects.length > 0 ||
    needed.hosts.some((one) => one.root);
  // A host that only a file is fetched from is logged in to as well: its key may have to be confirmed by the person.
  const all = [...new Set([...hosts, ...needed.hosts.map((one) => one.host)])];
  const troubles: ReadonlyMap<HostName, Trouble> = await lab.login(all, { root });
  if (troubles.size === 0) return 0;
  for (const trouble of troubles.values()) context.problem(trouble);
  const left = hosts.filter((host) => !troubles.has(host)).map((host) => `--host ${host}`);
  talk(
    context,
    left.length === 0 || left.length === hosts.length
      ? { id: 'Tidak ada yang dijalankan.', en: 'Nothing was run.' }
      : {
          id: `Tidak ada yang dijalankan. Tanpa host itu: ${left.join(' ')}`,
          en: `Nothing was run. Without that host: ${left.join(' ')}`,
        },
  );
  return [...troubles.values()].some((trouble) => trouble.exit === 2) ? 2 : 3;
}

/** A step that builds on others whose gates are not green is still the person's to run, but not unawares. */
function warnOfNeeds(
  context: CommandContext,
  lab: OpenLab,
  purpose: Purpose,
  steps: readonly PlannedStep[],
): void {
  if (purpose === 'undo') return;
  const { session } = lab;
  const before = new Set<string>();
  for (const { step, hosts } of steps) {
    const open = step.needs.filter(
      (id) => !before.has(id) && keysOfStep(session, id, hosts).some((key) => !isGreen(session, key)),
    );
    before.add(step.id);
    if (open.length > 0)
      talk(context, {
        id: `${step.id} bergantung pada ${open.join(', ')}, yang gate-nya belum hijau. Periksa dulu: threebody-tui check ${open.join(' ')}`,
        en: `${step.id} builds on ${open.join(', ')}, whose gates are not green. Ask them first: threebody-tui check ${open.join(' ')}`,
      });
  }
}

async function work(
  context: CommandContext,
  lab: OpenLab,
  narrator: Narrator,
  purpose: Purpose,
  steps: readonly PlannedStep[],
  variants: Readonly<Record<string, Variant>>,
): Promise<ExitCode> {
  const { session } = lab;
  const { signal, now, line } = context;
  const startedAt = now();
  const { exit, left, runs, notRun, gates } = await carryOut(
    context,
    session,
    narrator,
    purpose,
    steps,
    variants,
  );
  if (notRun.length > 0)
    talk(context, { id: `Tidak dijalankan: ${notRun.join(', ')}`, en: `Not run: ${notRun.join(', ')}` });
  if (line.options.has('json')) {
    const { name, file, practice } = session.lab;
    context.streams.result(
      jsonDocument(purpose, {
        tool: { name: 'threebody-tui', version: context.version },
        lab: { name, file, practice },
        startedAt: instant(startedAt),
        finishedAt: instant(now()),
        stopped: signal.aborted,
        exit,
        reattached: left.map(({ id, host, step, action, end }) => ({ job: id, host, step, action, end })),
        runs: runs.map(runContent),
        notRun,
        ...gatesContent(gates),
      }),
    );
  } else if (!signal.aborted) context.streams.result(checkText(gates, lab.runbook, context));
  return exit;
}
