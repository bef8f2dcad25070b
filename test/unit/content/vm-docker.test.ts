/** B1 and B2: what they change on a host, what they leave alone, and the way back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, has, probeOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const HAS_JQ = has('jq', '--version');

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox(runbook, ['/etc/docker/daemon.json', '/var/lib/threebody/downloads']);
});
afterEach(() => box.remove());
const log = (): readonly string[] =>
  existsSync(join(box.root, 'log')) ? readFileSync(join(box.root, 'log'), 'utf8').trim().split('\n') : [];

describe('packages', () => {
  const add = actionOf(runbook, 'B1', 'packages');
  const installed = (): readonly string[] =>
    readFileSync(join(box.root, 'installed'), 'utf8').trim().split('\n').sort();

  beforeEach(() => {
    writeFileSync(join(box.root, 'installed'), 'bash\nca-certificates\ncurl\nopenssl\nopenssh-server\n');
    // apt-get brings a library with everything it installs, and knows that `later` needs git.
    box.stub(`
state='${box.root}/installed'
lslocks() { :; }
dpkg-query() {
  if [ "$#" -eq 3 ]; then sed 's/^/installed /' "$state"; else grep -qx "$4" "$state" && printf installed; fi
}
apt-get() {
  while [ "\${1#-}" != "$1" ]; do if [ "$1" = -o ]; then shift; fi; if [ "$1" = --simulate ]; then simulate=1; fi; shift; done
  verb="$1"; shift
  if [ "\${1:-}" = -y ]; then shift; fi
  case "$verb" in
    update) ;;
    install) printf '%s\\n' "$@" "lib-of-$1" >>"$state"; if [ -e '${box.root}/cut' ]; then exit 100; fi ;;
    purge)
      if [ -n "\${simulate:-}" ]; then
        printf 'Purg %s [1.0]\\n' "$@"; if grep -qx later "$state"; then echo 'Remv later [1.0]'; fi
      else
        grep -vxF "$(printf '%s\\n' "$@")" "$state" >"$state.new"; mv "$state.new" "$state"
      fi ;;
  esac
}`);
  });

  test('that were missing come with what they need, and undo takes exactly those away', async () => {
    const before = installed();
    expect(await box.run(add, 'satisfied')).not.toMatchObject({ code: 0 });
    const { code, output } = await box.run(add);
    expect(code, output).toBe(0);
    expect(installed()).toContain('ufw');
    expect(await box.run(add, 'satisfied')).toMatchObject({ code: 0 });
    expect((await box.run(add)).output).toContain('already installed');
    const undone = await box.run(add, 'undo');
    expect(undone.code, undone.output).toBe(0);
    expect(installed()).toEqual(before);
    expect((await box.run(add, 'undo')).output).toContain('nothing to remove');
  });

  test('are all known to undo when the first installation was cut off', async () => {
    const before = installed();
    box.write('cut', '');
    expect((await box.run(add)).code).not.toBe(0);
    await box.probe(`rm '${box.root}/cut'`);
    expect((await box.run(add)).code).toBe(0);
    await box.run(add, 'undo');
    expect(installed()).toEqual(before);
  });

  test('stay when something that came later needs them', async () => {
    await box.run(add);
    writeFileSync(join(box.root, 'installed'), [...installed(), 'later'].join('\n') + '\n');
    const { code, output } = await box.run(add, 'undo');
    expect(code).not.toBe(0);
    expect(output).toContain('need what would be removed: later');
    expect(installed()).toContain('git');
  });
});

describe('ufw', () => {
  const rules = actionOf(runbook, 'B1', 'ufw-rules');
  const enable = actionOf(runbook, 'B1', 'ufw-enable');
  const confirm = actionOf(runbook, 'B1', 'ufw-confirm');
  const shown = async (): Promise<string> => (await box.probe('ufw show added')).output;

  beforeEach(() => {
    box.stub(`
ufw_rules='${box.root}/rules' state='${box.root}/ufw' timer='${box.root}/timer'
touch "$ufw_rules"
sshd() { echo 'port 2222'; }
ufw() {
  case "$*" in
    status) printf 'Status: %s\\n' "$(cat "$state" 2>/dev/null || echo inactive)" ;;
    'show added') echo "Added user rules (see 'ufw status' for running firewall):"; sed 's/^/ufw /' "$ufw_rules" ;;
    '--force enable') echo active >"$state"; echo enabled >>'${box.root}/log' ;;
    disable) echo inactive >"$state" ;;
    delete*) shift; grep -vxF "$*" "$ufw_rules" >"$ufw_rules.new" || true; mv "$ufw_rules.new" "$ufw_rules" ;;
    *) grep -qxF "$*" "$ufw_rules" || printf '%s\\n' "$*" >>"$ufw_rules" ;;
  esac
}
systemd-run() { : >"$timer"; printf 'armed %s\\n' "$*" >>'${box.root}/log'; }
systemctl() {
  case "$1" in stop) rm -f "$timer" ;; is-active) [ -e "$timer" ] ;; esac
}`);
  });

  test('gets the rules before it is switched on, with the port that sshd really uses; a rule of yours stays', async () => {
    await box.probe('ufw allow 443/tcp; ufw allow 8080/tcp');
    expect(await box.run(rules, 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(rules)).toMatchObject({ code: 0 });
    expect((await shown()).split('\n').slice(1, -1)).toEqual([
      'ufw allow 443/tcp',
      'ufw allow 8080/tcp',
      'ufw allow OpenSSH',
      'ufw allow from 192.168.56.0/24',
      'ufw allow 2222/tcp',
    ]);
    expect(await box.run(rules, 'satisfied')).toMatchObject({ code: 0 });
    expect(await box.run(rules, 'undo')).toMatchObject({ code: 0 });
    expect((await shown()).split('\n').slice(1, -1)).toEqual(['ufw allow 443/tcp', 'ufw allow 8080/tcp']);
    const order = runbook.phases.flatMap((phase) => phase.steps).find((step) => step.id === 'B1')?.actions;
    const ids = order?.map((action) => action.id) ?? [];
    expect(ids.slice(ids.indexOf('ufw-rules'), ids.indexOf('ufw-confirm') + 1)).toEqual([
      'ufw-rules',
      'ufw-enable',
      'ufw-confirm',
    ]);
  });

  test('is armed with a roll-back before it comes on, which only a new login calls off', async () => {
    expect(enable.reconnect).toBe(true);
    expect(await box.run(enable)).toMatchObject({ code: 0 });
    expect(log()).toEqual([expect.stringMatching(/^armed .*--on-active=180.* disable$/), 'enabled']);
    expect(await box.run(confirm, 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(confirm)).toMatchObject({ code: 0 });
    expect(await box.run(confirm, 'satisfied')).toMatchObject({ code: 0 });
    expect(existsSync(join(box.root, 'timer'))).toBe(false);
    expect(await box.run(enable, 'undo')).toMatchObject({ code: 0 });
    expect((await box.probe('ufw status')).output).toBe('Status: inactive\n');
  });

  test('that the roll-back switched off already is not called confirmed', async () => {
    await box.run(enable);
    await box.probe('ufw disable');
    expect((await box.run(confirm)).output).toContain('has switched ufw off already');
    expect((await box.run(confirm)).code).not.toBe(0);
  });
});

describe("Docker's installer", () => {
  const fetch = actionOf(runbook, 'B1', 'docker-script');
  const get = (content: string): void => {
    const file = box.write('site', content);
    box.stub(`curl() { while [ "$1" != --output ]; do shift; done; cp '${file}' "$2"; }`);
  };

  test('is saved and shown with its checksum, not run', async () => {
    get('#!/bin/sh\nSCRIPT_COMMIT_SHA="abc123"\ntouch ran\n');
    const { code, output } = await box.run(fetch);
    expect(code, output).toBe(0);
    expect(output).toMatch(/sha256 [0-9a-f]{64}\nits commit: abc123\n/);
    expect(existsSync(join(box.root, 'ran'))).toBe(false);
  });

  test.each([
    ['the page of a Wi-Fi login', '<html><body>Sign in</body></html>'],
    ['half a script', '#!/bin/sh\nif true; then\n'],
  ])('is refused when it is %s', async (_name, content) => {
    get(content);
    const { code, output } = await box.run(fetch);
    expect(code).not.toBe(0);
    expect(output).toContain('is not the installer');
    expect(existsSync(join(box.root, 'var/lib/threebody/downloads/get-docker.sh'))).toBe(false);
  });
});

describe.skipIf(!HAS_JQ)('daemon.json', () => {
  const merge = actionOf(runbook, 'B2', 'insecure-registry');
  const restart = actionOf(runbook, 'B2', 'restart-docker');
  const file = (): string => join(box.root, 'etc/docker/daemon.json');
  const content = (): unknown => JSON.parse(readFileSync(file(), 'utf8'));

  beforeEach(() => {
    box.stub(`
dockerd() { if [ "$1" = --help ]; then echo '  --validate  Validate'; else [ ! -e '${box.root}/fussy' ] && echo configuration OK; fi; }
docker() { :; }
journalctl() { echo 'unknown log driver'; }
systemctl() {
  case "$1" in
    restart) printf '%s\\n' "$*" >>'${box.root}/log'; ! grep -q harbor '${box.root}/refuses' 2>/dev/null || ! grep -q harbor '${box.root}/etc/docker/daemon.json' ;;
    is-active) return 1 ;;
  esac
}`);
  });

  test('is made when there is none, and goes again', async () => {
    expect(await box.run(merge)).toMatchObject({ code: 0 });
    expect(content()).toEqual({ 'insecure-registries': ['harbor.local:8080'] });
    expect(await box.run(merge, 'satisfied')).toMatchObject({ code: 0 });
    await box.run(merge, 'undo');
    expect(existsSync(file())).toBe(false);
  });

  test('keeps what else is in it, in its order, once only', async () => {
    const before =
      '{"log-opts":{"max-size":"10m"},"insecure-registries":["10.0.0.9:5000"],"data-root":"/srv"}';
    box.write('etc/docker/daemon.json', before, 0o600);
    expect(await box.run(merge, 'satisfied')).not.toMatchObject({ code: 0 });
    for (let time = 0; time < 2; time += 1) expect(await box.run(merge)).toMatchObject({ code: 0 });
    expect(Object.entries(content() ?? {})).toEqual([
      ['log-opts', { 'max-size': '10m' }],
      ['insecure-registries', ['10.0.0.9:5000', 'harbor.local:8080']],
      ['data-root', '/srv'],
    ]);
    await box.run(merge, 'undo');
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  test.each([
    ['is not JSON', '{"log-driver": "json-file",}'],
    ['is JSON but no object', '["harbor.local:8080"]'],
    ['holds the key with another kind of value', '{"insecure-registries": "harbor.local:8080"}'],
  ])('that %s is left as it is, and the step fails', async (_name, before) => {
    box.write('etc/docker/daemon.json', before);
    expect((await box.run(merge)).code).not.toBe(0);
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  test('that Docker would refuse never reaches its place', async () => {
    box.write('fussy', '');
    expect((await box.run(merge)).code).not.toBe(0);
    expect(existsSync(file())).toBe(false);
  });

  test('is put back when Docker does not start with it', async () => {
    box.write('etc/docker/daemon.json', '{}');
    await box.run(merge);
    box.write('refuses', 'harbor');
    const { code, output } = await box.run(restart);
    expect(code).not.toBe(0);
    expect(output).toContain('unknown log driver');
    expect(output).toContain('runs again with its former configuration');
    expect(readFileSync(file(), 'utf8')).toBe('{}');
    expect(log()).toHaveLength(2);
  });

  test('is judged by the daemon, not by the file', async () => {
    const probe = probeOf(runbook, 'B2.insecure-registry');
    expect(probe).toContain('docker info');
    expect(probe).not.toContain('|| true');
  });
});
