/** The live files of /proc and /sys. */
import type { Host } from '../host.js';
import type { Caller, Inode } from '../vfs/inode.js';
import { KERNEL_RELEASE } from './machine.js';
import { procModules } from './modules.js';
import { setSysctl } from './sysctl.js';

/** Hangs /proc and /sys into a host's file tree. */
export function placeLiveFiles(host: Host): void {
  const { volume, machine, kernel } = host;
  const { make } = volume;
  const live = (path: string, text: (caller: Caller) => string, mode = 0o444) =>
    volume.place(path, make.live(text, { mode }));
  const two = (value: number) => value.toFixed(2);
  volume.place(
    '/proc',
    make.liveDirectory(
      () => [...entries.keys(), ...kernel.processes.map((process) => String(process.pid))],
      (name, caller) =>
        entries.get(name) ?? processDirectory(host, name === 'self' ? caller.pid : Number(name)),
    ),
  );
  const entries = new Map<string, Inode>();
  const proc = (name: string, text: () => string) => entries.set(name, make.live(text));
  proc(
    'uptime',
    () => `${two(machine.uptimeSeconds)} ${two(machine.uptimeSeconds * machine.sizes.cpus * 0.97)}\n`,
  );
  proc(
    'loadavg',
    () =>
      `${two(machine.load)} ${two(machine.load * 0.9)} ${two(machine.load * 0.8)} 1/${140 + kernel.processes.length} ${kernel.processes.at(-1)?.pid ?? 1}\n`,
  );
  proc('meminfo', () => meminfo(host));
  proc('stat', () => stat(host));
  proc(
    'version',
    () => `Linux version ${KERNEL_RELEASE} (buildd@lcy02-amd64-075) #48-Ubuntu SMP PREEMPT_DYNAMIC\n`,
  );
  proc('cmdline', () => `BOOT_IMAGE=/boot/vmlinuz-${KERNEL_RELEASE} root=/dev/sda2 ro\n`);
  proc('cpuinfo', () =>
    Array.from(
      { length: machine.sizes.cpus },
      (_, index) => `processor\t: ${index}\nmodel name\t: Practice Lab CPU\ncpu MHz\t\t: 2600.000\n\n`,
    ).join(''),
  );
  proc(
    'mounts',
    () =>
      '/dev/sda2 / ext4 rw,relatime 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,noexec,relatime 0 0\nproc /proc proc rw 0 0\nsysfs /sys sysfs rw 0 0\n',
  );
  proc(
    'swaps',
    () =>
      `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n${machine.swaps.map((swap) => `${swap.path.padEnd(39)} ${swap.path.startsWith('/dev/') ? 'partition' : 'file'}\t\t${swap.mib * 1024}\t\t0\t\t${swap.priority}\n`).join('')}`,
  );
  proc('modules', () => procModules(host));
  proc('locks', () =>
    [...host.packages.locks]
      .map(
        ([file, holder], index) =>
          `${index + 1}: POSIX  ADVISORY  WRITE ${holder.pid} 08:02:${volume.find(file)?.ino ?? 0} 0 EOF\n`,
      )
      .join(''),
  );
  const net = make.directory();
  net.entries.set(
    'route',
    make.live(() => routeTable(host)),
  );
  net.entries.set(
    'dev',
    make.live(
      () => `Inter-|   Receive\n face |bytes\n${machine.cards.map((card) => `${card.name}: 0 0\n`).join('')}`,
    ),
  );
  entries.set('net', net);
  const sys = make.directory();
  const kernelDir = make.directory();
  const randomDir = make.directory();
  randomDir.entries.set(
    'boot_id',
    make.live(() => `${machine.bootId}\n`),
  );
  kernelDir.entries.set('random', randomDir);
  kernelDir.entries.set(
    'hostname',
    make.live(() => `${machine.hostname}\n`),
  );
  kernelDir.entries.set(
    'osrelease',
    make.live(() => `${KERNEL_RELEASE}\n`),
  );
  kernelDir.entries.set(
    'ostype',
    make.live(() => 'Linux\n'),
  );
  kernelDir.entries.set(
    'pid_max',
    make.live(() => '4194304\n'),
  );
  sys.entries.set('kernel', kernelDir);
  for (const area of ['net', 'vm', 'fs']) {
    sys.entries.set(area, sysctlDirectory(host, area));
  }
  entries.set('sys', sys);
  live('/sys/class/dmi/id/product_uuid', () => `${machine.productUuid}\n`, 0o400);
  live('/sys/class/dmi/id/product_name', () => 'VirtualBox\n');
  live('/sys/class/dmi/id/sys_vendor', () => 'innotek GmbH\n');
  volume.place(
    '/sys/module',
    make.liveDirectory(
      () => [...machine.modules],
      (name) => (machine.modules.has(name) ? make.directory() : undefined),
    ),
  );
  volume.place(
    '/sys/class/net',
    make.liveDirectory(
      () => machine.cards.map((card) => card.name),
      (name) => {
        const card = machine.cards.find((entry) => entry.name === name);
        if (card === undefined) return undefined;
        const dir = make.directory();
        dir.entries.set(
          'address',
          make.live(() => `${card.mac}\n`),
        );
        dir.entries.set(
          'operstate',
          make.live(() => (card.name === 'lo' ? 'unknown\n' : card.up ? 'up\n' : 'down\n')),
        );
        dir.entries.set(
          'mtu',
          make.live(() => (card.name === 'lo' ? '65536\n' : '1500\n')),
        );
        return dir;
      },
    ),
  );
}

