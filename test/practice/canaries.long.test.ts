/**
 * A secret of its own in every place where one can be given: logins and sudo use theirs, Harbor and the runner are made with
 * theirs, step E1 reads those of the application. Afterwards none is to be seen: not in what the program says, keeps, reports,
 * packs or draws, and not in a process list of either side. What the whole runbook does with them is whole.long.test.ts's.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { report } from '../../src/i18n/texts/report.js';
import { setup } from '../../src/i18n/texts/setup.js';
import { HOST_NAMES } from '../../src/lab/types.js';
import { PRACTICE_API_TOKEN, PRACTICE_PROJECT } from '../../src/practice/gitlab/server.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { createHome, KEYS, start, type Home } from '../e2e/terminal.js';
import { cli, type Finished } from '../support/cli.js';
import { conforms } from '../support/documents.js';
import { Rehearsal } from './runbook.js';

/** Given with the environment. The practice GitLab takes any runner token of the right shape, but only one API token. */
const GIVEN = {
  harbor_admin_password: 'CanaryHarborAdmin51x',
  harbor_db_password: 'CanaryHarborDb52x',
  gitlab_runner_token: 'glrt-CanaryRunner53x',
  gitlab_api_token: PRACTICE_API_TOKEN,
  mysql_root_password: 'CanaryMysqlRoot54x',
  mysql_password: 'CanaryMysqlUser55x',
  app_key: `base64:${Buffer.from('CanaryAppKey56-of-32-bytes-here!').toString('base64')}`,
  grafana_admin_password: 'CanaryGrafana57x',
} as const;
const PASSPHRASE = 'Canary passphrase <58> & "more"';
/** With GitLab all nine values of the pipeline are needed. */
const PARAMETERS = {
  delivery: 'gitlab',
  gitlab_project: PRACTICE_PROJECT,
  git_remote: `git@gitlab-443:${PRACTICE_PROJECT}.git`,
};
/** Typed into the form for a lab, and never sent anywhere. */
const TYPED = {
  passphrase: 'CanaryTypedPhrase59',
  sudo: 'CanaryTypedSudo-60',
  login: 'CanaryTypedLogin--61',
};
const labSchema = z.looseObject({ hosts: z.array(z.looseObject({ name: z.string() })) });

let home: Home;
let practice: PracticeLab;
let rehearsal: Rehearsal;
let file: string;
/** Everything that was seen, by where. */
const seen: { readonly where: string; readonly text: string }[] = [];
const processes = { here: new Set<string>(), hosts: new Set<string>() };
const watching = new AbortController();
let watch: Promise<unknown> = Promise.resolve();

function secrets(): Readonly<Record<string, string>> {
  return {
    ...GIVEN,
    key: PASSPHRASE,
    password: practice.password,
    ...Object.fromEntries(Object.entries(TYPED).map(([name, value]) => [`typed ${name}`, value])),
  };
}
function forms(secret: string): readonly string[] {
  const escaped = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [
    secret,
    escaped,
    escaped.replaceAll('"', '&quot;'),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replaceAll('=', ''),
    encodeURIComponent(secret),
  ];
}
const environment = (): Readonly<Record<string, string>> => ({
  ...home.env,
  ...Object.fromEntries(
    Object.entries(GIVEN).map(([name, value]) => [`THREEBODY_SECRET_${name.toUpperCase()}`, value]),
  ),
});

/** A private key behind a passphrase, for two of the hosts; the third one takes the password. */
async function writeLab(): Promise<void> {
  const content = labSchema.parse(parse(practice.labFileText));
  const hosts = content.hosts.map((host) =>
    host.name === 'vm-worker' ? { ...host, password: practice.password } : host,
  );
  const login = {
    key: join(home.directory, 'key'),
    passphrase: PASSPHRASE,
    sudo_password: practice.password,
  };
  await writeFile(file, stringify({ ...content, ...login, hosts, parameters: PARAMETERS }), { mode: 0o600 });
}

