/** The functions before every script: undo gives back what was, and throws away nothing that a person made since. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';

const { prelude } = await ourRunbook();

let dir: string;
let conf: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'prelude-'));
  conf = join(dir, 'conf');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a script as the program would: strict, with the prelude. */
function ended(script: string): { readonly code: number | null; readonly said: string } {
  const env = { PATH: process.env['PATH'] ?? '', TB_STEP: 'A9', TB_ACTION: 'try', TB_FILES: dir, D: dir };
  const { status, stdout, stderr } = spawnSync('bash', [], {
    input: `set -euo pipefail\n${prelude}\n${script}\n`,
    encoding: 'utf8',
    env: { ...env, TB_BACKUPS: `${dir}/backups` },
  });
  return { code: status, said: stdout + stderr };
}
function sh(script: string): string {
  const { code, said } = ended(script);
  expect(code, said).toBe(0);
  return said;
}
const text = (path: string): string => readFileSync(path, 'utf8');
const copies = (): readonly string[] => readdirSync(dir).filter((name) => name.includes('before-undo'));

describe('a file that was changed after a step wrote it', () => {
  test('is kept beside the original that undo puts back, with its mode, and told', () => {
    writeFileSync(conf, 'first\n');
    writeFileSync(join(dir, 'new'), 'ours\n');
    sh('tb_install new "$D/conf" 0640');
    writeFileSync(conf, 'ours\nmine\n');
    expect(sh('tb_restore "$D/conf"')).toContain(`it is kept in ${conf}.threebody-before-undo`);
    expect(text(conf)).toBe('first\n');
    expect(text(`${conf}.threebody-before-undo`)).toBe('ours\nmine\n');
    expect(statSync(`${conf}.threebody-before-undo`).mode & 0o777).toBe(0o640);
  });

  test('a second time does not overwrite the copy of the first', () => {
    for (const mine of ['one\n', 'two\n']) {
      writeFileSync(join(dir, 'new'), 'ours\n');
      sh('tb_install new "$D/conf" 0644');
      writeFileSync(conf, mine);
      sh('tb_restore "$D/conf"');
    }
    expect(existsSync(conf)).toBe(false);
    expect(copies().map((name) => text(join(dir, name)))).toEqual(['one\n', 'two\n']);
  });

  test('is known also where the script, or the runbook, wrote it without tb_install', () => {
    writeFileSync(conf, 'first\n');
    sh('tb_backup "$D/conf"\nset +eu\nsed -i s/first/ours/ "$D/conf"\nfalse; true');
    sh('tb_restore "$D/conf"');
    expect(copies()).toEqual([]);
    sh('tb_backup "$D/conf"; sed -i s/first/ours/ "$D/conf"');
    sh('tb_backup "$D/conf"; echo "a second run that changes nothing"');
    writeFileSync(conf, 'ours\nmine\n');
    sh('tb_backup "$D/conf"; echo "a run after the change of a person"');
    sh('tb_restore "$D/conf"');
    expect(text(conf)).toBe('first\n');
    expect(copies().map((name) => text(join(dir, name)))).toEqual(['ours\nmine\n']);
  });

  test('is kept when it cannot be known who changed it, since the script was killed', () => {
    writeFileSync(conf, 'first\n');
    const killed = ended('tb_backup "$D/conf"; echo half >"$D/conf"; kill -KILL $$');
    expect(killed.code).not.toBe(0);
    sh('tb_restore "$D/conf"');
    expect(text(conf)).toBe('first\n');
    expect(copies().map((name) => text(join(dir, name)))).toEqual(['half\n']);
  });

  test('leaves no copy when a person put the original back already', () => {
    writeFileSync(conf, 'first\n');
    writeFileSync(join(dir, 'new'), 'ours\n');
    sh('tb_install new "$D/conf" 0644');
    writeFileSync(conf, 'first\n');
    sh('tb_restore "$D/conf"');
    expect(copies()).toEqual([]);
    expect(existsSync(join(dir, 'backups/A9.try'))).toBe(false);
  });
});

