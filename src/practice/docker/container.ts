/** One container: what was asked for, its state, its log, and the file tree and process table inside. */
import { shellPrograms } from '../commands/shell-programs.js';
import type { Host } from '../host.js';
import type { ImageSpec } from '../images/spec.js';
import { Kernel, type Program } from '../kernel/kernel.js';
import type { Inode } from '../vfs/inode.js';
import { Volume } from '../vfs/volume.js';
import type { ContainerSpec, MountSpec, Running } from './types.js';

export type Status = 'created' | 'running' | 'exited' | 'restarting';
export interface LogLine {
  /** Host's clock, epoch ms. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}
const KEPT_LINES = 1000;

export class Container {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly image: ImageSpec;
  readonly host: Host;
  /** Host's clock, epoch ms. */
  readonly createdAt: number;
  name: string;
  status: Status = 'created';
  startedAt = 0;
  finishedAt = 0;
  exitCode = 0;
  error = '';
  pid = 0;
  restarts = 0;
  /** Somebody stopped it: `unless-stopped` then stays down after the daemon's restart. */
  stoppedByHand = false;
  /** Real time of the last start, ms. */
  #startedReal = 0;
  running: Running | null = null;
  /** Network name → address in it. */
  readonly addresses = new Map<string, string>();
  readonly #lines: LogLine[] = [];
  /** So many older lines of the log are gone. */
  droppedLines = 0;
  readonly onLog = new Set<() => void>();
  #inside: { readonly volume: Volume; readonly kernel: Kernel } | null = null;
  /** Programs that the image's own program adds to the container. */
  readonly programs = new Map<string, Program>();
  /** Fills the file tree and the kernel of an image that has a whole tree of its own. */
  furnish: ((volume: Volume, kernel: Kernel) => void) | null = null;
  /** Set by a fault: the health check fails, and what is served answers errors. */
  sick = false;

  constructor(host: Host, id: string, spec: ContainerSpec, image: ImageSpec) {
    this.host = host;
    this.id = id;
    this.spec = spec;
    this.image = image;
    this.name = spec.name;
    this.createdAt = host.machine.now();
  }
  get shortId(): string {
    return this.id.slice(0, 12);
  }
  get lines(): readonly LogLine[] {
    return this.#lines;
  }
  /** Lines of the log from the n-th on that was ever written. */
  linesFrom(index: number): readonly LogLine[] {
    return this.#lines.slice(Math.max(0, index - this.droppedLines));
  }
  log(text: string, stream: LogLine['stream'] = 'stdout'): void {
    for (const line of text.replace(/\n$/, '').split('\n'))
      this.#lines.push({ at: this.host.machine.now(), stream, text: line });
    const over = this.#lines.length - KEPT_LINES;
    if (over > 0) {
      this.#lines.splice(0, over);
      this.droppedLines += over;
    }
    for (const listener of [...this.onLog]) listener();
  }
  began(): void {
    this.status = 'running';
    // Whatever made its program stop answering, a new start of it gets over.
    this.sick = false;
    this.startedAt = this.host.machine.now();
    this.#startedReal = Date.now();
    this.error = '';
    this.exitCode = 0;
    this.finishedAt = 0;
  }
  /** Simulated ms since the last start. */
  get upMs(): number {
    const { scale } = this.host.clock;
    return scale === 0 ? Number.POSITIVE_INFINITY : (Date.now() - this.#startedReal) / scale;
  }
  /** Whether the program inside has come up. @param afterMs simulated ms that it takes */
  ready(afterMs: number): boolean {
    return this.status === 'running' && !this.sick && this.upMs >= afterMs;
  }
  get health(): 'none' | 'starting' | 'healthy' | 'unhealthy' {
    const check = this.spec.health;
    if (check === null || this.status === 'created') return 'none';
    if (this.status !== 'running') return 'unhealthy';
    if (this.sick) return 'unhealthy';
    return this.upMs >= check.firstMs ? 'healthy' : 'starting';
  }

  /** The container's own file tree and processes, made when first needed after a start. */
  get inside(): { readonly volume: Volume; readonly kernel: Kernel } {
    if (this.#inside !== null) return this.#inside;
    const now = () => this.host.machine.now();
    const volume = new Volume(now);
    const kernel = new Kernel(volume, this.host.clock, now);
    for (const dir of [
      '/bin',
      '/usr/bin',
      '/usr/sbin',
      '/etc',
      '/tmp',
      '/var/log',
      '/run',
      '/root',
      '/proc',
      '/home',
    ])
      volume.ensureDirectory(dir, dir === '/tmp' ? { mode: 0o1777 } : {});
    volume.put('/etc/hostname', `${this.spec.hostname}\n`);
    volume.put(
      '/etc/passwd',
      'root:x:0:0:root:/root:/bin/sh\nnginx:x:101:101:nginx:/nonexistent:/bin/false\n',
    );
    volume.put('/etc/group', 'root:x:0:\nnginx:x:101:\n');
    volume.put(
      '/etc/hosts',
      `127.0.0.1\tlocalhost\n${[...this.addresses.values()].map((address) => `${address}\t${this.spec.hostname}\n`).join('')}`,
    );
    for (const device of ['null', 'zero', 'urandom'] as const)
      volume.place(`/dev/${device}`, volume.make.device(device));
    for (const [path, text] of Object.entries(this.image.files)) volume.put(path, text);
    for (const [name, program] of [...shellPrograms(), ...this.programs]) {
      kernel.programs.set(name, program);
      const file = volume.make.file({ mode: 0o755 }, `practice lab program: ${name}\n`);
      file.program = name;
      volume.place(`/${name === 'nginx' ? 'usr/sbin' : 'bin'}/${name}`, file);
    }
    this.furnish?.(volume, kernel);
    for (const mount of this.spec.mounts) {
      const inode = this.mounted(mount);
      if (inode !== undefined) volume.place(mount.target, inode);
    }
    this.#inside = { volume, kernel };
    return this.#inside;
  }
  /** What of the host lies behind a mount. */
  mounted(mount: MountSpec): Inode | undefined {
    return this.host.volume.find(
      mount.type === 'bind' ? mount.source : `/var/lib/docker/volumes/${mount.source}/_data`,
    );
  }
  /** Path on the host behind a path in a mount; null when it is the container's own. */
  hostPath(path: string): string | null {
    const mount = [...this.spec.mounts]
      .toSorted((a, b) => b.target.length - a.target.length)
      .find(({ target }) => path === target || path.startsWith(`${target.replace(/\/$/, '')}/`));
    if (mount === undefined) return null;
    const source = mount.type === 'bind' ? mount.source : `/var/lib/docker/volumes/${mount.source}/_data`;
    return `${source.replace(/\/$/, '')}${path.slice(mount.target.replace(/\/$/, '').length)}`;
  }
  /** A stop ends what runs inside; the next start mounts anew. */
  async clearInside(): Promise<void> {
    const old = this.#inside;
    this.#inside = null;
    await old?.kernel.killAll();
  }
}
