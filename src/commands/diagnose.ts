/** `diagnose`: what is broken, where first, why, and what mends it; from the lab itself or from a pasted error. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearest } from '../lab/nearest.js';
import type { GateResult } from '../gates/types.js';
import { HOST_NAMES } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import { deepestProof, unexplainedBy, type Diagnosed, type Diagnosis } from '../symptoms/diagnosis.js';
import { observePasted } from '../symptoms/observe.js';
import { createRecogniser } from '../symptoms/recognise.js';
import { fillFor, fillUnknown } from '../symptoms/render.js';
import type { Catalogue, Finding, Recognition, Symptom } from '../symptoms/types.js';
import { hintsOf, walk } from '../symptoms/walk.js';
import type { LabSession } from '../services/engine/assemble.js';
import type { Gathered } from '../services/engine/diagnose-gather.js';
import { talk, worse, type CommandContext, type ExitCode } from './context.js';
import { fixDiagnosed, type FixTried } from './diagnose-fix.js';
import { diagnosisJson, type DiagnosisReport } from './diagnose-json.js';
import { diagnosisText } from './diagnose-text.js';
import { contentDirectories, contentTrouble, findLab, loadContent } from './lab-choice.js';
import { createNarrator } from './narrate.js';
import { usageTrouble } from './parse.js';
import { openLab, type OpenLab } from './session.js';

/** Longest text that is read of `--paste`. */
const LONGEST_PASTE = 2_000_000;
/** How long gates may take to become green after everything was mended. */
const AFTERWARDS_MS = 60_000;

export async function diagnose(context: CommandContext): Promise<ExitCode> {
  const { line, assets, cwd } = context;
  const runbook = await loadContent(line.options.text('runbook'), assets, cwd);
  const catalogue = await loadCatalogue(context, runbook);
  const named = line.words.map((word) => symptomNamed(catalogue, word));
  if (line.options.has('undo'))
    return (await import('./diagnose-undo.js')).undoFix(context, catalogue, named);
  const paste = line.options.text('paste');
  const bundle = line.options.text('bundle');
  if (bundle !== undefined) {
    const { openBundle } = await import('./bundle-lab.js');
    return diagnoseLab(context, catalogue, named, null, await openBundle(context, runbook, bundle));
  }
  const pasted = paste === undefined ? null : await readPaste(context, paste);
  if (pasted !== null && !(await hasLab(context, runbook)))
    return tellWithoutLab(context, catalogue, named, pasted);
  return diagnoseLab(context, catalogue, named, pasted);
}

/** The catalogue of symptoms, with that of `--runbook` laid over it. @throws Trouble `runbook` that lists every mistake */
export async function loadCatalogue(context: CommandContext, runbook: Runbook): Promise<Catalogue> {
  const { loadSymptoms } = await import('../symptoms/load.js');
  const { line, assets, cwd } = context;
  const directories = contentDirectories(line.options.text('runbook'), assets, cwd);
  const { catalogue, diagnostics } = await loadSymptoms(directories, runbook);
  if (catalogue !== null) return catalogue;
  throw contentTrouble(diagnostics, join(directories.at(-1) ?? assets, 'symptoms'));
}

