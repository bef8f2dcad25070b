/** Content + one lab → exactly what is run, shown and asked. Pure. */
import { HOST_NAMES, type HostName, type Place, type Subject, type Text } from '../lab/types.js';
import { PROJECT_SOURCE } from '../project/files.js';
import { gateKey, type GateKey, type RenderedProbe } from '../gates/types.js';
import type { FileSource } from './file-schema.js';
import type { Condition, ProbeSource } from './schema.js';
import { findPlaceholders, shellWord } from './shell.js';
import type {
  Action,
  Gate,
  RenderContext,
  RenderedAction,
  RenderedFile,
  RenderedGate,
  RenderedSource,
  Runbook,
  Step,
  Variant,
} from './types.js';

/** Name → value, for one host (or none). Lists stay lists. */
function lookUp(name: string, context: RenderContext): string | readonly string[] {
  const [scope = '', key = ''] = splitOnce(name);
  if (scope === 'param') {
    const value = context.parameters[key];
    if (typeof value === 'object') return value;
    if (value !== undefined) return String(value);
  } else if (scope === 'lab' && key === 'user') return context.user;
  else if (scope === 'host' && context.host !== null) {
    if (key === 'name') return context.host;
    if (key === 'address') return context.addresses[context.host];
  } else if (key === 'address') {
    const host = HOST_NAMES.find((candidate) => candidate === scope);
    if (host !== undefined) return context.addresses[host];
  }
  throw new RangeError(`unknown placeholder {{${name}}}`);
}

