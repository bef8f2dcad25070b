/** docker ps, start, stop, restart, kill, rm, wait, logs, exec, rename. */
import { randomBytes } from 'node:crypto';
import type { Container } from '../../docker/container.js';
import { renameContainer, sendSignal } from '../../docker/actions.js';
import { psRow } from '../../docker/describe.js';
import { isWanted } from '../../docker/filters.js';
import { runInside } from '../../docker/shell-program.js';
import { EngineError } from '../../docker/types.js';
import { renderTemplate } from '../../format/go-template.js';
import { DeviceDescription, type Description } from '../../kernel/description.js';
import { Waiters } from '../../kernel/pipe.js';
import { terminalOf } from '../../terminal.js';
import type { Options } from '../options.js';
import { daemon, Refusal, table, withDockerOptions, type Call } from './call.js';

/** `key=value` filters of the command line by their keys. */
function grouped(filters: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const filter of filters) {
    const at = filter.indexOf('=');
    const key = filter.slice(0, at);
    groups.set(key, [...(groups.get(key) ?? []), filter.slice(at + 1)]);
  }
  return groups;
}

export type Verb = (call: Call, args: readonly string[]) => Promise<number>;

export function need(call: Call, name: string): Container {
  const found = daemon(call, `v1.51/containers/${name}/json`).find(name);
  if (found === undefined) throw new EngineError(`No such container: ${name}`);
  return found;
}

const COLUMNS = {
  ID: 'CONTAINER ID',
  Image: 'IMAGE',
  Command: 'COMMAND',
  RunningFor: 'CREATED',
  Status: 'STATUS',
  Ports: 'PORTS',
  Names: 'NAMES',
} as const;
const TITLES: Readonly<Record<string, string>> = {
  ...COLUMNS,
  State: 'STATE',
  CreatedAt: 'CREATED AT',
  Labels: 'LABELS',
  Networks: 'NETWORKS',
  Mounts: 'MOUNTS',
  Size: 'SIZE',
};

/** Rows by a `--format`: `table …`, `json`, or a template. */
export function formatted(
  format: string | undefined,
  rows: readonly Readonly<Record<string, string>>[],
  columns: Readonly<Record<string, string>>,
): string {
  if (format === undefined || format === 'table')
    return table([
      Object.values(columns),
      ...rows.map((row) => Object.keys(columns).map((key) => row[key] ?? '')),
    ]);
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (!format.startsWith('table ')) return rows.map((row) => `${renderTemplate(format, row)}\n`).join('');
  const template = format.slice(6);
  const lines = [
    Object.fromEntries(Object.keys(rows[0] ?? TITLES).map((key) => [key, TITLES[key] ?? key.toUpperCase()])),
    ...rows,
  ].map((row) => renderTemplate(template, row).split('\t'));
  return table(lines);
}

export const ps: Verb = (call, args) =>
  withDockerOptions(
    call,
    'ps',
    args,
    {
      flags: 'aqsl',
      values: 'fn',
      long: ['all', 'quiet', 'size', 'latest', 'no-trunc', 'filter=', 'format=', 'last='],
    },
    async (options) => {
      const engine = daemon(call, 'v1.51/containers/json');
      const filters = [...options.all('f'), ...options.all('filter')];
      const all =
        options.has('a', 'all') ||
        filters.some((filter) => filter.startsWith('status=') || filter.startsWith('exited='));
      const chosen = engine.containers
        .filter((one) => all || one.status === 'running' || one.status === 'restarting')
        .filter((one) => isWanted(one, grouped(filters)))
        .toReversed();
      if (options.has('q', 'quiet')) {
        for (const one of chosen)
          await call.process.out(`${options.has('no-trunc') ? one.id : one.shortId}\n`);
        return 0;
      }
      await call.process.out(
        formatted(
          options.value('format'),
          chosen.map((one) => psRow(one, options.has('no-trunc'))),
          COLUMNS,
        ),
      );
      return 0;
    },
  );

/** Does something to each named container and prints its name. */
const each =
  (
    name: string,
    spec: { readonly flags?: string; readonly values?: string; readonly long?: readonly string[] },
    act: (call: Call, container: Container, options: Options) => Promise<void>,
  ): Verb =>
  (call, args) =>
    withDockerOptions(call, name, args, spec, async (options) => {
      if (options.operands.length === 0)
        throw new Refusal(
          `docker: 'docker ${name}' requires at least 1 argument\n\nUsage:  docker ${name} [OPTIONS] CONTAINER [CONTAINER...]\n\nRun 'docker ${name} --help' for more information`,
        );
      let status = 0;
      for (const operand of options.operands) {
        try {
          await act(call, need(call, operand), options);
          await call.process.out(`${operand}\n`);
        } catch (error) {
          if (!(error instanceof EngineError)) throw error;
          if (name === 'rm' && options.has('f', 'force') && error.message.startsWith('No such')) continue;
          await call.process.err(`Error response from daemon: ${error.message}\n`);
          if (name === 'start') await call.process.err(`Error: failed to start containers: ${operand}\n`);
          status = 1;
        }
      }
      return status;
    });

