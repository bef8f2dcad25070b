/** One virtual host: its machine, files, processes, services and packages, and its power switch. */
import type { Clock } from './kernel/clock.js';
import { Kernel } from './kernel/kernel.js';
import type { Process } from './kernel/process.js';
import { installPrograms } from './commands/all.js';
import { KubeNode } from './kubernetes/node.js';
import { prepareDisk, prepareRun } from './model/disk.js';
import { dialFrom } from './model/dial.js';
import { Firewall } from './model/firewall.js';
import { Journal } from './model/journal.js';
import { bootKernel } from './model/kernel-services.js';
import { Listeners } from './model/listeners.js';
import { Machine, type Sizes } from './model/machine.js';
import type { World } from './model/network.js';
import { Packages } from './model/packages.js';
import type { Random } from './model/random.js';
import { installPackages, installServices } from './model/services.js';
import { writeResolvedFiles } from './model/resolver.js';
import { loadUnitFiles } from './model/unit-load.js';
import { Systemd } from './model/units.js';
import { Volume } from './vfs/volume.js';

/** All files of one host together. */
/** The operator's computer on the lab's network. */
export const OPERATOR = '192.168.56.1';
const MAX_FILE_BYTES = 256 << 20;

export interface HostKeyPair {
  /** OpenSSH or PEM private key. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` without a comment. */
  readonly publicKey: string;
}
export interface HostInit {
  readonly name: string;
  readonly address: string;
  readonly sizes: Sizes;
  readonly user: string;
  readonly password: string;
  readonly authorizedKey: string;
  readonly hostKey: HostKeyPair;
  readonly world: World;
  readonly random: Random;
  readonly clock: Clock;
  /** How long a boot takes, ms, before scaling. */
  readonly bootMs: number;
}

/** `reset`: connections end; `cut`, `heal`: the cable; `power`: whether sshd listens may have changed, or its key. */
export type WireEvent = 'reset' | 'cut' | 'heal' | 'power';

export class Host {
  readonly name: string;
  /** The address it was given in the lab. */
  readonly address: string;
  readonly user: string;
  readonly world: World;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly volume: Volume;
  readonly kernel: Kernel;
  readonly systemd: Systemd;
  readonly packages = new Packages();
  readonly listeners: Listeners;
  readonly firewall: Firewall;
  readonly kube: KubeNode;
  readonly journal: Journal;
  readonly passwords = new Map<string, string>();
  hostKey: HostKeyPair;
  power: 'on' | 'off' | 'booting' = 'off';
  /** The cable is out: nothing gets through, and nobody is told. */
  linkCut = false;
  /** Told what happens to the network card and to sshd. */
  readonly onWire = new Set<(event: WireEvent) => Promise<void> | void>();
  /** Told when the power goes, after every process has ended. */
  readonly onPowerOff = new Set<() => void>();
  readonly #bootMs: number;
  #chatter: NodeJS.Timeout | null = null;
  readonly #life = new AbortController();

  constructor(init: HostInit) {
    this.name = init.name;
    this.address = init.address;
    this.user = init.user;
    this.world = init.world;
    this.clock = init.clock;
    this.hostKey = init.hostKey;
    this.#bootMs = init.bootMs;
    this.machine = new Machine(
      init.name,
      init.address,
      init.sizes,
      init.random,
      3_600_000 + init.random.next() * 7_200_000,
    );
    const now = () => this.machine.now();
    this.volume = new Volume(now);
    // Files are real memory here, so there is an end to them long before a simulated disk of 40 GB is full.
    this.volume.memory = () => MAX_FILE_BYTES - this.volume.heldBytes;
    this.volume.free = () => this.freeBytes;
    this.kernel = new Kernel(this.volume, init.clock, now);
    this.journal = new Journal(now, () => this.machine.bootId);
    this.systemd = new Systemd(this.journal, now, () => this.kernel.takePid(), init.clock);
    this.listeners = new Listeners(
      (address, port) => this.#unitListens(address, port),
      () => void this.#tell('power'),
    );
    this.kube = new KubeNode(this);
    this.firewall = new Firewall(this.volume);
    this.firewall.onChange = () => void this.#tell('power');
    this.kernel.serviceAlive = (pid) =>
      pid === 1 || [...this.systemd.units.values()].some((unit) => unit.pid === pid);
    this.kernel.dial = (process, host, port) => dialFrom(this, process, host, port);
    this.passwords.set(init.user, init.password);
    prepareDisk(this, init.user, init.authorizedKey, init.random);
    this.#installKeys();
    installPrograms(this);
    this.systemd.onChange = () => void this.#tell('power');
    installServices(this);
    installPackages(this);
    prepareRun(this);
    bootKernel(this);
    writeResolvedFiles(this);
    this.power = 'on';
    this.journal.write('kernel', 'kernel', `Linux version 6.8.0-48-generic booted on ${init.name}`);
    this.#startChatter();
  }

