/**
 * The facts that live sources tell, outside the store: thousands of rows may change many times a second. Writers (services)
 * put rows in at any rate; readers (screens) learn of a change by revision numbers, published at most a few times a second.
 */
import type { HostName } from '../../lab/types.js';
import type {
  ContainerRow,
  ContainerUsage,
  EdgeFacts,
  HarborFacts,
  HostFacts,
  KubeKind,
  KubeRow,
  LabEvent,
  RunnerFacts,
  SourceName,
  SourceStatus,
} from './rows.js';

const IDLE: SourceStatus = { kind: 'idle' };
const NOTHING: readonly never[] = [];

/** What screens read. Lists keep their identity until they change, so that a view may be remembered by it. */
export interface LiveFacts {
  status(source: SourceName): SourceStatus;
  containers(host: HostName): readonly ContainerRow[];
  usage(host: HostName, id: string): ContainerUsage | null;
  /** Sorted by namespace, then name. */
  objects(kind: KubeKind): readonly KubeRow[];
  /** Kinds that this server does not serve; said so on screen. */
  missingKinds(): readonly KubeKind[];
  facts(host: HostName): HostFacts | null;
  harbor(): HarborFacts | null;
  edge(): EdgeFacts | null;
  runner(): RunnerFacts | null;
  /** Oldest first; the oldest are dropped. */
  events(): readonly LabEvent[];
  /** Events that no longer are kept. */
  droppedEvents(): number;
  /** Grows with every change. */
  revision(): number;
}

export interface LiveBook extends LiveFacts {
  setStatus(source: SourceName, status: SourceStatus): void;
  setContainers(host: HostName, rows: readonly ContainerRow[]): void;
  /** null: not measured any more. */
  setUsage(host: HostName, id: string, usage: ContainerUsage | null): void;
  /** Replaces all rows of a kind: after a list. */
  replaceObjects(kind: KubeKind, rows: readonly KubeRow[]): void;
  putObject(row: KubeRow): void;
  removeObject(kind: KubeKind, uid: string): void;
  setMissingKinds(kinds: readonly KubeKind[]): void;
  setFacts(host: HostName, facts: HostFacts): void;
  setHarbor(facts: HarborFacts | null): void;
  setEdge(facts: EdgeFacts | null): void;
  setRunner(facts: RunnerFacts | null): void;
  addEvent(event: Omit<LabEvent, 'seq'>): void;
  /** Forgets everything: another lab. */
  clear(): void;
  /**
   * Calls back at most `publishPerSecond` times a second while something changes. Returns how to stop.
   * @param listener `news`: something happened, rather than that measured values have moved
   */
  subscribe(listener: (revision: number, news: boolean) => void): () => void;
}

const byName = (a: KubeRow, b: KubeRow): number =>
  a.namespace < b.namespace
    ? -1
    : a.namespace > b.namespace
      ? 1
      : a.name < b.name
        ? -1
        : a.name > b.name
          ? 1
          : 0;

/** Whether nothing but the processor time of processes has moved; lists that did not change keep their identity. */
function onlyBusier(before: HostFacts, after: HostFacts): boolean {
  return (
    before.units === after.units &&
    before.ports === after.ports &&
    before.mounts === after.mounts &&
    before.files === after.files &&
    before.rebootPending === after.rebootPending
  );
}

/**
 * @param keptEvents how many events are kept
 * @param publishPerSecond upper bound of notifications
 */
