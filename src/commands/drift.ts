/** `drift`: files of ours that were changed on a host since we wrote them; restored, kept or adopted when asked to. */
import { actsFor, FILE_ACTS, type FileAct } from '../drift/acts.js';
import { isDrifted, type OurFile } from '../drift/files.js';
import { fileStateSaid } from '../i18n/texts/drift.js';
import { HOST_NAMES, type HostName, type Trouble } from '../lab/types.js';
import { decide, lookAtLab, type Decided, type LabDrift } from '../services/engine/drift.js';
import { checkGates, keysOfStep } from '../services/engine/gates.js';
import { actRisk, actSentence } from '../state/live/acts.js';
import type { FileLiveAct } from '../state/live/targets.js';
import { notConfirmed, refused } from './confirm.js';
import { talk, worse, type CommandContext, type ExitCode } from './context.js';
import { driftJson, driftText, type DriftReport } from './drift-output.js';
import { plainSigns } from './output/text.js';
import { usageTrouble } from './parse.js';
import { selectHosts } from './selection.js';
import { openLab, type OpenLab } from './session.js';
import { checkedGates, exitOf, type CheckedGate } from './verdicts.js';

/** A file as a person names it. */
interface Named {
  readonly host: HostName;
  readonly path: string;
}

export async function drift(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  const act = chosenAct(context);
  const named = words.map(namedFile);
  if (act !== null && named.length === 0) throw noFile(act);
  const only = selectHosts(options.list('host'));
  const hosts = only.filter((host) => named.length === 0 || named.some((one) => one.host === host));
  const lab = await openLab(context);
  try {
    const troubles = await lab.login(hosts, { root: true });
    const open = hosts.filter((host) => !troubles.has(host));
    const looked = await lookAtLab(lab.session, open, context.signal);
    const silent = new Map([...troubles, ...looked.silent]);
    for (const trouble of silent.values()) context.problem(trouble);
    if (context.signal.aborted) return 3;
    const found = onlyNamed({ hosts: looked.hosts, silent }, named);
    if (act === null) return tell(context, lab, found, [], []);
    return await carryOut(context, lab, found, act);
  } finally {
    await lab.close();
  }
}

/** @throws Trouble `usage` when two things are to be done at once */
function chosenAct({ line }: CommandContext): FileAct | null {
  const chosen = FILE_ACTS.filter((one) => line.options.has(one));
  const [act = null, second] = chosen;
  if (second === undefined) return act;
  const all = chosen.map((one) => `--${one}`).join(' ');
  throw usageTrouble(
    { id: `${all} tidak dapat bersamaan`, en: `${all} do not go together` },
    { id: 'Pilih salah satu.', en: 'Choose one of them.' },
  );
}

/** @throws Trouble `usage` */
function namedFile(word: string): Named {
  const host = HOST_NAMES.find((one) => word.startsWith(`${one}:/`));
  if (host !== undefined) return { host, path: word.slice(host.length + 1) };
  throw usageTrouble(
    { id: `“${word}” bukan HOST:PATH`, en: `“${word}” is not HOST:PATH` },
    {
      id: 'Misalnya vm-docker:/etc/hosts. Daftarnya: threebody-tui drift',
      en: 'For example vm-docker:/etc/hosts. The list: threebody-tui drift',
    },
  );
}

function noFile(act: FileAct): Trouble {
  return usageTrouble(
    { id: `--${act}: berkas yang mana?`, en: `--${act}: which file?` },
    {
      id: `Sebut HOST:PATH, misalnya drift --${act} vm-docker:/etc/hosts.`,
      en: `Name HOST:PATH, for example drift --${act} vm-docker:/etc/hosts.`,
    },
  );
}

/** What was found, cut down to the named files. @throws Trouble when one of them is none of ours */
function onlyNamed(found: LabDrift, named: readonly Named[]): LabDrift {
  if (named.length === 0) return found;
  for (const { host, path } of named) {
    const seen = found.hosts.find((one) => one.host === host);
    if (seen === undefined || seen.files.some((file) => file.path === path)) continue;
    throw usageTrouble(
      {
        id: `tidak ada catatan bahwa langkah kami menulis ${path} di ${host}`,
        en: `there is no record of a step of ours writing ${path} on ${host}`,
      },
      {
        id: 'Semua berkas kami: threebody-tui drift --json',
        en: 'All files of ours: threebody-tui drift --json',
      },
    );
  }
  const hosts = found.hosts.map((one) => ({
    ...one,
    files: one.files.filter((file) =>
      named.some(({ host, path }) => host === one.host && path === file.path),
    ),
  }));
  return { hosts, silent: found.silent };
}

