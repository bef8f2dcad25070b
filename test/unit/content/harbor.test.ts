/** B3's other scripts run for real: harbor.yml from the shipped example, what is asked before, and what its probes read. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ourRunbook } from './content.js';
import { actionOf, probeOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
/** In the manner of Harbor's own example: comments with colons, blocks that are comments, an https block that is on. */
const EXAMPLE = `# Configuration file of Harbor

# The name: not localhost.
hostname: reg.mydomain.com

http:
  # port for http: 80 unless changed
  port: 80

# https related
https:
  # https port: 443
  port: 443
  certificate: /your/certificate/path
  private_key: /your/private/key/path
  # strong_ssl_ciphers: false

# # ip_family:
#   ipv6: off

# external_url: https://reg.mydomain.com:8433

harbor_admin_password: Harbor12345

database:
  # The password: change it.
  password: root123
  max_idle_conns: 100
data_volume: /data

trivy:
  ignore_unfixed: false
jobservice:
  max_job_workers: 10
  job_loggers:
    - STD_OUTPUT
  logger_sweeper_duration: 1 #days
notification:
  webhook_job_max_retry: 3
log:
  level: info
  local:
    rotate_count: 50
_version: 2.14.0
proxy:
  http_proxy:
`;

let box: Sandbox;
afterEach(() => box.remove());

describe('harbor.yml', () => {
  const configure = actionOf(runbook, 'B3', 'configure');
  const SECRETS = {
    'admin-password': 'AdminSecret0123456789abcd',
    'db-password': 'DbSecret0123456789abcdef',
  };
  const file = (): string => join(box.root, 'opt/harbor/harbor.yml');
  const run = (files: Readonly<Record<string, string>> = SECRETS): ReturnType<Sandbox['run']> =>
    box.run(configure, 'script', files);

  beforeEach(() => {
    box = new Sandbox(runbook, ['/opt/harbor', '/data/harbor']);
    box.write('opt/harbor/harbor.yml.tmpl', EXAMPLE);
  });

  test('is the example with only what the lab decides changed; the log holds no password', async () => {
    const { code, output } = await run();
    expect(code, output).toBe(0);
    const { https: _https, ...rest }: Record<string, unknown> = parse(EXAMPLE);
    expect(parse(readFileSync(file(), 'utf8'))).toEqual({
      ...rest,
      hostname: 'harbor.local',
      http: { port: 8080 },
      harbor_admin_password: SECRETS['admin-password'],
      database: { password: SECRETS['db-password'], max_idle_conns: 100 },
      data_volume: join(box.root, '/data/harbor'),
    });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(output).not.toMatch(/Secret0123|Harbor12345|root123/);
    expect((await run()).output).toContain('already as it should be');
    const { output: seen } = await box.probe(probeOf(runbook, 'B3.config'));
    expect(seen).toContain('keys 6 of 6');
    expect(seen).not.toMatch(/https|Secret/);
    expect((await box.run(configure, 'undo')).output).not.toMatch(/Secret0123/);
    expect(existsSync(file())).toBe(false);
  });

  test("takes the place of the runbook's minimal file, which comes back with undo", async () => {
    const minimal = `hostname: harbor.local\nhttp:\n  port: 8080\n\nharbor_admin_password: OldSecret0123\ndata_volume: /data/harbor\ntrivy:\n  enabled: false\n`;
    box.write('opt/harbor/harbor.yml', minimal);
    expect((await box.probe(probeOf(runbook, 'B3.config'))).output).toContain('keys 0 of 6');
    expect(await run()).toMatchObject({ code: 0 });
    expect(parse(readFileSync(file(), 'utf8'))).toMatchObject({ jobservice: { max_job_workers: 10 } });
    expect((await box.run(configure, 'undo')).output).not.toContain('Secret0123');
    expect(readFileSync(file(), 'utf8')).toBe(minimal);
  });

  test('keeps what a person changed in a complete one, and the password of a database that exists', async () => {
    const changed = EXAMPLE.replace('http_proxy:', 'http_proxy: http://proxy:3128').replace(
      'root123',
      'kept123',
    );
    box.write('opt/harbor/harbor.yml', changed);
    box.write('data/harbor/database/pg15/PG_VERSION', '15');
    expect(await run()).toMatchObject({ code: 0 });
    expect(parse(readFileSync(file(), 'utf8'))).toMatchObject({
      proxy: { http_proxy: 'http://proxy:3128' },
      database: { password: 'kept123' },
      harbor_admin_password: SECRETS['admin-password'],
    });
  });

  test.each([
    ['a secret that would break its files', EXAMPLE, { ...SECRETS, 'admin-password': "it's $HOME!" }],
    ['an example that lacks keys', EXAMPLE.replace(/^ {2}max_job_workers.*\n/m, ''), SECRETS],
    ['an example that has a key twice', `${EXAMPLE}data_volume: /x\n`, SECRETS],
  ])('refuses %s, and changes nothing', async (_name, example, secrets) => {
    box.write('opt/harbor/harbor.yml.tmpl', example);
    const { code, output } = await run(secrets);
    expect(code, output).not.toBe(0);
    expect(existsSync(file())).toBe(false);
    expect(output).not.toMatch(/Secret0123|HOME!/);
  });
});

