/** `fault`: breaks the lab on purpose, to practise on, and takes that back; without a name it tells what can be broken and what is. */
import { nearest } from '../lab/nearest.js';
import { HOST_NAMES, type HostName } from '../lab/types.js';
import { scriptHand } from '../services/engine/fault-hands.js';
import { createFaultWork, type FaultWork } from '../services/engine/faults.js';
import { createFaultsFile } from '../services/files/faults-file.js';
import type { BrokenFault, FaultRow } from '../state/faults-types.js';
import type { Fault } from '../symptoms/fault-schema.js';
import { notConfirmed, refused } from './confirm.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { loadCatalogue } from './diagnose.js';
import { faultJson, faultText, rowText, truthText, type FaultReport } from './fault-output.js';
import { readFaults } from './faults-content.js';
import { contentDirectories } from './lab-choice.js';
import { createNarrator } from './narrate.js';
import { usageTrouble } from './parse.js';
import { openLab, type OpenLab } from './session.js';

/** What of the lab everything below stands on. */
interface Opened {
  readonly lab: OpenLab;
  readonly work: FaultWork;
  readonly onRun: ReturnType<typeof createNarrator>['onRun'];
}

export async function fault(context: CommandContext): Promise<ExitCode> {
  const { options, words } = context.line;
  const heals = options.has('heal');
  if (options.has('practice'))
    throw usageTrouble(
      {
        id: 'lab praktik dengan --practice berakhir bersama perintah ini',
        en: 'a practice lab of --practice ends with this command',
      },
      {
        id: 'Pakai layarnya (threebody-tui --practice, t, B), atau threebody-tui practice --fault ID.',
        en: 'Use its screen (threebody-tui --practice, t, B), or threebody-tui practice --fault ID.',
      },
    );
  const narrator = createNarrator(context, () => lab.runbook);
  const lab: OpenLab = await openLab(context, { logs: narrator.logs });
  try {
    const catalogue = await loadCatalogue(context, lab.runbook);
    const { line, assets, cwd } = context;
    const directories = contentDirectories(line.options.text('runbook'), assets, cwd);
    const faults = await readFaults(directories, lab.runbook, catalogue);
    // Made anew after the login, which may have had to open the session again.
    const worker = (): FaultWork =>
      createFaultWork(
        lab.session,
        { faults, catalogue },
        scriptHand(lab.session),
        createFaultsFile(lab.session.lab.stateDir),
      );
    const [word] = words;
    if (word === undefined && !heals) return await tell(context, lab, worker(), null, 0);
    const broken = heals ? await brokenNamed(worker(), word) : null;
    if (heals && broken === null) {
      talk(context, {
        id: 'Tidak ada yang sengaja dirusak di lab ini.',
        en: 'Nothing of this lab is broken on purpose.',
      });
      return await tell(context, lab, worker(), null, 0);
    }
    if (broken === null) await refuseTwice(worker(), word ?? '');
    const row = broken === null ? rowNamed(worker(), faults, word ?? '') : rowOf(worker(), broken.fault);
    if (!(await login(context, lab, row))) return 3;
    const opened: Opened = { lab, work: worker(), onRun: (run) => narrator.onRun(run) };
    return broken === null ? await breakIt(context, opened, row) : await heal(context, opened, broken, row);
  } finally {
    await lab.close();
  }
}

/** @throws Trouble `usage` for a fault that does not exist, or that only a practice lab can be given */
function rowNamed(work: FaultWork, faults: readonly Fault[], word: string): FaultRow {
  const row = work.rows.find((one) => one.id === word);
  if (row !== undefined) return row;
  if (faults.some((one) => one.id === word))
    throw usageTrouble(
      {
        id: `${word} tidak punya skrip untuk host: hanya lab praktik yang dapat diberi itu, dari dalam`,
        en: `${word} has no script for hosts: only a practice lab can be given it, from inside`,
      },
      {
        id: `Lab praktik: threebody-tui practice --fault ${word}, atau B di layarnya. Yang punya skrip: threebody-tui fault.`,
        en: `A practice lab: threebody-tui practice --fault ${word}, or B on its screen. Those with a script: threebody-tui fault.`,
      },
    );
  const close = nearest(
    word,
    faults.map((one) => one.id),
  );
  throw usageTrouble(
    { id: `tidak ada gangguan bernama ${word}`, en: `there is no fault named ${word}` },
    close === null
      ? { id: 'Lihat: threebody-tui list faults', en: 'See: threebody-tui list faults' }
      : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  );
}

/** Broken twice, what was there before the first time would be lost. @throws Trouble `usage` */
async function refuseTwice(work: FaultWork, word: string): Promise<void> {
  if (!(await work.broken()).some((one) => one.fault === word && !one.hidden)) return;
  throw usageTrouble(
    { id: `${word} sudah merusak lab ini`, en: `this lab is broken by ${word} already` },
    {
      id: `Kembalikan dulu: threebody-tui fault ${word} --heal`,
      en: `Take it back first: threebody-tui fault ${word} --heal`,
    },
  );
}