function splitOnce(name: string): readonly [string, string] {
  const dot = name.indexOf('.');
  return dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Names that `{{…}}` may hold, for the loader's messages. */
export function knownPlaceholders(parameterNames: readonly string[]): readonly string[] {
  return [
    'host.name',
    'host.address',
    'lab.user',
    ...HOST_NAMES.map((host) => `${host}.address`),
    ...parameterNames.map((name) => `param.${name}`),
  ];
}

/**
 * Fills a script's placeholders with shell words; a list becomes several words.
 * @throws RangeError when a placeholder is unknown or does not stand where a word may stand (the loader refuses those).
 */
export function renderScript(script: string, context: RenderContext): string {
  let out = '';
  let from = 0;
  for (const placeholder of findPlaceholders(script)) {
    if (placeholder.context !== 'word') throw new RangeError(`{{${placeholder.name}}} stands inside quotes`);
    const value = lookUp(placeholder.name, context);
    const words = typeof value === 'string' ? shellWord(value) : value.map(shellWord).join(' ');
    out += script.slice(from, placeholder.start) + words;
    from = placeholder.end;
  }
  return out + script.slice(from);
}

/**
 * Fills plain text (templates, URLs, names, the runbook's own lines as shown): values as they are, lists joined by a
 * space. Values hold no control characters, so a line stays a line.
 */
export function renderText(text: string, context: RenderContext): string {
  return text.replaceAll(/\{\{([^{}\n]*)\}\}/g, (_all, name: string) => {
    const value = lookUp(name.trim(), context);
    return typeof value === 'string' ? value : value.join(' ');
  });
}

/** Every placeholder of a plain text, for the loader's checks. */
export function placeholdersOfText(text: string): readonly string[] {
  return placesOfText(text).map((one) => one.name);
}

/** As `placeholdersOfText`, with the offset at which each begins. */
export function placesOfText(text: string): readonly { readonly name: string; readonly offset: number }[] {
  return [...text.matchAll(/\{\{([^{}\n]*)\}\}/g)].map((match) => ({
    name: (match[1] ?? '').trim(),
    offset: match.index,
  }));
}

/** `<step>/<action>`: the key under which a person's choice of variant is kept. */
export function variantKey(step: string, action: string): string {
  return `${step}/${action}`;
}

/** The actions of a step that concern one host, in order. */
export function renderActions(
  runbook: Runbook,
  context: Omit<RenderContext, 'host'>,
  step: Step,
  host: HostName,
  variants: Readonly<Record<string, Variant>>,
): readonly RenderedAction[] {
  const here: RenderContext = { ...context, host };
  return step.actions
    .filter((action) => (action.hosts ?? step.hosts).includes(host))
    .map((action) =>
      renderAction(runbook, here, step, action, host, variants[variantKey(step.id, action.id)] ?? 'ours'),
    );
}

function renderAction(
  runbook: Runbook,
  context: RenderContext,
  step: Step,
  action: Action,
  host: HostName,
  wanted: Variant,
): RenderedAction {
  const script = (text: string | undefined): string | null =>
    text === undefined ? null : renderScript(text, context).trimEnd();
  const runbookScript = script(action.runbook);
  return {
    step: step.id,
    action: action.id,
    host,
    variant: runbookScript === null ? 'ours' : wanted,
    as: action.as,
    risk: action.risk,
    say: action.say,
    script: renderScript(action.script, context).trimEnd(),
    satisfied: script(action.satisfied),
    undo: script(action.undo),
    files: action.files.map((file) => ({
      name: file.name,
      source: renderSource(runbook, file, context),
      ...(doneWithout(file, context) ? { absent: true } : {}),
    })),
    keep: script(action.keep),
    runbookScript,
    timeoutMs: action.timeout * 1000,
    reconnect: action.reconnect,
  };
}

function doneWithout(file: FileSource, context: RenderContext): boolean {
  return Object.entries(file.when ?? {}).some(([name, value]) => context.parameters[name] !== value);
}

function renderSource(runbook: Runbook, file: FileSource, context: RenderContext): RenderedSource {
  if (file.secret !== undefined) return { kind: 'secret', parameter: file.secret };
  if (file.upload !== undefined) {
    return { kind: 'upload', parameter: file.upload, path: pathIn(context, file.upload) };
  }
  if (file.project !== undefined)
    return { kind: 'project', files: runbook.project.length, path: pathIn(context, PROJECT_SOURCE) };
  if (file.from !== undefined) {
    const script = renderScript(file.command ?? '', { ...context, host: file.from }).trimEnd();
    return { kind: 'fetched', from: file.from, as: file.as ?? 'root', script };
  }
  const template = file.template ?? '';
  return { kind: 'template', template, content: renderText(runbook.templates[template] ?? '', context) };
}

/** A path of the operator's computer; null when the parameter is empty. */
function pathIn(context: RenderContext, parameter: string): string | null {
  const path = context.parameters[parameter];
  return typeof path === 'string' && path !== '' ? path : null;
}

/**
 * What a plan shows of a staged file: a template as it will be; of all others only where they come from.
 * The marks are the same in both languages, like a command's output.
 */
export function shownFile({ source }: RenderedFile): string {
  switch (source.kind) {
    case 'template':
      return source.content;
    case 'secret':
      return `••• (secret ${source.parameter})`;
    case 'fetched':
      return `••• (${source.from}$ ${source.script})`;
    case 'upload':
      return source.path === null ? `(no file: ${source.parameter} is empty)` : `(upload ${source.path})`;
    case 'project':
      return source.path === null
        ? `(the project, ${source.files} files)`
        : `(the project in ${source.path})`;
  }
}

/** Every gate of the runbook for every subject, in the order of the runbook. */
export function renderGates(runbook: Runbook, context: Omit<RenderContext, 'host'>): readonly RenderedGate[] {
  return runbook.phases.flatMap((phase) =>
    phase.steps.flatMap((step) =>
      step.gates.flatMap((gate) =>
        subjectsOf(gate, step).map((subject) => renderGate(runbook, context, step, gate, subject)),
      ),
    ),
  );
}

/** What a gate gives verdicts about: each of its hosts, or the lab as a whole, or the operator's computer. */
export function subjectsOf(gate: Gate, step: Step): readonly Subject[] {
  if ('compare' in gate.probe) return ['lab'];
  const perHost = gate.hosts ?? step.hosts;
  if ('command' in gate.probe || mentionsHost(gate.probe)) return perHost;
  return ['operator'];
}

function mentionsHost(probe: ProbeSource): boolean {
  const text = 'http' in probe ? probe.http : 'tcp' in probe ? probe.tcp : 'dns' in probe ? probe.dns : '';
  return text.includes('{{host.');
}

function renderGate(
  runbook: Runbook,
  context: Omit<RenderContext, 'host'>,
  step: Step,
  gate: Gate,
  subject: Subject,
): RenderedGate {
  const host = HOST_NAMES.find((name) => name === subject) ?? null;
  const here: RenderContext = { ...context, host };
  return {
    key: gateKey(gate.fullId, subject),
    gate: gate.fullId,
    step: step.id,
    subject,
    title: gate.title,
    probes: renderProbes(gate.probe, here),
    outcomes: gate.outcomes.map((outcome) => ({
      ...outcome,
      ...(outcome.when === undefined ? {} : { when: renderCondition(outcome.when, here) }),
      ...(outcome.hints === undefined ? {} : { hints: outcome.hints.map((hint) => fillHint(hint, here)) }),
    })),
    needs: gate.needs.flatMap((id) => neededKeys(runbook, step, id, subject)),
    freshMs: gate.fresh * 1000,
  };
}

/** A hint with the lab's values in it, so that its commands can be taken over as they are; nothing else is touched. */
function fillHint(hint: Text, context: RenderContext): Text {
  const fill = (text: string): string =>
    text.replaceAll(/\{\{param\.([a-z][a-z0-9_]*)\}\}/g, (whole, name: string) => {
      const value = context.parameters[name];
      if (value === undefined) return whole;
      return typeof value === 'object' ? value.join(' ') : String(value);
    });
  return { id: fill(hint.id), en: fill(hint.en) };
}

/** A needed gate's key on the same subject; a gate about the lab needs it on every host, and the other way about. */
function neededKeys(runbook: Runbook, step: Step, id: string, subject: Subject): readonly GateKey[] {
  const fullId = id.includes('.') ? id : `${step.id}.${id}`;
  const owner = runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === fullId.split('.')[0]);
  const gate = owner?.gates.find((one) => one.fullId === fullId);
  if (owner === undefined || gate === undefined) return [];
  const subjects = subjectsOf(gate, owner);
  const same = subjects.filter((one) => one === subject);
  return (same.length > 0 ? same : subjects).map((one) => gateKey(fullId, one));
}

