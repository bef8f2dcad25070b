/**
 * YAML written by people → checked data, or a list of mistakes with file:line:column and what to do about each.
 * Used for lab files, runbook content and symptoms alike.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { z } from 'zod';
import indonesian from 'zod/v4/locales/id.js';
import { nearest } from './nearest.js';
import type { Diagnostic, SourcePlace, Text } from './types.js';

export interface YamlSource<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What the YAML says, unchecked: for rules across keys that shall be told together with the schema's own. */
  readonly data: unknown;
  /** Where the value at a path stands; the nearest parent when the path itself does not exist. */
  readonly placeOf: (path: readonly PropertyKey[]) => SourcePlace;
}

/**
 * Parses and checks one YAML document.
 * @param text the file's text
 * @param file its name as shown to the person
 * @param schema zod schema; strict objects give "did you mean" for unknown keys
 */
export function readYaml<T>(text: string, file: string, schema: z.ZodType<T>): YamlSource<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const placeOf = (path: readonly PropertyKey[]): SourcePlace => at(offsetOf(document, path));
  const syntax = document.errors.map((error): Diagnostic => ({
    place: at(error.pos[0]),
    what: {
      id: `bukan YAML yang benar: ${syntaxReason(error)}`,
      en: `not valid YAML: ${syntaxReason(error)}`,
    },
    remedy: {
      id: 'Periksa indentasi (spasi, bukan tab), titik dua, dan tanda kutip di baris ini.',
      en: 'Check the indentation (spaces, not tabs), colons and quotes on this line.',
    },
  }));
  if (syntax.length > 0) return { value: null, diagnostics: syntax, data: null, placeOf };

  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error.message) : String(error);
    const what = { id: `YAML tidak dapat dibaca: ${reason}`, en: `the YAML cannot be read: ${reason}` };
    const remedy = { id: 'Kurangi anchor dan alias (&, *).', en: 'Use fewer anchors and aliases (&, *).' };
    return { value: null, diagnostics: [{ place: at(0), what, remedy }], data: null, placeOf };
  }
  const checked = schema.safeParse(data, { error: knownKeysAsMessage });
  if (checked.success) return { value: checked.data, diagnostics: [], data, placeOf };
  const diagnostics = checked.error.issues.flatMap((issue) => describe(deepest(issue), data, document, at));
  return { value: null, diagnostics, data, placeOf };
}

/** The parser's own words, unless they quote the file: what stands there may be a password. */
function syntaxReason(error: { readonly code: string; readonly message: string }): string {
  return /["'`:]/.test(error.message) ? error.code : firstLine(error.message);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** Byte offset of the node at a path (of the key, for a value in a map), or of its nearest existing parent. */
function offsetOf(document: Document, path: readonly PropertyKey[], keyOnly = false): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  path.forEach((part, index) => {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) {
        node = null;
        return;
      }
      const last = index === path.length - 1;
      offset = (last && keyOnly ? start(pair.key) : (start(pair.value) ?? start(pair.key))) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = start(node) ?? offset;
    } else {
      node = null;
    }
  });
  return offset;
}

function start(node: unknown): number | null {
  const range = (node as Node | null | undefined)?.range;
  return range === null || range === undefined ? null : range[0];
}

type Issue = z.core.$ZodIssue;
interface FoundIssue {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

/** Of a union's branches, the one that fits best: its deepest issue, then the branch with the fewest. */
function deepest(issue: Issue, prefix: readonly PropertyKey[] = []): FoundIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => deepest(inner, path)));
  const depth = (found: readonly FoundIssue[]): number => Math.max(...found.map((one) => one.path.length));
  const mismatch = (found: readonly FoundIssue[]): number =>
    found.filter((one) => one.path.length === path.length && one.issue.code === 'invalid_type').length;
  const best = branches.toSorted(
    (a, b) => mismatch(a) - mismatch(b) || depth(b) - depth(a) || a.length - b.length,
  )[0];
  return best ?? [{ issue, path }];
}

function describe(
  found: readonly FoundIssue[],
  data: unknown,
  document: Document,
  at: (offset: number) => SourcePlace,
): Diagnostic[] {
  return found.flatMap(({ issue, path }): Diagnostic[] => {
    const name = path.length === 0 ? '' : `\`${path.map(String).join('.')}\` `;
    const place = at(offsetOf(document, path));
    switch (issue.code) {
      case 'unrecognized_keys': {
        const known = knownKeys(issue);
        return issue.keys.map((key) => unknownKey(key, known, at(offsetOf(document, [...path, key], true))));
      }
      case 'invalid_type': {
        const got = typeName(valueAt(data, path));
        const missing = got === 'nothing';
        return [
          {
            place,
            what: missing
              ? { id: `${name}belum diisi`, en: `${name}is missing` }
              : {
                  id: `${name}harus ${expectedName(issue.expected).id}, bukan ${typeNameId(got)}`,
                  en: `${name}must be ${expectedName(issue.expected).en}, not ${got}`,
                },
            remedy: missing
              ? { id: `Tambahkan ${name.trim()}.`, en: `Add ${name.trim()}.` }
              : issue.expected === 'string' && (got === 'a number' || got === 'true or false')
                ? { id: 'Apit nilainya dengan tanda kutip: "…".', en: 'Put the value in quotes: "…".' }
                : { id: 'Betulkan nilainya.', en: 'Correct the value.' },
          },
        ];
      }
      case 'invalid_value':
        return [choice(name, issue.values.map(String), valueAt(data, path), place)];
      default: {
        const [id = '', en = ''] = reasons(issue);
        const remedy = { id: 'Betulkan nilainya.', en: 'Correct the value.' };
        return [
          { place, what: { id: `${name}tidak sesuai: ${id}`, en: `${name}is not right: ${en}` }, remedy },
        ];
      }
    }
  });
}

