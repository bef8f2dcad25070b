/** Files that are brought when a job starts: which, in what order, and what becomes of the action when one cannot be had. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Trouble } from '../../../src/lab/types.js';
import type { RenderedAction, RenderedSource } from '../../../src/runbook/types.js';
import { createSecretDesk } from '../../../src/services/engine/secret-desk.js';
import { beforeStep } from '../../../src/services/engine/before-step.js';
import { checkSources, filesFor, neededBy, stageFiles } from '../../../src/services/engine/stage.js';
import type { Session } from '../../../src/services/engine/session.js';
import { cancelStep, createActiveSteps, runStep } from '../../../src/services/engine/steps.js';
import type {
  ProjectArchive,
  ProjectArchives,
  RunOptions,
  RunResult,
  Secrets,
} from '../../../src/services/ports.js';
import type { ServiceMessage, StepRun } from '../../../src/state/types.js';
import { fakeLab } from './fakes.js';

const ACTION: RenderedAction = {
  step: 'A1',
  action: 'two',
  host: 'vm-docker',
  variant: 'ours',
  as: 'root',
  risk: 'config',
  say: { id: 'a', en: 'a' },
  script: 'cat "$TB_FILES/password"',
  satisfied: null,
  undo: 'use "$TB_FILES/password"',
  files: [],
  keep: null,
  runbookScript: 'echo by hand',
  timeoutMs: 1000,
  reconnect: false,
};
const SECRET: RenderedSource = { kind: 'secret', parameter: 'admin_password' };
const FETCHED: RenderedSource = { kind: 'fetched', from: 'vm-k8s', as: 'root', script: 'print join' };
const UPLOAD: RenderedSource = { kind: 'upload', parameter: 'installer', path: '/srv/harbor.tgz' };
const action = (more: Partial<RenderedAction> = {}): RenderedAction => ({
  ...ACTION,
  files: [
    { name: 'words', source: { kind: 'template', template: 'x', content: 'plain' } },
    { name: 'password', source: SECRET },
    { name: 'join', source: FETCHED },
    { name: 'harbor.tgz', source: UPLOAD },
    { name: 'empty.tgz', source: { kind: 'upload', parameter: 'other', path: null } },
  ],
  ...more,
});

interface Bench {
  readonly session: Session;
  readonly hidden: string[];
  readonly order: string[];
  readonly values: Map<string, string>;
  readonly given: [string, string, boolean][];
}

/** @param printed what vm-k8s answers to whatever it is asked to run */
async function bench(printed: Partial<RunResult> = {}, missing: readonly string[] = []): Promise<Bench> {
  const { session } = await fakeLab();
  const hidden: string[] = [];
  const order: string[] = [];
  const values = new Map([['admin_password', 'hush-hush']]);
  const given: [string, string, boolean][] = [];
  const secrets: Secrets = {
    file: '/state/secrets.json',
    value: (name) => values.get(name) ?? null,
    origin: () => 'typed',
    missing: (names) => names.filter((name) => missing.includes(name) && !values.has(name)),
    optional: (names) => names.filter((name) => name === 'may_be_empty' && !values.has(name)),
    prepare: (names) => Promise.resolve(names.filter((name) => missing.includes(name) && !values.has(name))),
    give(name, value, { keep }) {
      given.push([name, value, keep]);
      values.set(name, value);
      return Promise.resolve();
    },
  };
  const link = session.links.link('vm-k8s');
  const made: Session = {
    ...session,
    secrets,
    hide: (text) => hidden.push(text),
    mask: (text) => hidden.reduce((masked, one) => masked.replaceAll(one, '***'), text),
    uploads: {
      put(host, path, name, { onProgress }) {
        order.push(`upload ${path} to ${host}`);
        onProgress(`${name}: 1 of 2 MB`);
        return Promise.resolve(`/var/lib/threebody/uploads/00/${name}`);
      },
    },
    links: {
      ...session.links,
      link: () => ({
        ...link,
        run(script: string, options: RunOptions = {}) {
          order.push(`run as ${options.as}: ${script.trim().split('\n').at(-1)}`);
          options.onBytes?.(Buffer.from(printed.stdout ?? 'cluster join 0123456789\n'));
          return Promise.resolve({
            exit: 0,
            signal: null,
            stderr: '',
            droppedBytes: 0,
            durationMs: 1,
            ...printed,
            stdout: '',
          });
        },
      }),
    },
  };
  return { session: made, hidden, order, values, given };
}
const stage = (
  { session }: Bench,
  of: RenderedAction,
  log: string[] = [],
  purpose: 'run' | 'undo' = 'run',
): ReturnType<typeof stageFiles> =>
  stageFiles(session, of, purpose, { signal: new AbortController().signal, log: (line) => log.push(line) });
