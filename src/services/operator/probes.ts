/** Probes that the operator's own computer carries out: HTTP, TCP, names, its routes, clock and hosts file. */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Recording, RenderedProbe } from '../../gates/types.js';
import type { Endpoint, Lab, Text } from '../../lab/types.js';
import { cleanRemoteText } from '../text/clean.js';
import { addressesOf, DialError, endpointOf } from './dialling.js';
import { askHttp, portOf } from './http-request.js';
import { reasonCode, reasonText } from './reasons.js';
import { systemRoutes } from './routes.js';

type Probe<Kind extends RenderedProbe['kind']> = Extract<RenderedProbe, { readonly kind: Kind }>;
type OperatorProbe = Exclude<RenderedProbe, { readonly kind: 'command' }>;
/** What was found; `Recording` without who, what and when. */
type Finding = Pick<Recording, 'exit' | 'stdout' | 'stderr' | 'error'>;

export interface OperatorProbeOptions {
  /** Takes secrets out of a text. */
  readonly mask: (text: string) => string;
  /** Path of the hosts file. Default `/etc/hosts`. */
  readonly hostsFile?: string;
}

const HOSTS_FILE = '/etc/hosts';
const MAX_HOSTS_CHARS = 256 * 1024;
/** Codes that are about this computer or the question, not about what was asked. */
const NOT_ASKED: ReadonlySet<string> = new Set(['NOT_FORWARDED', 'UNSUPPORTED', 'ERR_INVALID_URL']);

/**
 * Carries out probes from this computer; dials nothing but what a probe names, through the lab's `forwards` and `resolve`.
 * Never throws: what could not be asked comes back with `error` and no exit. A refusal is an answer, with the reason in
 * `error` and its code in `stderr`: exit 1 for tcp and dns; for http `exit` is the status code, and 0 when no answer began
 * (curl writes 000 then).
 */
export function createOperatorProbes(
  lab: Lab,
  options: OperatorProbeOptions,
): (probe: RenderedProbe) => Promise<Recording> {
  return async (probe) => {
    const startedAt = Date.now();
    const started = performance.now();
    const finding = await carryOut(lab, probe, options);
    return {
      place: 'operator',
      asked: asked(probe),
      exit: finding.exit,
      stdout: options.mask(cleanRemoteText(finding.stdout)),
      stderr: options.mask(cleanRemoteText(finding.stderr)),
      error: finding.error,
      startedAt,
      durationMs: performance.now() - started,
    };
  };
}

