/** What matters of each host for its role, most important first: a few facts that panes, rows and overviews share. */
import type { HostName } from '../../lab/types.js';
import { nodeOf, SYSTEM_NAMESPACE } from '../../state/live/listing.js';
import type { Health, SourceName } from '../../state/live/rows.js';
import type { View } from '../view.js';
import {
  databaseFact,
  namespacesFact,
  nodePortsFact,
  nodesFact,
  pods,
  podsFact,
  thisNodeFact,
} from './role-cluster.js';
import { dockerFact, edgeFact, harborFact, runnerFact } from './role-docker.js';
import type { RoleFact } from './role-fact.js';

interface Answered {
  readonly revision: number;
  readonly now: number;
  readonly lang: string;
  readonly facts: readonly RoleFact[];
}
/** The last answer for a book and a host: a frame asks several times. */
const answered = new WeakMap<View['live'], Map<HostName, Answered>>();

/** Always four facts of a host, the most important first. */
export function roleFacts(view: View, host: HostName): readonly RoleFact[] {
  const { now, lang } = view.state;
  const revision = view.live.revision();
  const hosts = answered.get(view.live) ?? new Map<HostName, Answered>();
  answered.set(view.live, hosts);
  const known = hosts.get(host);
  if (known?.revision === revision && known.now === now && known.lang === lang) return known.facts;
  const facts = saidOnce(makeFacts(view, host));
  hosts.set(host, { revision, now, lang, facts });
  return facts;
}

/** Why there is nothing to tell is said once, beside the first fact that it holds for. */
function saidOnce(facts: readonly RoleFact[]): readonly RoleFact[] {
  return facts.map((fact, n) =>
    fact.health !== 'good' &&
    fact.more.length === 0 &&
    facts.slice(0, n).some((one) => one.brief === fact.brief)
      ? { ...fact, brief: '' }
      : fact,
  );
}

function makeFacts(view: View, host: HostName): readonly RoleFact[] {
  switch (host) {
    case 'vm-docker':
      return [dockerFact(view), harborFact(view), edgeFact(view), runnerFact(view)];
    case 'vm-k8s': {
      const all = pods(view);
      const system = all.filter((row) => row.namespace === SYSTEM_NAMESPACE);
      return [
        nodesFact(view),
        podsFact(view, 'control', system),
        podsFact(view, 'pod', all),
        namespacesFact(view, all),
      ];
    }
    case 'vm-worker': {
      const node = nodeOf(view.state, host, view.live)?.name ?? host;
      const here = pods(view).filter((row) => row.node === node);
      return [
        thisNodeFact(view, host),
        podsFact(view, 'pod', here),
        nodePortsFact(view),
        databaseFact(view, here),
      ];
    }
  }
}

/** Sources that a host's facts come from. */
export function roleSources(host: HostName): readonly SourceName[] {
  return host === 'vm-docker' ? ['docker@vm-docker', 'harbor', 'edge', 'runner'] : ['kubernetes'];
}
/** Whether anything was ever asked about this host's role. */
export function isAsked(view: View, host: HostName): boolean {
  return roleSources(host).some((source) => view.live.status(source).kind !== 'idle');
}

const URGENCY: Readonly<Record<Health, number>> = { bad: 0, warn: 1, busy: 2, good: 3, off: 3 };

/** Facts for where not all have room: what is broken comes first, the rest keeps its order. */
export function worstFirst(facts: readonly RoleFact[]): readonly RoleFact[] {
  return facts.toSorted((a, b) => URGENCY[a.health] - URGENCY[b.health]);
}

/** The one fact to tell where there is room for one: what is worst, else the first. */
export function tellingFact(view: View, host: HostName): RoleFact | null {
  return worstFirst(roleFacts(view, host))[0] ?? null;
}