test('noting what was written does not change how a script ends', () => {
  expect(ended('tb_backup "$D/conf"; exit 7').code).toBe(7);
  expect(ended('tb_backup "$D/conf"; false').code).toBe(1);
  expect(ended('tb_backup "$D/conf"; true').code).toBe(0);
});

test('a file with a secret is put back without its difference being shown', () => {
  writeFileSync(conf, 'token = "old-secret"\n');
  chmodSync(conf, 0o600);
  sh('tb_backup "$D/conf"; tb_hide "$D/conf"; printf \'token = "new-secret"\\n\' >"$D/conf"');
  expect(sh('tb_restore "$D/conf"')).not.toContain('secret"');
  expect(text(conf)).toContain('old-secret');
});

describe('a unit', () => {
  /** A systemctl that knows one unit, in two files. */
  const systemctl = `
systemctl() {
  case "$1" in
    is-enabled) cat "$D/enabled" ;;
    is-active) cat "$D/active" ;;
    enable) echo enabled >"$D/enabled" ;;
    disable) echo disabled >"$D/enabled" ;;
    start) echo active >"$D/active" ;;
    stop) echo inactive >"$D/active" ;;
  esac
}`;
  test.each([
    ['disabled', 'inactive'],
    ['enabled', 'inactive'],
    ['disabled', 'active'],
    ['enabled', 'active'],
  ])('that was %s and %s is that again', (enabled, active) => {
    writeFileSync(join(dir, 'enabled'), `${enabled}\n`);
    writeFileSync(join(dir, 'active'), `${active}\n`);
    sh(`${systemctl}\ntb_note_unit x.service; systemctl enable; systemctl start; tb_note_unit x.service`);
    sh(`${systemctl}\ntb_put_back_unit x.service`);
    expect([text(join(dir, 'enabled')), text(join(dir, 'active'))]).toEqual([`${enabled}\n`, `${active}\n`]);
    expect(sh(`${systemctl}\ntb_put_back_unit x.service`)).toContain('nothing was noted, left as it is');
  });

  test('that is gone with its package is not called back', () => {
    writeFileSync(join(dir, 'enabled'), 'enabled\n');
    writeFileSync(join(dir, 'active'), 'active\n');
    sh(`${systemctl}\ntb_note_unit x.service`);
    const gone = 'systemctl() { case "$1" in is-*) return 4 ;; *) echo "called: $*"; return 1 ;; esac; }';
    expect(sh(`${gone}\ntb_put_back_unit x.service`)).not.toContain('called');
  });
});

test('packages that another undo removed meanwhile did not give way to anything', () => {
  const packages = `
dpkg-query() { case "$*" in *docker-ce) printf installed ;; *) sed 's/^/installed /' "$D/installed" ;; esac; }
tb_apt() { if [ "$1" = purge ]; then echo bash >"$D/installed"; else echo "apt $*"; fi; }
apt-get() { :; }`;
  writeFileSync(join(dir, 'installed'), 'bash\n');
  sh(`${packages}\nTB_ACTION=first\ntb_note_packages; echo docker-ce >>"$D/installed"; tb_keep_added`);
  sh(`${packages}\nTB_ACTION=cut-off\ntb_note_packages`);
  sh(`${packages}\nTB_ACTION=first\ntb_remove_added`);
  expect(sh(`${packages}\nTB_ACTION=cut-off\ntb_remove_added`)).toContain('nothing to remove');
});

test('packages that gave way to others come back when those are removed', () => {
  const packages = `
dpkg-query() { sed 's/^/installed /' "$D/installed"; }
tb_apt() { echo "apt $*"; }
apt-get() { :; }`;
  writeFileSync(join(dir, 'installed'), 'bash\ndocker.io\n');
  sh(`${packages}\ntb_note_packages; printf 'bash\\ndocker-ce\\n' >"$D/installed"; tb_keep_added`);
  const said = sh(`${packages}
dpkg-query() { case "$*" in *docker-ce) printf installed ;; *) sed 's/^/installed /' "$D/installed" ;; esac; }
tb_remove_added`);
  expect(said).toContain('apt purge -y docker-ce\n');
  expect(said).toContain('apt install -y docker.io\n');
  expect(existsSync(join(dir, 'backups/A9.try'))).toBe(false);
});
