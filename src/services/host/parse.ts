/** Understanding what the commands of a host print. Pure; lines that are not understood are left out, never guessed. */
import type { Health, MountRow, PortRow, ProcessRow, UnitRow } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
function clean(text: string): string {
  return cleanRemoteText(text).trim();
}
function whole(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** How good a unit is. What is switched on and does not run is worth a look only where the lab needs it. */
function unitHealth(active: string, enabled: string, ours: boolean): Health {
  switch (active) {
    case 'active':
      return 'good';
    case 'failed':
      return 'bad';
    case 'activating':
    case 'deactivating':
    case 'reloading':
    case 'refreshing':
    case 'maintenance':
      return 'busy';
    default:
      return ours && enabled === 'enabled' ? 'warn' : 'off';
  }
}

/**
 * Of `systemctl list-units --all --type=service --no-legend --plain` (UNIT LOAD ACTIVE SUB DESCRIPTION) and
 * `list-unit-files --no-legend` (UNIT STATE PRESET). Units that others only mention (LOAD not-found) are left out.
 * Ours first, then what is broken, then by name.
 *
 * @param ours names of units that the lab needs on this host, with `.service`
 */
export function parseUnits(listed: string, files: string, ours: ReadonlySet<string>): readonly UnitRow[] {
  const enabled = new Map(
    lines(files).flatMap((line): [string, string][] => {
      const [name, state] = line.trim().split(/\s+/);
      return name === undefined || state === undefined ? [] : [[name, clean(state)]];
    }),
  );
  const rows = lines(listed).flatMap((line): UnitRow[] => {
    // Some versions put a dot before what has failed, even with --plain.
    const match = /^[^\w@.\\:-]*\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s*(.*)$/.exec(line.trim());
    if (match === null) return [];
    const [, unit = '', load = '', active = '', sub = '', description = ''] = match;
    if (!unit.includes('.') || load === 'not-found') return [];
    const name = clean(unit);
    const isOurs = ours.has(name);
    const state = load === 'masked' ? 'masked' : (enabled.get(unit) ?? '');
    return [
      {
        name,
        active: clean(active),
        sub: clean(sub),
        enabled: state,
        description: clean(description),
        health: unitHealth(active, state, isOurs),
        ours: isOurs,
      },
    ];
  });
  const weight = (row: UnitRow): number => (row.ours ? 0 : row.health === 'bad' ? 1 : 2);
  return rows.toSorted((a, b) => weight(a) - weight(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * Of `ss -H -l -n -p` for one protocol: State Recv-Q Send-Q Local:Port Peer:Port [users:(("name",pid=…,fd=…))].
 * The same port of the same process on several descriptors is one row.
 */
export function parsePorts(text: string, protocol: 'tcp' | 'udp'): readonly PortRow[] {
  const rows = new Map<string, PortRow>();
  for (const line of lines(text)) {
    const words = line.trim().split(/\s+/);
    // With one protocol there is no Netid column; where it is printed all the same it is stepped over.
    const from = words[0] === 'tcp' || words[0] === 'udp' ? 1 : 0;
    const local = words[from + 3];
    const at = local?.lastIndexOf(':') ?? -1;
    const port = whole(local?.slice(at + 1));
    if (local === undefined || at < 0 || port === null) continue;
    const address = clean(local.slice(0, at).replace(/^\[(.*)\]/, '$1'));
    const names = [...line.matchAll(/\("([^"]{1,64})",pid=\d+/g)].map((match) => clean(match[1] ?? ''));
    const process = [...new Set(names)].join(', ');
    const key = `${address} ${port} ${process}`;
    if (!rows.has(key)) rows.set(key, { protocol, address, port, process });
  }
  return [...rows.values()].toSorted((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1));
}

/**
 * Of `df -P -T -k` (source, type, 1024-blocks, used, available, capacity, mounted on) and `df -P -i` (source, inodes,
 * used, free, percent, mounted on). Mount points may hold spaces; sources may too, so lines are read from the right.
 */
export function parseMounts(space: string, inodes: string): readonly MountRow[] {
  const used = new Map(
    lines(inodes).flatMap((line): [string, number][] => {
      const match = /\s(\d{1,3})%\s+(\/.*)$/.exec(line);
      return match === null ? [] : [[match[2] ?? '', Number(match[1])]];
    }),
  );
  const rows = new Map<string, MountRow>();
  for (const line of lines(space)) {
    const match = /^(.+?)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(?:\d+%|-)\s+(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, device = '', type = '', total = '', taken = '', , path = ''] = match;
    rows.set(path, {
      path: clean(path),
      device: clean(device),
      type: clean(type),
      totalBytes: Number(total) * 1024,
      usedBytes: Number(taken) * 1024,
      inodesUsedPercent: used.get(path) ?? null,
    });
  }
  return [...rows.values()];
}

/** Of `tb_processes`, busiest first: `pid user cpu rss args`, the share of one core since the last turn in percent, KiB. */
export function parseProcesses(text: string): readonly ProcessRow[] {
  return lines(text).flatMap((line): ProcessRow[] => {
    const match = /^\s*(\d{1,10})\s+(\S+)\s+(\d{1,6}(?:\.\d+)?)\s+(\d{1,15})\s+(.*)$/.exec(line);
    if (match === null) return [];
    const [, pid = '', user = '', cpu = '', rss = '', command = ''] = match;
    // The question itself is nobody's business.
    if (command.startsWith('ps -e -o pid=')) return [];
    return [
      {
        pid: Number(pid),
        user: clean(user),
        cpuPercent: Number(cpu),
        memoryBytes: Number(rss) * 1024,
        command: clean(command),
      },
    ];
  });
}

/** `yes` and the packages that ask for it, one a line; nothing when none is pending. */
export function parseReboot(text: string): {
  readonly pending: boolean;
  readonly packages: readonly string[];
} {
  const [first, ...packages] = lines(text);
  return { pending: first === 'yes', packages: [...new Set(packages.map((name) => clean(name)))] };
}
