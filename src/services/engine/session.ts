/** One open lab: its links, its content rendered, and what is remembered of it. Everything the use cases stand on. */
import type { GateKey, GateResult, Waiver } from '../../gates/types.js';
import { gateKey } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Lab } from '../../lab/types.js';
import { renderGates } from '../../runbook/render.js';
import type { RenderContext, RenderedGate, Runbook, Step, StepId, Variant } from '../../runbook/types.js';
import type { LogBook } from '../../state/logs.js';
import type { LiveServices } from '../live/types.js';
import type {
  Jobs,
  Journal,
  JobId,
  Links,
  ProbeRunner,
  ProjectArchives,
  SavedState,
  Secrets,
  StateFile,
  Telemetry,
  Uploads,
} from '../ports.js';

/** What a session is made of; the composition root builds the services, tests give their own. */
export interface SessionParts {
  readonly lab: Lab;
  readonly runbook: Runbook;
  readonly links: Links;
  readonly probes: ProbeRunner;
  readonly jobs: Jobs;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly stateFile: StateFile;
  readonly logs: LogBook;
  readonly secrets: Secrets;
  readonly uploads: Uploads;
  readonly projects: ProjectArchives;
  /** null: nobody looks at live things, as when a command is run. */
  readonly live: LiveServices | null;
  /** From now on this text is masked in everything that comes from hosts or goes into a file. */
  readonly hide: (text: string) => void;
  /** Replaces every known secret in a text. */
  readonly mask: (text: string) => string;
  /** `user@computer`, written into journal and jobs. */
  readonly by: string;
  readonly now: () => number;
}

export interface Session extends SessionParts {
  readonly context: Omit<RenderContext, 'host'>;
  readonly gates: readonly RenderedGate[];
  readonly memory: Memory;
  /** Ids of jobs that this program started: nobody else has to pick them up. */
  readonly ownJobs: Set<JobId>;
  /** Path of a damaged state file that was set aside, to be told once. */
  readonly setAside: string | null;
}

/**
 * What outlives the program. Every change is saved; saves are serialised and coalesced, and merged with what another
 * program (a command beside the screen) has saved meanwhile.
 */
export interface Memory {
  readonly results: ReadonlyMap<GateKey, GateResult>;
  readonly waivers: ReadonlyMap<GateKey, Waiver>;
  readonly variants: Readonly<Record<string, Variant>>;
  readonly cursor: SavedState['cursor'];
  remember(result: GateResult): void;
  waive(waiver: Waiver): void;
  unwaive(key: GateKey): void;
  place(variants: Readonly<Record<string, Variant>>, cursor: SavedState['cursor']): void;
  /** Takes over what another program has saved meanwhile. @returns what that changed */
  refresh(): Promise<News>;
  /** Resolves when everything said so far is on disk. Rejects with the Trouble of a failed save. */
  settled(): Promise<void>;
}

/** What came to be known from another program's save. */
export interface News {
  readonly results: readonly GateResult[];
  /** null: withdrawn. */
  readonly waivers: ReadonlyMap<GateKey, Waiver | null>;
}

export async function openSession(parts: SessionParts): Promise<Session> {
  const { state, setAside } = await parts.stateFile.load();
  const addresses: Record<HostName, string> = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
  for (const name of HOST_NAMES) addresses[name] = parts.lab.hosts[name].address;
  const context = { addresses, user: parts.lab.hosts['vm-docker'].user, parameters: parts.lab.parameters };
  const gates = renderGates(parts.runbook, context);
  const memory = createMemory(state, parts.stateFile);
  return { ...parts, context, gates, memory, ownJobs: new Set(), setAside };
}

