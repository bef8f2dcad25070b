/** The scripts of our content: complete, valid shell, and re-runnable with an undo that restores exactly. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bash } from 'just-bash';
import { describe, expect, test } from 'vitest';
import type { HostName } from '../../../src/lab/types.js';
import { renderActions, renderGates, shownFile } from '../../../src/runbook/render.js';
import type { RenderedAction } from '../../../src/runbook/types.js';
import { labContext, ourRunbook } from './content.js';

const runbook = await ourRunbook();
const context = labContext(runbook);
const steps = runbook.phases.flatMap((phase) => phase.steps);
const actionsOn = (host: HostName): readonly RenderedAction[] =>
  steps.flatMap((step) => renderActions(runbook, context, step, host, {}));
const actions = actionsOn('vm-k8s');

function action(step: string, id: string): RenderedAction {
  const found = actions.find((one) => one.step === step && one.action === id);
  if (found === undefined) throw new Error(`no action ${step}/${id}`);
  return found;
}

describe("the runbook's own lines are all there", () => {
  const lines: readonly (readonly [string, string])[] = [
    ['A1', 'sudo systemctl stop unattended-upgrades 2>/dev/null || true'],
    ['A1', 'sudo systemctl disable --now unattended-upgrades 2>/dev/null || true'],
    ['A1', 'sudo systemctl stop apt-daily.service apt-daily-upgrade.service 2>/dev/null || true'],
    ['A1', 'sudo systemctl disable --now apt-daily.timer apt-daily-upgrade.timer 2>/dev/null || true'],
    ['A1', 'sudo dpkg --configure -a || true'],
    ['A1', 'if [ -f /etc/needrestart/needrestart.conf ]; then'],
    [
      'A1',
      'sudo cp -a /etc/needrestart/needrestart.conf /etc/needrestart/needrestart.conf.bak.$(date +%F-%H%M%S)',
    ],
    [
      'A1',
      String.raw`sudo sed -i "s/^\s*\$nrconf{restart}.*/\$nrconf{restart} = 'l';/" /etc/needrestart/needrestart.conf || true`,
    ],
    ['A1', "ps aux | egrep 'apt|dpkg' | grep -v egrep"],
    ['A2', 'sudo hostnamectl set-hostname vm-k8s'],
    ['A3', 'sudo tee /etc/hosts >/dev/null <<EOF'],
    ['A3', '127.0.0.1 localhost'],
    ['A3', 'getent hosts harbor.local hit.local vm-k8s vm-worker'],
    ['A4', 'sudo tee /etc/systemd/resolved.conf >/dev/null <<EOF'],
    ['A4', 'DNSStubListener=yes'],
    ['A4', 'sudo systemctl restart systemd-resolved'],
    ['A4', 'sudo resolvectl flush-caches'],
    ['A4', 'sudo ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf'],
    ['A4', 'getent hosts gitlab.com altssh.gitlab.com registry-1.docker.io || true'],
  ];
  test.each(lines)('%s: %s', (id, line) => {
    const step = steps.find((one) => one.id === id);
    const said = [
      ...actions.filter((one) => one.step === id).map((one) => one.runbookScript ?? ''),
      ...(step?.gates ?? []).map((gate) => gate.runbook ?? ''),
    ].flatMap((text) => text.split('\n').map((one) => one.trim()));
    expect(said).toContain(line);
  });

  test("run as the runbook's variant, the hosts file is the runbook's", () => {
    const script = `sudo() { cat >&2; }\n${action('A3', 'write-block').runbookScript ?? ''}`;
    expect(spawnSync('bash', [], { input: script, encoding: 'utf8' }).stderr).toBe(
      '127.0.0.1 localhost\n192.168.56.42 vm-docker harbor.local hit.local\n192.168.56.43 vm-k8s\n192.168.56.44 vm-worker\n',
    );
  });
});

describe('every action', () => {
  test.each(actions.map((one) => [`${one.step}/${one.action}`, one] as const))('%s', (_name, one) => {
    const source = steps
      .find((step) => step.id === one.step)
      ?.actions.find((candidate) => candidate.id === one.action);
    const scripts = [one.script, one.satisfied ?? '', one.undo ?? ''];
    expect(source?.explain.length, 'explains its commands').toBeGreaterThan(0);
    expect(
      scripts.filter((script) => /^\s*sudo\b/m.test(script)),
      'root needs no sudo',
    ).toEqual([]);
    expect([...scripts, one.runbookScript ?? ''].map(syntax).join('')).toBe('');
  });

  test('that changes something can be undone; a package that was half installed has no way back', () => {
    const final = actions.filter((one) => one.risk !== 'safe' && one.undo === null);
    expect(final.map((one) => `${one.step}/${one.action}`)).toEqual(['A1/dpkg-configure']);
  });
});