async function refused(work: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Trouble) return error;
  throw new Error(`expected a Trouble, got ${String(error)}`);
}

describe('the files of a job', () => {
  it('are brought with what takes longest first, and the fetched one is hidden before it is used', async () => {
    const made = await bench();
    const log: string[] = [];
    expect(await stage(made, action(), log)).toEqual([
      { name: 'words', content: 'plain' },
      { name: 'password', content: 'hush-hush', secret: true },
      { name: 'join', content: 'cluster join 0123456789\n', secret: true },
      { name: 'harbor.tgz', path: '/var/lib/threebody/uploads/00/harbor.tgz' },
    ]);
    expect(made.order).toEqual(['upload /srv/harbor.tgz to vm-docker', 'run as root: print join']);
    expect(log).toEqual(['harbor.tgz: 1 of 2 MB', 'join: from vm-k8s']);
    expect(made.hidden).toContain('cluster join 0123456789');
  });

  it('are only those that an undo or the runbook lines name', async () => {
    const names = (of: RenderedAction, purpose: 'run' | 'undo'): readonly string[] =>
      filesFor(of, purpose).map((file) => file.name);
    expect(names(action(), 'undo')).toEqual(['words', 'password']);
    expect(names(action({ variant: 'runbook' }), 'run')).toEqual(['words']);
    expect(names(action({ variant: 'runbook', keep: 'keep join' }), 'run')).toEqual(['words', 'join']);
    expect(neededBy([action(), action({ host: 'vm-k8s' })], 'run')).toEqual({
      secrets: ['admin_password'],
      uploads: ['/srv/harbor.tgz'],
      projects: [],
      hosts: [
        { host: 'vm-k8s', root: true },
        { host: 'vm-k8s', root: true },
      ],
    });
    expect(neededBy([action()], 'undo')).toEqual({
      secrets: ['admin_password'],
      uploads: [],
      projects: [],
      hosts: [],
    });
  });

  it('that the lab does without are not brought and not asked for; undo has them where they are known', async () => {
    const made = await bench();
    const idle = action({ files: [{ name: 'password', source: SECRET, absent: true }] });
    expect(await stage(made, idle)).toEqual([]);
    for (const purpose of ['run', 'undo'] as const) expect(neededBy([idle], purpose).secrets).toEqual([]);
    expect(await stage(made, idle, [], 'undo')).toEqual([
      { name: 'password', content: 'hush-hush', secret: true },
    ]);
  });

  it('hold the project with its format beside it, and say what stayed at home', async () => {
    const made = await bench();
    const { session, order } = made;
    const asked: (string | null)[] = [];
    const withProject = (files: number | null, more: Partial<ProjectArchive> = {}): Bench => ({
      ...made,
      session: {
        ...session,
        projects: {
          check: () => Promise.resolve(),
          make(own, fill) {
            asked.push(own);
            expect(fill('to {{vm-worker.address}}')).toBe('to 192.168.56.44');
            const remove = (): Promise<void> => Promise.resolve(void order.push('removed'));
            return Promise.resolve({
              path: '/tmp/p.tar',
              format: 'tar',
              files,
              leftOut: [],
              remove,
              ...more,
            });
          },
        },
      },
    });
    const files = (path: string | null): RenderedAction =>
      action({ files: [{ name: 'project.tar', source: { kind: 'project', files: 2, path } }] });
    const log: string[] = [];
    expect(await stage(withProject(2, { leftOut: ['.git/', '.env'] }), files(null), log)).toEqual([
      { name: 'project.tar', path: '/var/lib/threebody/uploads/00/project.tar' },
      { name: 'project.tar.format', content: 'tar\n' },
    ]);
    expect(order).toEqual(['upload /tmp/p.tar to vm-docker', 'removed']);
    const own = await stage(withProject(null, { format: 'zip' }), files('/srv/shop.zip'), log);
    expect(own.at(-1)).toEqual({ name: 'project.tar.format', content: 'zip\n' });
    expect(asked).toEqual([null, '/srv/shop.zip']);
    expect(log.filter((line) => !line.includes('MB'))).toEqual([
      'project.tar: the project, 2 files',
      'project.tar: left out: .git/, .env',
      'project.tar: /srv/shop.zip (zip)',
    ]);
    expect(neededBy([files(null), files('/srv/shop.zip')], 'run').projects).toEqual([null, '/srv/shop.zip']);
  });

  it('have a project that cannot be used told before anything is begun', async () => {
    const { session } = await bench();
    const checked: string[] = [];
    const projects: ProjectArchives = {
      ...session.projects,
      check: (own) => Promise.resolve(void checked.push(own)),
    };
    await checkSources(projects, { uploads: [], projects: [null, '/srv/shop'] });
    expect(checked).toEqual(['/srv/shop']);
    const { code } = await refused(
      checkSources(projects, { uploads: ['/nonexistent/x'], projects: ['/srv'] }),
    );
    expect(code).toBe('upload-file');
  });

  it('leave out an optional secret that nobody gave', async () => {
    const made = await bench();
    made.values.clear();
    expect(await stage(made, action({ files: [{ name: 'password', source: SECRET }] }))).toEqual([]);
  });

  it.each([
    [{ exit: 3, stderr: 'no such cluster\n' }, 'exit 3: no such cluster'],
    [{ exit: null, signal: 'KILL' }, 'KILL'],
    [{ stdout: ' \n' }, 'no output'],
    [{ stdout: 'x'.repeat(300_000) }, 'more than 262144 bytes'],
    // What it printed is not to be read in the reason why it failed.
    [{ exit: 1, stdout: 'a-secret-line\n', stderr: '+ echo a-secret-line\n' }, 'exit 1: + echo ***'],
  ])('keep the action from starting when the other host answers %j', async (printed, words) => {
    const trouble = await refused(stage(await bench(printed), action()));
    expect(trouble).toMatchObject({ code: 'fetch-failed', where: 'vm-k8s' });
    expect(trouble.what.en).toBe(
      `the contents of join could not be had from vm-k8s; nothing was run: ${words}`,
    );
  });

  it('keep the action from starting when a secret is missing, and tell the three ways', async () => {
    const made = await bench({}, ['admin_password']);
    made.values.clear();
    const { code, remedy } = await refused(stage(made, action()));
    expect(code).toBe('secret-missing');
    expect(remedy.en).toMatch(/terminal.*THREEBODY_SECRET_ADMIN_PASSWORD.*`secrets:`/);
    expect(made.order).toEqual([]);
  });
});