function symptomNamed(catalogue: Catalogue, word: string): Symptom {
  const found = catalogue.byId.get(word.toUpperCase());
  if (found !== undefined) return found;
  const close = nearest(word.toUpperCase(), [...catalogue.byId.keys()]);
  throw usageTrouble(
    { id: `gejala ${word} tidak ada`, en: `there is no symptom ${word}` },
    close === null
      ? { id: 'Lihat: threebody-tui list symptoms', en: 'See: threebody-tui list symptoms' }
      : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` },
  );
}

async function readPaste(context: CommandContext, file: string): Promise<string> {
  if (file !== '-') {
    try {
      return (await readFile(resolve(context.cwd, file), 'utf8')).slice(-LONGEST_PASTE);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw usageTrouble(
        { id: `${file} tidak terbaca: ${reason}`, en: `${file} cannot be read: ${reason}` },
        { id: 'Sebut berkas yang ada, atau - untuk stdin.', en: 'Name a file that exists, or - for stdin.' },
      );
    }
  }
  let text = '';
  for await (const chunk of context.stdin) {
    text += String(chunk);
    if (text.length > LONGEST_PASTE) break;
  }
  return text;
}

async function hasLab(context: CommandContext, runbook: Runbook): Promise<boolean> {
  const { line, env, cwd } = context;
  if (line.options.has('practice')) return true;
  const found = await findLab({ lab: line.options.text('lab'), practice: false }, runbook, env, cwd);
  await found?.close();
  return found !== null;
}

/** A pasted error with no lab to look at: it is named and explained, and its checks are told. */
function tellWithoutLab(
  context: CommandContext,
  catalogue: Catalogue,
  named: readonly Symptom[],
  pasted: string,
): ExitCode {
  if (context.line.options.has('fix'))
    throw usageTrouble(
      { id: 'tanpa lab tidak ada yang dapat diperbaiki', en: 'without a lab nothing can be mended' },
      { id: 'Sebut labnya: --lab FILE atau --practice.', en: 'Name the lab: --lab FILE or --practice.' },
    );
  const recognition = createRecogniser(catalogue, fillUnknown).recognise(
    observePasted(pasted, context.now()),
  );
  const findings = chosen(recognition, named);
  const diagnosed = findings.map(({ finding, recognised }): Diagnosed => ({
    finding,
    recognised,
    walks: [{ walk: walk(finding.symptom, [], hintsOf(finding)), answers: [] }],
  }));
  const exit: ExitCode = recognition.findings.length > 0 ? 1 : 3;
  return write(context, {
    version: context.version,
    lab: null,
    startedAt: context.now(),
    finishedAt: context.now(),
    diagnosis: { diagnosed, expected: [], unexplained: [], unanswered: [], silent: [] },
    asked: 'paste',
    fixed: [],
    after: null,
    exit,
    mask: (text) => text,
  });
}

/** What was recognised; of that, and besides it, what a person named. */
function chosen(
  { findings }: Recognition,
  named: readonly Symptom[],
): readonly { readonly finding: Finding; readonly recognised: boolean }[] {
  if (named.length === 0) return findings.map((finding) => ({ finding, recognised: true }));
  const all = findings.flatMap((one) => [one, ...one.folded]);
  return named.map((symptom) => {
    const found = all.find((one) => one.symptom.id === symptom.id);
    return { finding: found ?? { symptom, evidence: [], folded: [] }, recognised: found !== undefined };
  });
}

async function diagnoseLab(
  context: CommandContext,
  catalogue: Catalogue,
  named: readonly Symptom[],
  pasted: string | null,
  bundled: OpenLab | null = null,
): Promise<ExitCode> {
  const narrator = createNarrator(context, () => lab.runbook);
  const lab: OpenLab = bundled ?? (await openLab(context, { logs: narrator.logs }));
  try {
    const startedAt = context.now();
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const { session } = lab;
    const gathered = pasted === null ? await look(context, session) : null;
    const observations = gathered?.observations ?? observePasted(pasted ?? '', context.now());
    const recognition = createRecogniser(catalogue, fillFor(session.context)).recognise(observations);
    const diagnosis = await walkAll(context, session, catalogue, recognition, named, gathered);
    if (context.signal.aborted) return 3;
    const fixed = context.line.options.has('fix')
      ? await fixDiagnosed(context, lab, narrator, diagnosis, gathered?.counted ?? [])
      : [];
    const after = await lookAgain(context, session, fixed, gathered);
    return write(context, {
      version: context.version,
      lab: { name: session.lab.name, file: session.lab.file, practice: session.lab.practice },
      startedAt,
      finishedAt: context.now(),
      diagnosis,
      asked: pasted === null ? 'lab' : 'paste',
      fixed,
      after,
      exit: after === null ? exitOf(diagnosis, gathered) : exitAfter(after),
      mask: session.mask,
    });
  } finally {
    await lab.close();
  }
}

async function look(context: CommandContext, session: LabSession): Promise<Gathered> {
  talk(context, {
    id: 'Melihat seluruh lab: gate, lalu keadaan setiap host …',
    en: 'Looking at the whole lab: its gates, then the state of every host …',
  });
  const { gather } = await import('../services/engine/diagnose-gather.js');
  return gather(session, { signal: context.signal, onUnwritten: context.problem });
}

async function walkAll(
  context: CommandContext,
  session: LabSession,
  catalogue: Catalogue,
  recognition: Recognition,
  named: readonly Symptom[],
  gathered: Gathered | null,
): Promise<Diagnosis> {
  const { walkDown } = await import('../services/engine/diagnose.js');
  const { language, signal } = context;
  const diagnosed: Diagnosed[] = [];
  for (const { finding, recognised } of chosen(recognition, named)) {
    if (signal.aborted) break;
    const { symptom, evidence } = finding;
    talk(context, {
      id: `${symptom.id} · ${symptom.title.id}: mencari penyebabnya …`,
      en: `${symptom.id} · ${symptom.title.en}: looking for the cause …`,
    });
    const walks = await walkDown(
      session,
      catalogue,
      { symptom, evidence },
      {
        signal,
        onAnswer: (of, answer) => context.streams.talk(`  ${of.id} ${answer.check}: ${answer.say[language]}`),
      },
    );
    diagnosed.push({ finding, recognised, walks });
  }
  const { counted, silent } = gathered ?? { counted: [], silent: [] };
  return {
    diagnosed,
    expected: recognition.expected,
    unexplained: unexplainedBy(recognition.findings, counted),
    unanswered: counted.filter(
      ({ verdict, subject }) => verdict === 'unknown' && !silent.some((host) => host === subject),
    ),
    silent,
  };
}

/** All that was red, asked once more when something was mended; null when nothing was. */
async function lookAgain(
  context: CommandContext,
  session: LabSession,
  fixed: readonly FixTried[],
  gathered: Gathered | null,
): Promise<readonly GateResult[] | null> {
  if (gathered === null || !fixed.some((one) => one.carriedOut)) return null;
  talk(context, {
    id: 'Menanyakan lagi semua gate yang tadi merah …',
    en: 'Asking all gates again that were red …',
  });
  const { askAgain } = await import('../services/engine/diagnose-fix.js');
  return askAgain(session, gathered.counted, AFTERWARDS_MS, { signal: context.signal });
}

/** Something found is 1, whatever else could not be looked at; nothing found is only 0 when everything could. */
function exitOf(diagnosis: Diagnosis, gathered: Gathered | null): ExitCode {
  const { diagnosed, unexplained, unanswered, silent } = diagnosis;
  const found = diagnosed.some((one) => one.recognised || deepestProof(one.walks) !== null);
  const exit: ExitCode = found || unexplained.length > 0 ? 1 : 0;
  const unknown = gathered === null ? diagnosed.length === 0 : unanswered.length > 0;
  return silent.length > 0 || unknown ? worse(exit, 3) : exit;
}

function exitAfter(results: readonly GateResult[]): ExitCode {
  if (results.some(({ verdict }) => verdict === 'fail')) return 1;
  return results.every(({ verdict }) => verdict === 'pass' || verdict === 'warn') ? 0 : 3;
}

function write(context: CommandContext, report: DiagnosisReport): ExitCode {
  context.streams.result(
    context.line.options.has('json') ? diagnosisJson(report) : report.mask(diagnosisText(report, context)),
  );
  return report.exit;
}
