/** What hosts answered → observations. Lines that are not understood are passed over: they are a host's, not ours. Pure. */
import type { HostName } from '../../lab/types.js';
import type { FieldValue, Observation } from '../types.js';
import { readCluster, type CrashLog } from './cluster-text.js';
import { observeCluster } from './observe-cluster.js';

/** What one host printed, by the id of the question. */
export type FactAnswers = Readonly<Partial<Record<string, string>>>;

/** @param now epoch ms, the operator's clock when the answers came */
export function observeHost(host: HostName, answers: FactAnswers, now: number): readonly Observation[] {
  const out: Observation[] = [];
  const lines = ['host', 'units', 'docker'].flatMap((id) => (answers[id] ?? '').split('\n'));
  const inodes = new Map<string, number>();
  for (const line of lines) {
    const [kind, path = '', used = ''] = line.split('|');
    if (kind === 'inodes') inodes.set(path, Number(used) || 0);
  }
  let swaps = '';
  for (const line of lines) {
    const [kind = '', ...values] = line.split('|');
    if (kind === 'swap') swaps += ` ${values[0] ?? ''}`;
    else out.push(...observeLine(host, kind, values, inodes, now));
  }
  if (answers['host'] !== undefined)
    out.push(fact(host, 'swap', { on: swaps !== '' }, `swap${swaps || ' off'}`, now));
  const cluster = readCluster(`${answers['cluster'] ?? ''}\n${answers['warnings'] ?? ''}`);
  out.push(...observeCluster(cluster.rows, now));
  out.push(...cluster.logs.map((log) => observeLog(log, cluster.rows.pods, now)));
  for (const text of cluster.errors)
    out.push({ source: 'log', place: host, object: 'kubectl', text, fields: {}, at: now });
  return out;
}

function fact(
  host: HostName,
  name: string,
  fields: Readonly<Record<string, FieldValue>>,
  text: string,
  at: number,
): Observation {
  return { source: 'host', place: host, object: name, text, fields, at };
}

function observeLine(
  host: HostName,
  kind: string,
  values: readonly string[],
  inodes: ReadonlyMap<string, number>,
  at: number,
): readonly Observation[] {
  const [a = '', b = '', c = '', d = '', e = '', f = '', g = ''] = values;
  switch (kind) {
    case 'disk': {
      const fields = { 'used-percent': Number(b) || 0, 'inodes-percent': inodes.get(a) ?? 0 };
      return [fact(host, `disk ${a}`, fields, `disk ${a} ${b}%`, at)];
    }
    case 'memory':
      return [fact(host, 'memory', { 'available-mib': Number(a) || 0 }, `memory available ${a} MiB`, at)];
    case 'clock': {
      const offset = Math.round(Number(a) - at / 1000) || 0;
      const fields = { 'offset-seconds': offset, synced: b === 'yes' };
      return [fact(host, 'clock', fields, `clock offset ${offset} s, synchronised: ${b}`, at)];
    }
    case 'resolv':
      return [
        fact(
          host,
          'resolv',
          { stub: /\b127\.0\.0\.53\b/.test(b) || a.endsWith('stub-resolv.conf'), path: a },
          `resolv.conf ${a} ${b}`,
          at,
        ),
      ];
    case 'unit': {
      const fields: Record<string, FieldValue> = {
        active: b,
        sub: c,
        result: d,
        enabled: e,
        restarts: Number(f) || 0,
        ...(a === 'kubelet.service' ? { joined: g === 'true' } : {}),
      };
      return [
        {
          source: 'unit',
          place: host,
          object: a,
          text: `${a} active=${b} sub=${c} result=${d} enabled=${e}`,
          fields,
          at,
        },
      ];
    }
    case 'journal':
      return [
        {
          source: 'journal',
          place: host,
          object: a,
          text: values.slice(1).join('|'),
          fields: { unit: a },
          at,
        },
      ];
    case 'container':
      return [
        {
          source: 'docker',
          place: host,
          object: a,
          text: `${a} ${b} ${c}`,
          fields: { state: b, status: c, health: healthOf(c), image: d, ...exitOf(c) },
          at,
        },
      ];
    case 'log':
      return [
        {
          source: 'log',
          place: host,
          object: a,
          text: values.slice(1).join('|'),
          fields: { container: a },
          at,
        },
      ];
    case 'error':
      return [{ source: 'log', place: host, object: 'docker', text: values.join('|'), fields: {}, at }];
    default:
      return [];
  }
}

function healthOf(status: string): string {
  return /\((healthy|unhealthy|health: starting)\)/.exec(status)?.[1] ?? '';
}
function exitOf(status: string): { readonly exit?: number } {
  const found = /Exited \((\d+)\)/.exec(status)?.[1];
  return found === undefined ? {} : { exit: Number(found) };
}

function observeLog(
  log: CrashLog,
  pods: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly node: string;
    readonly app: string;
  }[],
  at: number,
): Observation {
  const pod = pods.find((one) => one.namespace === log.namespace && one.name === log.pod);
  const node = pod?.node ?? '';
  return {
    source: 'log',
    place: node === 'vm-k8s' || node === 'vm-worker' || node === 'vm-docker' ? node : 'cluster',
    object: `${log.namespace}/${log.pod}/${log.container}`,
    text: log.line,
    fields: { namespace: log.namespace, pod: log.pod, container: log.container, node, app: pod?.app ?? '' },
    at,
  };
}
