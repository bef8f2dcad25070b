/** Checks and fixes for one lab and what was found there: every value filled in, hostile names as shell words. Pure. */
import { HOST_NAMES, type HostName } from '../lab/types.js';
import { renderCondition, renderProbes, renderScript } from '../runbook/render.js';
import type { ProbeSource } from '../runbook/schema.js';
import type { RenderContext } from '../runbook/types.js';
import {
  FOUND_NAMES,
  type CheckSource,
  type Found,
  type FoundEvidence,
  type FoundName,
  type RenderedCheck,
  type Symptom,
} from './types.js';

export type LabContext = Omit<RenderContext, 'host'>;

/** Longest value that a script gets from what was observed. */
const LONGEST_VALUE = 300;

/** Puts a lab's values into an expression, taken literally there. */
export function fillFor(context: LabContext): (expression: string) => string {
  return (expression) =>
    renderCondition({ stdout: { matches: expression } }, { ...context, host: null }).stdout?.matches ??
    expression;
}

/** Without a lab (a pasted error, nothing open) a placeholder stands for any word. */
export function fillUnknown(expression: string): string {
  return expression.replaceAll(/\{\{[^{}\n]*\}\}/g, String.raw`[^\s]{1,80}`);
}

/** What scripts may quote of the evidence: all from the one observation that tells most. */
export function foundOf(evidence: readonly FoundEvidence[]): Found {
  const known = evidence.map(valuesOf).toSorted((a, b) => count(b) - count(a))[0];
  return known ?? valuesOf(null);
}

function valuesOf(evidence: FoundEvidence | null): Found {
  const observation = evidence?.observation;
  const value = (name: FoundName): string => {
    if (observation === undefined) return '';
    if (name === 'object') return observation.object ?? '';
    if (name === 'unit')
      return observation.source === 'unit' || observation.source === 'journal'
        ? (observation.object ?? '')
        : '';
    return String(observation.fields[name] ?? '');
  };
  const clean = (name: FoundName): string =>
    value(name)
      .replaceAll(/\p{Cc}/gu, '')
      .slice(0, LONGEST_VALUE);
  return {
    object: clean('object'),
    namespace: clean('namespace'),
    pod: clean('pod'),
    container: clean('container'),
    node: clean('node'),
    image: clean('image'),
    unit: clean('unit'),
    app: clean('app'),
  };
}

function count(found: Found): number {
  return FOUND_NAMES.filter((name) => found[name] !== '').length;
}

/**
 * The host at which most of the evidence was seen; null when it was seen at none. Gates count only when there is nothing
 * else: one that asks about a node is asked on the control plane, while the node's own condition names the node. What
 * speaks for a cause counts twice: hosts that asked for another one are red at their own places as well.
 */
export function foundAt(evidence: readonly FoundEvidence[]): HostName | null {
  const direct = evidence.filter(
    ({ observation: { source, place } }) => source !== 'gate' && HOST_NAMES.some((host) => host === place),
  );
  const telling = direct.length > 0 ? direct : evidence;
  const counts = HOST_NAMES.map((host) =>
    telling
      .filter((one) => one.observation.place === host)
      .reduce((sum, { hints }) => sum + (hints === null ? 1 : 2), 0),
  );
  const most = Math.max(...counts);
  return most === 0 ? null : (HOST_NAMES[counts.indexOf(most)] ?? null);
}

/** `{{found.pod}}` is a value like a lab's parameters, but for its name. */
export function withFound(context: LabContext, found: Found): LabContext {
  const extra = Object.fromEntries(FOUND_NAMES.map((name) => [`found_${name}`, found[name]]));
  return { ...context, parameters: { ...context.parameters, ...extra } };
}

/** A text of a symptom with its `{{found.…}}` written as the renderer knows them. */
export function plainNames(text: string): string {
  return text.replaceAll(/\{\{\s*found\.([a-z]+)\s*\}\}/g, '{{param.found_$1}}');
}

/** A script of a symptom for one host. */
export function renderFoundScript(script: string, context: LabContext, host: HostName, found: Found): string {
  return renderScript(plainNames(script), { ...withFound(context, found), host });
}

/** @param evidence what was recognised; may be empty when a person chose the symptom by name */
export function renderCheck(
  symptom: Symptom,
  check: CheckSource,
  context: LabContext,
  evidence: readonly FoundEvidence[],
): RenderedCheck {
  const seen = check.follows === true ? foundAt(evidence) : null;
  const host = seen ?? check.on ?? null;
  const here: RenderContext = { ...withFound(context, foundOf(evidence)), host };
  return {
    symptom: symptom.id,
    check,
    probes: renderProbes(renamed(check.probe), here),
    outcomes: check.outcomes.map(({ when }, index) => ({
      when: when === undefined ? undefined : renderCondition(when, here),
      index,
    })),
  };
}

/** The question of a check as a person reads it: the command, URL or name. */
export function askedBy(rendered: RenderedCheck): string {
  const [probe] = Object.values(rendered.probes);
  if (probe === undefined) return '';
  switch (probe.kind) {
    case 'command':
      return probe.script.trim();
    case 'http':
      return `${probe.method} ${probe.url}`;
    case 'tcp':
      return `${probe.host}:${probe.port}`;
    case 'dns':
      return probe.name;
    case 'routes':
    case 'clock':
    case 'hosts-file':
      return probe.kind;
  }
}

function renamed(probe: ProbeSource): ProbeSource {
  if ('command' in probe) return { ...probe, command: plainNames(probe.command) };
  if ('http' in probe) return { ...probe, http: plainNames(probe.http) };
  if ('compare' in probe && probe.compare.command !== undefined)
    return { ...probe, compare: { ...probe.compare, command: plainNames(probe.compare.command) } };
  return probe;
}
