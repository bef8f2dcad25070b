/** The Docker engine of one host. Containers, images and networks outlive its restarts, what runs does not. */
import { createHash, randomBytes } from 'node:crypto';
import type { Host } from '../host.js';
import type { Listener } from '../model/listeners.js';
import { SystemError } from '../vfs/inode.js';
import { readReference, type ImageSpec } from '../images/spec.js';
import { Container } from './container.js';
import { Networks } from './networks.js';
import { programOf } from './programs.js';
import { EngineError, type ContainerSpec, type NamedVolume, type StoredImage } from './types.js';
import type { DaemonConfig } from './daemon-config.js';

/** How long setting up a container's network takes, simulated ms. */
const SET_UP_MS = 250;

export class Engine {
  readonly host: Host;
  readonly images: StoredImage[] = [];
  readonly containers: Container[] = [];
  readonly networks: Networks;
  readonly volumes = new Map<string, NamedVolume>();
  /** Null while the daemon does not run. */
  config: DaemonConfig | null = null;
  readonly id = randomBytes(16).toString('hex');
  readonly #listeners = new Map<Container, Listener[]>();
  readonly #starting = new Map<Container, Promise<void>>();
  #life = new AbortController();

  constructor(host: Host) {
    this.host = host;
    this.networks = new Networks(host);
  }
  get up(): boolean {
    return this.config !== null;
  }

  // ------------------------------------------------------------ the daemon

