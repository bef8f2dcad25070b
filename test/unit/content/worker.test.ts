/** D3 and D4: a data directory that is never emptied or taken over, and a firewall that knows what a cluster needs. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const DATA = '/data/threebody/mysql';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox(runbook, [DATA]);
});
afterEach(() => box.remove());

describe("MySQL's directory", () => {
  const make = actionOf(runbook, 'D3', 'mysql-directory', {}, 'vm-worker');
  const here = (path = ''): string => join(box.root, DATA, path);

  beforeEach(() => box.stub(`chown() { printf '%s\\n' "$*" >>'${box.root}/owners'; }`));

  test('is made with the directories above it, for its owner only, and goes with them', async () => {
    const { code, output } = await box.run(make);
    expect(code, output).toBe(0);
    expect(statSync(here()).mode & 0o777).toBe(0o700);
    expect(await box.run(make, 'undo')).toMatchObject({ code: 0 });
    expect(existsSync(join(box.root, 'data'))).toBe(false);
  });

  test('with data in it is never removed', async () => {
    await box.run(make);
    writeFileSync(here('ibdata1'), 'x');
    const { code, output } = await box.run(make, 'undo');
    expect(code).not.toBe(0);
    expect(output).toContain('holds data');
    expect(existsSync(here('ibdata1'))).toBe(true);
  });

  test('with the data of somebody else is left as it is', async () => {
    mkdirSync(here('db'), { recursive: true });
    const { mode } = statSync(here());
    box.stub(`find() { [ -z "$(ls -A "$1")" ] || printf '%s/db\\n' "$1"; }`);
    const { code, output } = await box.run(make);
    expect(code).not.toBe(0);
    expect(output).toContain('the data of another image');
    expect(statSync(here()).mode).toBe(mode);
    expect(existsSync(join(box.root, 'owners'))).toBe(false);
  });

  test('that was there before gets its owner and mode back', async () => {
    mkdirSync(here(), { recursive: true, mode: 0o755 });
    const { uid, gid } = statSync(here());
    await box.run(make);
    expect(statSync(here()).mode & 0o777).toBe(0o700);
    await box.run(make, 'undo');
    expect(statSync(here()).mode & 0o777).toBe(0o755);
    expect((await box.probe(`tail -n 1 '${box.root}/owners'`)).output).toBe(`${uid}:${gid} ${here()}\n`);
  });
});

describe('the firewall of vm-worker', () => {
  const action = (id: string, mode: 'off' | 'rules') =>
    actionOf(runbook, 'D4', id, { worker_firewall: mode }, 'vm-worker');
  const shown = async (): Promise<readonly string[]> =>
    (await box.probe('ufw show added')).output.trim().split('\n').slice(1);

  beforeEach(() => {
    box.stub(`
ufw_rules='${box.root}/rules' ufw_state='${box.root}/ufw'
touch "$ufw_rules"
sshd() { echo 'port 22'; }
systemctl() { return 1; }
systemd-run() { :; }
ufw() {
  case "$*" in
    status) printf 'Status: %s\\n' "$(cat "$ufw_state" 2>/dev/null || echo inactive)" ;;
    'show added') echo 'Added user rules:'; sed 's/^/ufw /' "$ufw_rules" ;;
    '--force enable') echo active >"$ufw_state" ;;
    disable) echo inactive >"$ufw_state" ;;
    'route delete '*) shift 2; grep -vxF "route $*" "$ufw_rules" >"$ufw_rules.new" || true; mv "$ufw_rules.new" "$ufw_rules" ;;
    delete*) shift; grep -vxF "$*" "$ufw_rules" >"$ufw_rules.new" || true; mv "$ufw_rules.new" "$ufw_rules" ;;
    *) grep -qxF "$*" "$ufw_rules" || printf '%s\\n' "$*" >>"$ufw_rules" ;;
  esac
}`);
  });

  test('is switched off by default, as in the runbook, and on again by undo', async () => {
    await box.probe('ufw --force enable');
    expect(await box.run(action('ufw-off', 'off'), 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(action('ufw-off', 'off'))).toMatchObject({ code: 0 });
    expect((await box.probe('ufw status')).output).toBe('Status: inactive\n');
    for (const id of ['ufw-package', 'ufw-rules', 'ufw-enable', 'ufw-confirm'])
      expect(await box.run(action(id, 'off'), 'satisfied'), id).toMatchObject({ code: 0 });
    const undone = await box.run(action('ufw-off', 'off'), 'undo');
    expect(undone.code, undone.output).toBe(0);
    expect((await box.probe('ufw status')).output).toBe('Status: active\n');
    expect(undone.output).toContain('no rule lets SSH in: adding one');
    expect(await shown()).toEqual(['ufw allow 22/tcp']);
    expect((await box.run(action('ufw-package', 'off'), 'undo')).output).toContain('a new login worked');
    expect((await box.run(action('ufw-off', 'off'), 'undo')).output).toContain('was not active before');
  });

  test('that was switched on again by undo goes off by itself when no new login worked', async () => {
    box.stub('systemd-run() { echo "armed: $*"; }');
    await box.probe('ufw allow OpenSSH; ufw --force enable');
    await box.run(action('ufw-off', 'off'));
    const undone = await box.run(action('ufw-off', 'off'), 'undo');
    expect(undone.output).toMatch(/armed: .*--on-active=180 .* disable\n/);
    expect(await shown()).toEqual(['ufw allow OpenSSH']);
    await box.probe('ufw disable');
    const late = await box.run(action('ufw-package', 'off'), 'undo');
    expect(late.code).not.toBe(0);
    expect(late.output).toContain('the safeguard has switched ufw off already');
    expect(await box.run(action('ufw-off', 'off'), 'undo')).toMatchObject({ code: 0 });
    expect((await box.probe('ufw status')).output).toBe('Status: active\n');
    expect(await box.run(action('ufw-package', 'off'), 'undo')).toMatchObject({ code: 0 });
  });

  test('with rules lets in what a cluster needs: the nodes, the Pods, and what is forwarded to them', async () => {
    const rules = action('ufw-rules', 'rules');
    expect(await box.run(action('ufw-off', 'rules'), 'satisfied')).toMatchObject({ code: 0 });
    expect(await box.run(rules, 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(rules)).toMatchObject({ code: 0 });
    expect(await shown()).toEqual([
      'ufw allow OpenSSH',
      'ufw allow from 192.168.56.0/24',
      'ufw allow in on cali+',
      'ufw allow from 10.244.0.0/16',
      'ufw route allow from 10.244.0.0/16',
      'ufw route allow to 10.244.0.0/16',
      'ufw allow 30080:30082/tcp',
      'ufw allow 22/tcp',
    ]);
    expect(await box.run(rules, 'satisfied')).toMatchObject({ code: 0 });
    expect(await box.run(action('ufw-enable', 'rules'))).toMatchObject({ code: 0 });
    expect(await box.run(action('ufw-confirm', 'rules'))).toMatchObject({ code: 0 });
    expect(await box.run(action('ufw-enable', 'rules'), 'undo')).toMatchObject({ code: 0 });
    expect(await box.run(rules, 'undo')).toMatchObject({ code: 0 });
    expect(await shown()).toEqual([]);
  });
});