describe('before a step, at the screen', () => {
  /** The fixture's step with a secret for its second action. */
  function withSecret(session: Session, source: { secret: string } | { upload: string }): Session {
    const { runbook } = session;
    const phases = runbook.phases.map((phase) => ({
      ...phase,
      steps: phase.steps.map((step) => ({
        ...step,
        actions: step.actions.map((one) =>
          one.id === 'two' ? { ...one, files: [{ name: 'f', ...source }] } : one,
        ),
      })),
    }));
    return { ...session, runbook: { ...runbook, phases } };
  }
  const options = { purpose: 'run', variants: {} } as const;

  it('asks for a missing secret once, and goes on with what was typed', async () => {
    const made = await bench({}, ['admin_password']);
    made.values.clear();
    const asked: ServiceMessage[] = [];
    const desk = createSecretDesk((message) => {
      asked.push(message);
      if (message.type === 'secret.ask') desk.answer(message.ask, { value: 'typed-by-hand', keep: true });
    });
    const session = withSecret(made.session, { secret: 'admin_password' });
    const tell = (): void => undefined;
    expect(await beforeStep(session, desk, 'A1', ['vm-docker', 'vm-k8s'], { ...options, tell })).toBe(true);
    expect(asked).toMatchObject([
      { type: 'secret.ask', name: 'admin_password', file: '/state/secrets.json' },
    ]);
    expect(made.given).toEqual([['admin_password', 'typed-by-hand', true]]);
  });

  it('asks for one that may stay empty, and goes on without it', async () => {
    const made = await bench();
    const asked: ServiceMessage[] = [];
    const desk = createSecretDesk((message) => {
      asked.push(message);
      if (message.type === 'secret.ask') desk.answer(message.ask, { value: '', keep: false });
    });
    const session = withSecret(made.session, { secret: 'may_be_empty' });
    const tell = (): void => undefined;
    expect(await beforeStep(session, desk, 'A1', ['vm-docker'], { ...options, tell })).toBe(true);
    expect(asked).toMatchObject([{ name: 'may_be_empty', optional: true }]);
    expect(made.given).toEqual([]);
  });

  it('runs nothing when it is not given, or the lab is closed meanwhile', async () => {
    const made = await bench({}, ['admin_password']);
    made.values.clear();
    const desk = createSecretDesk(() => undefined);
    const told: string[] = [];
    const session = withSecret(made.session, { secret: 'admin_password' });
    const waiting = beforeStep(session, desk, 'A1', ['vm-docker'], {
      ...options,
      tell: (text) => told.push(text.en),
    });
    await Promise.resolve();
    desk.answer(99, { value: 'for nobody', keep: false });
    setImmediate(() => desk.dismiss());
    expect(await waiting).toBe(false);
    expect(told).toEqual(['A1 was not run: the secret admin_password was not given.']);
  });

  it('tells a file that is not there before anything else', async () => {
    const made = await bench();
    const session = withSecret(
      { ...made.session, context: { ...made.session.context, parameters: { installer: '/nonexistent/x' } } },
      { upload: 'installer' },
    );
    const desk = createSecretDesk(() => undefined);
    const work = beforeStep(session, desk, 'A1', ['vm-docker'], { ...options, tell: () => undefined });
    expect(await refused(work)).toMatchObject({ code: 'upload-file', where: '/nonexistent/x' });
  });
});

