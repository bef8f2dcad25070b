/** argv → a command with its words and options, or a Trouble that names the nearest right word. */
import { parseArgs } from 'node:util';
import { nearest } from '../lab/nearest.js';
import { LANGUAGES, Trouble, type Text } from '../lab/types.js';
import {
  commandNames,
  commandSpec,
  GLOBAL_OPTIONS,
  isCommand,
  isOption,
  optionNames,
  optionSpec,
  type CommandName,
} from './table.js';
import type { NameOfKind, OptionName } from './options.js';

/** The options of one call. */
export interface Options {
  has(name: OptionName): boolean;
  /** The value of an option that is given once; the last one counts. */
  text(name: NameOfKind<'text'>): string | undefined;
  list(name: NameOfKind<'list'>): readonly string[];
}

export interface CommandLine {
  /** Null: the screen was asked for. */
  readonly command: CommandName | null;
  readonly words: readonly string[];
  readonly options: Options;
}

const SEE_HELP: Text = {
  id: 'Lihat: threebody-tui --help',
  en: 'See: threebody-tui --help',
};

/** A mistake in the call: exit 2. */
export function usageTrouble(what: Text, remedy: Text = SEE_HELP): Trouble {
  return new Trouble('usage', what, remedy);
}

function didYouMean(word: string, known: readonly string[], otherwise: Text): Text {
  const close = nearest(word, known);
  return close === null ? otherwise : { id: `Maksudnya ${close}?`, en: `Did you mean ${close}?` };
}

/**
 * Parses the arguments after the program's name. Options may stand before and behind the command.
 * @throws Trouble `usage`
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const values = new Map<OptionName, string[]>();
  const words: string[] = [];
  for (const token of tokensOf(argv)) {
    if (token.kind === 'positional') words.push(token.value);
    else if (token.kind === 'option') {
      const name = knownOption(token.name, token.rawName);
      values.set(name, [...(values.get(name) ?? []), valueOf(name, token.value, token.inlineValue === true)]);
    }
  }
  const options = optionsOf(values);
  checkLanguage(options);
  const [first, ...rest] = words;
  if (first === undefined) {
    checkBelongs(null, values);
    return { command: null, words: [], options };
  }
  const command = knownCommand(first);
  checkBelongs(command, values);
  if (!options.has('help') && !options.has('version')) checkCount(command, rest);
  return { command, words: rest, options };
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

function tokensOf(argv: readonly string[]): readonly Token[] {
  const config: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const name of optionNames()) {
    const { kind, short } = optionSpec(name);
    config[name] = {
      type: kind === 'flag' ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    };
  }
  const parsed = parseArgs({
    args: [...argv],
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  return parsed.tokens;
}

function knownOption(name: string, written: string): OptionName {
  if (isOption(name)) return name;
  const known = optionNames().map((one) => `--${one}`);
  throw usageTrouble(
    { id: `opsi ${written} tidak dikenal`, en: `unknown option ${written}` },
    didYouMean(written, known, SEE_HELP),
  );
}

function valueOf(name: OptionName, value: string | undefined, inline: boolean): string {
  const { kind, value: placeholder = '' } = optionSpec(name);
  if (kind === 'flag') {
    if (value === undefined) return '';
    throw usageTrouble(
      { id: `--${name} tidak punya nilai`, en: `--${name} takes no value` },
      { id: `Tulis --${name} saja.`, en: `Write just --${name}.` },
    );
  }
  // `--lab --json` is a forgotten value, not a file called --json; such a file can be named with `--lab=--json`.
  if (value === undefined || value === '' || (!inline && value.startsWith('-') && value !== '-')) {
    throw usageTrouble(
      { id: `--${name} memerlukan nilai`, en: `--${name} needs a value` },
      { id: `Tulis --${name} ${placeholder}.`, en: `Write --${name} ${placeholder}.` },
    );
  }
  return value;
}

function optionsOf(values: ReadonlyMap<OptionName, readonly string[]>): Options {
  return {
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.at(-1),
    list: (name) => values.get(name) ?? [],
  };
}

function checkLanguage(options: Options): void {
  const lang = options.text('lang');
  if (lang === undefined || LANGUAGES.some((one) => one === lang)) return;
  throw usageTrouble(
    { id: `bahasa ${lang} tidak ada`, en: `there is no language ${lang}` },
    { id: 'Pilih: --lang id atau --lang en', en: 'Choose: --lang id or --lang en' },
  );
}

function knownCommand(word: string): CommandName {
  if (isCommand(word)) return word;
  const known = commandNames();
  throw usageTrouble(
    { id: `perintah ${word} tidak dikenal`, en: `unknown command ${word}` },
    didYouMean(word, known, { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` }),
  );
}

function checkBelongs(command: CommandName | null, values: ReadonlyMap<OptionName, unknown>): void {
  const own = command === null ? [] : commandSpec(command).options;
  for (const name of values.keys()) {
    if (GLOBAL_OPTIONS.some((one) => one === name) || own.includes(name)) continue;
    const owners = commandNames().filter((one) => commandSpec(one).options.includes(name));
    const list = owners.join(', ');
    throw usageTrouble(
      command === null
        ? { id: `--${name} memerlukan perintah`, en: `--${name} needs a command` }
        : { id: `${command} tidak mengenal --${name}`, en: `${command} does not know --${name}` },
      { id: `Opsi ini milik: ${list}.`, en: `It is an option of: ${list}.` },
    );
  }
}

function checkCount(command: CommandName, words: readonly string[]): void {
  const { count, words: placeholder } = commandSpec(command);
  const [least, most] = count;
  const write: Text = {
    id: `Tulis: threebody-tui ${command} ${placeholder}`.trimEnd(),
    en: `Write: threebody-tui ${command} ${placeholder}`.trimEnd(),
  };
  if (words.length < least)
    throw usageTrouble(
      { id: `${command} memerlukan ${placeholder}`, en: `${command} needs ${placeholder}` },
      write,
    );
  const extra = words[most];
  if (extra !== undefined)
    throw usageTrouble(
      { id: `${extra} terlalu banyak untuk ${command}`, en: `${extra} is one too many for ${command}` },
      write,
    );
}