/** A probe for one host (or none, when it is asked from the operator): place → what is carried out there. */
export function renderProbes(
  probe: ProbeSource,
  context: RenderContext,
): Readonly<Partial<Record<Place, RenderedProbe>>> {
  const timeoutMs = probe.timeout * 1000;
  if ('compare' in probe) {
    const probes: Partial<Record<Place, RenderedProbe>> = {};
    for (const place of probe.compare.on) {
      if (place === 'operator') {
        if (probe.compare.operator !== undefined) {
          probes.operator = { kind: probe.compare.operator, on: 'operator', timeoutMs };
        }
      } else if (probe.compare.command !== undefined) {
        const script = renderScript(probe.compare.command, { ...context, host: place });
        probes[place] = { kind: 'command', on: place, script, as: probe.as, timeoutMs };
      }
    }
    return probes;
  }
  if ('command' in probe) {
    if (context.host === null) throw new RangeError('a command probe needs a host');
    const script = renderScript(probe.command, context);
    return { [context.host]: { kind: 'command', on: context.host, script, as: probe.as, timeoutMs } };
  }
  return { operator: renderOperatorProbe(probe, context, timeoutMs) };
}

function renderOperatorProbe(
  probe: Exclude<ProbeSource, { compare: unknown } | { command: string }>,
  context: RenderContext,
  timeoutMs: number,
): RenderedProbe {
  if ('http' in probe) {
    const { method, insecure } = probe;
    return {
      kind: 'http',
      on: 'operator',
      url: renderText(probe.http, context),
      method,
      insecure,
      timeoutMs,
    };
  }
  if ('dns' in probe) return { kind: 'dns', on: 'operator', name: renderText(probe.dns, context), timeoutMs };
  const target = renderText(probe.tcp, context);
  const colon = target.lastIndexOf(':');
  return {
    kind: 'tcp',
    on: 'operator',
    host: target.slice(0, colon),
    port: Number(target.slice(colon + 1)),
    timeoutMs,
  };
}

/** Fills placeholders in every text of a condition. Inside a regular expression the value is taken literally. */
export function renderCondition(condition: Condition, context: RenderContext): Condition {
  const text = (value: string): string => renderText(value, context);
  const out: Condition = { ...condition };
  for (const stream of ['stdout', 'stderr'] as const) {
    const matcher = condition[stream];
    if (matcher === undefined) continue;
    out[stream] = {
      ...matcher,
      ...(typeof matcher.is === 'string' ? { is: text(matcher.is) } : {}),
      ...(matcher.contains === undefined ? {} : { contains: text(matcher.contains) }),
      ...(matcher.line === undefined ? {} : { line: text(matcher.line) }),
      ...(matcher.matches === undefined ? {} : { matches: renderPattern(matcher.matches, context) }),
      ...(matcher['one-of'] === undefined
        ? {}
        : { 'one-of': matcher['one-of'].map((one) => (typeof one === 'string' ? text(one) : one)) }),
    };
  }
  if (condition.overlaps !== undefined) out.overlaps = condition.overlaps.map(text);
  if (condition.each !== undefined) out.each = renderCondition(condition.each, context);
  if (condition.some !== undefined) out.some = renderCondition(condition.some, context);
  if (condition.not !== undefined) out.not = renderCondition(condition.not, context);
  if (condition.all !== undefined) out.all = condition.all.map((one) => renderCondition(one, context));
  if (condition.any !== undefined) out.any = condition.any.map((one) => renderCondition(one, context));
  return out;
}

function renderPattern(pattern: string, context: RenderContext): string {
  return pattern.replaceAll(/\{\{([^{}\n]*)\}\}/g, (_all, name: string) => {
    const value = lookUp(name.trim(), context);
    const text = typeof value === 'string' ? value : value.join(' ');
    return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  });
}
