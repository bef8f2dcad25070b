/** C1, C4 and the node's address: what the scripts do on a host with a past. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();

let box: Sandbox;
const here = (path: string): string => join(box.root, path);
const text = (path: string): string => readFileSync(here(path), 'utf8');

describe('swap in fstab', () => {
  const fstab = actionOf(runbook, 'C1', 'swap-fstab', {}, 'vm-k8s');
  const before =
    'UUID=1 / ext4 defaults 0 1\n/swap.img\tnone\tswap\tsw\t0\t0\n/dev/sda3 none swap sw 0 0\n#/old none swap sw 0 0\n# swap is above\n';
  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/fstab']);
    box.stub('systemctl() { :; }');
    box.write('/etc/fstab', before);
  });
  afterEach(() => box.remove());

  test('is turned off with tabs and with spaces, once only, and comes back as it was', async () => {
    expect((await box.run(fstab, 'satisfied')).code).not.toBe(0);
    expect(await box.run(fstab)).toMatchObject({ code: 0 });
    const after =
      'UUID=1 / ext4 defaults 0 1\n#/swap.img\tnone\tswap\tsw\t0\t0\n#/dev/sda3 none swap sw 0 0\n#/old none swap sw 0 0\n# swap is above\n';
    expect(text('/etc/fstab')).toBe(after);
    expect((await box.run(fstab, 'satisfied')).code).toBe(0);
    await box.run(fstab);
    expect(text('/etc/fstab')).toBe(after);
    await box.run(fstab, 'undo');
    expect(text('/etc/fstab')).toBe(before);
  });

  test("the runbook's own sed leaves the line with tabs alone: that is why ours differs", () => {
    const script = `sudo() { if [ "$1" = sed ]; then "$@"; fi; }\n${(fstab.runbookScript ?? '').replaceAll('/etc/fstab', here('/etc/fstab'))}`;
    spawnSync('bash', [], { input: script });
    expect(text('/etc/fstab')).toContain('\n/swap.img\tnone');
  });
});

describe('the swap file', () => {
  const remove = actionOf(runbook, 'C1s', 'delete-file', {}, 'vm-k8s');
  beforeEach(() => {
    box = new Sandbox(runbook, ['/swap.img', '/swapfile']);
    box.stub('swapon() { :; }; chattr() { :; }');
  });
  afterEach(() => box.remove());

  test('needs a typed name, and goes only when it is one', async () => {
    expect(remove.risk).toBe('destroys');
    box.write('/swap.img', 'the only copy of a thesis');
    const { code, output } = await box.run(remove);
    expect(code).not.toBe(0);
    expect(output).toContain('does not look like a swap file');
    expect(existsSync(here('/swap.img'))).toBe(true);
  });

  test('is left alone while it is in use', async () => {
    box.write('/swap.img', `${'\0'.repeat(4086)}SWAPSPACE2`);
    box.stub(`swapon() { echo '${here('/swap.img')}'; }`);
    expect((await box.run(remove)).output).toContain('is in use as swap');
    box.stub('swapon() { :; }');
    expect((await box.run(remove)).code).toBe(0);
    expect(existsSync(here('/swap.img'))).toBe(false);
  });
});

describe("the repository's key", () => {
  const repository = actionOf(runbook, 'C4', 'repository', {}, 'vm-k8s');
  const DAY = 86_400;
  const now = Math.floor(Date.now() / 1000);
  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/apt', '/etc/ssl/certs/ca-certificates.crt']);
    box.write('/etc/ssl/certs/ca-certificates.crt', '');
    // A "key" is one line: name and expiry. Minor 30 has an old one; 33 has the same, renewed; the others have another.
    box.stub(`
      dpkg-query() { echo installed; }; lslocks() { :; }
      curl() { local out url; while [ $# -gt 0 ]; do case "$1" in -o) out=$2; shift ;; https*) url=$1 ;; esac; shift; done
        case "$url" in *v1.30/*) echo "$OLD" ;; *v1.33/*) echo "$NEW" ;; *v1.3[0-9]/*) echo 'OTHER ${now + 900 * DAY}' ;; *) return 22 ;; esac >"$out"; }
      gpg() { case "$*" in *--show-keys*) local f; for f in "$@"; do :; done; read -r name ends <"$f"; [ -n "$ends" ] || return 2; printf 'pub:-:::::%s:\\nfpr:::::::::%s:\\n' "$ends" "$name" ;;
        *) local out in; while [ $# -gt 0 ]; do case "$1" in -o) out=$2; shift ;; esac; in=$1; shift; done; cp "$in" "$out" ;; esac; }
      apt-get() { echo "apt-get $*"; }`);
  });
  afterEach(() => box.remove());
  const keys = (old: string, renewed: string): void => box.stub(`OLD='${old}'; NEW='${renewed}'`);
  const RING = '/etc/apt/keyrings/kubernetes-apt-keyring.gpg';

  test('that is valid is installed, with the minor of the lab file', async () => {
    keys(`K ${now + 40 * DAY}`, '');
    const { code, output } = await box.run(repository);
    expect(code, output).toBe(0);
    expect(text(RING)).toContain(`K ${now + 40 * DAY}`);
    expect(text('/etc/apt/sources.list.d/kubernetes.list')).toContain(
      'https://pkgs.k8s.io/core:/stable:/v1.30/deb/ /',
    );
    expect(output).toContain('APT::Update::Error-Mode=any');
  });

  test('that has expired is told and taken, renewed, from a newer minor with the same key', async () => {
    keys(`K ${now - 3 * DAY}`, `K ${now + 200 * DAY}`);
    const { code, output } = await box.run(repository);
    expect(code, output).toBe(0);
    expect(output).toMatch(/this key has expired[^]*v1\.33 has the same key, renewed/);
    expect(text(RING)).toContain(`K ${now + 200 * DAY}`);
  });

  test('that is renewed nowhere stops the step before anything is written', async () => {
    keys(`K ${now - 3 * DAY}`, 'X 1');
    const { code, output } = await box.run(repository);
    expect(code).not.toBe(0);
    expect(output).toContain('choose a supported kubernetes_minor');
    expect(existsSync(here(RING))).toBe(false);
  });

  test('that is a login page of some hotel is no key', async () => {
    keys('<html>', '');
    expect((await box.run(repository)).output).toContain('is not a key: <html>');
  });
});

describe('node-ip', () => {
  const action = actionOf(runbook, 'C5', 'node-ip', {}, 'vm-k8s');
  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/default/kubelet', '/var/lib/kubelet']);
    box.stub("ip() { echo '2: enp0s8 inet 192.168.56.43/24 brd 192.168.56.255'; }");
  });
  afterEach(() => box.remove());

  test.each([
    ['', '--node-ip=192.168.56.43'],
    ['KUBELET_EXTRA_ARGS=\n', '--node-ip=192.168.56.43'],
    ['KUBELET_EXTRA_ARGS=--cgroup-driver=systemd\n', '--cgroup-driver=systemd --node-ip=192.168.56.43'],
    ['KUBELET_EXTRA_ARGS="--node-ip=10.0.2.15 --v=2"\n', '--v=2 --node-ip=192.168.56.43'],
  ])('keeps other arguments of %j', async (before, after) => {
    box.write('/etc/default/kubelet', before);
    expect(await box.run(action)).toMatchObject({ code: 0 });
    expect(text('/etc/default/kubelet')).toBe(`KUBELET_EXTRA_ARGS="${after}"\n`);
    expect((await box.run(action, 'satisfied')).code).toBe(0);
    await box.run(action, 'undo');
    expect(text('/etc/default/kubelet')).toBe(before);
  });

  test('refuses an address that no card of this host has', async () => {
    box.stub("ip() { echo '2: enp0s3 inet 10.0.2.15/24'; }");
    expect((await box.run(action)).code).not.toBe(0);
  });
});
