/** TOML as containerd writes it: nested tables indented, the quotes of its version. Reading is smol-toml's. */
import { parse, TomlError } from 'smol-toml';
import { isMap, type Json, type JsonMap } from './json.js';

export class TomlMistake extends Error {
  override readonly name = 'TomlMistake';
  readonly line: number;
  readonly column: number;
  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

function plain(value: unknown): Json {
  if (Array.isArray(value)) return value.map((part: unknown) => plain(part));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, part]: [string, unknown]) => [key, plain(part)]),
    );
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
/** @throws TomlMistake */
export function readToml(text: string): JsonMap {
  try {
    const found = plain(parse(text));
    return isMap(found) ? found : {};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const words = error.message.replace(/^Invalid TOML document: /, '').split('\n')[0] ?? '';
    throw new TomlMistake(words, error.line, error.column);
  }
}

export interface TomlStyle {
  readonly quote: '"' | "'";
  /** Version 2 sorts keys, version 3 keeps their order. */
  readonly sorted: boolean;
}
const bare = /^[A-Za-z0-9_-]+$/;
function scalar(value: Json, style: TomlStyle): string {
  if (typeof value === 'string')
    return style.quote === "'" && !value.includes("'") ? `'${value}'` : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((part) => scalar(part, style)).join(', ')}]`;
  return String(value);
}
/** Text of a document. */
export function writeToml(document: JsonMap, style: TomlStyle): string {
  const lines: string[] = [];
  const word = (key: string) => (bare.test(key) ? key : `${style.quote}${key}${style.quote}`);
  const table = (map: JsonMap, path: readonly string[]): void => {
    const entries = Object.entries(map);
    if (style.sorted) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    const indent = '  '.repeat(path.length);
    const inner = entries.filter(([, value]) => !isMap(value));
    for (const [key, value] of inner) lines.push(`${indent}${word(key)} = ${scalar(value, style)}`);
    let first = inner.length === 0;
    for (const [key, value] of entries) {
      if (!isMap(value)) continue;
      const below = [...path, key];
      // Version 2 has a blank line before every table; version 3 none before the first one below an empty parent.
      if (!(first && (path.length === 0 || !style.sorted))) lines.push('');
      first = false;
      lines.push(`${indent}[${below.map(word).join('.')}]`);
      table(value, below);
    }
  };
  table(document, []);
  return `${lines.join('\n')}\n`;
}