describe('cancelling while a file is being sent', () => {
  it('ends the sending, and starts no job', async () => {
    const lab = await fakeLab();
    const directory = await mkdtemp(join(tmpdir(), 'threebody-stage-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    await writeFile(join(directory, 'x.tgz'), 'x');
    const sending = Promise.withResolvers<void>();
    const { runbook } = lab.session;
    const session: Session = {
      ...lab.session,
      context: { ...lab.session.context, parameters: { installer: join(directory, 'x.tgz') } },
      runbook: {
        ...runbook,
        phases: runbook.phases.map((phase) => ({
          ...phase,
          steps: phase.steps.map((step) => ({
            ...step,
            actions: step.actions
              .filter((one) => one.id === 'two')
              .map((one) => ({ ...one, files: [{ name: 'x.tgz', upload: 'installer' }] })),
          })),
        })),
      },
      uploads: {
        put: (host, _path, _name, { signal }) =>
          new Promise((_resolve, reject) => {
            const stop = (): void =>
              reject(new Trouble('cancelled', { id: 'a', en: 'a' }, { id: 'a', en: 'a' }, host, 3));
            signal?.addEventListener('abort', stop, { once: true });
            sending.resolve();
          }),
      },
    };
    const active = createActiveSteps();
    const runs: StepRun[] = [];
    const work = runStep(session, active, 'A1', ['vm-docker'], { onRun: (run) => runs.push(run) });
    await sending.promise;
    await cancelStep(session, active, 'A1', ['vm-docker']);
    const [run] = await work;
    expect(run?.phase).toBe('cancelled');
    expect(run?.actions.map((one) => one.phase)).toEqual(['cancelled']);
    expect(lab.started).toEqual([]);
  });
});
