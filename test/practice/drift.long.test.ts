/** `drift` on the practice hosts: what people edit by hand is found, shown, put right; the same scripts as on real ones. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandContext, ExitCode } from '../../src/commands/context.js';
import { drift } from '../../src/commands/drift.js';
import { driftDocument } from '../../src/commands/output/schemas-drift.js';
import { parseCommandLine } from '../../src/commands/parse.js';
import type { Language } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { ROOT_BACKUPS } from '../../src/services/drift/host-scripts.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { connect, run } from './ssh.js';

const ASSETS = fileURLToPath(new URL('../../assets', import.meta.url));
const CONF = '/etc/ours.conf';
const NAME = `vm-docker:${CONF}`;

let practice: PracticeLab;
let directory: string;
let labFile: string;
let prelude = '';

beforeAll(async () => {
  practice = await startPracticeLab({ seed: 5, timeScale: 0 });
  directory = await mkdtemp(join(tmpdir(), 'threebody-drift-'));
  labFile = join(directory, 'lab.yaml');
  await writeFile(labFile, practice.labFileText, { mode: 0o600 });
  const { runbook } = await loadRunbook(ASSETS);
  prelude = runbook?.prelude ?? '';
  // Keys that a person accepted once are known to the command.
  const lab = await readLabFile(labFile, {
    parameters: runbook?.parameters ?? [],
    env: { XDG_STATE_HOME: directory },
  });
  const links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask: (text) => text });
  await links.link('vm-docker').open();
  await links.close();
});
afterAll(async () => {
  await practice.close();
  await rm(directory, { recursive: true, force: true });
});

async function root(script: string): Promise<string> {
  const client = await connect(practice, 'vm-docker');
  try {
    const end = 'END_OF_ROOT';
    const answer = await run(client, `sudo -n -- bash -s <<'${end}'\n${script}\n${end}\n`);
    expect(answer.code, answer.stderr + answer.stdout).toBe(0);
    return answer.stdout;
  } finally {
    client.end();
  }
}
/** Writes as the step A9 would. */
function step(content: string): Promise<string> {
  return root(
    [
      'set -euo pipefail',
      `export TB_STEP=A9 TB_ACTION=try TB_BACKUPS=${ROOT_BACKUPS} TB_FILES=/root`,
      prelude,
      `printf '%s\\n' '${content}' >/root/new`,
      `tb_install new ${CONF} 0644`,
    ].join('\n'),
  );
}

async function journal(): Promise<string> {
  const names = await readdir(directory, { recursive: true });
  const files = names.filter((name) => name.endsWith('journal.jsonl'));
  return (await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))).join('');
}

interface Ended {
  readonly exit: ExitCode;
  readonly result: string;
  readonly talk: string;
}
/** The command as a person calls it. @param yes what the person says when asked; null: nobody is there */
async function call(
  words: readonly string[],
  yes: boolean | null = null,
  language: Language = 'en',
): Promise<Ended> {
  let result = '';
  let talk = '';
  const unused = (): Promise<never> => Promise.reject(new Error('not used'));
  const context: CommandContext = {
    line: parseCommandLine(['drift', '--host', 'vm-docker', '--lab', labFile, ...words]),
    language,
    color: false,
    talkColor: false,
    ascii: true,
    env: { XDG_STATE_HOME: directory },
    cwd: directory,
    assets: ASSETS,
    version: '0.0.0',
    streams: {
      result: (text) => (result += text),
      talk: (text) => (talk += `${text}\n`),
      flushed: () => Promise.resolve(),
    },
    asking: yes === null ? null : { line: unused, secret: unused, yes: () => Promise.resolve(yes) },
    stdin: process.stdin,
    signal: new AbortController().signal,
    now: Date.now,
    drawHome: unused,
    problem: (error) => (talk += `${error instanceof Error ? error.message : String(error)}\n`),
    maskWith: () => undefined,
  };
  return { exit: await drift(context), result, talk };
}

describe('drift', () => {
  it('finds a file that was edited by hand, shows the difference without secrets, and changes nothing', async () => {
    await step('port 80');
    expect(await call([])).toMatchObject({ exit: 0, result: expect.stringContaining(CONF) });
    await root(`printf 'port 81\\ntoken glpat-practice-lab\\n' >${CONF}`);
    const found = await call([], null, 'id');
    expect(found.exit).toBe(1);
    expect(found.result).toContain('diedit');
    expect(found.result).toContain('-port 80');
    expect(found.result).toContain('+port 81');
    expect(found.result).not.toContain('glpat-');
    const json = await call(['--json']);
    const document = driftDocument.parse(JSON.parse(json.result));
    expect(document.hosts[0]?.files).toMatchObject([
      { path: CONF, step: 'A9', state: 'edited', drifted: true, acts: ['restore', 'keep', 'adopt'] },
    ]);
    expect(json.result).not.toContain('glpat-');
    expect(await root(`cat ${CONF}`)).toContain('port 81');
  });

  it('asks before it restores, keeps what was there, and writes it into the journal', async () => {
    expect(await call(['--restore', NAME], false)).toMatchObject({ exit: 2 });
    await expect(call(['--restore', NAME])).rejects.toMatchObject({ code: 'not-confirmed' });
    expect(await root(`cat ${CONF}`)).toContain('port 81');
    const done = await call(['--restore', NAME], true);
    expect(done).toMatchObject({ exit: 0, result: expect.stringContaining('as written') });
    expect(done.talk).toContain('/var/lib/threebody/edited/');
    expect(await root(`cat ${CONF}; cat /var/lib/threebody/edited/*ours.conf`)).toMatch(
      /^port 80\nport 81\n/,
    );
    expect(await journal()).toMatch(/"kind":"act".*"act":"restore-file","about":"\/etc\/ours\.conf"/);
  });

  it('keeps an edited file until it changes again', async () => {
    await root(`echo 'port 82' >${CONF}`);
    expect(await call(['--keep', '--yes', NAME])).toMatchObject({ exit: 0 });
    await root(`echo 'port 83' >${CONF}`);
    expect((await call([NAME])).exit).toBe(1);
  });

  it('adopts one, which its step leaves alone from then on', async () => {
    const done = await call(['--adopt', '--yes', '--json', NAME]);
    expect(done.exit).toBe(0);
    expect(JSON.parse(done.result)).toMatchObject({
      done: [{ host: 'vm-docker', path: CONF, act: 'adopt', trouble: null }],
    });
    expect(await step('port 80')).toContain('stays as it is');
    expect(await root(`cat ${CONF}`)).toBe('port 83\n');
    expect((await call([NAME])).exit).toBe(0);
  });

  it('says what is wrong with a call', async () => {
    await expect(call(['--keep', '--adopt', NAME])).rejects.toMatchObject({ code: 'usage' });
    await expect(call(['--restore'])).rejects.toMatchObject({ code: 'usage' });
    await expect(call([CONF])).rejects.toMatchObject({ code: 'usage' });
    await expect(call(['vm-docker:/etc/passwd'])).rejects.toMatchObject({ code: 'usage' });
  });
});