  #installKeys(): void {
    this.volume.put('/etc/ssh/ssh_host_ed25519_key', this.hostKey.privateKey, { mode: 0o600 });
    this.volume.put('/etc/ssh/ssh_host_ed25519_key.pub', `${this.hostKey.publicKey} root@ubuntu\n`);
  }
  /** A new host key, as after a reinstallation. */
  setHostKey(key: HostKeyPair): void {
    this.hostKey = key;
    this.#installKeys();
    void this.#tell('power');
  }

  async #tell(event: WireEvent): Promise<void> {
    await Promise.all([...this.onWire].map((listener) => listener(event)));
  }

  /** What is left on the disk, root's reserve included. */
  get freeBytes(): number {
    return this.machine.sizes.diskGiB * 2 ** 30 * 0.977 - this.machine.diskUsedBytes - this.volume.usedBytes;
  }

  // ------------------------------------------------------------ network

  #unitListens(address: string, port: number): boolean {
    return [...this.systemd.units.values()].some(
      (unit) =>
        unit.active === 'active' &&
        unit.spec.listens?.some(
          (place) => place.port === port && (place.address === '0.0.0.0' || place.address === address),
        ) === true,
    );
  }
  /** Whether a program of this host listens on an address and port. */
  listens(address: string, port: number): boolean {
    return this.#unitListens(address, port) || this.listeners.find(address, port) !== undefined;
  }
  /** What a connection from outside meets. @param from the client's address */
  meets(from: string, address: string, port: number): 'open' | 'refused' | 'silent' {
    if (this.power !== 'on') return 'silent';
    const before = this.firewall.before(port);
    if (before !== 'pass') return before === 'drop' ? 'silent' : 'refused';
    if (this.listeners.find(address, port)?.published !== true) {
      const verdict = this.firewall.incoming(from, address, port);
      if (verdict !== 'pass') return verdict === 'drop' ? 'silent' : 'refused';
    }
    const behind = this.listeners.find(address, port)?.meets?.();
    if (behind !== undefined && behind !== 'open') return behind === 'refused' ? 'refused' : 'silent';
    return this.listens(address, port) ? 'open' : 'refused';
  }
  /** Whether sshd takes new connections of the operator now; `silent` when the firewall drops them. */
  get ssh(): 'open' | 'refused' | 'silent' {
    return this.meets(OPERATOR, this.address, 22);
  }
  cutLink(): void {
    this.linkCut = true;
    void this.#tell('cut');
  }
  healLink(): void {
    this.linkCut = false;
    void this.#tell('heal');
  }

  // ------------------------------------------------------------ power

  async powerOff(): Promise<void> {
    if (this.power === 'off') return;
    this.power = 'off';
    this.#stopChatter();
    this.systemd.halt();
    this.kube.halt();
    this.listeners.clear();
    this.firewall.forget();
    this.packages.locks.clear();
    for (const listener of this.onPowerOff) listener();
    await this.kernel.killAll();
    await this.#tell('reset');
  }
  /** Switches on; resolves when the host has booted. */
  async powerOn(): Promise<void> {
    if (this.power !== 'off' || this.#life.signal.aborted) return;
    this.power = 'booting';
    prepareRun(this);
    this.machine.booted();
    await this.clock.sleep(this.#bootMs, this.#life.signal).catch(() => undefined);
    // Somebody may have pulled the plug meanwhile.
    if (this.#life.signal.aborted || !this.#booting()) return;
    const hostname = (this.volume.text('/etc/hostname') ?? '')
      .split('\n')
      .find((line) => line.trim() !== '' && !line.startsWith('#'));
    this.machine.hostname = hostname?.trim() ?? 'localhost';
    this.journal.write('kernel', 'kernel', 'Linux version 6.8.0-48-generic (buildd@lcy02-amd64-075)');
    this.power = 'on';
    bootKernel(this);
    loadUnitFiles(this, true);
    await this.systemd.boot();
    // ssh.socket starts the server at the first connection; here at once.
    const ssh = this.systemd.find('ssh.service');
    if (ssh !== undefined && !ssh.masked && this.systemd.isActive('ssh.socket'))
      await this.systemd.start(ssh);
    this.#startChatter();
    await this.#tell('power');
  }
  #booting(): boolean {
    return this.power === 'booting';
  }
  async reboot(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }
  /** The lab ends. */
  async close(): Promise<void> {
    this.#life.abort();
    await this.powerOff();
  }

  // ------------------------------------------------------------ signs of life

  /** Services say something now and then. */
  #startChatter(): void {
    const lines: readonly (readonly [string, string, string])[] = [
      ['cron.service', 'CRON', '(root) CMD (cd / && run-parts --report /etc/cron.hourly)'],
      [
        'systemd-timesyncd.service',
        'systemd-timesyncd',
        'Contacted time server 185.125.190.57:123 (ntp.ubuntu.com).',
      ],
      [
        'systemd-networkd.service',
        'systemd-networkd',
        'enp0s3: DHCPv4 address 10.0.2.15/24, gateway 10.0.2.2 acquired from 10.0.2.2',
      ],
      [
        'systemd-journald.service',
        'systemd-journald',
        'Time spent on flushing to /var/log/journal was 12ms.',
      ],
      ['snapd.service', 'snapd', 'storehelpers.go: cannot refresh: snap has no updates available'],
    ];
    let turn = 0;
    this.#stopChatter();
    this.#chatter = setInterval(() => {
      const [unit, identifier, message] = lines[turn % lines.length] ?? ['cron.service', 'CRON', 'tick'];
      turn += 1;
      if (this.systemd.isActive(unit))
        this.journal.write(unit, identifier, message, { pid: this.systemd.find(unit)?.pid ?? 1 });
    }, 20_000);
    this.#chatter.unref();
  }
  #stopChatter(): void {
    if (this.#chatter !== null) clearInterval(this.#chatter);
    this.#chatter = null;
  }
  /** A program asks for a reboot: it answers first, then the machine goes. */
  rebootSoon(from: Process): void {
    this.journal.write(
      'systemd-logind.service',
      'systemd-logind',
      `The system will reboot now! (asked by ${from.credentials.user})`,
    );
    setTimeout(() => void this.reboot(), 50).unref();
  }
  haltSoon(): void {
    this.journal.write('systemd-logind.service', 'systemd-logind', 'The system will power off now!');
    setTimeout(() => void this.powerOff(), 50).unref();
  }
}
