/** B5 and B6: whom we trust, what becomes of a secret, and what a person's own files keep. */
import { existsSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, has, probeOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const GITLAB_KEY = 'F6403F6544A38863DAA0B6E03F01618A51312F3F';
const OTHER_KEY = '22F8B7A1412BADA8A53CC23853192D41E2107297';
/** What GitLab publishes at https://docs.gitlab.com/user/gitlab_com/#ssh-host-keys-fingerprints. */
const HOST_KEYS = [
  'SHA256:eUXGGm1YGsMAS7vkcx6JOJdOGHPem5gQp4taiCfCLB8',
  'SHA256:HbW3g8zUjNSksFbqTiUWPWg2Bq1x8xdGUrliXFzSnUw',
  'SHA256:ROQFvPThGrW4RuWLoL9tq9I9zJ42fK4XywyRtbOz/EQ',
];

let box: Sandbox;
const text = (path: string): string => readFileSync(join(box.root, path), 'utf8');
afterEach(() => box.remove());

describe("GitLab's repository", () => {
  const add = actionOf(runbook, 'B5', 'repository');
  const keyring = 'etc/apt/keyrings/gitlab-runner.asc';
  const list = 'etc/apt/sources.list.d/gitlab-runner.list';
  /** A site with packages for `releases`, and a key that gpg describes in these lines. */
  const site = (gpg: readonly string[], releases: readonly string[] = ['noble']): void => {
    box.stub(`
lslocks() { :; }
apt-get() { :; }
apt-cache() { echo '  500 https://packages.gitlab.com/runner/gitlab-runner'; }
gpg() { case "$*" in *--show-keys*) printf '%s\\n' ${gpg.map((line) => `'${line}'`).join(' ')} ;; *--export*) echo ONE KEY ;; esac; }
curl() {
  case "$*" in
    *gpgkey*) while [ "$1" != --output ]; do shift; done; echo THE KEY >"$2" ;;
    *) case "$*" in ${releases.map((one) => `*/${one}/InRelease`).join('|')}) ;; *) return 22 ;; esac ;;
  esac
}`);
  };
  const key = (fingerprint: string, until = ''): readonly string[] => [
    `pub:-:4096:1:${fingerprint.slice(-16)}:1577836800:${until}::-:::scESC:`,
    `fpr:::::::::${fingerprint}:`,
    'sub:-:4096:1:0123456789ABCDEF:1577836800::::::e:',
    'fpr:::::::::AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:',
  ];

  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/apt', '/etc/os-release']);
    box.write('etc/os-release', 'ID=ubuntu\nVERSION_CODENAME=noble\n');
  });

  test('is added when its key has the published fingerprint, and goes again', async () => {
    site(key(GITLAB_KEY));
    const { code, output } = await box.run(add);
    expect(code, output).toBe(0);
    expect(text(list)).toBe(
      `deb [signed-by=${box.root}/etc/apt/keyrings/gitlab-runner.asc] https://packages.gitlab.com/runner/gitlab-runner/ubuntu noble main\n`.replace(
        box.root,
        '',
      ),
    );
    expect(text(keyring)).toBe('THE KEY\n');
    expect(await box.run(add, 'undo')).toMatchObject({ code: 0 });
    expect([existsSync(join(box.root, list)), existsSync(join(box.root, keyring))]).toEqual([false, false]);
  });

  test.each([
    ['is not the published one', key(OTHER_KEY), "the key is not GitLab's"],
    [
      'is only the published one by its subkey',
      [...key(OTHER_KEY).slice(0, 3), `fpr:::::::::${GITLAB_KEY}:`],
      "the key is not GitLab's",
    ],
    ['expired', key(GITLAB_KEY, '1700000000'), 'this key expired on 2023-11-14'],
  ])('is refused when the key %s; nothing is written', async (_name, gpg, words) => {
    site(gpg);
    const { code, output } = await box.run(add);
    expect(code).not.toBe(0);
    expect(output).toContain(words);
    expect([existsSync(join(box.root, list)), existsSync(join(box.root, keyring))]).toEqual([false, false]);
  });

  test('trusts only the published key where several come in one file', async () => {
    site([...key(OTHER_KEY), ...key(GITLAB_KEY, '4102444800')]);
    expect(await box.run(add)).toMatchObject({ code: 0 });
    expect(text(keyring)).toBe('ONE KEY\n');
  });

  test('takes the packages of an older release for one that GitLab does not know yet', async () => {
    box.write('etc/os-release', 'ID=ubuntu\nVERSION_CODENAME=resolute\n');
    site(key(GITLAB_KEY));
    const { output } = await box.run(add);
    expect(output).toContain('GitLab has no packages for ubuntu resolute');
    expect(text(list)).toContain(' noble main\n');
  });
});