async function carryOut(lab: Lab, probe: RenderedProbe, options: OperatorProbeOptions): Promise<Finding> {
  if (probe.kind === 'command')
    return failed('WRONG_PLACE', `this is asked on ${probe.on}`, null, {
      id: `perintah ini ditanyakan di ${probe.on}, bukan di komputer operator`,
      en: `this command is asked on ${probe.on}, not on the operator's computer`,
    });
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new DialError('ETIMEDOUT', `no answer within ${probe.timeoutMs} ms`));
  }, probe.timeoutMs);
  try {
    return await ask(lab, probe, deadline.signal, options);
  } catch (error) {
    return failed(
      reasonCode(error),
      error instanceof Error ? error.message : String(error),
      negativeExit(probe, error),
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Refused, filtered, unknown or a broken TLS is what http, tcp and dns probes ask about: an answer, and a bad one. What could
 * not be asked at all from here is none.
 */
function negativeExit(probe: OperatorProbe, error: unknown): number | null {
  if (NOT_ASKED.has(reasonCode(error))) return null;
  switch (probe.kind) {
    case 'http':
      return 0;
    case 'tcp':
    case 'dns':
      return 1;
    case 'routes':
    case 'clock':
    case 'hosts-file':
      return null;
  }
}

function ask(
  lab: Lab,
  probe: OperatorProbe,
  signal: AbortSignal,
  options: OperatorProbeOptions,
): Promise<Finding> {
  switch (probe.kind) {
    case 'http':
      return askUrl(lab, probe, signal);
    case 'tcp':
      return askPort(lab, probe, signal);
    case 'dns':
      return before(signal, addressesOf(lab, probe.name)).then((found) => answered(found.join('\n')));
    case 'routes':
      return operatorRoutes(lab).then((found) => answered(found.join('\n')));
    case 'clock':
      return Promise.resolve(answered(operatorClock()));
    case 'hosts-file':
      return operatorHostsFile(lab, options.hostsFile).then(answered);
  }
}

/** Networks as the lab file has them, else as this computer has them; CIDR. */
export async function operatorRoutes(lab: Lab): Promise<readonly string[]> {
  return lab.operatorRoutes ?? (await systemRoutes());
}

/** Seconds since the epoch with three decimals, like `date +%s.%3N` on a host. */
export function operatorClock(now: number = Date.now()): string {
  return (now / 1000).toFixed(3);
}

/** The hosts file with the lab's `resolve` lines after it: what names mean on this computer. */
export async function operatorHostsFile(lab: Lab, path: string = HOSTS_FILE): Promise<string> {
  const text = (await readFile(path, 'utf8')).slice(0, MAX_HOSTS_CHARS);
  const own = Object.entries(lab.resolve).map(([name, address]) => `${address} ${name}`);
  return [text.replace(/\n+$/, ''), ...own].join('\n');
}

async function askUrl(lab: Lab, probe: Probe<'http'>, signal: AbortSignal): Promise<Finding> {
  const url = new URL(probe.url);
  const endpoint = await locate(lab, url.hostname.replace(/^\[|\]$/g, ''), portOf(url), signal);
  const { status, text, broken } = await askHttp({
    url,
    method: probe.method,
    insecure: probe.insecure,
    endpoint,
    signal,
  });
  if (broken === null) return answered(text, status);
  const reason = reasonText(reasonCode(signal.aborted ? signal.reason : broken));
  return {
    exit: status,
    stdout: text,
    stderr: `the answer was cut short: ${reason.en}`,
    error: { id: `jawabannya terpotong: ${reason.id}`, en: `the answer was cut short: ${reason.en}` },
  };
}

async function askPort(lab: Lab, probe: Probe<'tcp'>, signal: AbortSignal): Promise<Finding> {
  const endpoint = await locate(lab, probe.host, probe.port, signal);
  const started = performance.now();
  await connectOnce(endpoint, signal);
  return answered(`open, connected in ${(performance.now() - started).toFixed(1)} ms`);
}

async function locate(lab: Lab, name: string, port: number, signal: AbortSignal): Promise<Endpoint> {
  const [address] = await before(signal, addressesOf(lab, name));
  if (address === undefined) throw new DialError('ENODATA', `no IPv4 address for ${name}`);
  return endpointOf(lab, address, port);
}

function connectOnce(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: endpoint.host, port: endpoint.port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', (error) => {
      socket.destroy();
      reject(signal.aborted ? signal.reason : error);
    });
  });
}

/** The system's resolver cannot be called off: after the deadline its answer is no longer waited for. */
function before<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(signal.reason);
    signal.addEventListener('abort', late, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', late));
  });
}

function answered(stdout: string, exit = 0): Finding {
  return { exit, stdout, stderr: '', error: null };
}

function failed(code: string, detail: string, exit: number | null, text: Text = reasonText(code)): Finding {
  return { exit, stdout: '', stderr: detail.includes(code) ? detail : `${code}: ${detail}`, error: text };
}

function asked(probe: RenderedProbe): string {
  switch (probe.kind) {
    case 'command':
      return probe.script;
    case 'http':
      return `${probe.method} ${probe.url}`;
    case 'tcp':
      return `${probe.host}:${probe.port}`;
    case 'dns':
      return probe.name;
    case 'routes':
      return 'routes';
    case 'clock':
      return 'clock';
    case 'hosts-file':
      return 'hosts file';
  }
}