test('every probe is valid shell', () => {
  const probes = renderGates(runbook, context).flatMap((gate) => Object.values(gate.probes));
  const scripts = probes.flatMap((probe) => (probe.kind === 'command' ? [probe.script] : []));
  expect(syntax(scripts.map((script, index) => `f${index}() {\n${script}\n}\n`).join(''))).toBe('');
});

test('addresses and names stand in the lab file only, never in a script or probe', () => {
  const other = {
    ...labContext(runbook, {
      host_network: '192.0.2.0/24',
      registry_host: 'reg.test',
      site_host: 'site.test',
      dns_servers: ['192.0.2.53'],
    }),
    addresses: { 'vm-docker': '192.0.2.1', 'vm-k8s': '192.0.2.2', 'vm-worker': '192.0.2.3' },
  };
  const scripts = [
    ...steps.flatMap((step) =>
      renderActions(runbook, other, step, 'vm-docker', {}).flatMap((one) => [
        one.script,
        one.satisfied ?? '',
        one.undo ?? '',
        one.runbookScript ?? '',
        ...one.files.map((file) => shownFile(file)),
      ]),
    ),
    ...renderGates(runbook, other).map((gate) =>
      JSON.stringify([gate.probes, gate.outcomes.map(({ when }) => when)]),
    ),
  ];
  for (const script of scripts)
    expect(script).not.toMatch(/192\.168\.56\.|harbor\.local|hit\.local|1\.1\.1\.1/);
});

describe('A3 on a hosts file with a past', () => {
  const before = [
    '# my own file',
    '127.0.0.1\tlocalhost',
    '127.0.1.1 vm-k8s.localdomain vm-k8s',
    '::1 ip6-localhost ip6-loopback # keep me',
    '10.0.0.9 vm-docker',
    '10.0.0.8 printer hit.local # mixed',
    '192.168.56.43 debian',
  ].join('\n');
  const write = action('A3', 'write-block');
  const env =
    'set -euo pipefail\nexport TB_STEP=A3 TB_ACTION=write-block TB_FILES=/job TB_BACKUPS=/backups\n';
  const files = Object.fromEntries(write.files.map((file) => [`/job/${file.name}`, shownFile(file)]));
  const run = (
    shell: Bash,
    script: string | null,
  ): Promise<{ readonly exitCode: number; readonly stderr: string }> =>
    shell.exec(`${env}${runbook.prelude}\n${script ?? 'exit 9'}`);

  test('keeps every other line, takes conflicting names out, changes nothing the second time, and can be undone', async () => {
    const shell = new Bash({ files: { ...files, '/etc/hosts': before } });
    expect(await run(shell, write.script)).toMatchObject({ exitCode: 0 });
    const after = await shell.readFile('/etc/hosts');
    expect(after).toBe(
      [
        '# my own file',
        '127.0.0.1\tlocalhost',
        '# threebody: 127.0.1.1 vm-k8s.localdomain vm-k8s',
        '127.0.1.1 vm-k8s.localdomain',
        '::1 ip6-localhost ip6-loopback # keep me',
        '# threebody: 10.0.0.9 vm-docker',
        '# threebody: 10.0.0.8 printer hit.local # mixed',
        '10.0.0.8 printer',
        '192.168.56.43 debian',
        '# BEGIN threebody',
        '192.168.56.42 vm-docker harbor.local hit.local',
        '192.168.56.43 vm-k8s',
        '192.168.56.44 vm-worker',
        '# END threebody',
        '',
      ].join('\n'),
    );
    expect(await run(shell, write.script)).toMatchObject({ exitCode: 0 });
    expect(await shell.readFile('/etc/hosts')).toBe(after);
    expect(await run(shell, write.undo)).toMatchObject({ exitCode: 0 });
    expect(await shell.readFile('/etc/hosts')).toBe(before);
    expect(await run(shell, write.undo)).toMatchObject({ exitCode: 0 });
    expect(await shell.readFile('/etc/hosts')).toBe(before);
  });

  test('refuses a block whose end mark is gone, rather than swallow what follows it', async () => {
    const damaged = '127.0.0.1 localhost\n# BEGIN threebody\n10.1.1.1 mine\n';
    const shell = new Bash({ files: { ...files, '/etc/hosts': damaged } });
    expect((await run(shell, write.script)).exitCode).not.toBe(0);
    expect(await shell.readFile('/etc/hosts')).toBe(damaged);
  });

  test('adds localhost when it was lost', async () => {
    const shell = new Bash({ files: { ...files, '/etc/hosts': '10.0.0.8 printer\n' } });
    await run(shell, write.script);
    expect(await shell.readFile('/etc/hosts')).toMatch(
      /^127\.0\.0\.1 localhost\n10\.0\.0\.8 printer\n# BEGIN/,
    );
  });
});

