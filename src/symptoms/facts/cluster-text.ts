/** Reading what kubectl answered to the questions of cluster-questions.ts. Pure. */
import type {
  ClusterRows,
  ConditionRow,
  ContainerRow,
  EventRow,
  NodeRow,
  PodRow,
  ServiceRow,
  VolumeRow,
  WorkloadRow,
} from './rows.js';

/** Lines of the log of a container that fell. */
export interface CrashLog {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly line: string;
}
export interface ClusterAnswer {
  /** kubectl's own words when it could not answer. */
  readonly errors: readonly string[];
  readonly rows: ClusterRows;
  readonly logs: readonly CrashLog[];
}

/** Reads what the two scripts printed, one after the other; lines that are none of it are passed over. */
export function readCluster(text: string): ClusterAnswer {
  const nodes: (NodeRow & { conditions: ConditionRow[]; address: string })[] = [];
  const pods: (PodRow & { conditions: ConditionRow[]; containers: ContainerRow[] })[] = [];
  const jobs: { row: WorkloadRow; conditions: ConditionRow[] }[] = [];
  const workloads: WorkloadRow[] = [];
  const services: ServiceRow[] = [];
  const endpoints = new Map<string, number>();
  const volumes: VolumeRow[] = [];
  const events: EventRow[] = [];
  const logs: CrashLog[] = [];
  const errors: string[] = [];
  let open: ConditionRow[] = [];
  for (const line of text.split('\n')) {
    const [letter = '', a = '', b = '', c = '', d = '', e = '', f = '', ...rest] = line.split('|');
    switch (letter) {
      case 'error':
        errors.push(line.slice(6));
        break;
      case 'N':
        open = [];
        nodes.push({ name: a, address: '', unschedulable: b === 'true', conditions: open });
        break;
      case 'A': {
        const last = nodes.at(-1);
        if (last !== undefined && a === 'InternalIP') last.address = b;
        break;
      }
      case 'D':
        open.push({
          type: a,
          status: b,
          reason: c,
          message: [d, e, f, ...rest].join('|').replace(/\|+$/, '').trim(),
        });
        break;
      case 'P': {
        open = [];
        const [owner = '', created = '', deleted = '', uid = '', ...message] = [...rest];
        pods.push({
          namespace: a,
          name: b,
          node: c,
          phase: d,
          reason: e,
          app: f,
          owner,
          created,
          uid,
          deleting: deleted !== '',
          message: message.join('|').trim(),
          conditions: open,
          containers: [],
        });
        break;
      }
      case 'I':
      case 'C':
        pods.at(-1)?.containers.push(containerOf(letter === 'I', [a, b, c, d, e, f, ...rest]));
        break;
      case 'W':
        workloads.push({
          kind: a,
          namespace: b,
          name: c,
          wanted: count(d),
          ready: count(e),
          failed: false,
          reason: '',
        });
        break;
      case 'J': {
        open = [];
        const wanted = c === '' ? 1 : count(c);
        jobs.push({
          row: { kind: 'Job', namespace: a, name: b, wanted, ready: count(d), failed: false, reason: '' },
          conditions: open,
        });
        break;
      }
      case 'S':
        services.push({ namespace: a, name: b, nodePort: c === '' ? null : count(c), readyEndpoints: 0 });
        break;
      case 'E':
        endpoints.set(`${a}/${b}`, (endpoints.get(`${a}/${b}`) ?? 0) + (c.match(/true/g)?.length ?? 0));
        break;
      case 'V':
        volumes.push({ kind: 'PersistentVolume', namespace: '', name: b, phase: c, reason: d });
        break;
      case 'K':
        volumes.push({ kind: 'PersistentVolumeClaim', namespace: a, name: b, phase: c, reason: d });
        break;
      case 'T': {
        const [about = '', ...message] = [...rest];
        events.push({
          namespace: a,
          kind: b,
          name: c,
          type: d,
          reason: e,
          count: count(f),
          about,
          message: message.join('|'),
        });
        break;
      }
      case 'L':
        logs.push({
          namespace: a,
          pod: b,
          container: c,
          line: [d, e, f, ...rest].join('|').replace(/\|+$/, '').trim(),
        });
        break;
    }
  }
  return {
    errors,
    logs,
    rows: {
      nodes,
      pods,
      workloads: [...workloads, ...jobs.map(finishedJob)],
      services: services.map((one) => ({
        ...one,
        readyEndpoints: endpoints.get(`${one.namespace}/${one.name}`) ?? 0,
      })),
      volumes,
      events,
    },
  };
}

function count(text: string): number {
  const number = Number(text);
  return Number.isFinite(number) ? number : 0;
}

function finishedJob({
  row: job,
  conditions,
}: {
  readonly row: WorkloadRow;
  readonly conditions: readonly ConditionRow[];
}): WorkloadRow {
  const failed = conditions.find((one) => one.type === 'Failed' && one.status === 'True');
  return failed === undefined ? job : { ...job, failed: true, reason: failed.reason };
}

function containerOf(init: boolean, values: readonly string[]): ContainerRow {
  const [name = '', image = '', ready = '', restarts = '', waiting = '', ended = '', exit = ''] = values;
  const [lastReason = '', lastExit = '', running = '', ...message] = values.slice(7);
  const state =
    waiting !== ''
      ? 'waiting'
      : ended !== '' || exit !== ''
        ? 'terminated'
        : running !== ''
          ? 'running'
          : 'waiting';
  return {
    name,
    init,
    image,
    ready: ready === 'true',
    restarts: count(restarts),
    state,
    reason: waiting === '' ? ended : waiting,
    message: message.join('|').trim(),
    exit: exit === '' ? null : count(exit),
    lastReason,
    lastExit: lastExit === '' ? null : count(lastExit),
  };
}
