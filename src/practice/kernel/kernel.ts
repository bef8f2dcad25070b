/** The process table of one virtual host, its programs, and how a process is started. */
import { SystemError } from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';
import { DeviceDescription, type Description } from './description.js';
import type { Clock } from './clock.js';
import { Killed, Process, SIGNALS, type Credentials, type SignalName } from './process.js';

/** What a program does: gives its exit status. Throws SystemError only for what it did not expect. */
export type Program = (process: Process, args: readonly string[]) => Promise<number> | number;

export interface SpawnOptions {
  readonly parent?: Process;
  readonly argv: readonly string[];
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly credentials?: Credentials;
  readonly descriptors?: ReadonlyMap<number, Description>;
  /** `session`: setsid; `group`: its own process group; default: the parent's. */
  readonly lead?: 'session' | 'group';
  readonly tty?: boolean;
}

export const ROOT_CREDENTIALS: Credentials = { uid: 0, gid: 0, groups: [0], user: 'root' };

export class Kernel {
  readonly volume: Volume;
  readonly clock: Clock;
  readonly now: () => number;
  readonly programs = new Map<string, Program>();
  /** Programs that come as downloaded files, by the name in their header; given the version that stands there. */
  readonly binaries = new Map<string, (version: string) => Program>();
  /** Opens a TCP connection in the simulated network, for /dev/tcp and programs; null on a host without one. */
  dial: ((process: Process, host: string, port: string) => Promise<Description>) | null = null;
  /** Whether a process number belongs to a service, which is not simulated as a process. */
  serviceAlive: (pid: number) => boolean = (pid) => pid === 1;
  readonly #table = new Map<number, Process>();
  #nextPid = 900;

  /** @param now the host's clock, milliseconds since the epoch */
  constructor(volume: Volume, clock: Clock, now: () => number) {
    this.volume = volume;
    this.clock = clock;
    this.now = now;
  }

  get processes(): readonly Process[] {
    return [...this.#table.values()].toSorted((a, b) => a.pid - b.pid);
  }
  process(pid: number): Process | undefined {
    return this.#table.get(pid);
  }
  /** The next process number; also for services, which are not simulated as processes. */
  takePid(): number {
    this.#nextPid = this.#nextPid >= 4_194_303 ? 900 : this.#nextPid + 1;
    return this.#table.has(this.#nextPid) ? this.takePid() : this.#nextPid;
  }

  /** Starts a process running `main`; it is in the table until `main` ends or a signal ends it. */
  spawn(options: SpawnOptions, main: (process: Process) => Promise<number> | number): Process {
    const { parent } = options;
    const pid = this.takePid();
    const nothing = new DeviceDescription('null');
    const process = new Process(this, {
      pid,
      ppid: parent?.pid ?? 1,
      pgid: options.lead === undefined ? (parent?.pgid ?? pid) : pid,
      sid: options.lead === 'session' ? pid : (parent?.sid ?? pid),
      argv: options.argv,
      env: options.env ?? parent?.env ?? new Map<string, string>(),
      cwd: options.cwd ?? parent?.cwd ?? '/',
      umask: parent?.umask ?? 0o022,
      credentials: options.credentials ?? parent?.credentials ?? ROOT_CREDENTIALS,
      descriptors:
        options.descriptors ??
        parent?.descriptors ??
        new Map<number, Description>([
          [0, nothing],
          [1, nothing],
          [2, nothing],
        ]),
      tty: options.tty ?? parent?.tty ?? false,
      ignored: parent?.ignored ?? new Set(),
    });
    process.nice = parent?.nice ?? 0;
    this.#table.set(pid, process);
    void this.#live(process, main);
    return process;
  }

  async #live(process: Process, main: (process: Process) => Promise<number> | number): Promise<void> {
    let status: number;
    try {
      status = await process.until(Promise.resolve().then(() => main(process)));
    } catch (error) {
      status = await this.#statusOf(process, error);
    }
    if (process.diedOf !== null) {
      status = 128 + SIGNALS[process.diedOf];
      if (process.diedOf !== 'KILL') await process.lastWords?.(process.diedOf).catch(() => undefined);
    }
    this.#table.delete(process.pid);
    for (const child of this.#table.values()) {
      if (child.ppid === process.pid) child.ppid = 1;
    }
    process.finish(status);
  }

  async #statusOf(process: Process, error: unknown): Promise<number> {
    if (error instanceof Killed) return error.status;
    if (error instanceof SystemError) {
      // A program that let a failed system call through says so the way most programs do.
      const where = error.path === null ? '' : `${error.path}: `;
      await process.err(`${process.name}: ${where}${error.message}\n`).catch(() => undefined);
      return 1;
    }
    const words = error instanceof Error ? error.message : String(error);
    await process
      .err(`practice lab: ${process.name}: the simulation failed: ${words}\n`)
      .catch(() => undefined);
    return 70;
  }

  /** Signals one process (positive pid) or a group. False when there is none. */
  signal(target: { readonly pid: number } | { readonly group: number }, signal: SignalName | 0): boolean {
    const hit = this.processes.filter((process) =>
      'pid' in target ? process.pid === target.pid : process.pgid === target.group,
    );
    if (signal !== 0) for (const process of hit) process.kill(signal);
    return hit.length > 0;
  }

  /** Power goes: every process ends at once, nothing is tidied up. */
  async killAll(): Promise<void> {
    const all = this.processes;
    for (const process of all) process.kill('KILL');
    await Promise.all(all.map((process) => process.exited));
  }
}