describe('already satisfied', () => {
  const states: readonly (readonly [string, string, boolean])[] = [
    ['disabled', 'inactive', true],
    ['not-found', 'inactive', true],
    ['enabled', 'inactive', false],
    ['disabled', 'active', false],
    ['enabled', 'active', false],
  ];
  test.each(states)('timers that are %s and %s: %s', async (enabled, active, satisfied) => {
    const shell = new Bash();
    const systemctl = `systemctl() { if [ "$2" = apt-daily.timer ]; then case "$1" in is-enabled) echo ${enabled} ;; *) echo ${active} ;; esac; else echo disabled; fi; }`;
    const { exitCode } = await shell.exec(
      `${systemctl}\n${action('A1', 'stop-timers').satisfied ?? 'exit 9'}`,
    );
    expect(exitCode === 0).toBe(satisfied);
  });
});

describe('the functions before every script', () => {
  const lab = (): { readonly dir: string; readonly sh: (script: string) => string } => {
    const dir = mkdtempSync(join(tmpdir(), 'prelude-'));
    const sh = (script: string): string => {
      const env = { PATH: process.env['PATH'] ?? '', TB_STEP: 'A9', TB_ACTION: 'try', TB_FILES: dir, D: dir };
      const out = spawnSync('bash', [], {
        input: `set -euo pipefail\n${runbook.prelude}\n${script}\n`,
        encoding: 'utf8',
        env: { ...env, TB_BACKUPS: `${dir}/backups` },
      });
      if (out.status !== 0) throw new Error(out.stderr);
      return out.stdout;
    };
    return { dir, sh };
  };

  test('put back a file with its content and mode, and keep the first original, not the latest', () => {
    const { dir, sh } = lab();
    writeFileSync(`${dir}/conf`, 'first\n');
    chmodSync(`${dir}/conf`, 0o640);
    writeFileSync(`${dir}/new`, 'second\n');
    expect(sh('tb_install new "$D/conf" 0644')).toContain('+second');
    writeFileSync(`${dir}/new`, 'third\n');
    sh('tb_install new "$D/conf" 0644');
    expect(readFileSync(`${dir}/conf`, 'utf8')).toBe('third\n');
    sh('tb_restore "$D/conf"');
    expect(readFileSync(`${dir}/conf`, 'utf8')).toBe('first\n');
    expect(statSync(`${dir}/conf`).mode & 0o777).toBe(0o640);
    expect(sh('tb_restore "$D/conf"')).toContain('left as it is');
  });

  test('put back a link, and take away what was not there, with the directories made for it', () => {
    const { dir, sh } = lab();
    symlinkSync('../run/stub.conf', `${dir}/link`);
    sh('tb_link /run/real.conf "$D/link"');
    expect(readlinkSync(`${dir}/link`)).toBe('/run/real.conf');
    expect(sh('tb_link /run/real.conf "$D/link"')).toContain('already');
    writeFileSync(`${dir}/new`, 'x\n');
    sh('tb_install new "$D/a/b/conf" 0600');
    expect(statSync(`${dir}/a/b/conf`).mode & 0o777).toBe(0o600);
    sh('tb_restore "$D/link"; tb_restore "$D/a/b/conf"');
    expect(readlinkSync(`${dir}/link`)).toBe('../run/stub.conf');
    expect(() => statSync(`${dir}/a`)).toThrow(/ENOENT/);
    expect(() => statSync(`${dir}/backups/A9.try`)).toThrow(/ENOENT/);
  });

  test('take a backup anew that was cut off before it was complete', () => {
    const { dir, sh } = lab();
    writeFileSync(`${dir}/conf`, 'whole\n');
    sh(
      'tb_backup "$D/conf"; rm "$(tb_store)/$(tb_key "$D/conf").kind"; echo half >"$(tb_store)/$(tb_key "$D/conf").data"',
    );
    sh('tb_backup "$D/conf"; echo changed >"$D/conf"; tb_restore "$D/conf"');
    expect(readFileSync(`${dir}/conf`, 'utf8')).toBe('whole\n');
  });

  test('remember the first value until it is forgotten', () => {
    const { sh } = lab();
    expect(
      sh('tb_remember unit "enabled active"; tb_remember unit "disabled inactive"; tb_recall unit'),
    ).toBe('enabled active\n');
    expect(sh('tb_forget unit; if tb_recall unit; then echo kept; else echo gone; fi')).toBe('gone\n');
  });
});

/** What `bash -n` has to say: nothing when the script is well formed. */
function syntax(script: string): string {
  return spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }).stderr;
}