const KNOWN = 'known keys: ';

/**
 * zod names the unknown keys but not the known ones; only the raw issue, before it is finished, still holds the schema.
 * So the known keys travel in the issue's message, which nobody reads otherwise.
 */
function knownKeysAsMessage(raw: {
  readonly code?: string | undefined;
  readonly inst?: unknown;
}): string | undefined {
  if (raw.code !== 'unrecognized_keys') return undefined;
  const { inst } = raw;
  if (typeof inst !== 'object' || inst === null || !('_zod' in inst)) return undefined;
  const shape: unknown = Reflect.get(Object(Reflect.get(Object(Reflect.get(inst, '_zod')), 'def')), 'shape');
  return typeof shape === 'object' && shape !== null ? KNOWN + Object.keys(shape).join(' ') : undefined;
}

function knownKeys(issue: Issue): readonly string[] {
  return issue.message.startsWith(KNOWN) ? issue.message.slice(KNOWN.length).split(' ') : [];
}

function unknownKey(key: string, known: readonly string[], place: SourcePlace): Diagnostic {
  const close = nearest(key, known);
  return {
    place,
    what: { id: `kunci \`${key}\` tidak dikenal`, en: `unknown key \`${key}\`` },
    remedy:
      close === null
        ? {
            id:
              known.length === 0
                ? 'Hapus kunci itu.'
                : `Hapus, atau pakai salah satu dari: ${known.join(', ')}.`,
            en: known.length === 0 ? 'Remove it.' : `Remove it, or use one of: ${known.join(', ')}.`,
          }
        : { id: `Maksudnya \`${close}\`?`, en: `Did you mean \`${close}\`?` },
  };
}

function choice(name: string, values: readonly string[], got: unknown, place: SourcePlace): Diagnostic {
  const close = typeof got === 'string' ? nearest(got, values) : null;
  const hint: Text =
    close === null
      ? { id: '', en: '' }
      : { id: ` Maksudnya \`${close}\`?`, en: ` Did you mean \`${close}\`?` };
  if (got === undefined)
    return {
      place,
      what: { id: `${name}belum diisi`, en: `${name}is missing` },
      remedy: {
        id: `Isi dengan salah satu: ${values.join(', ')}.`,
        en: `Give one of: ${values.join(', ')}.`,
      },
    };
  return {
    place,
    what: { id: `${name}tidak boleh \`${String(got)}\``, en: `${name}cannot be \`${String(got)}\`` },
    remedy: {
      id: `Pilih salah satu: ${values.join(', ')}.${hint.id}`,
      en: `Choose one of: ${values.join(', ')}.${hint.en}`,
    },
  };
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

const BOTH = '\u0000';

/** A message for a zod check in both languages, to be taken apart again when the mistake is told. */
export function bilingual(id: string, en: string): string {
  return id + BOTH + en;
}

const indonesianReason = indonesian().localeError;

/** The reason of an issue in Indonesian and English: our own bilingual one, or zod's for each language. */
function reasons(issue: Issue): readonly string[] {
  if (issue.message.includes(BOTH)) return issue.message.split(BOTH);
  if (issue.code === 'custom') return [issue.message, issue.message];
  const told = indonesianReason({ ...issue, input: undefined });
  return [typeof told === 'string' ? told : (told?.message ?? issue.message), issue.message];
}

function typeName(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return (
    { string: 'text', number: 'a number', boolean: 'true or false', object: 'a group of keys' }[
      typeof value as string
    ] ?? typeof value
  );
}
function typeNameId(name: string): string {
  return (
    {
      text: 'teks',
      'a number': 'angka',
      'true or false': 'true atau false',
      'a list': 'daftar',
      'a group of keys': 'kumpulan kunci',
    }[name] ?? name
  );
}
function expectedName(expected: string): Text {
  const names: Readonly<Record<string, Text>> = {
    string: { id: 'teks', en: 'text' },
    number: { id: 'angka', en: 'a number' },
    int: { id: 'bilangan bulat', en: 'a whole number' },
    boolean: { id: 'true atau false', en: 'true or false' },
    array: { id: 'daftar', en: 'a list' },
    object: { id: 'kumpulan kunci', en: 'a group of keys' },
    record: { id: 'kumpulan kunci', en: 'a group of keys' },
  };
  return names[expected] ?? { id: expected, en: expected };
}
