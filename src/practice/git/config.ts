/** Git's configuration files: read, asked and edited without losing what else stands in them. */
import { SystemError } from '../vfs/inode.js';
import type { View } from '../vfs/view.js';

export interface Setting {
  /** `remote.origin.url`: section and key in lower case, what is between them as written. */
  readonly key: string;
  readonly value: string;
}

/** `Remote.Origin.URL` as settings are compared. Null for a key without a section. */
export function normalKey(key: string): string | null {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  if (first <= 0 || last === key.length - 1) return null;
  return `${key.slice(0, first).toLowerCase()}${key.slice(first, last)}${key.slice(last).toLowerCase()}`;
}

function sectionOf(line: string): string | null {
  const match = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
  if (match === null) return null;
  const [, section = '', sub] = match;
  return sub === undefined
    ? section.toLowerCase()
    : `${section.toLowerCase()}.${sub.replaceAll(/\\(.)/g, '$1')}`;
}
function assignment(line: string): { readonly key: string; readonly value: string } | null {
  const match = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(line);
  if (match === null) return null;
  const [, key = '', raw] = match;
  return { key: key.toLowerCase(), value: raw === undefined ? 'true' : unquoted(raw) };
}
function unquoted(raw: string): string {
  let value = '';
  let quoted = false;
  for (let at = 0; at < raw.length; at += 1) {
    const char = raw[at] ?? '';
    if (char === '\\') {
      at += 1;
      const next = raw[at] ?? '';
      value += next === 'n' ? '\n' : next === 't' ? '\t' : next;
    } else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '#' || char === ';')) break;
    else value += char;
  }
  return value.trim();
}
const quoted = (value: string): string => {
  const plain = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return /^\s|\s$|[#;]/.test(value) ? `"${plain}"` : plain;
};

export function parseConfig(text: string): readonly Setting[] {
  let section = '';
  const settings: Setting[] = [];
  for (const raw of text.split('\n')) {
    const opened = sectionOf(raw);
    if (opened !== null) section = opened;
    const line = opened === null ? raw : raw.slice(raw.indexOf(']') + 1);
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const found = assignment(line);
    if (found !== null) settings.push({ key: `${section}.${found.key}`, value: found.value });
  }
  return settings;
}
/** Where each line's section and setting are, for edits. */
function lines(text: string): { line: string; section: string; key: string | null }[] {
  let section = '';
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  if (body === '') return [];
  return body.split('\n').map((line) => {
    const opened = sectionOf(line);
    if (opened !== null) section = opened;
    const found = opened === null && !/^\s*([#;].*)?$/.test(line) ? assignment(line) : null;
    return { line, section, key: found === null ? null : `${section}.${found.key}` };
  });
}
/** @param how `set` replaces all values of the key by one, `add` puts one more */
export function edited(text: string, key: string, value: string, how: 'set' | 'add'): string {
  const at = key.lastIndexOf('.');
  const section = key.slice(0, at);
  const line = `\t${key.slice(at + 1)} = ${quoted(value)}`;
  const rows = lines(text);
  const old = rows.findIndex((row) => row.key === key);
  if (how === 'set' && old >= 0) {
    const kept = rows.filter((row, index) => row.key !== key || index === old);
    return `${kept.map((row) => (row.key === key ? line : row.line)).join('\n')}\n`;
  }
  const last = rows.findLastIndex((row) => row.section === section);
  const texts = rows.map((row) => row.line);
  if (last >= 0) texts.splice(last + 1, 0, line);
  else {
    const dot = section.indexOf('.');
    const head =
      dot < 0
        ? `[${section}]`
        : `[${section.slice(0, dot)} "${section
            .slice(dot + 1)
            .replaceAll('\\', '\\\\')
            .replaceAll('"', '\\"')}"]`;
    texts.push(head, line);
  }
  return `${texts.join('\n')}\n`;
}
/** Without a key, or without a whole section when `key` names one. */
export function without(text: string, key: string, what: 'key' | 'section'): string {
  const rows = lines(text);
  const kept = rows.filter((row) => (what === 'key' ? row.key !== key : row.section !== key));
  // A section that holds nothing any more goes too.
  const used = kept.filter(
    (row) =>
      sectionOf(row.line) === null || kept.some((other) => other.section === row.section && other !== row),
  );
  return used.length === 0 ? '' : `${used.map((row) => row.line).join('\n')}\n`;
}

/** All settings that count for a user in a repository; later ones win. */
export class Config {
  readonly #settings: readonly Setting[];
  constructor(settings: readonly Setting[]) {
    this.#settings = settings;
  }
  get all(): readonly Setting[] {
    return this.#settings;
  }
  value(key: string): string | undefined {
    return this.#settings.findLast((one) => one.key === key)?.value;
  }
  values(key: string): readonly string[] {
    return this.#settings.filter((one) => one.key === key).map((one) => one.value);
  }
  truth(key: string): boolean | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : /^(true|yes|on|1)$/i.test(value);
  }
}
export function readConfigFile(view: View, path: string): readonly Setting[] {
  try {
    return parseConfig(view.readText(path));
  } catch (error) {
    if (error instanceof SystemError) return [];
    throw error;
  }
}
