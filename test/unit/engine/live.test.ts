/** The live side of an open lab: followed as long as it is open, asked, acted upon, and gone when it closes. */
import { describe, expect, it, vi } from 'vitest';
import { readOurFiles } from '../../../src/drift/files.js';
import { createBeat } from '../../../src/services/engine/beat.js';
import { createTimeline } from '../../../src/services/engine/live-events.js';
import { openLiveDesk, type LiveDesk } from '../../../src/services/engine/live.js';
import type { LiveServices, LogOptions } from '../../../src/services/live/types.js';
import type { RemoteTerminal } from '../../../src/services/ports.js';
import { createLiveBook, type LiveBook } from '../../../src/state/live/book.js';
import type { LiveTarget } from '../../../src/state/live/targets.js';
import { createStreamBook } from '../../../src/state/live/stream.js';
import type { ServiceMessage } from '../../../src/state/types.js';
import { fakeLab, NO_FACTS, type FakeLab } from './fakes.js';

/** The journal is written to a disk that others may keep busy. */
const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 8_000 });

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
const refuse = (): Promise<never> => Promise.reject(new Error('not used'));
const TERMINAL: RemoteTerminal = {
  onData: () => undefined,
  write: () => undefined,
  resize: () => undefined,
  ended: Promise.resolve({ exit: 0, signal: null }),
  close: () => undefined,
};

interface World {
  readonly desk: LiveDesk;
  readonly session: FakeLab['session'];
  readonly book: LiveBook;
  readonly messages: ServiceMessage[];
  readonly asked: string[];
  readonly checked: string[][];
  readonly entries: () => readonly unknown[];
  log: LogOptions | null;
  failRestart: Error | null;
  /** Called when gates are asked. */
  onCheck: () => void;
  close(): Promise<void>;
}

async function world(): Promise<World> {
  const session = await fakeLab();
  const stop = new AbortController();
  const book = createLiveBook();
  const messages: ServiceMessage[] = [];
  const asked: string[] = [];
  const checked: string[][] = [];
  const note = (what: string): Promise<void> => {
    asked.push(what);
    return Promise.resolve();
  };
  const logged = (what: string, options: LogOptions): Promise<void> => {
    asked.push(what);
    made.log = options;
    return untilAborted(options.signal);
  };
  const live: LiveServices = {
    docker: {
      follow: (host, signal) => {
        asked.push(`docker ${host}`);
        return untilAborted(signal);
      },
      measure: (host, ids) => void asked.push(`measure ${host} ${ids.join(',')}`),
      describe: refuse,
      log: (_host, id, options) => logged(`log ${id}`, options),
      act: (_host, id, act) => note(`${act} ${id}`),
      shell: refuse,
      close: () => note('docker closed'),
    },
    kube: {
      follow: (signal) => untilAborted(signal),
      describe: () => Promise.resolve(['kind: Pod']),
      log: (pod, options) => logged(`pod ${pod.namespace}/${pod.name} ${pod.container}`, options),
      deletePod: (namespace, name) => note(`delete ${namespace}/${name}`),
      scale: (kind, _namespace, name, replicas) => note(`scale ${kind} ${name} ${replicas}`),
      restartRollout: refuse,
      shell: refuse,
      close: () => note('kube closed'),
    },
    files: { describe: refuse, settle: (_host, file, act) => note(`${act} ${file.path}`) },
    host: {
      follow: (host, signal) => {
        asked.push(`host ${host}`);
        return untilAborted(signal);
      },
      journal: (host, unit, options) => logged(`journal ${host} ${unit ?? ''}`, options),
      describe: refuse,
      restartUnit: (_host, unit) =>
        made.failRestart === null ? note(`restart ${unit}`) : Promise.reject(made.failRestart),
      shell: () => Promise.resolve(TERMINAL),
    },
    platform: { follow: (signal) => untilAborted(signal) },
  };
  const dispatch = (message: ServiceMessage): void => void messages.push(message);
  const desk = openLiveDesk(
    { session: session.session, live },
    {
      book,
      stream: createStreamBook(),
      seat: {
        size: () => ({ columns: 80, rows: 24 }),
        lend: () => Promise.resolve({ kind: 'exited', exit: 7 }),
      },
    },
    {
      dispatch,
      beat: createBeat(dispatch, stop.signal),
      signal: stop.signal,
      check: (keys) => {
        checked.push([...keys]);
        made.onCheck();
        return Promise.resolve();
      },
      pauseMs: 1,
      tell: (error) => {
        throw error;
      },
    },
  );
  const made: World = {
    desk,
    session: session.session,
    book,
    messages,
    asked,
    checked,
    entries: () => session.entries,
    log: null,
    failRestart: null,
    onCheck: () => undefined,
    async close() {
      stop.abort();
      await desk.stopped;
    },
  };
  return made;
}

