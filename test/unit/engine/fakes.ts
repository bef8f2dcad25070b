/** A lab without wires: ports that answer from tables, so that the engine's own decisions can be looked at. */
import type { HostFacts } from '../../../src/state/live/rows.js';
import type { ProbeRequest, Recording } from '../../../src/gates/types.js';
import { HOST_NAMES, type HostLogin, type HostName, type Lab } from '../../../src/lab/types.js';
import { parseRunbook } from '../../../src/runbook/parse.js';
import type { Runbook } from '../../../src/runbook/types.js';
import { openSession, type Session } from '../../../src/services/engine/session.js';
import type {
  HostLink,
  JobEnd,
  JobRecord,
  JobSpec,
  JournalEntry,
  LinkStatus,
  SavedState,
} from '../../../src/services/ports.js';
import { createLogBook } from '../../../src/state/logs.js';

export const PHASE = `
id: A
title: {id: a, en: a}
about: {id: a, en: a}
hosts: [vm-docker, vm-k8s, vm-worker]
steps:
  - id: A1
    title: {id: a, en: a}
    hosts: [vm-docker, vm-k8s]
    why: {id: a, en: a}
    effect: {id: a, en: a}
    success: {id: a, en: a}
    actions:
      - id: one
        say: {id: satu, en: one}
        risk: safe
        satisfied: test -e /one
        script: echo one {{host.name}}
        undo: echo undo one
      - id: two
        say: {id: dua, en: two}
        risk: config
        script: echo two
        runbook: echo original {{host.name}}
        differs: {id: a, en: a}
        keep: tb_backup /etc/two
    gates:
      - id: first
        title: {id: a, en: a}
        probe: {command: echo first}
        outcomes:
          - {when: {stdout: {is: good}}, verdict: pass}
          - {verdict: fail, say: {id: buruk, en: bad}}
      - id: second
        title: {id: a, en: a}
        needs: [first]
        probe: {command: echo second}
        outcomes:
          - {when: {stdout: {is: good}}, verdict: pass}
          - {verdict: fail, say: {id: buruk, en: bad}}
      - id: all-alike
        title: {id: a, en: a}
        probe: {compare: {command: hostname, on: [vm-docker, vm-k8s]}}
        outcomes:
          - {when: {distinct: true}, verdict: pass}
          - {verdict: fail, say: {id: sama, en: same}}
`;

export function fixtureRunbook(): Runbook {
  const track = 'id: t\ntitle: {id: a, en: a}\nabout: {id: a, en: a}\nphases: [a.yaml]\n';
  const { runbook, diagnostics } = parseRunbook({
    files: { 'track.yaml': { name: 'track.yaml', text: track }, 'a.yaml': { name: 'a.yaml', text: PHASE } },
    glossary: null,
    templates: { 'prelude.sh': 'tb_backup() { :; }' },
  });
  if (runbook === null) throw new Error(JSON.stringify(diagnostics));
  return runbook;
}

export interface FakeLab {
  readonly session: Session;
  /** `<gate key>/<place>` or `<step>/<action>` → answer; a missing one answers exit 1. */
  readonly answers: Map<string, Partial<Recording>>;
  readonly asked: string[];
  readonly started: JobSpec[];
  readonly cancelled: string[];
  /** How the job of an action ends, and what it prints; default exit 0. */
  readonly ends: Map<string, JobEnd | Error>;
  /** Jobs as the host lists them. */
  readonly onHost: JobRecord[];
  readonly entries: JournalEntry[];
  saved: SavedState;
  /** Called when a job is followed; the job ends when it resolves. */
  whileFollowing: (id: string) => Promise<void>;
  /** Called when a probe is asked. */
  whileAsking: (id: string) => void;
  /** Thrown by the next starts of a job, one each. */
  readonly failStarts: Error[];
  /** Every id that was tried to be started. */
  readonly startedIds: string[];
  /** How many saves fail from now on. */
  failSaves: number;
  linkStatus: LinkStatus;
  /** Why nobody can log in; null: everybody can. */
  failOpen: Error | null;
  failJournal: Error | null;
}

const EMPTY: SavedState = { version: 1, results: [], waivers: [], variants: {}, cursor: null };

