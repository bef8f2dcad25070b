/**
 * Keeps secrets out of everything that is shown or kept: screens, logs, journal, reports. Known secrets are masked in every
 * form in which they commonly turn up; others by how they look.
 */
import { HOST_NAMES, type Lab } from '../../lab/types.js';
import { matches, patternSpans, pemSpans, type Span } from './patterns.js';
import { secretForms, SHORTEST_SECRET } from './secret-forms.js';

export const MASK = '***';

/**
 * Longer forms are looked for one by one, in texts that have room for them. Together in one pattern, those of a client's key
 * took V8 80 ms and 25 MB to compile, and each line of a log was run through half a megabyte of code.
 */
const LONGEST_IN_PATTERN = 48;

export interface Redactor {
  /** The text with every secret in it replaced by `***`. Takes time in proportion to the text. */
  mask(text: string): string;
  /** Masks this secret from now on, in texts that come later. Shorter than four characters: no, and says so by `false`. */
  addSecret(secret: string): boolean;
}

/** @param secrets passwords and the like, each of at least four characters */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const forms = new Set<string>();
  let short: RegExp | null = null;
  let long: readonly string[] = [];

  const addSecret = (secret: string): boolean => {
    if (secret.length < SHORTEST_SECRET) return false;
    for (const form of secretForms(secret)) forms.add(form);
    // The longest first: of two secrets that begin alike the longer one must win.
    const longestFirst = [...forms].toSorted((a, b) => b.length - a.length);
    const ofPattern = longestFirst.filter((form) => form.length <= LONGEST_IN_PATTERN);
    short = ofPattern.length === 0 ? null : new RegExp(ofPattern.map(escaped).join('|'), 'g');
    long = longestFirst.filter((form) => form.length > LONGEST_IN_PATTERN);
    return true;
  };
  const spans = (text: string): readonly Span[] => {
    const literal = short === null ? [] : [...matches(text, short)].map(spanOf);
    const found = long.flatMap((form) => occurrences(text, form));
    return merge([...literal, ...found, ...patternSpans(text), ...pemSpans(text)]);
  };
  const mask = (text: string): string => cover(text, spans(text));

  for (const secret of secrets) addSecret(secret);
  return { mask, addSecret };
}

/**
 * The secrets of a lab. One that equals a user or host name is left out: it stands in prompts, paths and answers that gates
 * judge, and hiding it there would hide nothing, since the name is known.
 */
export function labSecrets(lab: Lab): readonly string[] {
  const logins = HOST_NAMES.map((name) => lab.hosts[name]);
  const names = labNames(lab);
  const secrets = logins.flatMap(({ password, passphrase, sudoPassword }) => [
    password,
    passphrase,
    sudoPassword,
  ]);
  const all = [...secrets.filter((one) => one !== undefined), ...Object.values(lab.secrets)];
  return [...new Set(all)].filter((one) => !names.has(one));
}

/** Names of hosts and users, which are never masked. */
export function labNames(lab: Lab): ReadonlySet<string> {
  return new Set<string>([...HOST_NAMES, ...HOST_NAMES.map((name) => lab.hosts[name].user)]);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, (one) => `\\${one}`);
}

function spanOf(match: RegExpExecArray): Span {
  return [match.index, match.index + match[0].length];
}

function occurrences(text: string, form: string): readonly Span[] {
  if (text.length < form.length) return [];
  const spans: Span[] = [];
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length))
    spans.push([at, at + form.length]);
  return spans;
}

function merge(spans: readonly Span[]): readonly Span[] {
  const merged: [number, number][] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function cover(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let out = '';
  let from = 0;
  for (const [start, end] of spans) {
    out += text.slice(from, start) + MASK;
    from = end;
  }
  return out + text.slice(from);
}
