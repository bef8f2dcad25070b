/** Help texts, made from the table of commands. */
import type { Language, Text } from '../lab/types.js';
import { commandNames, commandSpec, GLOBAL_OPTIONS, optionSpec, type CommandName } from './table.js';
import type { OptionName } from './options.js';

const WORDS = {
  id: {
    what: 'Dari tiga VM Linux kosong sampai https://hit.local: runbook yang dipandu, diperiksa, dan diajarkan.',
    usage: 'Pemakaian',
    screen: 'layar penuh (perlu terminal)',
    command: 'PERINTAH',
    options: 'OPSI',
    commands: 'Perintah',
    own: 'Opsi',
    global: 'Opsi umum',
    more: 'Rincian sebuah perintah: threebody-tui PERINTAH --help',
    exits:
      'Kode keluar: 0 semua hijau · 1 ada gate atau aksi yang gagal · 2 salah pemakaian atau berkas lab · 3 ada yang tidak dapat diperiksa',
    streams: 'Hasil ditulis ke stdout, percakapan ke stderr.',
  },
  en: {
    what: 'From three bare Linux VMs to https://hit.local: a runbook that guides, checks and teaches.',
    usage: 'Usage',
    screen: 'the full screen (needs a terminal)',
    command: 'COMMAND',
    options: 'OPTIONS',
    commands: 'Commands',
    own: 'Options',
    global: 'Global options',
    more: 'More on one command: threebody-tui COMMAND --help',
    exits:
      'Exit codes: 0 all green · 1 a gate or an action fails · 2 usage or lab file wrong · 3 something could not be checked',
    streams: 'Results go to stdout, talk goes to stderr.',
  },
} as const;

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function optionRow(name: OptionName, language: Language): readonly [string, string] {
  const { value, short, about } = optionSpec(name);
  const left = `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  return [left, pick(about, language)];
}

function pick(text: Text, language: Language): string {
  return text[language];
}

/** The overview: every command and every global option. */
export function overview(language: Language): string {
  const words = WORDS[language];
  const rows = commandNames().map((name): readonly [string, string] => {
    const spec = commandSpec(name);
    return [`${name} ${spec.words}`.trimEnd(), pick(spec.about, language)];
  });
  return [
    words.what,
    '',
    `${words.usage}:`,
    ...table([
      [`threebody-tui [${words.options}]`, words.screen],
      [`threebody-tui ${words.command} [${words.options}]`, ''],
    ]).map((line) => line.trimEnd()),
    '',
    `${words.commands}:`,
    ...table(rows),
    '',
    `${words.global}:`,
    ...table(GLOBAL_OPTIONS.map((name) => optionRow(name, language))),
    '',
    words.more,
    words.streams,
    words.exits,
    '',
  ].join('\n');
}

/** Everything about one command. */
export function commandHelp(command: CommandName, language: Language): string {
  const words = WORDS[language];
  const spec = commandSpec(command);
  const usage = ['threebody-tui', command, spec.words, `[${words.options}]`].filter((part) => part !== '');
  const own =
    spec.options.length === 0
      ? []
      : [`${words.own}:`, ...table(spec.options.map((name) => optionRow(name, language))), ''];
  return [
    pick(spec.about, language),
    ...(spec.more === undefined ? [] : [pick(spec.more, language)]),
    '',
    `${words.usage}: ${usage.join(' ')}`,
    '',
    ...own,
    `${words.global}:`,
    ...table(GLOBAL_OPTIONS.map((name) => optionRow(name, language))),
    '',
    words.streams,
    words.exits,
    '',
  ].join('\n');
}