async function carryOut(
  context: CommandContext,
  lab: OpenLab,
  found: LabDrift,
  act: FileAct,
): Promise<ExitCode> {
  const { session } = lab;
  const { language, ascii, streams, signal } = context;
  const chosen = found.hosts.flatMap(({ host, files }) =>
    files.map((file): FileLiveAct => ({ act: `${act}-file`, host, file })),
  );
  const possible = chosen.filter(({ file }) => actsFor(file).includes(act));
  for (const one of chosen) if (!possible.includes(one)) talk(context, notPossible(one, act));
  if (possible.length === 0) return tell(context, lab, found, [], []);
  streams.talk(
    plainSigns(
      possible
        .map(
          (one) =>
            `${actSentence(one)[language]} (${one.file.step})\n  ${actRisk(one, lab.runbook)[language]}`,
        )
        .join('\n'),
      ascii,
    ),
  );
  if (!context.line.options.has('yes')) {
    if (context.asking === null) throw notConfirmed('--yes');
    if (!(await context.asking.yes({ id: 'Lakukan? [y/T]', en: 'Do it? [y/N]' }))) {
      refused(context);
      return 2;
    }
  }
  const done: Decided[] = [];
  for (const one of possible) {
    if (signal.aborted) break;
    const decided = await decide(session, one);
    done.push(decided);
    if (decided.trouble !== null) context.problem(decided.trouble);
    else if (decided.aside !== null)
      talk(context, {
        id: `Yang tadinya ada di ${one.file.path} disimpan di ${one.host}: ${decided.aside}`,
        en: `What was at ${one.file.path} is kept on ${one.host}: ${decided.aside}`,
      });
  }
  const gates = act === 'restore' ? await gatesOf(context, lab, done) : [];
  // Looked at again, so that what is told is what is there now.
  const again = await lookAtLab(
    session,
    found.hosts.map((one) => one.host),
    signal,
  );
  const named = chosen.map(({ host, file }) => ({ host, path: file.path }));
  return tell(context, lab, onlyNamed(again, named), done, gates);
}

/** The gates of the steps whose files came back. */
async function gatesOf(
  { signal }: CommandContext,
  { session }: OpenLab,
  done: readonly Decided[],
): Promise<readonly CheckedGate[]> {
  const restored = done.filter((one) => one.trouble === null).map((one) => one.act);
  const keys = [...new Set(restored.flatMap(({ host, file }) => keysOfStep(session, file.step, [host])))];
  if (keys.length === 0 || signal.aborted) return [];
  return checkedGates(session, await checkGates(session, keys, { signal }));
}

function notPossible(
  { host, file }: FileLiveAct,
  act: FileAct,
): { readonly id: string; readonly en: string } {
  const said = fileStateSaid[file.state];
  const words = {
    restore: { id: 'memulihkannya', en: 'restoring it' },
    keep: { id: 'membiarkannya', en: 'keeping it' },
    adopt: { id: 'mengadopsinya', en: 'adopting it' },
  }[act];
  return {
    id: `${host}:${file.path}: ${words.id} tidak mungkin atau tidak perlu. ${said.id}`,
    en: `${host}:${file.path}: ${words.en} is not possible or not needed. ${said.en}`,
  };
}

/** Writes the result and says how it ended. */
function tell(
  context: CommandContext,
  { session }: OpenLab,
  found: LabDrift,
  done: readonly Decided[],
  gates: readonly CheckedGate[],
): ExitCode {
  const { name, file, practice, parameters } = session.lab;
  let exit: ExitCode = found.silent.size > 0 ? 3 : 0;
  const open = (one: OurFile): boolean => isDrifted(one.state);
  if (found.hosts.some(({ files }) => files.some(open))) exit = worse(exit, 1);
  if (found.hosts.some(({ files }) => files.some((one) => one.state === 'unreadable'))) exit = worse(exit, 3);
  if (done.some((one) => one.trouble !== null)) exit = worse(exit, 1);
  if (gates.length > 0) exit = worse(exit, exitOf(gates));
  const report: DriftReport = {
    version: context.version,
    lab: { name, file, practice },
    parameters,
    at: context.now(),
    found,
    done,
    gates,
    exit,
  };
  context.streams.result(
    context.line.options.has('json') ? driftJson(report, session.mask) : driftText(report, context),
  );
  return exit;
}
