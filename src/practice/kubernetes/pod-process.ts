/** A container of a pod as it really runs: its files, its main process, and what is executed beside it. */
import { furnish, userOf } from '../apps/inside.js';
import type { ImageSpec } from '../images/spec.js';
import { Clock } from '../kernel/clock.js';
import { DeviceDescription, type Description } from '../kernel/description.js';
import { execute, findExecutable } from '../kernel/exec.js';
import { Kernel } from '../kernel/kernel.js';
import { Outlet } from '../kernel/pipe.js';
import type { Credentials, Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { Volume } from '../vfs/volume.js';
import type { PodContext } from './pod-context.js';
import { listAt, numberAt, textAt, type JsonMap } from './json.js';
import { environmentFor, type PodVolumes } from './pod-files.js';
import type { PodNet } from './pod-net.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Sleeping in a pod takes as long as the cluster's own seconds do, however compressed a lab's time is. */
class PacedClock extends Clock {
  readonly #plain: Clock;
  constructor(scale: number) {
    super(scale);
    this.#plain = new Clock(scale);
  }
  override sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#plain.patience(ms, signal);
  }
  override patience(ms: number, signal: AbortSignal): Promise<void> {
    return this.#plain.patience(ms, signal);
  }
}
/** Why a container cannot be made or started. */
export interface StartProblem {
  readonly reason: string;
  readonly message: string;
  /** Whether it counts as a start that failed, which backs off. */
  readonly failed: boolean;
}
/** What runc says when the container's first process cannot be prepared. */
const refusedInit = (why: string): StartProblem => ({
  reason: 'RunContainerError',
  message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${why}: unknown`,
  failed: true,
});
const listOf = (container: JsonMap, key: string): readonly string[] =>
  listAt(container, key).map((word) => textAt(word));

export class PodProcess {
  readonly #kernel: Kernel;
  readonly #main: Process;
  readonly #env: ReadonlyMap<string, string>;
  readonly #who: Credentials;
  readonly #cwd: string;
  exit: number | null = null;

  private constructor(
    kernel: Kernel,
    main: Process,
    env: ReadonlyMap<string, string>,
    who: Credentials,
    cwd: string,
  ) {
    this.#kernel = kernel;
    this.#main = main;
    this.#env = env;
    this.#who = who;
    this.#cwd = cwd;
    void main.exited.then((status) => {
      this.exit = status;
      void kernel.killAll();
    });
  }
  /** Makes the container and starts its main process. */
  static start(
    context: PodContext,
    container: JsonMap,
    image: ImageSpec,
    net: PodNet,
    volumes: PodVolumes,
    log: (line: string) => void,
  ): PodProcess | StartProblem {
    const { host, pod } = context;
    const now = () => host.machine.now();
    const volume = new Volume(now);
    volume.free = host.volume.free;
    const kernel = new Kernel(volume, new PacedClock(host.clock.scale), now);
    furnish(volume, kernel, image, { host, net });
    const hostname = textAt(pod, 'spec', 'hostname') || textAt(pod, 'metadata', 'name');
    volume.put('/etc/hostname', `${hostname}\n`);
    volume.put(
      '/etc/hosts',
      `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n${net.address}\t${hostname}\n`,
    );
    volume.put(
      '/etc/resolv.conf',
      `search ${net.namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n`,
    );
    const problem = volumes.mount(context, container, volume);
    if (problem?.atStart === true) return refusedInit(problem.why);
    if (problem !== null) {
      context.log('Warning', 'FailedMount', problem.why);
      return { reason: 'ContainerCreating', message: '', failed: false };
    }
    const setting = (key: string) =>
      numberAt(container, 'securityContext', key) ?? numberAt(pod, 'spec', 'securityContext', key);
    const wanted = setting('runAsUser');
    const group = setting('runAsGroup');
    const base = userOf(volume, wanted === undefined ? image.user : String(wanted));
    if (base === null)
      return {
        reason: 'RunContainerError',
        message: `failed to create containerd container: no users found: unable to find user ${image.user}: no matching entries in passwd file`,
        failed: true,
      };
    const nonRoot =
      textAt(container, 'securityContext', 'runAsNonRoot') ||
      textAt(pod, 'spec', 'securityContext', 'runAsNonRoot');
    if (nonRoot === 'true' && wanted === undefined && image.user !== '' && !/^\d+(:\d+)?$/.test(image.user))
      return {
        reason: 'CreateContainerConfigError',
        message: `container has runAsNonRoot and image has non-numeric user (${image.user.split(':')[0] ?? ''}), cannot verify user is non-root (pod: "${textAt(pod, 'metadata', 'name')}", container: ${textAt(container, 'name')})`,
        failed: false,
      };
    if (nonRoot === 'true' && base.uid === 0)
      return {
        reason: 'CreateContainerConfigError',
        message: `container has runAsNonRoot and image will run as root (pod: "${textAt(pod, 'metadata', 'name')}", container: ${textAt(container, 'name')})`,
        failed: false,
      };
    const extra = numberAt(pod, 'spec', 'securityContext', 'fsGroup');
    const gid = group ?? base.gid;
    const who = { ...base, gid, groups: [gid, ...(extra === undefined ? [] : [extra])] };
    const given = listOf(container, 'command');
    const args = listOf(container, 'args');
    const env = environmentFor(context, container, image.env, net.address);
    if (!env.has('HOME')) env.set('HOME', who.uid === 0 ? '/root' : '/');
    const plain = [
      ...(given.length > 0 ? given : image.entrypoint),
      ...(args.length > 0 ? args : given.length > 0 ? [] : image.command),
    ];
    const words = plain.map((word) =>
      word.replace(/\$\((\w+)\)/g, (whole, name: string) => env.get(name) ?? whole),
    );
    const cwd = textAt(container, 'workingDir') || image.workdir || '/';
    try {
      volume.ensureDirectory(cwd);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      return refusedInit(`mkdir ${error.path ?? cwd}: ${error.message.toLowerCase()}`);
    }
    const [word = ''] = words;
    const probe = kernel.spawn({ argv: words, env, cwd, credentials: who }, () => 0);
    const found = findExecutable(probe, word, env.get('PATH') ?? PATH);
    if ('status' in found) {
      const why = word.includes('/')
        ? found.status === 126
          ? `exec: "${word}": permission denied`
          : `exec: "${word}": stat ${word}: no such file or directory`
        : `exec: "${word}": executable file not found in $PATH`;
      return {
        reason: 'RunContainerError',
        message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${why}: unknown`,
        failed: true,
      };
    }
    const made: { rest: string } = { rest: '' };
    const output = () =>
      new Outlet('log', async (bytes) => {
        const lines = `${made.rest}${bytes.toString('utf8')}`.split('\n');
        made.rest = lines.pop() ?? '';
        for (const line of lines) log(line);
      });
    const main = kernel.spawn(
      {
        argv: words,
        env,
        cwd,
        credentials: who,
        lead: 'session',
        descriptors: new Map<number, Description>([
          [0, new DeviceDescription('null')],
          [1, output()],
          [2, output()],
        ]),
      },
      (process) => execute(process, found, words),
    );
    void main.exited.then(() => {
      if (made.rest !== '') log(made.rest);
    });
    return new PodProcess(kernel, main, env, who, cwd);
  }
  /** Runs words beside the main process. @param descriptors 0, 1 and 2; @param tty whether they are a terminal */
  exec(words: readonly string[], descriptors: ReadonlyMap<number, Description>, tty = false): Process {
    return this.#kernel.spawn(
      {
        argv: words,
        env: tty ? new Map([...this.#env, ['TERM', 'xterm']]) : this.#env,
        cwd: this.#cwd,
        credentials: this.#who,
        lead: 'session',
        tty,
        descriptors,
      },
      async (process) => {
        const [word = ''] = words;
        const found = findExecutable(process, word, this.#env.get('PATH') ?? PATH);
        if (!('status' in found)) return execute(process, found, words);
        const why = word.includes('/')
          ? `stat ${word}: no such file or directory`
          : 'executable file not found in $PATH';
        await process.err(
          `error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: "${word}": ${why}: unknown\n`,
        );
        return found.status;
      },
    );
  }
  get alive(): boolean {
    return this.exit === null;
  }
  /** Asks it to end, and makes it after a while. */
  stop(): void {
    this.#main.kill('TERM');
    const patient = setTimeout(() => void this.kill(), 2000);
    patient.unref();
    void this.#main.exited.then(() => clearTimeout(patient));
  }
  kill(): Promise<void> {
    this.#main.kill('KILL');
    return this.#kernel.killAll();
  }
}
export const isStarted = (made: PodProcess | StartProblem): made is PodProcess => made instanceof PodProcess;