/** Every command line on this computer and on the hosts, over and over while commands run. */
async function watchProcesses(): Promise<void> {
  // A process is looked at a few times: in its first moment it may still have the command line of the one that made it.
  const looks = new Map<string, number>();
  while (!watching.signal.aborted) {
    for (const pid of await readdir('/proc')) {
      const times = looks.get(pid) ?? 0;
      if (!/^\d+$/.test(pid) || times === 3) continue;
      looks.set(pid, times + 1);
      // It may have ended meanwhile.
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      processes.here.add(line.replaceAll('\0', ' '));
    }
    const { stdout } = await rehearsal.shell('vm-docker', 'ps -eo args');
    for (const line of stdout.split('\n')) processes.hosts.add(line);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function tui(...args: readonly string[]): Promise<Finished> {
  const ended = await cli([...args, '--lab', file, '--debug'], { env: environment(), cwd: home.directory });
  seen.push({ where: `said by ${args.join(' ')}`, text: ended.stdout + ended.stderr });
  if (args.includes('--json') && ended.stdout !== '') conforms(ended.stdout);
  return ended;
}
async function done(...args: readonly string[]): Promise<Finished> {
  const ended = await tui(...args);
  if (ended.code !== 0)
    throw new Error(`${args.join(' ')}: ${ended.code}\n${ended.stdout}${ended.stderr}`.slice(-6000));
  return ended;
}

beforeAll(async () => {
  home = await createHome();
  file = join(home.directory, 'lab.yaml');
  // Simulated waits are cut to a twentieth: long enough for what polls, short enough for a test.
  practice = await startPracticeLab({ timeScale: 0.05, seed: 83, faults: ['sudo-password'] });
  rehearsal = await Rehearsal.open(practice);
  const pair = ssh2.utils.generateKeyPairSync('ed25519', {
    comment: 'canary',
    passphrase: PASSPHRASE,
    cipher: 'aes256-ctr',
    // Few rounds: opening it takes a quarter of a second otherwise, for every host of every call.
    rounds: 1,
  });
  await writeFile(join(home.directory, 'key'), pair.private, { mode: 0o600 });
  for (const host of ['vm-docker', 'vm-k8s'] as const) {
    const { code, stderr } = await rehearsal.shell(host, `echo '${pair.public}' >>~/.ssh/authorized_keys`);
    if (code !== 0) throw new Error(stderr);
  }
  await writeLab();
}, 300_000);
afterAll(async () => {
  watching.abort();
  await watch;
  rehearsal.close();
  await practice.close();
  await home.remove();
});

describe('a lab whose every secret is given', () => {
  it('is logged in to by key and by password, and worked on with all of them', async () => {
    await done('connect', '--accept-host-keys', '--json');
    watch = watchProcesses();
    await tui('run', 'A2', 'A3', '--yes', '--json');
    // What the rest of phase A would have settled is red; each step's own commands are what counts here.
    for (const step of ['B1', 'B2', 'B3', 'B5']) {
      const { stdout, stderr } = await tui('run', step, '--yes', '--json');
      expect(JSON.parse(stdout), stderr.slice(-3000)).toMatchObject({ runs: [{ step, phase: 'done' }] });
    }
    // There is no cluster to have a kubeconfig from: it ends there, after the values were looked at.
    const { stderr } = await tui('run', 'E1', '--yes', '--json');
    for (const name of ['HARBOR_PASSWORD', 'MYSQL_ROOT_PASSWORD', 'MYSQL_PASSWORD', 'APP_KEY'])
      expect(stderr).toContain(`good: ${name}`);
    watching.abort();
    await watch;
  }, 900_000);

  it('is looked at, reported and packed in every form', async () => {
    for (const form of [['--markdown'], ['--html', '-'], ['--junit', '-'], ['--tap'], ['--json']])
      await done('report', ...form, '--lang', form.length === 1 ? 'id' : 'en');
    // A mistake goes into the program's log, with its stack.
    expect((await tui('check', 'nonsense')).code).toBe(2);
    await tui('smoke', '--wait', '0s', '--json');
    for (const command of [['diagnose'], ['expiry'], ['list', 'steps'], ['plan']])
      await tui(...command, '--json');
    const archive = join(home.directory, 'bundle.tar.gz');
    expect((await done('bundle', archive, '--json')).stdout).toContain('"masked"');
    seen.push({ where: 'bundle', text: gunzipSync(await readFile(archive)).toString('latin1') });
  }, 600_000);

  it('is shown on every screen', async () => {
    const screen = start(home, {
      columns: 160,
      rows: 50,
      args: ['--lab', file, '--lang', 'en', '--debug'],
      env: environment(),
    });
    try {
      await screen.until(/\d+%/, 'a reading of a disk');
      for (const key of ['g', 'J', 'p', 't', 'e']) {
        screen.press(key);
        await screen.until((text) => !/Phase A {2}/.test(text), 'another screen');
        screen.press(KEYS.esc);
        // Home, whole: a key right behind Esc would be taken for one with Alt.
        await screen.until(/Phase A {2}/);
      }
      screen.press('W');
      await screen.until(report.title.en);
      screen.press(KEYS.enter);
      await screen.until(/threebody-practice-\d+-\d+\.html/);
      expect(screen.text()).toContain(report.wrote({ path: '' }).en.trim());
      seen.push({ where: 'screen', text: screen.raw() });
    } finally {
      await screen.dispose();
    }
  }, 300_000);

  it('is described in a form whose secrets show as dots', async () => {
    const screen = start(home, { columns: 120, rows: 40, args: ['--lang', 'en'] });
    try {
      await screen.until(setup.ask.en);
      screen.press('2', KEYS.enter);
      await screen.until(setup.field.sudoPassword.en);
      // Told by the row of the cursor alone: elsewhere on the screen more may change at any moment.
      const row = (): string =>
        screen
          .lines()
          .find((line) => line.includes('▸'))
          ?.slice(0, 17)
          .trim() ?? '';
      const field = async (name: keyof typeof setup.field, key: string): Promise<void> => {
        for (let tries = 0; row() !== `▸ ${setup.field[name].en}`; tries += 1) {
          if (tries > 40) throw new Error(`no field ${name}:\n${screen.text()}`);
          const before = row();
          screen.press(key);
          await screen.until(() => row() !== before, 'another field');
        }
      };
      const dots = async (secret: string): Promise<void> => {
        screen.press(secret);
        await screen.until(() =>
          screen.lines().some((line) => line.includes('▸') && dotsOf(line) === secret.length),
        );
      };
      const dotsOf = (line: string): number => line.split('•').length - 1;
      await field('passphrase', KEYS.tab);
      await dots(TYPED.passphrase);
      await field('sudoPassword', KEYS.tab);
      await dots(TYPED.sudo);
      await field('auth', KEYS.shiftTab);
      screen.press(KEYS.right);
      await screen.until(() =>
        screen.lines().some((line) => line.includes('▸') && line.includes(setup.auth.password.en)),
      );
      await field('password', KEYS.tab);
      await dots(TYPED.login);
      for (const secret of Object.values(TYPED)) expect(screen.raw()).not.toContain(secret);
      seen.push({ where: 'form', text: screen.raw() });
    } finally {
      await screen.dispose();
    }
  }, 120_000);
});

describe('afterwards', () => {
  it('none of them stands in anything that was said, kept, packed or drawn', async () => {
    const files = await readdir(home.directory, { recursive: true, withFileTypes: true });
    expect(files.filter(({ name }) => /^threebody-practice-.*\.html$/.test(name))).toHaveLength(1);
    // Where a person has put them, and where the program keeps what it was told to keep.
    const own = new Set(['lab.yaml', 'key', 'secrets.json', 'bundle.tar.gz']);
    for (const one of files.filter((entry) => entry.isFile() && !own.has(entry.name))) {
      const path = join(one.parentPath, one.name);
      seen.push({ where: path, text: await readFile(path, 'latin1') });
    }
    expect(seen.some(({ where }) => where.endsWith('journal.jsonl'))).toBe(true);
    expect(seen.some(({ where }) => where.endsWith('.log'))).toBe(true);
    expect(leaks(seen)).toEqual([]);
  });

  it('none of them stood in a process list, here or there', () => {
    expect([...processes.here].some((line) => line.includes('B3'))).toBe(true);
    expect([...processes.hosts].some((line) => line.includes('bash'))).toBe(true);
    const lists = [...processes.here, ...processes.hosts];
    expect(leaks(lists.map((text) => ({ where: text, text })))).toEqual([]);
  });

  it('none of them is left on a host where jobs and logs are kept', async () => {
    await practice.heal('sudo-password');
    rehearsal.close();
    const places = '/home/*/.threebody /root/.threebody /var/log /tmp /var/tmp';
    for (const host of HOST_NAMES) {
      const { stdout, code } = await rehearsal.root(
        host,
        `{ find ${places} -type f -exec cat {} + 2>/dev/null; journalctl --no-pager; } | cat`,
      );
      expect(code).toBe(0);
      expect(stdout.length).toBeGreaterThan(200);
      expect(leaks([{ where: host, text: stdout }])).toEqual([]);
    }
  }, 120_000);
});

function leaks(texts: readonly { readonly where: string; readonly text: string }[]): readonly string[] {
  return Object.entries(secrets()).flatMap(([name, secret]) =>
    forms(secret).flatMap((form) =>
      texts.filter(({ text }) => text.includes(form)).map(({ where }) => `${name} in ${where.slice(0, 200)}`),
    ),
  );
}
