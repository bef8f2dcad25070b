/** Swap of a host: what is in use, what fstab and unit files bring back, and the units that systemd makes of them. */
import type { Host } from '../host.js';
import { contentOf, type FileInode } from '../vfs/inode.js';
import { UnitFailure, type UnitHooks } from './unit.js';

export interface Swap {
  readonly path: string;
  readonly mib: number;
  readonly priority: number;
}
export interface FstabEntry {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}
const MIB = 2 ** 20;
/** What mkswap leaves in the first page of an area, at its end. */
const SIGNATURE = Buffer.from('SWAPSPACE2');
const SIGNATURE_AT = 4096 - SIGNATURE.length;
/** The smallest area that mkswap takes. */
export const LEAST_SWAP_BYTES = 40 * 1024;

/** Lines of /etc/fstab that count. */
export function fstab(host: Host): readonly FstabEntry[] {
  return (host.volume.text('/etc/fstab') ?? '').split('\n').flatMap((line) => {
    const [source = '', target = '', type = '', options = 'defaults'] = line.trim().split(/\s+/);
    return source === '' || source.startsWith('#') || type === '' ? [] : [{ source, target, type, options }];
  });
}
export const swapLines = (host: Host): readonly FstabEntry[] =>
  fstab(host).filter((entry) => entry.type === 'swap');

/** Marks a file as a swap area, as mkswap does. */
export function signSwap(host: Host, file: FileInode): void {
  host.volume.write(file, SIGNATURE_AT, SIGNATURE);
}
/** A swap file as an installer leaves it: its length on the disk, and nothing in it but the mark. */
export function placeSwapFile(host: Host, path: string, mib: number): void {
  const file = host.volume.put(path, '', { mode: 0o600 });
  host.volume.extend(file, mib * MIB);
  signSwap(host, file);
}

/** Size of the swap area behind a path, MiB; or why there is none, in swapon's words. */
function sizeOf(host: Host, path: string): number | string {
  const missing = `cannot open ${path}: No such file or directory`;
  if (/^\/dev\/zram\d+$/.test(path))
    return host.machine.zram ? Math.floor(host.machine.sizes.memoryMiB / 2) : missing;
  const inode = host.volume.find(path);
  if (inode === undefined) return missing;
  if (inode.kind !== 'file') return `${path}: swapon failed: Invalid argument`;
  const signed = contentOf(inode, SIGNATURE_AT, SIGNATURE_AT + SIGNATURE.length).equals(SIGNATURE);
  return signed ? Math.floor(inode.size / MIB) : `${path}: read swap header failed`;
}

/** Turns swap on. Gives why it cannot, in swapon's words, or null. */
export function swapOn(host: Host, path: string): string | null {
  if (host.machine.swaps.some((swap) => swap.path === path))
    return `${path}: swapon failed: Device or resource busy`;
  const mib = sizeOf(host, path);
  if (typeof mib === 'string') return mib;
  host.machine.swaps = [
    ...host.machine.swaps,
    { path, mib, priority: path.startsWith('/dev/zram') ? 100 : -2 - host.machine.swaps.length },
  ];
  settleUnit(host, path, true);
  return null;
}
export function swapOff(host: Host, path: string): string | null {
  if (!host.machine.swaps.some((swap) => swap.path === path))
    return host.volume.find(path) === undefined
      ? `${path}: swapoff failed: No such file or directory`
      : `${path}: swapoff failed: Invalid argument`;
  host.machine.swaps = host.machine.swaps.filter((swap) => swap.path !== path);
  settleUnit(host, path, false);
  return null;
}

/** `/swap.img` is `swap.img.swap`, `/dev/zram0` is `dev-zram0.swap`. */
export function swapUnitName(path: string): string {
  return `${path.replace(/^\//, '').replaceAll('-', '\\x2d').replaceAll('/', '-')}.swap`;
}
/** The unit follows what happened to the swap itself. */
function settleUnit(host: Host, path: string, on: boolean): void {
  const unit = host.systemd.find(swapUnitName(path));
  if (unit === undefined) return;
  unit.active = on ? 'active' : 'inactive';
  unit.changedAt = host.machine.now();
}
export function swapHooks(host: Host, path: string): UnitHooks {
  return {
    start: () => {
      if (host.machine.swaps.some((swap) => swap.path === path)) return;
      const wrong = swapOn(host, path);
      if (wrong !== null) throw new UnitFailure(255, '255/EXCEPTION', [`swapon: ${wrong}`]);
    },
    stop: () => {
      swapOff(host, path);
    },
  };
}

/** What systemd's fstab generator does at boot and at daemon-reload. */
export function generateSwapUnits(host: Host): void {
  const { systemd } = host;
  const wanted = new Map(
    swapLines(host)
      .filter((entry) => !entry.options.split(',').includes('noauto'))
      .map((entry) => [swapUnitName(entry.source), entry.source]),
  );
  for (const swap of host.machine.swaps) {
    const name = swapUnitName(swap.path);
    if (!wanted.has(name)) wanted.set(name, swap.path);
  }
  const listed = swapLines(host).map((entry) => swapUnitName(entry.source));
  for (const [name, path] of wanted) {
    const old = systemd.units.get(name);
    const active = host.machine.swaps.some((swap) => swap.path === path);
    if (
      old !== undefined &&
      (old.spec.fragment?.startsWith('/etc/') === true ||
        old.enablement === (listed.includes(name) ? 'generated' : 'transient'))
    ) {
      continue;
    }
    const unit = systemd.add(
      {
        name,
        description: path,
        enablement: listed.includes(name) ? 'generated' : 'transient',
        active,
        fragment: `/run/systemd/generator/${name}`,
      },
      swapHooks(host, path),
    );
    unit.masked = old?.masked ?? host.volume.find(`/etc/systemd/system/${name}`)?.kind === 'device';
  }
  for (const [name, unit] of systemd.units) {
    if (unit.enablement === 'generated' && name.endsWith('.swap') && !wanted.has(name)) systemd.remove(name);
  }
}
