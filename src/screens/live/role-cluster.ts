/** What matters of the cluster: nodes, pods, namespaces, NodePorts, the database. */
import { live as text } from '../../i18n/texts/live.js';
import type { HostName } from '../../lab/types.js';
import { nodeOf } from '../../state/live/listing.js';
import type { PodRow, ServiceRow } from '../../state/live/rows.js';
import { inLang, type View } from '../view.js';
import { span } from '../ui/line.js';
import { healthTone } from './health.js';
import { from, names, worst, type RoleFact } from './role-fact.js';

export function pods(view: View): readonly PodRow[] {
  return view.live.objects('Pod').flatMap((row) => (row.kind === 'Pod' ? [row] : []));
}

export function podsFact(view: View, label: string, rows: readonly PodRow[]): RoleFact {
  return from(view, label, 'kubernetes', () => {
    const bad = rows.filter((row) => row.health === 'bad' || row.health === 'warn');
    const busy = rows.some((row) => row.health === 'busy');
    const all = rows.length;
    if (all === 0) return { health: 'off', brief: inLang(view, text.noPodsHere), more: [] };
    return {
      health: worst(...bad.map((row) => row.health), busy ? 'busy' : 'good'),
      brief: inLang(
        view,
        text.podsHere({
          good: rows.filter((row) => row.health === 'good' || row.health === 'off').length,
          all,
        }),
      ),
      more: bad.length === 0 ? [] : [span(names(bad.map((row) => row.name)), 'bad')],
    };
  });
}

export function nodesFact(view: View): RoleFact {
  return from(view, 'node', 'kubernetes', () => {
    const rows = view.live.objects('Node');
    const bad = rows.filter((row) => row.health !== 'good');
    return {
      health: rows.length === 0 ? 'off' : worst(...rows.map((row) => row.health)),
      brief: inLang(view, text.nodesReady({ ready: rows.length - bad.length, all: rows.length })),
      more: bad.map((row) => span(`${row.name} ${row.status}`, healthTone(row.health, true))),
    };
  });
}

/** `threebody-prod 4/5  kube-system 8`: namespaces with something broken first. */
export function namespacesFact(view: View, rows: readonly PodRow[]): RoleFact {
  return from(view, 'ns', 'kubernetes', () => {
    const by = new Map<string, { good: number; all: number }>();
    for (const row of rows) {
      const counts = by.get(row.namespace) ?? { good: 0, all: 0 };
      counts.all += 1;
      if (row.health === 'good' || row.health === 'off') counts.good += 1;
      by.set(row.namespace, counts);
    }
    const broken = ([, counts]: readonly [string, { good: number; all: number }]): boolean =>
      counts.good < counts.all;
    const all = [...by].map(([name, counts]) => [name, counts] as const);
    const sorted = [...all.filter(broken), ...all.filter((one) => !broken(one))];
    return {
      health: all.some(broken) ? 'warn' : all.length === 0 ? 'off' : 'good',
      brief: inLang(view, text.withPods({ count: all.length })),
      more: sorted.map(([name, { good, all: count }]) =>
        span(good < count ? `${name} ${good}/${count}` : `${name} ${count}`, good < count ? 'warn' : 'dim'),
      ),
    };
  });
}

function nodePorts(row: ServiceRow): string[] {
  return row.ports.flatMap((port) => /:(\d+)\//.exec(port)?.[1] ?? []);
}

/**
 * NodePorts with whether anybody stands behind them. Newer kube-proxies hold no socket for them, so it is the ready
 * endpoints of the service that tell, not what listens on the host.
 */
export function nodePortsFact(view: View): RoleFact {
  return from(view, 'ports', 'kubernetes', () => {
    const behind = new Map(
      view.live
        .objects('Endpoints')
        .flatMap((row) =>
          row.kind === 'Endpoints' ? [[`${row.namespace}/${row.name}`, row.ready.length] as const] : [],
        ),
    );
    const ports = view.live.objects('Service').flatMap((row) =>
      row.kind === 'Service'
        ? nodePorts(row).map((port) => ({
            port,
            name: row.name,
            ready: (behind.get(`${row.namespace}/${row.name}`) ?? 0) > 0,
          }))
        : [],
    );
    const bad = ports.filter((one) => !one.ready);
    return {
      health: ports.length === 0 ? 'off' : bad.length > 0 ? 'bad' : 'good',
      brief:
        ports.length === 0 ? inLang(view, text.missingPod) : `${ports.length - bad.length}/${ports.length}`,
      more: [...bad, ...ports.filter((one) => one.ready)].map((one) =>
        span(`${one.port} ${one.name}`, one.ready ? 'dim' : 'bad'),
      ),
    };
  });
}

/** The database is known by its image, whatever its name. */
const DATABASE = /(?:mysql|mariadb)/i;

export function databaseFact(view: View, rows: readonly PodRow[]): RoleFact {
  return from(view, 'mysql', 'kubernetes', () => {
    const found = rows.filter((row) => row.containers.some((one) => !one.init && DATABASE.test(one.image)));
    if (found.length === 0) return { health: 'off', brief: inLang(view, text.missingPod), more: [] };
    return {
      health: worst(...found.map((row) => row.health)),
      brief: names([...new Set(found.map((row) => row.status))]),
      more: found.map((row) =>
        span(`${row.name} ${row.ready}/${row.of}`, row.health === 'bad' ? 'bad' : 'dim'),
      ),
    };
  });
}

export function thisNodeFact(view: View, host: HostName): RoleFact {
  return from(view, 'node', 'kubernetes', () => {
    const node = nodeOf(view.state, host, view.live);
    if (node === null) return { health: 'off', brief: inLang(view, text.missingPod), more: [] };
    const pressures = node.pressures.length === 0 ? [] : [span(names(node.pressures), 'warn')];
    return { health: node.health, brief: node.status, more: [...pressures, span(node.version, 'dim')] };
  });
}