describe('the registration', () => {
  const register = actionOf(runbook, 'B5', 'register');
  const config = 'etc/gitlab-runner/config.toml';
  const calls = (): string => (existsSync(join(box.root, 'calls')) ? text('calls') : '');

  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/gitlab-runner']);
    box.write('etc/gitlab-runner/.keep', '');
    box.stub(`
gitlab-runner() {
  printf '%s\\n' "$*" >>'${box.root}/calls'
  bash -c 'printf "[[runners]]\\n  token = \\"%s\\"\\n" "$CI_SERVER_TOKEN"' >>'${box.root}/${config}'
}`);
  });

  test('hands the token over by the environment, never by an argument, once only', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { code, output } = await box.run(register, 'script', { token: 'glrt-SECRET0123456789' });
      expect(code, output).toBe(0);
      expect(output).not.toContain('SECRET');
    }
    expect(calls()).toBe(
      'register --non-interactive --url https://gitlab.com --executor shell --name vm-docker\n',
    );
    expect(text(config)).toContain('token = "glrt-SECRET0123456789"');
    await box.run(register, 'undo');
    expect(existsSync(join(box.root, config))).toBe(false);
  });

  test('does without a token, and says how to get one', async () => {
    const { code, output } = await box.run(register);
    expect(code).toBe(0);
    expect(output).toContain('the tag deploy');
    expect(calls()).toBe('');
  });

  test('refuses a registration token of the old kind', async () => {
    const { code, output } = await box.run(register, 'script', { token: 'GR1348941SECRET012345' });
    expect(code).not.toBe(0);
    expect(output).not.toContain('SECRET');
    expect(calls()).toBe('');
  });
});

describe('access to Docker', () => {
  const access = actionOf(runbook, 'B5', 'docker-access');
  const groups = (): string => text('groups').trim();
  beforeEach(() => {
    box = new Sandbox(runbook, ['/var/run/docker.sock']);
    box.write('var/run/docker.sock', '');
    box.stub(`
id() { cat '${box.root}/groups'; }
usermod() { echo 'gitlab-runner docker' >'${box.root}/groups'; }
gpasswd() { echo gitlab-runner >'${box.root}/groups'; }
runuser() { :; }
systemctl() { case "$1" in is-active) ;; *) echo "$*" ;; esac; }`);
  });

  test('is taken away again, and the runner started anew so that it loses the group now', async () => {
    box.write('groups', 'gitlab-runner\n');
    expect(await box.run(access)).toMatchObject({ code: 0 });
    expect(groups()).toBe('gitlab-runner docker');
    const { code, output } = await box.run(access, 'undo');
    expect(code, output).toBe(0);
    expect(groups()).toBe('gitlab-runner');
    expect(output).toContain('restart gitlab-runner');
  });

  test('stays with a runner that had it before', async () => {
    box.write('groups', 'gitlab-runner docker\n');
    await box.run(access);
    const { output } = await box.run(access, 'undo');
    expect(groups()).toBe('gitlab-runner docker');
    expect(output).not.toContain('restart');
  });
});

