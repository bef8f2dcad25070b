/** The Docker engine of one host. Containers, images and networks outlive its restarts, what runs does not. */
import { randomBytes } from 'node:crypto';
import type { Host } from '../host.js';
import type { Listener } from '../model/listeners.js';
import { Container } from './container.js';
import { watchHealth } from './health-watch.js';
import { Networks } from './networks.js';
import { loggingProblem, publish } from './ports.js';
import { programOf } from './programs.js';
import { Stock } from './stock.js';
import { EngineError, type ContainerSpec } from './types.js';
import type { DaemonConfig } from './daemon-config.js';
import { SIGNALS, type SignalName } from '../kernel/process.js';

/** How long setting up a container's network takes, simulated ms. */
const SET_UP_MS = 250;

export class Engine extends Stock {
  readonly containers: Container[] = [];
  readonly networks: Networks;
  /** Null while the daemon does not run. */
  config: DaemonConfig | null = null;
  readonly id = randomBytes(16).toString('hex');
  readonly #listeners = new Map<Container, Listener[]>();
  readonly #starting = new Map<Container, Promise<void>>();
  #life = new AbortController();

  constructor(host: Host) {
    super(host);
    this.networks = new Networks(host, this.events);
  }
  get up(): boolean {
    return this.config !== null;
  }
  /** Aborted when the daemon of now goes away, by a stop or by the power. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  // ------------------------------------------------------------ the daemon

  /** The daemon starts: what its restart policy says comes back, all at once and in no order. */
  begin(config: DaemonConfig): void {
    this.config = config;
    this.#life = new AbortController();
    this.networks.attach();
    watchHealth(
      () => this.containers,
      (one) => this.events.container(one, `health_status: ${one.health}`),
      this.#life.signal,
    );
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
      this.containers
        .filter((one) => one.status !== 'exited')
        .map(async (one) => {
          if (await this.#halt(one, 'TERM')) this.events.container(one, 'stop');
        }),
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
    for (const mount of spec.mounts) this.prepareMount(mount.type, mount.source, mount.mustExist);
    for (const { name } of spec.networks)
      if (this.networks.find(name) === undefined) throw new EngineError(`network ${name} not found`);
    const container = new Container(this.host, randomBytes(32).toString('hex'), spec, stored.spec);
    this.containers.push(container);
    this.events.container(container, 'create');
    return container;
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
    const silent = loggingProblem(container);
    if (silent !== null) fail(silent);
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
    const clash = publish(container, running, open);
    if (clash !== null) {
      running.stop(true);
      fail(clash);
    }
    container.began();
    container.pid = this.host.kernel.takePid();
    container.running = running;
    this.networks.tell(container, 'connect');
    this.events.container(container, 'start');
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
    this.#died(container);
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
  #died(container: Container): void {
    this.networks.tell(container, 'disconnect');
    this.events.died(container);
  }
  /** Ends the main process by a signal; what comes back by itself stays down, too. @returns whether it ran */
  async #halt(container: Container, signal: SignalName): Promise<boolean> {
    const { running } = container;
    if (running === null) {
      if (container.status === 'restarting') container.status = 'exited';
      return false;
    }
    container.running = null;
    this.#close(container);
    this.events.container(container, 'kill', { signal: String(SIGNALS[signal]) });
    running.stop(signal === 'KILL');
    const status = await running.ended;
    container.exitCode = signal === 'KILL' ? 137 : status;
    container.pid = 0;
    container.status = 'exited';
    container.finishedAt = this.host.machine.now();
    container.restarts = 0;
    await container.clearInside();
    this.#died(container);
    return true;
  }
  /** `docker stop`. */
  async stop(container: Container): Promise<void> {
    container.stoppedByHand = true;
    if (await this.#halt(container, 'TERM')) this.events.container(container, 'stop');
    if (container.spec.autoRemove) this.#forget(container);
  }
  /** `docker kill`: by a signal that ends the main process. */
  async kill(container: Container, signal: SignalName): Promise<void> {
    container.stoppedByHand = true;
    await this.#halt(container, signal);
    if (container.spec.autoRemove) this.#forget(container);
  }
  async restart(container: Container): Promise<void> {
    if (await this.#halt(container, 'TERM')) this.events.container(container, 'stop');
    container.stoppedByHand = false;
    await this.start(container);
    this.events.container(container, 'restart');
  }
  /** @throws EngineError */
  async remove(container: Container, force: boolean, volumes: boolean): Promise<void> {
    if ((container.status === 'running' || container.status === 'restarting') && !force)
      throw new EngineError(
        `cannot remove container "/${container.name}": container is ${container.status}: stop the container before removing or force remove`,
      );
    container.stoppedByHand = true;
    await this.#halt(container, 'KILL');
    this.#forget(container);
    if (volumes)
      for (const mount of container.spec.mounts)
        if (mount.type === 'volume' && /^[0-9a-f]{64}$/.test(mount.source)) this.dropVolume(mount.source);
  }
  #forget(container: Container): void {
    const at = this.containers.indexOf(container);
    if (at < 0) return;
    this.containers.splice(at, 1);
    this.events.container(container, 'destroy');
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