export async function fakeLab(saved: SavedState = EMPTY): Promise<FakeLab> {
  let now = 1_000_000;
  const state: Omit<FakeLab, 'session'> = {
    answers: new Map(),
    asked: [],
    started: [],
    cancelled: [],
    ends: new Map(),
    onHost: [],
    entries: [],
    saved,
    whileFollowing: () => Promise.resolve(),
    whileAsking: () => undefined,
    failStarts: [],
    startedIds: [],
    failSaves: 0,
    failOpen: null,
    failJournal: null,
    linkStatus: { kind: 'up', since: 0, sudo: 'nopasswd' },
  };
  const answer = ({ id, probe }: ProbeRequest): Recording => ({
    place: probe.on,
    asked: id,
    exit: 1,
    stdout: '',
    stderr: '',
    error: null,
    startedAt: now,
    durationMs: 1,
    ...state.answers.get(id),
  });
  const link = (host: HostName): HostLink => ({
    host,
    status: (): LinkStatus => state.linkStatus,
    onStatus: () => () => undefined,
    open: () => (state.failOpen === null ? Promise.resolve() : Promise.reject(state.failOpen)),
    run: () => Promise.reject(new Error('not used')),
    renew: () => Promise.resolve(),
    dial: () => Promise.reject(new Error('no streams here')),
    terminal: () => Promise.reject(new Error('no terminals here')),
    close: () => Promise.resolve(),
  });
  const record = (spec: JobSpec, end: JobEnd | null): JobRecord => {
    const { id, host, step, action, variant, purpose, by } = spec;
    return {
      id,
      host,
      step,
      action,
      variant,
      purpose,
      by,
      startedAt: now,
      endedAt: end === null ? null : now,
      end,
      outputBytes: 4,
    };
  };
  const session = await openSession({
    lab: labFixture(),
    runbook: fixtureRunbook(),
    links: { lab: labFixture(), link, close: () => Promise.resolve() },
    probes: {
      run: (requests, options) => {
        const out = new Map<string, Recording>();
        for (const request of requests) {
          state.asked.push(request.id);
          const recording = answer(request);
          state.whileAsking(request.id);
          out.set(request.id, recording);
          options?.onRecording?.(request.id, recording);
        }
        return Promise.resolve(out);
      },
    },
    jobs: {
      start(spec) {
        state.startedIds.push(spec.id);
        const failure = state.failStarts.shift();
        if (failure !== undefined) return Promise.reject(failure);
        const end = state.ends.get(`${spec.step}/${spec.action}`);
        if (end instanceof Error) return Promise.reject(end);
        state.started.push(spec);
        return Promise.resolve(record(spec, null));
      },
      async follow(host, id, options) {
        await state.whileFollowing(id);
        const spec = state.started.find((one) => one.id === id);
        options.onOutput(`from ${id}\nhalf a `, 5);
        options.onOutput('line', 9);
        if (spec === undefined) {
          const left = state.onHost.find((one) => one.id === id);
          if (left === undefined) throw new Error(`no job ${id} on ${host}`);
          return { ...left, end: left.end ?? { kind: 'exited', exit: 0 }, endedAt: now };
        }
        const end = state.ends.get(`${spec.step}/${spec.action}`);
        return record(spec, end instanceof Error || end === undefined ? { kind: 'exited', exit: 0 } : end);
      },
      secrets: () => Promise.resolve([]),
      list: (host) => Promise.resolve(state.onHost.filter((one) => one.host === host)),
      cancel(host, id) {
        state.cancelled.push(id);
        const left = state.onHost.find((one) => one.id === id && one.host === host);
        return left === undefined ? Promise.reject(new Error('no such job')) : Promise.resolve(left);
      },
    },
    telemetry: { follow: () => Promise.resolve() },
    journal: {
      append(entry) {
        if (state.failJournal !== null) return Promise.reject(state.failJournal);
        state.entries.push(entry);
        return Promise.resolve();
      },
      read: () => Promise.resolve({ entries: state.entries, damaged: 0 }),
      follow: () => () => undefined,
    },
    stateFile: {
      load: () => Promise.resolve({ state: state.saved, setAside: null }),
      update(change) {
        if (state.failSaves > 0) {
          state.failSaves -= 1;
          return Promise.reject(new Error('the disk is full'));
        }
        state.saved = change(state.saved);
        return Promise.resolve();
      },
      onOthers: () => () => undefined,
    },
    logs: createLogBook(100),
    live: null,
    secrets: {
      file: '/nonexistent/secrets.json',
      value: () => null,
      origin: () => null,
      missing: () => [],
      optional: () => [],
      prepare: () => Promise.resolve([]),
      give: () => Promise.resolve(),
    },
    uploads: { put: () => Promise.reject(new Error('not used')) },
    projects: {
      check: () => Promise.reject(new Error('not used')),
      make: () => Promise.reject(new Error('not used')),
    },
    hide: () => undefined,
    mask: (text) => text,
    by: 'me@here',
    now: () => (now += 10),
  });
  return Object.assign(state, { session });
}

function labFixture(): Lab {
  const login = (name: HostName, index: number): HostLogin => ({
    name,
    address: `192.168.56.4${index + 2}`,
    port: 22,
    user: 'cikal',
    forwards: {},
  });
  const [docker, k8s, worker] = HOST_NAMES.map(login);
  if (docker === undefined || k8s === undefined || worker === undefined) throw new Error('three hosts');
  return {
    file: null,
    name: 'fixture',
    hosts: { 'vm-docker': docker, 'vm-k8s': k8s, 'vm-worker': worker },
    parameters: {},
    secrets: {},
    practice: false,
    resolve: {},
    operatorRoutes: [],
    knownHosts: '/nonexistent/known_hosts',
    stateDir: '/nonexistent',
  };
}

/** What a host tells that has nothing to tell. */
export const NO_FACTS: HostFacts = {
  at: 0,
  units: [],
  ports: [],
  mounts: [],
  processes: [],
  files: [],
  rebootPending: false,
  rebootFor: [],
};