const POD: LiveTarget = { kind: 'object', object: 'Pod', namespace: 'prod', name: 'go-1', container: '' };

describe('the live desk', () => {
  it('follows every source from the beginning, and ends them all', async () => {
    const one = await world();
    expect(one.asked).toEqual(['host vm-docker', 'host vm-k8s', 'host vm-worker', 'docker vm-docker']);
    await one.close();
    expect(one.asked).toContain('docker closed');
    expect(one.asked).toContain('kube closed');
    one.book.setFacts('vm-k8s', NO_FACTS);
    expect(one.messages.filter((message) => message.type === 'live')).toEqual([]);
  });

  it('follows one log at a time, and nothing of the one before comes through', async () => {
    const one = await world();
    one.book.replaceObjects('Pod', []);
    one.desk.carryOut({ type: 'live.follow', target: POD, previous: false });
    await eventually(() => expect(one.log).not.toBeNull());
    const first = one.log;
    one.desk.carryOut({
      type: 'live.follow',
      target: { kind: 'unit', host: 'vm-k8s', unit: 'kubelet.service' },
      previous: false,
    });
    await eventually(() => expect(one.asked).toContain('journal vm-k8s kubelet.service'));
    expect(first?.signal.aborted).toBe(true);
    first?.onText('too late\n');
    expect(one.messages.filter((message) => message.type === 'live.stream-ended')).toEqual([]);
    one.desk.carryOut({ type: 'live.unfollow' });
    expect(one.log?.signal.aborted).toBe(true);
    await one.close();
  });

  it('says when a target has no log', async () => {
    const one = await world();
    const target: LiveTarget = { ...POD, object: 'Service', name: 'go' };
    one.desk.carryOut({ type: 'live.follow', target, previous: false });
    await eventually(() =>
      expect(one.messages).toContainEqual(
        expect.objectContaining({
          type: 'live.stream-ended',
          trouble: expect.objectContaining({ code: 'live-nothing-there' }),
        }),
      ),
    );
    await one.close();
  });

  it('journals an act, puts it into the timeline, and asks the gates it touches', async () => {
    const one = await world();
    const act = { act: 'restart-unit', host: 'vm-docker', unit: 'docker.service' } as const;
    one.desk.carryOut({ type: 'live.act', act });
    await eventually(() => expect(one.checked).toHaveLength(1));
    expect(one.asked).toContain('restart docker.service');
    expect(one.messages).toContainEqual({ type: 'live.acted', act, trouble: null });
    expect(one.entries()).toContainEqual(
      expect.objectContaining({ kind: 'act', act: 'restart-unit', about: 'docker.service', trouble: null }),
    );
    expect(one.book.events().at(-1)).toMatchObject({ about: 'docker.service', health: 'good' });
    await one.close();
  });

  /** The first gate about a host, judged now. */
  const judge = (one: World, host: string, verdict: 'pass' | 'fail' | 'blocked'): string => {
    const gate = one.session.gates.find(({ subject }) => subject === host);
    if (gate === undefined) throw new Error(`no gate on ${host}`);
    one.session.memory.remember({
      gate: gate.gate,
      subject: gate.subject,
      verdict,
      say: { id: 'kata', en: 'words' },
      hints: [],
      symptom: null,
      evidence: [],
      blockedBy: [],
      judgedAt: one.session.now(),
    });
    return gate.key;
  };
  const RESTART = { act: 'restart-unit', host: 'vm-docker', unit: 'docker.service' } as const;

  it('asks what is red again for a while: here each time, on other hosts, which it may look through to, now and then', async () => {
    const one = await world();
    const [here, elsewhere] = [judge(one, 'vm-docker', 'fail'), judge(one, 'vm-k8s', 'fail')];
    one.desk.carryOut({ type: 'live.act', act: RESTART });
    const both = [here, elsewhere];
    await eventually(() => expect(one.checked).toHaveLength(7));
    expect(one.checked).toEqual([both, [here], both, [here], both, [here], both]);
    await one.close();
  });

  it('asks what only waits for something red, too: nobody else would wake it', async () => {
    const one = await world();
    const waiting = judge(one, 'vm-k8s', 'blocked');
    one.onCheck = () => {
      if (one.checked.length === 3) judge(one, 'vm-k8s', 'pass');
    };
    one.desk.carryOut({ type: 'live.act', act: RESTART });
    await eventually(() => expect(one.checked).toHaveLength(3));
    await one.close();
    expect(one.checked).toEqual([[waiting], [waiting], [waiting]]);
  });

  it('stops asking as soon as all of it is green', async () => {
    const one = await world();
    const here = judge(one, 'vm-docker', 'fail');
    one.onCheck = () => {
      if (one.checked.length === 3) judge(one, 'vm-docker', 'pass');
    };
    one.desk.carryOut({ type: 'live.act', act: RESTART });
    await eventually(() => expect(one.checked).toHaveLength(3));
    await one.close();
    expect(one.checked).toEqual([[here], [here], [here]]);
  });

  it('decides about a file of ours: restoring asks the gates of its step, keeping asks none', async () => {
    const one = await world();
    const [file] = readOurFiles('F\tr\tA1.write\t/etc/one\tabsent\t\t');
    if (file === undefined) throw new Error('no file');
    const keep = { act: 'keep-file', host: 'vm-docker', file } as const;
    one.desk.carryOut({ type: 'live.act', act: keep });
    await eventually(() => expect(one.entries()).toHaveLength(1));
    const restore = { act: 'restore-file', host: 'vm-docker', file } as const;
    one.desk.carryOut({ type: 'live.act', act: restore });
    await eventually(() => expect(one.checked.length).toBeGreaterThan(0));
    expect(one.asked).toEqual(expect.arrayContaining(['keep /etc/one', 'restore /etc/one']));
    expect(one.entries()).toContainEqual(
      expect.objectContaining({ kind: 'act', act: 'restore-file', about: '/etc/one', trouble: null }),
    );
    expect(one.checked[0]?.every((key) => key.startsWith('A1.'))).toBe(true);
    await one.close();
  });

  it('keeps a failed act in the journal, with the reason', async () => {
    const one = await world();
    one.failRestart = new Error('Job for docker.service failed');
    const act = { act: 'restart-unit', host: 'vm-docker', unit: 'docker.service' } as const;
    one.desk.carryOut({ type: 'live.act', act });
    await eventually(() =>
      expect(one.entries()).toContainEqual(
        expect.objectContaining({
          kind: 'act',
          trouble: expect.objectContaining({ en: expect.stringContaining('Job for docker.service failed') }),
        }),
      ),
    );
    await one.close();
  });

  it('lends the terminal to a shell, and tells how it ended', async () => {
    const one = await world();
    const target: LiveTarget = { kind: 'host', host: 'vm-worker' };
    one.desk.carryOut({ type: 'shell.open', target });
    await eventually(() =>
      expect(one.messages).toContainEqual({
        type: 'shell.ended',
        target,
        end: { kind: 'exited', exit: 7 },
      }),
    );
    one.desk.carryOut({ type: 'shell.open', target: { kind: 'unit', host: 'vm-k8s', unit: 'ssh.service' } });
    await eventually(() =>
      expect(one.messages).toContainEqual(
        expect.objectContaining({ type: 'shell.ended', end: expect.objectContaining({ kind: 'failed' }) }),
      ),
    );
    await one.close();
  });
});