describe('the probes', () => {
  const REAL = ['core', 'database', 'jobservice', 'portal', 'redis', 'registry', 'registryctl'];
  const health = (ill: string | null): string =>
    JSON.stringify({
      components: REAL.map((name) =>
        name === ill
          ? { error: `failed to check: Get "http://${name}:5000": no such host`, name, status: 'unhealthy' }
          : { name, status: 'healthy' },
      ),
      status: ill === null ? 'healthy' : 'unhealthy',
    });
  beforeEach(() => {
    box = new Sandbox(runbook, ['/opt/harbor', '/var/lib/threebody']);
  });

  test.each([
    [null, '7 of 7 healthy'],
    ['registry', '6 of 7 healthy'],
  ])("read Harbor's health report (%s is ill)", async (ill, sum) => {
    box.stub(`curl() { cat <<'END'\n${health(ill)}\nEND\n}`);
    const { output } = await box.probe(probeOf(runbook, 'B3.health'));
    const lines = REAL.map((name) => `${name} ${name === ill ? 'unhealthy' : 'healthy'}`);
    expect(output.trim().split('\n')).toEqual([...lines, sum]);
  });

  test('use the credential that docker login kept, and never show it', async () => {
    const probe = probeOf(runbook, 'B3.login');
    expect((await box.probe(probe)).output).toBe('no credential\n');
    const kept = (password: string): void => {
      const auth = Buffer.from(`admin:${password}`).toString('base64');
      const config = { auths: { 'other:5000': { auth: 'eA==' }, 'harbor.local:8080': { auth } } };
      box.write('var/lib/threebody/harbor/config.json', JSON.stringify(config, null, '\t'));
    };
    box.stub('curl() { cat >"$PWD/asked"; printf "%s\n" "$*" >>"$PWD/asked"; echo login 200; }');
    kept('Harbor12345');
    expect((await box.probe(probe)).output).toBe('password shipped\nlogin 200\n');
    kept('OwnSecret0123');
    expect((await box.probe(probe)).output).toBe('password own\nlogin 200\n');
    const [header, argv] = readFileSync(join(box.root, 'asked'), 'utf8').split('\n');
    expect(header).toBe(
      `header = "Authorization: Basic ${Buffer.from('admin:OwnSecret0123').toString('base64')}"`,
    );
    expect(argv).not.toContain('Basic');
  });
});

describe('before anything changes', () => {
  const check = actionOf(runbook, 'B3', 'check-before');
  const docker = (version: string, mine = ''): string =>
    `docker() { case "$*" in --version) echo "Docker version ${version}, build x" ;; "compose version --short") echo 2.26.1 ;; "image inspect"*) return 1 ;; ps*) printf '%s' '${mine}' ;; info) echo " Docker Root Dir: /var/lib/docker" ;; esac; }`;
  const net = (listener = '', address = '192.168.56.42'): string =>
    `ss() { printf '%s' '${listener}'; }\ngetent() { echo "${address} STREAM harbor.local"; }`;
  const disk = (gib: number): string => `df() { printf 'h\\n/dev/sda2 1 1 ${gib * 1048576} 1%% /\\n'; }`;
  const ask = (...stubs: readonly string[]): ReturnType<Sandbox['run']> => {
    box = new Sandbox(runbook, []);
    stubs.forEach((one) => box.stub(one));
    return box.run(check);
  };

  test('all is well', async () => {
    expect(await ask(docker('26.1.5+dfsg1'), net(), disk(40))).toMatchObject({ code: 0 });
    expect(await ask(docker('26.1.5', 'abc'), net('LISTEN docker-proxy'), disk(40))).toMatchObject({
      code: 0,
    });
  });

  test.each([
    [
      'the port is taken',
      [docker('28.5.2'), net('LISTEN 0 511 *:8080 apache2'), disk(40)],
      'is taken: LISTEN',
    ],
    ['no room', [docker('28.5.2'), net(), disk(9)], '10 GiB wanted, 9.0 GiB free'],
    ['Docker is too old', [docker('18.09.2'), net(), disk(40)], 'needs Docker 20.10.10'],
    ['the name leads elsewhere', [docker('28.5.2'), net('', '10.0.0.1'), disk(40)], 'does not lead to'],
  ])('%s: told, and nothing changed', async (_name, stubs, said) => {
    const { code, output } = await ask(...stubs);
    expect(code).not.toBe(0);
    expect(output).toContain(said);
    expect(output).toContain('nothing was changed');
  });
});
