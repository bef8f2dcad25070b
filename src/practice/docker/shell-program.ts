/** Containers whose main process is a command of the image: a shell, a tool. */
import { execute, findExecutable } from '../kernel/exec.js';
import { DeviceDescription, type Description } from '../kernel/description.js';
import { Outlet } from '../kernel/pipe.js';
import type { Credentials } from '../kernel/process.js';
import type { Container } from './container.js';
import type { Running } from './types.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The environment of processes in a container. */
export function environmentOf(container: Container, extra: readonly string[] = []): Map<string, string> {
  const env = new Map([
    ['PATH', PATH],
    ['HOSTNAME', container.spec.hostname],
    ['HOME', '/root'],
  ]);
  for (const entry of [...container.image.env, ...container.spec.env, ...extra]) {
    const at = entry.indexOf('=');
    if (at > 0) env.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return env;
}
/** How a command is run beside the main process. */
interface Inside {
  readonly env?: readonly string[];
  readonly cwd?: string;
  /** Whether its streams are a terminal. */
  readonly tty?: boolean;
  readonly credentials?: Credentials;
}
/** Runs words in a container. @param streams descriptors 0, 1 and 2 */
export function runInside(
  container: Container,
  words: readonly string[],
  streams: ReadonlyMap<number, Description>,
  options: Inside = {},
) {
  const { kernel } = container.inside;
  return kernel.spawn(
    {
      argv: words,
      env: environmentOf(container, [
        ...(options.tty === true ? ['TERM=xterm'] : []),
        ...(options.env ?? []),
      ]),
      cwd: options.cwd ?? (container.spec.workdir === '' ? '/' : container.spec.workdir),
      lead: 'session',
      tty: options.tty ?? false,
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      descriptors: streams,
    },
    async (process) => {
      const [word = ''] = words;
      const found = findExecutable(process, word, process.env.get('PATH') ?? PATH);
      if ('status' in found) {
        const why = word.includes('/')
          ? `stat ${word}: no such file or directory`
          : `"${word}": executable file not found in $PATH`;
        await process.err(
          `OCI runtime exec failed: exec failed: unable to start container process: exec: ${why}: unknown\n`,
        );
        return found.status;
      }
      return execute(process, found, words);
    },
  );
}

export function shellProgram(container: Container): Running {
  const output = (stream: 'stdout' | 'stderr') =>
    new Outlet(stream, async (bytes) => container.log(bytes.toString('utf8'), stream));
  const { entrypoint, command } = container.spec;
  const process = runInside(
    container,
    [...entrypoint.filter((word) => !/docker-entrypoint/.test(word)), ...command],
    new Map<number, Description>([
      [0, new DeviceDescription('null')],
      [1, output('stdout')],
      [2, output('stderr')],
    ]),
  );
  return { ended: process.exited, stop: (kill) => process.kill(kill ? 'KILL' : 'TERM') };
}
