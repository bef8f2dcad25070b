/** What a person who opens a bundle by hand reads first. Pure. */
import { LANGUAGES, type Language } from '../../lab/types.js';
import type { Manifest } from './format.js';

const WORDS = {
  id: {
    about: 'Keadaan sebuah lab threebody-tui, dikumpulkan untuk dimintakan bantuan.',
    offline: 'Diagnosis yang sama tanpa lab: threebody-tui diagnose --bundle FILE',
    silent: 'Tidak menjawab',
    masked: 'Disamarkan menjadi ***',
    nothing: 'tidak ada',
    leftOut: 'Tidak ikut',
    files: 'Isi',
    look: 'Penyamaran mengenali rahasia yang diketahui dan yang bentuknya umum. Lihat sendiri dulu sebelum mengirimnya.',
  },
  en: {
    about: 'The state of a threebody-tui lab, gathered to ask for help with.',
    offline: 'The same diagnosis without the lab: threebody-tui diagnose --bundle FILE',
    silent: 'Did not answer',
    masked: 'Masked as ***',
    nothing: 'nothing',
    leftOut: 'Left out',
    files: 'What is in it',
    look: 'Masking knows the secrets of the lab and common shapes of others. Have a look yourself before you send it.',
  },
} as const;

export function readme(manifest: Manifest): string {
  return LANGUAGES.map((language) => part(manifest, language)).join('\n');
}

function part({ lab, tool, writtenAt, hosts, masked, leftOut, files }: Manifest, language: Language): string {
  const words = WORDS[language];
  const silent = hosts.filter((one) => !one.up);
  const kinds = Object.entries(masked.kinds).map(([kind, count]) => `${count} ${kind}`);
  return [
    words.about,
    `${lab.name} · ${writtenAt} · ${tool.name} ${tool.version}`,
    words.offline,
    words.look,
    '',
    ...(silent.length === 0
      ? []
      : [
          `${words.silent}:`,
          ...silent.map(({ name, trouble }) => `  ${name}: ${trouble?.what[language] ?? '?'}`),
          '',
        ]),
    `${words.masked}: ${kinds.length === 0 ? words.nothing : kinds.join(', ')}`,
    `${words.leftOut}:`,
    ...leftOut.map(({ what, why }) => `  ${what}: ${why[language]}`),
    '',
    `${words.files}:`,
    ...files.map(({ path, about }) => `  ${path}: ${about[language]}`),
    '',
  ].join('\n');
}
