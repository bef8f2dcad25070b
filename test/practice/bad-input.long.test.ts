/** Phase B with what people and networks do to it: stopped with a clear word, nothing half-made called green, and on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { ask, attempt, expectHelp, green, notGreen } from './attempt.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';
import { until } from './ssh.js';

const HOST = 'vm-docker';
const DOWNLOADS = '/var/lib/threebody/downloads';
const ARCHIVE = `${DOWNLOADS}/harbor-offline-installer-v2.14.1.tgz`;
const URL = `https://github.com/goharbor/harbor/releases/download/v2.14.1/harbor-offline-installer-v2.14.1.tgz`;
let lab: PracticeLab;
let rehearsal: Rehearsal;
const root = (script: string) => rehearsal.root(HOST, script);

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 41, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  rehearsal.secrets.set('harbor_admin_password', 'PracticeAdmin2026');
  rehearsal.secrets.set('harbor_db_password', 'PracticeDatabase2026');
  for (const step of STEPS) for (const host of HOSTS) await rehearsal.perform(step, host);
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('dpkg is locked for minutes', () => {
  it('the step waits five minutes, says for whom, gives up with what to do, and has installed nothing', async () => {
    await lab.inject('apt-lock');
    const before = (await root('dpkg-query -W | sha256sum')).stdout;
    const { action, said } = await attempt(rehearsal, 'B1', HOST);
    expect(action).toBe('packages');
    const waits = said.match(/^waiting for the package manager, at most \d+ s more: .*$/gm) ?? [];
    expect(waits.length).toBe(100);
    expect(waits[0]).toMatch(/at most 300 s more: \d+ unattended-upgr \/var\/lib\/dpkg\/lock-frontend/);
    expect(said).toMatch(
      /^apt or dpkg is still locked by: \d+ unattended-upgr .*Let that end by itself \(gate A1\.no-apt-lock\), then run this step again\. Never delete a lock file\.$/m,
    );
    expect((await root('dpkg-query -W | sha256sum')).stdout).toBe(before);
    // The lock is where it was, too: nobody took it away by force.
    expectHelp(await ask(rehearsal, `A1.no-apt-lock@${HOST}`), 'S08', /locked: \d+ unattended-upgr/);
    expectHelp(await ask(rehearsal, `B1.packages@${HOST}`), 'S09', /not fully installed/);
    expect(await green(rehearsal, 'B1')).toEqual([`B1.ssh-at-boot@${HOST}`]);
  });

  it('let go in the middle of the wait, the step goes on by itself and ends green', async () => {
    const [packages] = rehearsal.actions('B1', HOST);
    if (packages === undefined) throw new Error('B1 has no action');
    const progress = '/tmp/progress';
    const running = rehearsal.act(HOST, packages, `exec >${progress} 2>&1\n${packages.script}`);
    await until(async () =>
      (await root(`cat ${progress}`)).stdout.includes('waiting for the package manager'),
    );
    await lab.heal('apt-lock');
    expect((await running).code).toBe(0);
    const said = (await root(`cat ${progress}`)).stdout;
    expect(said).toMatch(/waiting for the package manager[^]*Setting up git/);
    expect(said).not.toContain('still locked');
    expect((await attempt(rehearsal, 'B1', HOST)).action).toBeNull();
    expect(await notGreen(rehearsal, 'A1', 'B1')).toEqual([]);
    expect((await attempt(rehearsal, 'B2', HOST)).action).toBeNull();
  });
});

describe('before anything of Harbor is there', () => {
  const untouched = async () =>
    (
      await root(
        `ls -A /opt; ls ${DOWNLOADS} | grep harbor; ls -d /data /var/lib/threebody/harbor; docker images -q`,
      )
    ).stdout;

  it('somebody on port 8080 is named, and keeps the port', async () => {
    await lab.inject('harbor-port-taken');
    const { action, said } = await attempt(rehearsal, 'B3', HOST);
    expect(action).toBe('check-before');
    expect(said).toMatch(/NOT READY: port 8080 is taken: LISTEN .*"python3"/);
    expect(said).toContain('1 thing(s) to settle first; nothing was changed');
    expect(await untouched()).toBe('');
    expectHelp(await ask(rehearsal, `B3.registry-v2@${HOST}`), 'S21', /not the registry: .*SimpleHTTP/);
    expectHelp(await ask(rehearsal, 'B3.from-operator@operator'), 'S21', /not the registry/);
    expect(await green(rehearsal, 'B3')).toEqual([]);
    await lab.heal();
  });

  it('a disk without room is told in numbers before a byte is fetched', async () => {
    await lab.inject('disk-nearly-full');
    const before = (await root('df -B1 --output=used / | tail -n 1')).stdout;
    const { action, said } = await attempt(rehearsal, 'B3', HOST);
    expect(action).toBe('check-before');
    expect(said).toContain('short /: 10 GiB wanted, 0.0 GiB free');
    expect(said).toMatch(/NOT READY: too little disk space: .*\/opt.*\/var\/lib\/docker.*\/data\/harbor/);
    expect(said).toContain('nothing was changed');
    expect(await untouched()).toBe('');
    expect((await root('df -B1 --output=used / | tail -n 1')).stdout).toBe(before);
    expectHelp(await ask(rehearsal, `A0.disk@${HOST}`), 'S13', /too full/);
    expect(await green(rehearsal, 'B3')).toEqual([]);
    await lab.heal();
  });

  it('a disk that fills up during the download stops it, with numbers', async () => {
    const [, fetch] = rehearsal.actions('B3', HOST);
    if (fetch === undefined) throw new Error('B3 fetches nothing');
    await root('dd if=/dev/zero of=/var/full bs=64K');
    const answer = await rehearsal.act(HOST, fetch, fetch.script);
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toMatch(
      /\.part cannot be written: 0 MiB are free on \/\. Make room and run B3 again/,
    );
    expectHelp(await ask(rehearsal, `B3.archive@${HOST}`), 'S22', /Only part .*half: /);
    await root('rm /var/full');
  });

  it('an archive with another checksum than the lab file gives is refused, removed and remembered', async () => {
    const wrong = 'ab'.repeat(32);
    const mistaken = await Rehearsal.open(lab, { harbor_sha256: wrong });
    const { action, said } = await attempt(mistaken, 'B3', HOST);
    expect(action).toBe('fetch');
    expect(said).toMatch(
      new RegExp(
        `wrong checksum: sha256 is [0-9a-f]{64}, and harbor_sha256 wants ${wrong}; the file was removed`,
      ),
    );
    expect((await root(`ls ${ARCHIVE} ${ARCHIVE}.part ${ARCHIVE}.checked /opt/harbor`)).stdout).toBe('');
    expectHelp(
      await ask(mistaken, `B3.archive@${HOST}`),
      'S22',
      /refused and removed \(refused: sha256 .*wants abab/,
    );
    expect(await green(mistaken, 'B3')).toEqual([]);
    mistaken.close();
  });

  it('a page of some proxy instead of the archive is no archive', async () => {
    const strange = await Rehearsal.open(lab, { harbor_url: 'https://get.docker.com/' });
    const { action, said } = await attempt(strange, 'B3', HOST);
    expect([action, said]).toEqual([
      'fetch',
      expect.stringContaining('not a whole .tgz archive; it was removed'),
    ]);
    expectHelp(await ask(strange, `B3.archive@${HOST}`), 'S22', /refused: not a whole \.tgz archive/);
    strange.close();
  });

  it('half a download is called half, survives a reboot, and the next run goes on from there', async () => {
    await root(`curl -fsSL ${URL} | head -c 1500000 >${ARCHIVE}.part`);
    rehearsal.close();
    await lab.hosts[HOST].reboot();
    expectHelp(await ask(rehearsal, `B3.archive@${HOST}`), 'S22', /Only part .*half: 1464 KiB so far/);
    expect(await green(rehearsal, 'B3')).toEqual([]);
    const [, fetch] = rehearsal.actions('B3', HOST);
    if (fetch === undefined) throw new Error('B3 fetches nothing');
    const answer = await rehearsal.act(HOST, fetch, fetch.script);
    expect(answer.stdout).toContain('try 1 of 5, from 1 MiB on');
    expect(answer.stdout).toContain('checked against published-md5');
    expect((await ask(rehearsal, `B3.archive@${HOST}`)).verdict).toBe('pass');
    expect((await root(`ls ${DOWNLOADS} | grep harbor`)).stdout).toBe(
      'harbor-offline-installer-v2.14.1.tgz\nharbor-offline-installer-v2.14.1.tgz.checked\n',
    );
  });
});

describe('in the middle of the installation', () => {
  it('the disk fills up: the half that stands is not called green, and with room the next run completes it', async () => {
    const actions = rehearsal.actions('B3', HOST);
    const at = actions.findIndex(({ action }) => action === 'install');
    for (const action of actions.slice(0, at))
      expect((await rehearsal.act(HOST, action, action.script)).code, action.action).toBe(0);
    await lab.inject('disk-nearly-full');
    const install = actions[at];
    if (install === undefined) throw new Error('B3 installs nothing');
    const stopped = await rehearsal.act(HOST, install, install.script);
    expect(stopped.code).not.toBe(0);
    expect(`${stopped.stdout}${stopped.stderr}`).toContain('no space left on device');
    expectHelp(await ask(rehearsal, `B3.containers@${HOST}`), 'S21', /not installed/);
    expectHelp(await ask(rehearsal, `A0.disk@${HOST}`), 'S13', /too full/);
    // What is whole is called whole: the archive, and the file made from it.
    expect(await green(rehearsal, 'B3')).toEqual([`B3.archive@${HOST}`, `B3.config@${HOST}`]);
    // Nor is the next run deceived by what lies there.
    expect((await attempt(rehearsal, 'B3', HOST)).said).toContain('short /: 10 GiB wanted');
    await lab.heal();
    expect((await attempt(rehearsal, 'B3', HOST)).action).toBeNull();
    expect(await notGreen(rehearsal, 'B3')).toEqual([]);
  });
});
