/** Unit files as text: sections, keys, drop-ins. */
import type { Host } from '../host.js';
import { account } from '../commands/owners.js';

export const UNIT_DIRECTORY = '/etc/systemd/system';

export interface UnitSection {
  /** Values of a key in order; an empty one clears those before it. */
  all(key: string): readonly string[];
  last(key: string): string | undefined;
}
/** Sections of a unit file with its drop-ins. */
export class UnitFile {
  readonly #values = new Map<string, string[]>();

  constructor(texts: readonly string[]) {
    for (const text of texts) this.#read(text);
  }
  #read(text: string): void {
    let section = '';
    const joined = text.replace(/\\\n\s*/g, ' ');
    for (const raw of joined.split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      const head = /^\[(.+)\]$/.exec(line);
      if (head !== null) {
        section = head[1] ?? '';
        continue;
      }
      const at = line.indexOf('=');
      if (at < 0) continue;
      const key = `${section}/${line.slice(0, at).trim()}`;
      const value = line.slice(at + 1).trim();
      if (value === '') this.#values.delete(key);
      else this.#values.set(key, [...(this.#values.get(key) ?? []), value]);
    }
  }
  hasSection(name: string): boolean {
    return [...this.#values.keys()].some((key) => key.startsWith(`${name}/`));
  }
  section(name: string): UnitSection {
    const all = (key: string) => this.#values.get(`${name}/${key}`) ?? [];
    return { all, last: (key) => all(key).at(-1) };
  }
  /** Units that a key names. */
  units(key: string, section = 'Unit'): readonly string[] {
    return this.section(section)
      .all(key)
      .flatMap((value) => value.split(/\s+/));
  }
}

/** Texts of a unit's drop-ins, in their order. */
export function dropIns(
  host: Host,
  name: string,
): readonly { readonly path: string; readonly text: string }[] {
  return [`/usr/lib/systemd/system/${name}.d`, `${UNIT_DIRECTORY}/${name}.d`].flatMap((path) => {
    const dir = host.volume.find(path);
    if (dir?.kind !== 'directory') return [];
    return [...dir.entries.keys()]
      .filter((file) => file.endsWith('.conf'))
      .toSorted()
      .map((file) => ({ path: `${path}/${file}`, text: host.volume.text(`${path}/${file}`) ?? '' }));
  });
}

/** What a time span of a unit file means, ms. */
export function spanMs(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (text === 'infinity' || text === '0') return Number.POSITIVE_INFINITY;
  let total = 0;
  for (const match of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|m|h|s|sec|d)?/g)) {
    const unit = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[
      match[2] ?? 's'
    ];
    total += Number(match[1]) * (unit ?? 1000);
  }
  return total > 0 ? total : fallback;
}

/** The account that a unit runs as; null when there is none of that name. */
export function unitUser(host: Host, name: string | undefined) {
  return account(host.volume, name ?? 'root') ?? null;
}
