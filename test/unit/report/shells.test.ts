/** What a shell offers, asked of the shell itself; and the manual page beside the tables that it is made from. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manPages } from '../../../scripts/man.js';
import { completionModel, type KnownNames } from '../../../src/commands/completion-model.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../../../src/commands/completion-shells.js';
import { manPage } from '../../../src/commands/man-page.js';
import { commandNames, commandSpec } from '../../../src/commands/table.js';
import { LANGUAGES } from '../../../src/lab/types.js';

const run = promisify(execFile);
const NAMES: KnownNames = {
  hosts: ['vm-docker', 'vm-k8s', 'vm-worker'],
  phases: ['A', 'R'],
  steps: ['A1', 'R1'],
  actions: ['A1/stop', 'A1/bad name; rm'],
  gates: ['A1.one', 'A1.two', 'R1.up'],
  symptoms: ['S01', 'S10'],
  faults: ['docker-stopped'],
  secrets: ['admin_password'],
  files: [
    'vm-docker:/etc/hosts',
    'vm-docker:/etc/docker/daemon.json',
    'vm-k8s:/etc/hosts',
    'vm-k8s:/etc/a b',
  ],
};
const model = completionModel(NAMES, 'en');

describe('bash', () => {
  let directory = '';
  let script = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'threebody-completion-'));
    script = join(directory, 'completion.bash');
    await writeFile(script, bashCompletion(model));
    await writeFile(join(directory, 'lab.yaml'), '');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const offered = (...words: readonly string[]): Promise<string[]> => offeredAfter('', words);
  async function offeredAfter(before: string, words: readonly string[]): Promise<string[]> {
    const ask = `${before}\nsource "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _threebody_tui; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', ask, 'bash', script, 'threebody-tui', ...words], {
      cwd: directory,
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  it.each([
    [['che'], ['check']],
    [
      ['check', 'A1.'],
      ['A1.one', 'A1.two'],
    ],
    [
      ['run', 'R'],
      ['R1', 'R'],
    ],
    [['diagnose', 'S0'], ['S01']],
    [['check', '--host', 'vm-k'], ['vm-k8s']],
    [['--lang', 'e'], ['en']],
    [['--lang', '=', 'i'], ['id']],
    [['--lab', 'x', 'check', '--retry'], ['--retry-timeout']],
    [['--lab', 'la'], ['lab.yaml']],
    [['practice', '--fault', ''], ['docker-stopped']],
    [['run', '--variant', 'A1'], ['A1/stop=runbook']],
    [['secret', ''], ['admin_password']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['waive', 'R1'], ['R1.up']],
  ])('offers for %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  /** As bash itself takes a line apart: at ":" too, which is a word of its own then. */
  it.each([
    [
      'drift ',
      ['drift', ''],
      ['vm-docker:/etc/hosts', 'vm-docker:/etc/docker/daemon.json', 'vm-k8s:/etc/hosts'],
    ],
    ['drift vm-k', ['drift', 'vm-k'], ['vm-k8s:/etc/hosts']],
    ['drift vm-docker:', ['drift', 'vm-docker', ':'], ['/etc/hosts', '/etc/docker/daemon.json']],
    ['drift --keep vm-docker:/etc/h', ['drift', '--keep', 'vm-docker', ':', '/etc/h'], ['/etc/hosts']],
    ['drift vm-worker:/etc/h', ['drift', 'vm-worker', ':', '/etc/h'], []],
  ])('offers the files of each host for “%s”', async (line, words, expected) => {
    const whole = `threebody-tui ${line}`;
    const before = `COMP_LINE='${whole}' COMP_POINT=${whole.length} COMP_WORDBREAKS=$' \t\n"><=;|&(:'`;
    expect(await offeredAfter(before, words)).toEqual(expected);
  });

  it('offers every command', async () => {
    const words = await offered('');
    for (const name of commandNames()) expect(words).toContain(name);
  });
});

describe.each([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
] as const)('the script for %s', (_shell, make) => {
  it.each(LANGUAGES)(
    'names every command, option and id, and nothing that is no plain word (%s)',
    (language) => {
      const script = make(completionModel(NAMES, language));
      for (const name of commandNames()) {
        expect(script).toContain(name);
        for (const option of commandSpec(name).options) expect(script).toContain(option);
      }
      for (const id of ['A1', 'A1.two', 'S10', 'docker-stopped', 'vm-worker']) expect(script).toContain(id);
      expect(script).not.toContain('rm');
    },
  );
});

it('zsh keeps apostrophes, colons and brackets of our sentences inside their quotes', () => {
  const script = zshCompletion(model);
  expect(script).toContain(String.raw`the program'\''s log file`);
  const body = script.split('\n').filter((line) => /^\s+'\*?-/.test(line));
  expect(body.length).toBeGreaterThan(20);
  for (const line of body) expect(line.replaceAll(`'\\''`, '').match(/'/g)).toHaveLength(2);
});

describe('the manual page', () => {
  it('is what the table of commands says', async () => {
    for (const [name, text] of Object.entries(await manPages())) {
      const written = await readFile(join(import.meta.dirname, '../../../docs', name), 'utf8').catch(
        () => '',
      );
      expect(written, 'run `npm run man`').toBe(text);
    }
  });
  it.each(LANGUAGES)(
    'tells every command and option, and no line of it is taken for a request (%s)',
    (language) => {
      const page = manPage(language, '1.2.3');
      for (const name of commandNames()) {
        expect(page).toContain(`\n.SS ${name}\n`);
        for (const option of commandSpec(name).options) expect(page).toContain(option.replaceAll('-', '\\-'));
      }
      const requests = new Set(page.match(/^[.'][A-Za-z\\]+/gm));
      expect([...requests].filter((one) => !/^\.(?:\\|TH|SH|SS|B|BR|I|PP|TP|br)$/.test(one))).toEqual([]);
      expect(page).not.toMatch(/[^\x00-\x7f]/);
    },
  );
});
