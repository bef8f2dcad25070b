/**
 * `npm run keys`: writes docs/keys.md from the key table. `keysDocument` is what a test compares the written file with.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format } from 'prettier';
import { misc } from '../src/i18n/texts/misc.js';
import type { KeyBinding, KeyPlace } from '../src/input/binding.js';
import { KEY_TABLE } from '../src/input/keys.js';
import { shownKey } from '../src/input/names.js';

const PLACES: readonly KeyPlace[] = [
  'anywhere',
  'welcome',
  'connect',
  'vagrant',
  'home',
  'step',
  'gates',
  'gate',
  'host',
  'glossary',
  'help',
  'journal',
  'entry',
  'describe',
  'stream',
  'events',
  'path',
  'troubles',
  'smoke',
  'dialog',
  'typing',
];

function row(binding: KeyBinding): string {
  const keys = binding.keys.map((key) => `\`${shownKey(key)}\``).join(' ');
  const mark = binding.dangerous ? ' (!)' : '';
  const text = (value: string): string => value.replaceAll('|', String.raw`\|`);
  return `| ${keys} | ${text(binding.describe.en)}${mark} | ${text(binding.describe.id)} |`;
}

function section(place: KeyPlace): string {
  const rows = KEY_TABLE.filter((binding) => binding.places.includes(place));
  const title = `## ${misc.screens[place].en} · ${misc.screens[place].id}`;
  return [title, '', '| Key | What it does | Gunanya |', '| --- | --- | --- |', ...rows.map(row)].join('\n');
}

/** The whole document, as prettier leaves it. */
export function keysDocument(): Promise<string> {
  const head = [
    '# Keys · Tombol',
    '',
    'Made from the key table by `npm run keys`; do not edit by hand. (!) changes hosts or cannot be taken back.',
    'Press `?` on any screen to see the keys of that screen, and why one cannot be used at the moment.',
  ].join('\n');
  const text = [head, ...PLACES.map(section)].join('\n\n');
  return format(text, { parser: 'markdown', printWidth: 110 });
}

async function write(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await keysDocument());
}

if (import.meta.main) await write(join(import.meta.dirname, '..', 'docs', 'keys.md'));