function createMemory(saved: SavedState, file: StateFile): Memory {
  const results = new Map(saved.results.map((result) => [gateKey(result.gate, result.subject), result]));
  const waivers = new Map(saved.waivers.map((waiver) => [waiver.key, waiver]));
  let variants = saved.variants;
  let cursor = saved.cursor;
  // What this program changed since it last saved; all else is taken from the disk, where another program may have written.
  const changedWaivers = new Set<GateKey>();
  let placed = false;
  let dirty = false;
  let saving: Promise<void> | null = null;

  const takeIn = (disk: SavedState): News => {
    const newer = disk.results.filter((theirs) => {
      const ours = results.get(gateKey(theirs.gate, theirs.subject));
      return ours === undefined || askedAt(theirs) > askedAt(ours);
    });
    for (const theirs of newer) results.set(gateKey(theirs.gate, theirs.subject), theirs);
    const others = takeOver(waivers, changedWaivers, disk.waivers, (waiver) => waiver.key);
    if (!placed) ({ variants, cursor } = disk);
    return { results: newer, waivers: others };
  };
  /** One save. What it could not write stays marked as changed, for the next one. */
  const saveOnce = async (): Promise<void> => {
    const [waived, wasPlaced] = [[...changedWaivers], placed];
    try {
      await file.update((disk) => {
        takeIn(disk);
        for (const key of waived) changedWaivers.delete(key);
        placed = false;
        return {
          version: 1,
          results: [...results.values()],
          waivers: [...waivers.values()],
          variants,
          cursor,
        };
      });
    } catch (error) {
      for (const key of waived) changedWaivers.add(key);
      placed ||= wasPlaced;
      dirty = true;
      throw error;
    }
  };
  const drain = async (): Promise<void> => {
    while (dirty) {
      dirty = false;
      await saveOnce();
    }
  };
  const changed = (): void => {
    dirty = true;
    saving ??= new Promise<void>((resolve) => setImmediate(resolve)).then(drain).finally(() => {
      saving = null;
    });
    // Told by settled(), which tries once more; here it only must not become an unhandled rejection.
    saving.catch(() => undefined);
  };

  return {
    results,
    waivers,
    get variants() {
      return variants;
    },
    get cursor() {
      return cursor;
    },
    remember(result) {
      results.set(gateKey(result.gate, result.subject), result);
      changed();
    },
    waive(waiver) {
      waivers.set(waiver.key, waiver);
      changedWaivers.add(waiver.key);
      changed();
    },
    unwaive(key) {
      waivers.delete(key);
      changedWaivers.add(key);
      changed();
    },
    place(newVariants, newCursor) {
      variants = newVariants;
      cursor = newCursor;
      placed = true;
      changed();
    },
    async refresh() {
      return takeIn((await file.load()).state);
    },
    async settled() {
      while (saving !== null) await saving.catch(() => undefined);
      if (dirty) await drain();
    },
  };
}

/** Makes a map what the disk says, but for the keys that this program changed itself. @returns what became different */
function takeOver<K, V extends { readonly madeAt: number }>(
  map: Map<K, V>,
  changed: ReadonlySet<K>,
  disk: readonly V[],
  keyOf: (value: V) => K,
): ReadonlyMap<K, V | null> {
  const theirs = new Map(disk.map((value) => [keyOf(value), value]));
  const news = new Map<K, V | null>();
  for (const key of map.keys()) if (!changed.has(key) && !theirs.has(key)) news.set(key, null);
  for (const [key, value] of theirs)
    if (!changed.has(key) && map.get(key)?.madeAt !== value.madeAt) news.set(key, value);
  for (const [key, value] of news) {
    if (value === null) map.delete(key);
    else map.set(key, value);
  }
  return news;
}

/** When what a result rests on was asked, epoch ms: the first of its probes, or the judgement when nothing was asked. */
export function askedAt(result: GateResult): number {
  return Math.min(...result.evidence.map((one) => one.startedAt), result.judgedAt);
}

/** The step of an id. @throws RangeError when the runbook has no such step. */
export function stepOf(runbook: Runbook, id: StepId): Step {
  const step = runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === id);
  if (step === undefined) throw new RangeError(`no step ${id}`);
  return step;
}