export const start = each(
  'start',
  { flags: 'ai', long: ['attach', 'interactive'] },
  async (call, container) => {
    container.stoppedByHand = false;
    await call.process.until(call.engine.start(container));
  },
);
export const stop = each(
  'stop',
  { values: 'ts', long: ['time=', 'timeout=', 'signal='] },
  async (call, container) => {
    await call.process.sleep(container.status === 'running' ? 300 : 0);
    await call.engine.stop(container);
  },
);
export const restart = each(
  'restart',
  { values: 'ts', long: ['time=', 'timeout=', 'signal='] },
  async (call, container) => {
    await call.process.sleep(300);
    await call.process.until(call.engine.restart(container));
  },
);
export const kill = each('kill', { values: 's', long: ['signal='] }, async (call, container, options) => {
  const signal = options.value('s', 'signal') ?? 'KILL';
  await sendSignal(call.engine, container, signal);
});
export const rm = each(
  'rm',
  { flags: 'fvl', long: ['force', 'volumes', 'link'] },
  (call, container, options) =>
    call.engine.remove(container, options.has('f', 'force'), options.has('v', 'volumes')),
);
export const wait = each('wait', {}, async (call, container) => {
  while (container.status === 'running') await call.process.sleep(200);
  await call.process.out(`${container.exitCode}\n`);
});

export const logs: Verb = (call, args) =>
  withDockerOptions(
    call,
    'logs',
    args,
    { flags: 'ft', values: 'n', long: ['follow', 'timestamps', 'tail=', 'since=', 'until=', 'details'] },
    async (options) => {
      const container = need(call, options.operands[0] ?? '');
      const tail = options.value('n', 'tail');
      let seen =
        tail === undefined || tail === 'all' ? 0 : Math.max(0, container.lines.length - Number(tail));
      const print = async () => {
        for (const line of container.lines.slice(seen)) {
          const text = `${options.has('t', 'timestamps') ? `${new Date(line.at).toISOString()} ` : ''}${line.text}\n`;
          if (line.stream === 'stderr') await call.process.err(text);
          else await call.process.out(text);
        }
        seen = container.lines.length;
      };
      await print();
      if (!options.has('f', 'follow')) return 0;
      const wake = new Waiters();
      const listener = () => wake.wake();
      container.onLog.add(listener);
      const output = call.process.descriptor(1);
      const unbreak = output.onBroken(listener);
      try {
        while (container.status === 'running' && !output.broken) {
          await wake.wait(call.process.signal);
          await print();
        }
      } finally {
        container.onLog.delete(listener);
        unbreak();
      }
      return 0;
    },
  );

/** Runs words in a running container with this process's own streams. */
export async function execIn(
  call: Call,
  container: Container,
  words: readonly string[],
  options: {
    readonly env?: readonly string[];
    readonly cwd?: string;
    readonly input: boolean;
    readonly tty?: boolean;
  },
): Promise<number> {
  if (container.status !== 'running') throw new EngineError(`container ${container.id} is not running`);
  const streams = new Map<number, Description>([
    [0, options.input ? call.process.descriptor(0) : new DeviceDescription('null')],
    [1, call.process.descriptor(1)],
    [2, call.process.descriptor(2)],
  ]);
  const { events } = call.engine;
  const execID = randomBytes(32).toString('hex');
  events.container(container, `exec_create: ${words.join(' ')}`, { execID });
  const child = runInside(container, words, streams, options);
  events.container(container, `exec_start: ${words.join(' ')}`, { execID });
  void child.exited.then((status) =>
    events.container(container, 'exec_die', { execID, exitCode: String(status) }),
  );
  // The terminal of the call is the container's as long as the command runs.
  if (options.tty === true) terminalOf(call.process)?.lend(child);
  call.process.onSignal = (signal) => {
    child.kill(signal);
    return true;
  };
  return child.exited;
}
export const exec: Verb = (call, args) =>
  withDockerOptions(
    call,
    'exec',
    args,
    {
      flags: 'itd',
      values: 'euw',
      long: ['interactive', 'tty', 'detach', 'env=', 'user=', 'workdir=', 'privileged'],
      stopAtOperand: true,
    },
    async (options) => {
      const [name = '', ...words] = options.operands;
      if (words.length === 0)
        throw new Refusal(
          "docker: 'docker exec' requires at least 2 arguments\n\nUsage:  docker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\nRun 'docker exec --help' for more information",
        );
      const container = need(call, name);
      if (options.has('t', 'tty') && !call.process.tty) throw new Refusal('the input device is not a TTY');
      const cwd = options.value('w', 'workdir');
      return execIn(call, container, words, {
        env: [...options.all('e'), ...options.all('env')],
        input: options.has('i', 'interactive'),
        tty: options.has('t', 'tty'),
        ...(cwd === undefined ? {} : { cwd }),
      });
    },
  );
export const rename: Verb = async (call, args) => {
  const [from = '', to = ''] = args;
  const container = need(call, from);
  renameContainer(call.engine, container, to);
  return 0;
};