/** An own breakage that the content knows no more has no scripts; it is only forgotten. */
function rowOf(work: FaultWork, id: string): FaultRow | null {
  return work.rows.find((one) => one.id === id) ?? null;
}

/** The one of that name, else the newest. @throws Trouble `usage` when that one is not in force */
async function brokenNamed(work: FaultWork, word: string | undefined): Promise<BrokenFault | null> {
  const broken = await work.broken();
  if (word === undefined) return broken.at(-1) ?? null;
  // A drill goes by no name: naming faults until one fits would tell which it is.
  const found = broken.find((one) => one.fault === word && !one.hidden);
  if (found !== undefined) return found;
  throw usageTrouble(
    { id: `${word} tidak sedang merusak lab ini`, en: `this lab is not broken by ${word}` },
    {
      id: 'Yang sedang berlaku: threebody-tui fault. Tanpa nama, --heal mengembalikan yang terakhir.',
      en: 'Those in force: threebody-tui fault. Without a name --heal takes back the newest.',
    },
  );
}

async function login(context: CommandContext, lab: OpenLab, row: FaultRow | null): Promise<boolean> {
  const wanted = new Set(row?.actions.map((one) => one.on));
  const hosts: readonly HostName[] = HOST_NAMES.filter((host) => wanted.has(host));
  const troubles = await lab.login(hosts, { root: true });
  for (const trouble of troubles.values()) context.problem(trouble);
  return troubles.size === 0;
}

async function breakIt(
  context: CommandContext,
  { lab, work, onRun }: Opened,
  row: FaultRow | null,
): Promise<ExitCode> {
  const { asking, line, signal } = context;
  if (row === null) return 2;
  context.streams.talk(rowText(row, context));
  if (!line.options.list('yes-destroy').includes(row.id)) {
    if (asking === null) throw notConfirmed(`--yes-destroy ${row.id}`);
    const typed = await asking.line({
      id: `Aplikasi di lab ${lab.session.lab.name} terganggu sampai dikembalikan. Ketik ${row.id} untuk melanjutkan:`,
      en: `The application of the lab ${lab.session.lab.name} suffers until that is taken back. Type ${row.id} to go on:`,
    });
    if (typed !== row.id) {
      refused(context);
      return 2;
    }
  }
  const result = await work.give(row.id, { hidden: false, signal, onRun });
  if (result.done)
    talk(context, {
      id: `Rusak. Cari sebabnya: threebody-tui diagnose. Kembalikan: threebody-tui fault ${row.id} --heal`,
      en: `Broken. Find the cause: threebody-tui diagnose. Take it back: threebody-tui fault ${row.id} --heal`,
    });
  else
    talk(context, {
      id: `Tidak semua bisa dirusak. Kembalikan yang sudah: threebody-tui fault ${row.id} --heal`,
      en: `Not all of it could be broken. Take back what was: threebody-tui fault ${row.id} --heal`,
    });
  return tell(
    context,
    lab,
    work,
    { act: 'break', fault: row.id, ...result, truth: null },
    result.done ? 0 : 1,
  );
}

async function heal(
  context: CommandContext,
  { lab, work, onRun }: Opened,
  broken: BrokenFault,
  row: FaultRow | null,
): Promise<ExitCode> {
  const { asking, line, signal, language } = context;
  if (row !== null && !broken.hidden) context.streams.talk(rowText(row, context));
  if (!line.options.has('yes')) {
    if (asking === null) throw notConfirmed('--yes');
    if (!(await asking.yes({ id: 'Kembalikan? [y/T]', en: 'Take it back? [y/N]' }))) {
      refused(context);
      return 2;
    }
  }
  const { truth, ...result } = await work.takeBack(broken, { signal, onRun });
  if (truth !== null) context.streams.talk(truthText(truth, language));
  if (!result.done)
    talk(context, {
      id: 'Tidak bisa dikembalikan seluruhnya; keluarannya di atas. Jalankan lagi sesudah sebabnya hilang.',
      en: 'It could not be taken back as a whole; its output is above. Run it again once the reason is gone.',
    });
  return tell(
    context,
    lab,
    work,
    { act: 'heal', fault: broken.fault, ...result, truth },
    result.done ? 0 : 1,
  );
}

/** Writes the result. */
async function tell(
  context: CommandContext,
  { session }: OpenLab,
  work: FaultWork,
  done: FaultReport['done'],
  exit: ExitCode,
): Promise<ExitCode> {
  const { name, file, practice } = session.lab;
  const report: FaultReport = {
    version: context.version,
    lab: { name, file, practice },
    at: context.now(),
    rows: work.rows,
    broken: await work.broken(),
    done,
    exit,
  };
  const { line, streams } = context;
  if (line.options.has('json')) streams.result(faultJson(report, session.mask));
  else if (done === null) streams.result(faultText(report, context));
  return exit;
}
