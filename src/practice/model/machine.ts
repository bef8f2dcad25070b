/** The hardware and the clock of a virtual host, and its network cards. */
import type { Random } from './random.js';
import type { Swap } from './swap.js';
import { SYSCTL_DEFAULTS } from './sysctl.js';

export interface Address {
  readonly address: string;
  readonly prefix: number;
  readonly dynamic: boolean;
}
export interface Card {
  readonly name: string;
  readonly mac: string;
  addresses: Address[];
  up: boolean;
  readonly virtual: boolean;
}
export interface Route {
  /** `default` or a CIDR. */
  readonly destination: string;
  readonly via?: string;
  readonly device: string;
  readonly source?: string;
  readonly protocol: 'kernel' | 'dhcp' | 'static' | 'bird';
  readonly metric?: number;
}
export interface Sizes {
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

/** The DNS server of the NAT network. */
export const NAT_DNS = '10.0.2.3';
export const KERNEL_RELEASE = '6.8.0-48-generic';

export class Machine {
  readonly name: string;
  readonly sizes: { cpus: number; memoryMiB: number; diskGiB: number };
  readonly productUuid: string;
  /** What the installed system takes on the disk, bytes, beyond the files that are simulated. */
  diskUsedBytes = 3.6 * 2 ** 30;
  memoryUsedMiB = 410;
  bootId: string;
  /** Real time of the last boot, epoch ms. */
  bootedAt: number;
  hostname: string;
  /** How far the host's clock is off, ms. */
  clockOffsetMs = 0;
  ntpEnabled = true;
  cards: Card[];
  extraRoutes: Route[] = [];
  readonly sysctl = new Map<string, string>(Object.entries(SYSCTL_DEFAULTS));
  /** Names of the kernel modules that are loaded. */
  readonly modules = new Set<string>();
  swaps: readonly Swap[] = [{ path: '/swap.img', mib: 2048, priority: -2 }];
  /** Whether there is a /dev/zram0 with a size. */
  zram = false;
  readonly #random: Random;

  constructor(name: string, address: string, sizes: Sizes, random: Random, uptimeMs: number) {
    this.name = name;
    this.sizes = { ...sizes };
    this.#random = random;
    this.productUuid = random.uuid();
    this.bootId = random.uuid();
    this.bootedAt = Date.now() - uptimeMs;
    this.hostname = 'ubuntu';
    const mac = () => `08:00:27:${random.hex(6).replace(/(..)(?!$)/g, '$1:')}`;
    this.cards = [
      {
        name: 'lo',
        mac: '00:00:00:00:00:00',
        addresses: [{ address: '127.0.0.1', prefix: 8, dynamic: false }],
        up: true,
        virtual: true,
      },
      {
        name: 'enp0s3',
        mac: mac(),
        addresses: [{ address: '10.0.2.15', prefix: 24, dynamic: true }],
        up: true,
        virtual: false,
      },
      {
        name: 'enp0s8',
        mac: mac(),
        addresses: [{ address, prefix: 24, dynamic: false }],
        up: true,
        virtual: false,
      },
    ];
  }

  /** The host's clock, epoch ms. */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }
  get uptimeSeconds(): number {
    return Math.max(0.01, (Date.now() - this.bootedAt) / 1000);
  }
  get synchronised(): boolean {
    return this.ntpEnabled && Math.abs(this.clockOffsetMs) < 500;
  }
  /** What a boot makes anew. */
  booted(): void {
    this.bootId = this.#random.uuid();
    this.bootedAt = Date.now();
    this.swaps = [];
    this.zram = false;
    this.extraRoutes = [];
    this.cards = this.cards.filter((card) => !/^(tunl0|cali|vxlan)/.test(card.name));
    this.sysctl.clear();
    for (const [key, value] of Object.entries(SYSCTL_DEFAULTS)) this.sysctl.set(key, value);
  }
  /** The load wobbles a little, so that panes live. */
  get load(): number {
    const seconds = Date.now() / 1000;
    return Math.max(
      0,
      0.12 + 0.08 * Math.sin(seconds / 37 + this.name.length) + 0.04 * Math.sin(seconds / 11),
    );
  }
  get memoryTotalKiB(): number {
    // The kernel keeps a few percent for itself.
    return Math.floor(this.sizes.memoryMiB * 1024 * 0.958);
  }
  get memoryAvailableKiB(): number {
    return Math.max(40_000, this.memoryTotalKiB - Math.floor((this.memoryUsedMiB + 12 * this.load) * 1024));
  }
  get addresses(): readonly string[] {
    return this.cards
      .filter((card) => card.up)
      .flatMap((card) => card.addresses.map(({ address }) => address));
  }
  /** The card with the lab's address. */
  get labCard(): Card | undefined {
    return this.cards.find((card) => card.name === 'enp0s8');
  }
  get routes(): readonly Route[] {
    const routes: Route[] = [];
    const nat = this.cards.find((card) => card.name === 'enp0s3');
    const natAddress = nat?.addresses[0]?.address;
    if (nat?.up === true && natAddress !== undefined) {
      routes.push({
        destination: 'default',
        via: '10.0.2.2',
        device: 'enp0s3',
        protocol: 'dhcp',
        source: natAddress,
        metric: 100,
      });
    }
    for (const card of this.cards) {
      if (!card.up || card.name === 'lo') continue;
      for (const { address, prefix, dynamic } of card.addresses) {
        if (prefix === 32) continue;
        routes.push({
          destination: `${networkOf(address, prefix)}/${prefix}`,
          device: card.name,
          protocol: 'kernel',
          source: address,
          ...(dynamic ? { metric: 100 } : {}),
        });
      }
    }
    return [...routes, ...this.extraRoutes];
  }
}

export function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
export function networkOf(address: string, prefix: number): string {
  const mask = prefix === 0 ? 0 : (2 ** 32 - 2 ** (32 - prefix)) >>> 0;
  const number = (addressNumber(address) & mask) >>> 0;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
export function inNetwork(address: string, cidr: string): boolean {
  const [network = '', prefix = '32'] = cidr.split('/');
  return networkOf(address, Number(prefix)) === networkOf(network, Number(prefix));
}
export const isAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
