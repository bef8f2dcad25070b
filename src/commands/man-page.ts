/** The manual page in roff, made from the tables that the help is made from. Pure. */
import type { Language } from '../lab/types.js';
import { commandNames, commandSpec, GLOBAL_OPTIONS, optionSpec, type CommandName } from './table.js';
import type { OptionName } from './options.js';

const WORDS = {
  id: {
    name: 'NAMA',
    synopsis: 'RINGKASAN',
    description: 'PENJELASAN',
    commands: 'PERINTAH',
    options: 'OPSI UMUM',
    exit: 'KODE KELUAR',
    environment: 'LINGKUNGAN',
    files: 'BERKAS',
    see: 'LIHAT JUGA',
    command: 'PERINTAH',
    option: 'OPSI',
    line: 'dari tiga VM Linux kosong sampai https://hit.local',
    what: 'Runbook yang dipandu, diperiksa, dan diajarkan di terminal. Tanpa perintah, layar penuh dibuka; layar itu memerlukan terminal. Hasil perintah ditulis ke stdout, percakapan ke stderr.',
    exits: [
      ['0', 'semua hijau'],
      ['1', 'ada gate atau aksi yang gagal'],
      ['2', 'salah pemakaian, atau berkas lab salah'],
      ['3', 'ada yang tidak dapat diperiksa'],
    ],
    variables: [
      ['THREEBODY_LAB', 'berkas lab'],
      ['THREEBODY_LANG', 'bahasa: id atau en'],
      ['THREEBODY_SECRET_NAME', 'nilai parameter rahasia NAME'],
      ['NO_COLOR', 'tanpa warna bila diisi'],
      ['XDG_CONFIG_HOME, XDG_STATE_HOME', 'letak berkas lab, dan letak jurnal serta keadaan'],
    ],
    paths: [
      ['./threebody.yaml, ~/.config/threebody-tui/lab.yaml', 'berkas lab, bila tidak disebut'],
      ['~/.local/state/threebody-tui/', 'jurnal, keadaan, kunci host yang dikenal, log galat; mode 0600'],
    ],
  },
  en: {
    name: 'NAME',
    synopsis: 'SYNOPSIS',
    description: 'DESCRIPTION',
    commands: 'COMMANDS',
    options: 'GLOBAL OPTIONS',
    exit: 'EXIT STATUS',
    environment: 'ENVIRONMENT',
    files: 'FILES',
    see: 'SEE ALSO',
    command: 'COMMAND',
    option: 'OPTIONS',
    line: 'from three bare Linux VMs to https://hit.local',
    what: 'A runbook that guides, checks and teaches, in the terminal. Without a command the full screen opens; it needs a terminal. Results of commands go to stdout, talk goes to stderr.',
    exits: [
      ['0', 'all green'],
      ['1', 'a gate or an action fails'],
      ['2', 'usage or lab file wrong'],
      ['3', 'something could not be checked'],
    ],
    variables: [
      ['THREEBODY_LAB', 'the lab file'],
      ['THREEBODY_LANG', 'the language: id or en'],
      ['THREEBODY_SECRET_NAME', 'value of the secret parameter NAME'],
      ['NO_COLOR', 'no colour when set'],
      ['XDG_CONFIG_HOME, XDG_STATE_HOME', 'where the lab file lies, and where journal and state lie'],
    ],
    paths: [
      ['./threebody.yaml, ~/.config/threebody-tui/lab.yaml', 'the lab file when none is named'],
      ['~/.local/state/threebody-tui/', 'journal, state, known host keys, log of errors; mode 0600'],
    ],
  },
} as const;

const SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  '…': '...',
  '·': '\\(bu',
  '—': '\\(em',
  '–': '\\(en',
  '→': '\\(->',
  '≤': '\\(<=',
  '≥': '\\(>=',
  '“': '\\(lq',
  '”': '\\(rq',
  '’': '\\(cq',
  '`': '\\(ga',
};

/** Text that roff prints as it is: no line of it is a request. */
function roff(text: string): string {
  const escaped = text.replaceAll(/[\\\-…·—–→≤≥“”’`]/g, (sign) => SIGNS[sign] ?? sign);
  return escaped.replaceAll(/^(?=[.'])/gm, '\\&');
}

function tagged(tag: string, text: string): readonly string[] {
  return ['.TP', tag, roff(text)];
}

function optionTag(name: OptionName): string {
  const { short, value } = optionSpec(name);
  const brief = short === undefined ? '' : `\\fB\\-${short}\\fR, `;
  const given = value === undefined ? '' : ` \\fI${roff(value)}\\fR`;
  return `${brief}\\fB\\-\\-${roff(name)}\\fR${given}`;
}

function command(name: CommandName, language: Language): readonly string[] {
  const { words, about, more, options } = commandSpec(name);
  return [
    `.SS ${name}`,
    `.B ${name}`,
    ...(words === '' ? [] : [`.I ${roff(words)}`]),
    '.PP',
    roff(`${about[language]}.`),
    ...(more === undefined ? [] : ['.PP', roff(more[language])]),
    ...options.flatMap((one) => tagged(optionTag(one), optionSpec(one).about[language])),
  ];
}

/** @param version shown at the foot of the page; the date is left out, so that the same program makes the same page */
export function manPage(language: Language, version: string): string {
  const words = WORDS[language];
  const list = (rows: readonly (readonly [string, string])[]): readonly string[] =>
    rows.flatMap(([tag, text]) => tagged(`\\fB${roff(tag)}\\fR`, text));
  return [
    `.\\" Made from the command table by "npm run man"; do not edit by hand.`,
    `.TH THREEBODY\\-TUI 1 "" "threebody\\-tui ${roff(version)}"`,
    `.SH ${words.name}`,
    `threebody\\-tui \\- ${roff(words.line)}`,
    `.SH ${words.synopsis}`,
    '.B threebody\\-tui',
    `[\\fI${words.option}\\fR]`,
    '.br',
    '.B threebody\\-tui',
    `\\fI${words.command}\\fR [\\fI${words.option}\\fR]`,
    `.SH ${words.description}`,
    roff(words.what),
    `.SH ${words.commands}`,
    ...commandNames().flatMap((name) => command(name, language)),
    `.SH "${words.options}"`,
    ...GLOBAL_OPTIONS.flatMap((name) => tagged(optionTag(name), optionSpec(name).about[language])),
    `.SH "${words.exit}"`,
    ...list(words.exits),
    `.SH ${words.environment}`,
    ...list(words.variables),
    `.SH ${words.files}`,
    ...list(words.paths),
    `.SH "${words.see}"`,
    '.BR ssh (1),',
    '.BR docker (1),',
    '.BR kubectl (1),',
    '.BR kubeadm (1)',
    '',
  ].join('\n');
}