test(".bash_logout is silenced line by line, and undo gives the user's own back", async () => {
  box = new Sandbox(runbook, []);
  const quiet = actionOf(runbook, 'B5', 'bash-logout');
  box.stub(`getent() { echo 'gitlab-runner:x:999:999::${box.root}/home:/bin/bash'; }`);
  const stock = '# when leaving the console\nif [ "$SHLVL" = 1 ]; then\n    clear_console -q\nfi\n';
  box.write('home/.bash_logout', stock);
  expect((await box.probe(probeOf(runbook, 'B5.bash-logout'))).output).toBe('runs\n');
  expect(await box.run(quiet)).toMatchObject({ code: 0 });
  expect(
    text('home/.bash_logout')
      .split('\n')
      .filter((line) => /^[^#]/.test(line)),
  ).toEqual([]);
  expect((await box.probe(probeOf(runbook, 'B5.bash-logout'))).output).toBe('quiet\n');
  await box.run(quiet, 'undo');
  expect(text('home/.bash_logout')).toBe(stock);
});

describe.skipIf(!has('ssh', '-V'))('SSH to GitLab', () => {
  const [key, hostKeys, config] = (['key', 'host-keys', 'ssh-config'] as const).map((id) =>
    actionOf(runbook, 'B6', id),
  );
  if (key === undefined || hostKeys === undefined || config === undefined)
    throw new Error('B6 is not complete');

  beforeEach(() => {
    box = new Sandbox(runbook, []);
    // ssh(1) reads the home of the password file, whatever HOME says: it is told where to look.
    box.stub(`
HOME='${box.root}/home'
getent() { echo "cikal:x:1000:1000::$HOME:/bin/bash"; }
runuser() { shift 3; "$@"; }
chown() { :; }
ssh() { command ssh -F "$HOME/.ssh/config" "$@"; }`);
    box.write('home/.profile', '');
  });

  test('the host keys that we write have the fingerprints that GitLab publishes', () => {
    const { stdout } = spawnSync('ssh-keygen', ['-l', '-f', '-'], {
      input: runbook.templates['gitlab-known-hosts'] ?? '',
      encoding: 'utf8',
    });
    expect(stdout.match(/SHA256:\S+/g)).toEqual(HOST_KEYS);
  });

  test('makes a key once, and never touches one that is there', async () => {
    const { code, output } = await box.run(key);
    expect(code, output).toBe(0);
    const made = text('home/.ssh/id_ed25519_gitlab');
    expect((await box.probe(probeOf(runbook, 'B6.key'))).output).toBe('pair\n');
    expect(await box.run(key, 'satisfied')).toMatchObject({ code: 0 });
    await box.run(key);
    expect(text('home/.ssh/id_ed25519_gitlab')).toBe(made);
    expect(output).not.toContain('PRIVATE');
    await box.run(key, 'undo');
    expect(existsSync(join(box.root, 'home/.ssh/id_ed25519_gitlab'))).toBe(false);
  });

  test('puts the published host keys beside those that are known, in place of a wrong one', async () => {
    const probe = probeOf(runbook, 'B6.host-keys');
    await box.probe(`mkdir -p "$HOME/.ssh"; ssh-keygen -q -t ed25519 -N '' -f "$HOME/other"`);
    const wrong = text('home/other.pub').split(' ').slice(0, 2).join(' ');
    const before = `github.com ${wrong}\n[altssh.gitlab.com]:443 ${wrong}\n`;
    box.write('home/.ssh/known_hosts', before, 0o600);
    expect((await box.probe(probe)).output).not.toContain(HOST_KEYS[0]);
    expect(await box.run(hostKeys, 'satisfied')).not.toMatchObject({ code: 0 });
    for (let time = 0; time < 2; time += 1) expect(await box.run(hostKeys)).toMatchObject({ code: 0 });
    expect((await box.probe(probe)).output.trim().split('\n')).toEqual(HOST_KEYS);
    expect(text('home/.ssh/known_hosts')).toContain(`github.com ${wrong}\n`);
    expect(await box.run(hostKeys, 'satisfied')).toMatchObject({ code: 0 });
    await box.run(hostKeys, 'undo');
    expect(text('home/.ssh/known_hosts')).toBe(before);
  });

  test('leads gitlab-443 to port 443 even where a Host * of yours says otherwise, and keeps that', async () => {
    const before = 'Host *\n  User somebody\n  Port 2222\n';
    box.write('home/.ssh/config', before, 0o600);
    expect(await box.run(config, 'satisfied')).not.toMatchObject({ code: 0 });
    for (let time = 0; time < 2; time += 1) {
      const { code, output } = await box.run(config);
      expect(code, output).toBe(0);
    }
    expect(await box.run(config, 'satisfied')).toMatchObject({ code: 0 });
    expect(text('home/.ssh/config').match(/Host gitlab-443/g)).toHaveLength(1);
    expect((await box.probe('ssh -T -G elsewhere | grep ^port')).output).toBe('port 2222\n');
    await box.run(config, 'undo');
    expect(text('home/.ssh/config')).toBe(before);
  });

  test('refuses a config whose end mark is gone, rather than swallow what follows it', async () => {
    const damaged = '# BEGIN threebody\nHost mine\n';
    box.write('home/.ssh/config', damaged, 0o600);
    expect((await box.run(config)).code).not.toBe(0);
    expect(text('home/.ssh/config')).toBe(damaged);
  });

  test('asks GitLab without ever being asked itself, and writes nothing', () => {
    const probe = probeOf(runbook, 'B6.login');
    for (const option of [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      'UpdateHostKeys=no',
      'ConnectTimeout=',
    ])
      expect(probe).toContain(option);
  });
});