/** One level of /proc/sys, made from the model's sysctl values. */
function sysctlDirectory(host: Host, prefix: string): Inode {
  const { make } = host.volume;
  const keys = () => [...host.machine.sysctl.keys()].filter((key) => key.startsWith(`${prefix}.`));
  return make.liveDirectory(
    () => [...new Set(keys().map((key) => key.slice(prefix.length + 1).split('.')[0] ?? ''))],
    (name) => {
      const key = `${prefix}.${name}`;
      if (host.machine.sysctl.has(key)) {
        return make.live(
          () => `${host.machine.sysctl.get(key) ?? ''}\n`,
          { mode: 0o644 },
          (text) => setSysctl(host, key, text.trim()),
        );
      }
      return keys().some((known) => known.startsWith(`${key}.`)) ? sysctlDirectory(host, key) : undefined;
    },
  );
}

function processDirectory(host: Host, pid: number): Inode | undefined {
  const process = host.kernel.process(pid);
  if (process === undefined) return undefined;
  const { make } = host.volume;
  const dir = make.directory({ ...process.credentials, mode: 0o555 });
  const put = (name: string, text: string) =>
    dir.entries.set(
      name,
      make.live(() => text, { uid: process.credentials.uid, mode: 0o444 }),
    );
  put('cmdline', process.argv.map((word) => `${word}\0`).join(''));
  put('comm', `${process.name.slice(0, 15)}\n`);
  put(
    'status',
    `Name:\t${process.name.slice(0, 15)}\nState:\tS (sleeping)\nPid:\t${pid}\nPPid:\t${process.ppid}\nUid:\t${process.credentials.uid}\t${process.credentials.uid}\t${process.credentials.uid}\t${process.credentials.uid}\n`,
  );
  put(
    'stat',
    `${pid} (${process.name.slice(0, 15)}) S ${process.ppid} ${process.pgid} ${process.sid} 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${Math.max(0, Math.floor((process.startedAt - (host.machine.now() - host.machine.uptimeSeconds * 1000)) / 10))} 0 0\n`,
  );
  const fds = make.directory({ mode: 0o500, uid: process.credentials.uid });
  for (const [fd, description] of process.descriptors)
    fds.entries.set(String(fd), make.symlink(description.label));
  dir.entries.set('fd', fds);
  return dir;
}

function meminfo(host: Host): string {
  const { machine } = host;
  const total = machine.memoryTotalKiB;
  const available = machine.memoryAvailableKiB;
  const swap = machine.swaps.reduce((sum, one) => sum + one.mib, 0) * 1024;
  const lines: readonly [string, number][] = [
    ['MemTotal', total],
    ['MemFree', Math.floor(available * 0.82)],
    ['MemAvailable', available],
    ['Buffers', 31_000],
    ['Cached', Math.floor(available * 0.16)],
    ['SwapCached', 0],
    ['SwapTotal', swap],
    ['SwapFree', swap],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`).join('');
}

function stat(host: Host): string {
  const { machine } = host;
  const ticks = Math.floor(machine.uptimeSeconds * 100);
  const busy = Math.floor(ticks * 0.03);
  const cpus = Array.from(
    { length: machine.sizes.cpus },
    (_, index) => `cpu${index} ${busy} 0 ${busy} ${ticks - 2 * busy} 0 0 0 0 0 0\n`,
  );
  const n = machine.sizes.cpus;
  return `cpu  ${busy * n} 0 ${busy * n} ${(ticks - 2 * busy) * n} 0 0 0 0 0 0\n${cpus.join('')}btime ${Math.floor((machine.now() - machine.uptimeSeconds * 1000) / 1000)}\nprocesses ${host.kernel.processes.at(-1)?.pid ?? 1}\n`;
}

function routeTable(host: Host): string {
  const hex = (address: string) =>
    address
      .split('.')
      .toReversed()
      .map((part) => Number(part).toString(16).padStart(2, '0').toUpperCase())
      .join('');
  const rows = host.machine.routes.map((route) => {
    const [network = '0.0.0.0', prefix = '0'] =
      route.destination === 'default' ? ['0.0.0.0', '0'] : route.destination.split('/');
    const bits = Number(prefix);
    const mask = [0, 1, 2, 3]
      .map((part) => 256 - 2 ** (8 - Math.max(0, Math.min(8, bits - part * 8))))
      .join('.');
    return `${route.device}\t${hex(network)}\t${hex(route.via ?? '0.0.0.0')}\t${route.via === undefined ? '0001' : '0003'}\t0\t0\t${route.metric ?? 0}\t${hex(mask)}\t0\t0\t0\n`;
  });
  return `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n${rows.join('')}`;
}