export function createLiveBook(keptEvents = 2000, publishPerSecond = 5): LiveBook {
  const statuses = new Map<SourceName, SourceStatus>();
  const containers = new Map<HostName, readonly ContainerRow[]>();
  const usages = new Map<string, ContainerUsage>();
  const objects = new Map<KubeKind, Map<string, KubeRow>>();
  /** Sorted lists, made when somebody looks. */
  const sorted = new Map<KubeKind, readonly KubeRow[]>();
  const facts = new Map<HostName, HostFacts>();
  let missing: readonly KubeKind[] = NOTHING;
  let harbor: HarborFacts | null = null;
  let edge: EdgeFacts | null = null;
  let runner: RunnerFacts | null = null;
  let events: LabEvent[] = [];
  let shown: readonly LabEvent[] | null = null;
  let seq = 0;
  let revision = 0;
  let timer: NodeJS.Timeout | null = null;
  /** Since listeners were called last. */
  let news = false;
  const listeners = new Set<(revision: number, news: boolean) => void>();

  const changed = (what: 'news' | 'reading' = 'news'): void => {
    revision += 1;
    news ||= what === 'news';
    if (timer !== null || listeners.size === 0) return;
    timer = setTimeout(() => {
      timer = null;
      const told = news;
      news = false;
      for (const listener of listeners) listener(revision, told);
    }, 1000 / publishPerSecond);
    timer.unref();
  };
  const kindOf = (kind: KubeKind): Map<string, KubeRow> => {
    const found = objects.get(kind) ?? new Map<string, KubeRow>();
    objects.set(kind, found);
    return found;
  };

  return {
    status: (source) => statuses.get(source) ?? IDLE,
    containers: (host) => containers.get(host) ?? NOTHING,
    usage: (host, id) => usages.get(`${host}/${id}`) ?? null,
    objects(kind) {
      const found = sorted.get(kind) ?? [...kindOf(kind).values()].toSorted(byName);
      sorted.set(kind, found);
      return found;
    },
    missingKinds: () => missing,
    facts: (host) => facts.get(host) ?? null,
    harbor: () => harbor,
    edge: () => edge,
    runner: () => runner,
    events() {
      shown ??= events.slice(-keptEvents);
      return shown;
    },
    droppedEvents: () => Math.max(0, seq - keptEvents),
    revision: () => revision,
    setStatus(source, status) {
      statuses.set(source, status);
      changed();
    },
    setContainers(host, rows) {
      containers.set(host, rows);
      changed();
    },
    setUsage(host, id, usage) {
      const known = usages.has(`${host}/${id}`);
      if (usage === null) usages.delete(`${host}/${id}`);
      else usages.set(`${host}/${id}`, usage);
      changed(known && usage !== null ? 'reading' : 'news');
    },
    replaceObjects(kind, rows) {
      objects.set(kind, new Map(rows.map((row) => [row.uid, row])));
      sorted.delete(kind);
      changed();
    },
    putObject(row) {
      kindOf(row.kind).set(row.uid, row);
      sorted.delete(row.kind);
      changed();
    },
    removeObject(kind, uid) {
      if (!kindOf(kind).delete(uid)) return;
      sorted.delete(kind);
      changed();
    },
    setMissingKinds(kinds) {
      missing = kinds;
      changed();
    },
    setFacts(host, given) {
      const before = facts.get(host);
      facts.set(host, given);
      changed(before !== undefined && onlyBusier(before, given) ? 'reading' : 'news');
    },
    setHarbor(given) {
      harbor = given;
      changed();
    },
    setEdge(given) {
      edge = given;
      changed();
    },
    setRunner(given) {
      runner = given;
      changed();
    },
    addEvent(event) {
      seq += 1;
      // Sources tell at their own pace, and of what was before: each event goes to its place in time.
      const at = 1 + events.findLastIndex((one) => one.at <= event.at);
      events.splice(at, 0, { ...event, seq });
      // Cut now and then, not with every event.
      if (events.length > keptEvents * 1.25) events = events.slice(-keptEvents);
      shown = null;
      changed();
    },
    clear() {
      statuses.clear();
      containers.clear();
      usages.clear();
      objects.clear();
      sorted.clear();
      facts.clear();
      missing = NOTHING;
      harbor = null;
      edge = null;
      runner = null;
      events = [];
      shown = null;
      seq = 0;
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && timer !== null) {
          clearTimeout(timer);
          timer = null;
        }
      };
    },
  };
}