  /** The daemon starts: what its restart policy says comes back, all at once and in no order. */
  begin(config: DaemonConfig): void {
    this.config = config;
    this.#life = new AbortController();
    this.networks.attach();
    for (const container of this.containers) {
      if (container.status === 'running' || container.status === 'restarting') {
        container.status = 'exited';
        container.exitCode = 137;
      }
      const { name } = container.spec.restart;
      const wanted = name === 'always' || (name === 'unless-stopped' && !container.stoppedByHand);
      if (!wanted || container.startedAt === 0) continue;
      void this.start(container).catch((error: unknown) => {
        this.say(
          `msg="failed to start container" container=${container.id} error="${error instanceof Error ? error.message : String(error)}"`,
          3,
        );
      });
    }
    this.say('msg="API listen on /run/docker.sock"');
  }
  /** The daemon stops, and every container with it. */
  async end(): Promise<void> {
    await Promise.all(
      this.containers.filter((one) => one.status !== 'exited').map((one) => this.#halt(one, false)),
    );
    this.#life.abort();
    this.config = null;
  }
  /** Power is gone. */
  lost(): void {
    this.#life.abort();
    this.config = null;
    this.#listeners.clear();
    for (const container of this.containers) {
      container.running?.stop(true);
      container.running = null;
      void container.clearInside();
    }
  }
  say(text: string, priority = 6): void {
    const level = priority <= 3 ? 'error' : priority <= 4 ? 'warning' : 'info';
    this.host.journal.write(
      'docker.service',
      'dockerd',
      `time="${new Date(this.host.machine.now()).toISOString()}" level=${level} ${text}`,
      {
        pid: this.host.systemd.find('docker.service')?.pid ?? 1,
        priority,
      },
    );
  }

  // ------------------------------------------------------------ images

  findImage(name: string): StoredImage | undefined {
    const plain = name.replace(/^sha256:/, '');
    if (/^[0-9a-f]{6,64}$/.test(plain)) {
      const hit = this.images.find(({ spec }) => spec.id.startsWith(plain));
      if (hit !== undefined) return hit;
    }
    const reference = readReference(name);
    if (reference === null) return undefined;
    if (reference.digest !== null) return this.images.find(({ spec }) => spec.digest === reference.digest);
    return this.images.find(({ names }) => names.has(`${reference.familiar}:${reference.tag}`));
  }
  /** Keeps an image under a name; the name leaves the image that had it. */
  addImage(name: string, spec: ImageSpec): StoredImage {
    for (const other of this.images) if (other.spec.id !== spec.id) other.names.delete(name);
    const known = this.images.find((one) => one.spec.id === spec.id);
    if (known !== undefined) {
      known.names.add(name);
      return known;
    }
    const need = spec.sizeBytes;
    if (need > this.host.freeBytes)
      throw new EngineError('write /var/lib/docker/tmp/GetImageBlob: no space left on device');
    this.host.machine.diskUsedBytes += need;
    const stored = { spec, names: new Set([name]) };
    this.images.push(stored);
    return stored;
  }
  dropImage(stored: StoredImage): void {
    const at = this.images.indexOf(stored);
    if (at < 0) return;
    this.images.splice(at, 1);
    this.host.machine.diskUsedBytes -= stored.spec.sizeBytes;
  }

  // ------------------------------------------------------------ containers

  find(name: string): Container | undefined {
    const plain = name.replace(/^\//, '');
    return (
      this.containers.find((one) => one.name === plain) ??
      (/^[0-9a-f]{2,64}$/.test(plain) ? this.containers.find((one) => one.id.startsWith(plain)) : undefined)
    );
  }
  /** @throws EngineError */
  create(spec: ContainerSpec): Container {
    const stored = this.findImage(spec.image);
    if (stored === undefined) throw new EngineError(`No such image: ${spec.image}`);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(spec.name))
      throw new EngineError(
        `Invalid container name (${spec.name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    const holder = this.containers.find((one) => one.name === spec.name);
    if (holder !== undefined)
      throw new EngineError(
        `Conflict. The container name "/${spec.name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    for (const mount of spec.mounts) this.#prepareMount(mount.type, mount.source, mount.mustExist);
    for (const { name } of spec.networks)
      if (this.networks.find(name) === undefined) throw new EngineError(`network ${name} not found`);
    const container = new Container(this.host, randomBytes(32).toString('hex'), spec, stored.spec);
    this.containers.push(container);
    return container;
  }
  #prepareMount(type: 'bind' | 'volume', source: string, mustExist: boolean): void {
    const { volume } = this.host;
    if (type === 'volume') {
      if (!this.volumes.has(source)) this.makeVolume(source, {});
      return;
    }
    if (volume.find(source) !== undefined) return;
    if (mustExist)
      throw new EngineError(
        `invalid mount config for type "bind": bind source path does not exist: ${source}`,
      );
    volume.ensureDirectory(source);
  }
  makeVolume(name: string, labels: Readonly<Record<string, string>>): NamedVolume {
    const mountpoint = `/var/lib/docker/volumes/${name}/_data`;
    this.host.volume.ensureDirectory(mountpoint);
    const made = { name, mountpoint, labels, createdAt: this.host.machine.now() };
    this.volumes.set(name, made);
    return made;
  }

  /** Starts a container; whoever asks while it is being started waits for the same start. @throws EngineError */
  start(container: Container): Promise<void> {
    if (container.status === 'running') return Promise.resolve();
    const under = this.#starting.get(container);
    if (under !== undefined) return under;
    const work = this.#start(container).finally(() => this.#starting.delete(container));
    this.#starting.set(container, work);
    return work;
  }
  async #start(container: Container): Promise<void> {
    const life = this.#life.signal;
    const fail = (words: string, code = 128): never => {
      this.#close(container);
      container.status = container.startedAt === 0 ? 'created' : 'exited';
      container.exitCode = code;
      container.error = words;
      throw new EngineError(words);
    };
    const log = container.spec.logging;
    if (log.driver === 'syslog') {
      const [, address = '', port = ''] =
        /^tcp:\/\/([^:]+):(\d+)$/.exec(log.options['syslog-address'] ?? '') ?? [];
      if (
        address !== '' &&
        this.host.world.reach(this.host, address === 'localhost' ? '127.0.0.1' : address, Number(port)) !==
          'open'
      )
        fail(
          `failed to create task for container: failed to initialize logging driver: dial tcp ${address}:${port}: connect: connection refused`,
        );
    }
    for (const mount of container.spec.mounts) {
      if (container.mounted(mount) !== undefined) continue;
      if (mount.mustExist)
        fail(`invalid mount config for type "bind": bind source path does not exist: ${mount.source}`);
      this.host.volume.ensureDirectory(mount.source);
    }
    for (const { name } of container.spec.networks) {
      const network = this.networks.find(name);
      if (network === undefined)
        return fail(`failed to set up container networking: network ${name} not found`);
      if (network.driver === 'bridge')
        container.addresses.set(name, this.networks.lease(network, this.containers));
    }
    await this.host.clock.sleep(SET_UP_MS, life).catch(() => fail('the daemon is shutting down'));
    const running = programOf(container.image)(container, this);
    const open: Listener[] = [];
    this.#listeners.set(container, open);
    for (const port of container.spec.ports) {
      const service = () => running.serves?.().get(port.containerPort);
      const secure = service()?.tls;
      try {
        open.push(
          this.host.listeners.open({
            address: port.address === '' ? '0.0.0.0' : port.address,
            port: port.hostPort,
            process: 'docker-proxy',
            pid: this.host.kernel.takePid(),
            published: port.address !== '127.0.0.1',
            http: (request) => service()?.http(request) ?? null,
            ...(secure === undefined ? {} : { tls: () => service()?.tls?.() ?? null }),
          }),
        );
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        running.stop(true);
        const endpoint = createHash('sha256').update(container.id).digest('hex');
        fail(
          `failed to set up container networking: driver failed programming external connectivity on endpoint ${container.name} (${endpoint}): failed to bind host port ${port.address === '' ? '0.0.0.0' : port.address}:${port.hostPort}/${port.protocol}: address already in use`,
        );
      }
    }
    container.began();
    container.pid = this.host.kernel.takePid();
    container.running = running;
    void running.ended.then((status) => this.#ended(container, running, status));
  }
  #close(container: Container): void {
    for (const listener of this.#listeners.get(container) ?? []) listener.close();
    this.#listeners.delete(container);
  }
  /** The main process went away. */
  async #ended(container: Container, running: Container['running'], status: number): Promise<void> {
    if (container.running !== running) return;
    this.#close(container);
    container.running = null;
    container.exitCode = status;
    container.pid = 0;
    container.finishedAt = this.host.machine.now();
    container.status = 'exited';
    await container.clearInside();
    if (!this.up) return;
    const { name, max } = container.spec.restart;
    const again =
      !container.stoppedByHand &&
      (name === 'always' ||
        name === 'unless-stopped' ||
        (name === 'on-failure' && status !== 0 && (max === 0 || container.restarts < max)));
    if (again) {
      container.status = 'restarting';
      container.restarts += 1;
      const pause = Math.min(60_000, 100 * 2 ** Math.min(container.restarts, 10));
      await this.host.clock
        .sleep(this.host.clock.scale === 0 ? 0 : pause, this.#life.signal)
        .catch(() => undefined);
      if (this.up && container.status === 'restarting') await this.start(container).catch(() => undefined);
    } else if (container.spec.autoRemove) this.#forget(container);
  }
  async #halt(container: Container, kill: boolean): Promise<void> {
    const { running } = container;
    if (running === null) {
      if (container.status === 'restarting') container.status = 'exited';
      return;
    }
    container.running = null;
    this.#close(container);
    running.stop(kill);
    const status = await running.ended;
    container.exitCode = kill ? 137 : status;
    container.pid = 0;
    container.status = 'exited';
    container.finishedAt = this.host.machine.now();
    container.restarts = 0;
    await container.clearInside();
  }
  async stop(container: Container, kill = false): Promise<void> {
    container.stoppedByHand = true;
    await this.#halt(container, kill);
    if (container.spec.autoRemove) this.#forget(container);
  }
  async restart(container: Container): Promise<void> {
    await this.#halt(container, false);
    container.stoppedByHand = false;
    await this.start(container);
  }
  /** @throws EngineError */
  async remove(container: Container, force: boolean, volumes: boolean): Promise<void> {
    if ((container.status === 'running' || container.status === 'restarting') && !force)
      throw new EngineError(
        `cannot remove container "${container.name}": container is running: stop the container before removing or force remove`,
      );
    container.stoppedByHand = true;
    await this.#halt(container, true);
    this.#forget(container);
    if (volumes)
      for (const mount of container.spec.mounts)
        if (mount.type === 'volume' && /^[0-9a-f]{64}$/.test(mount.source)) this.volumes.delete(mount.source);
  }
  #forget(container: Container): void {
    const at = this.containers.indexOf(container);
    if (at >= 0) this.containers.splice(at, 1);
  }
  /** A running container of a network by one of its names there. */
  peer(container: Container, alias: string): Container | undefined {
    const mine = container.spec.networks.map(({ name }) => name);
    return this.containers.find(
      (one) =>
        one.status === 'running' &&
        one.spec.networks.some(
          ({ name, aliases }) => mine.includes(name) && (aliases.includes(alias) || one.name === alias),
        ),
    );
  }
}

const engines = new WeakMap<Host, Engine>();
/** The engine of a host; it is there, though idle, before Docker is installed. */
export function engineOf(host: Host): Engine {
  const known = engines.get(host);
  if (known !== undefined) return known;
  const made = new Engine(host);
  engines.set(host, made);
  host.onPowerOff.add(() => made.lost());
  return made;
}