describe('our own side of the timeline', () => {
  const gate = (verdict: 'pass' | 'fail', judgedAt: number): ServiceMessage => ({
    type: 'gate.judged',
    result: {
      gate: 'A0.reachable',
      subject: 'vm-k8s',
      verdict,
      say: { id: 'kata', en: 'words' },
      hints: [],
      symptom: null,
      evidence: [],
      blockedBy: [],
      judgedAt,
    },
  });

  it('tells gates that turn, not gates that stay', () => {
    const book = createLiveBook();
    const hear = createTimeline(book, () => 0);
    for (const message of [
      gate('pass', 1),
      gate('pass', 2),
      gate('fail', 3),
      gate('fail', 4),
      gate('pass', 5),
    ])
      hear(message);
    expect(book.events().map(({ at, what, health }) => [at, what, health])).toEqual([
      [3, 'fail', 'bad'],
      [5, 'pass', 'good'],
    ]);
    expect(book.events()[0]?.say).toEqual({ id: 'kata', en: 'words' });
  });

  it('tells a link that goes and comes, once each', () => {
    const book = createLiveBook();
    const hear = createTimeline(book, () => 5);
    const up: ServiceMessage = {
      type: 'link',
      host: 'vm-k8s',
      status: { kind: 'up', since: 1, sudo: 'nopasswd' },
    };
    const down: ServiceMessage = {
      type: 'link',
      host: 'vm-k8s',
      status: {
        kind: 'down',
        code: 'link-lost',
        reason: { id: 'putus', en: 'gone' },
        remedy: { id: '', en: '' },
        lastSeen: 1,
        retryAt: 2,
      },
    };
    const connecting: ServiceMessage = {
      type: 'link',
      host: 'vm-k8s',
      status: { kind: 'connecting', attempt: 1 },
    };
    for (const message of [up, up, down, connecting, down, connecting, up]) hear(message);
    expect(book.events().map((event) => event.what)).toEqual(['up', 'down', 'up']);
  });
});
