/** C5: init with its collisions, errors and interruptions, Calico's manifest, the kubeconfig, and the way back. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();

let box: Sandbox;
const here = (path: string): string => join(box.root, path);
const text = (path: string): string => readFileSync(here(path), 'utf8');

describe('kubeadm init', () => {
  const init = (parameters = {}) => actionOf(runbook, 'C5', 'init', parameters, 'vm-k8s');
  const MARKER = '/var/lib/threebody/c5-init';
  beforeEach(() => {
    box = new Sandbox(runbook, [
      '/etc/kubernetes',
      '/var/lib/etcd',
      '/var/lib/threebody',
      '/var/lib/kubelet',
    ]);
    box.stub(`
      hostname() { echo vm-k8s; }; sleep() { :; }; journalctl() { :; }; kubectl() { return 1; }
      ss() { echo 'LISTEN 0 4096 0.0.0.0:6443 0.0.0.0:* users:(("python3",pid=7,fd=3))'; }
      ip() { printf 'default via 10.0.2.2 dev enp0s3\\n192.168.56.0/24 dev enp0s8\\n10.0.2.0/24 dev enp0s3\\n10.244.1.0/24 via 192.168.56.44 dev enp0s8\\n'; }
      kubeadm() { case "$1" in version) echo v1.30.14 ;; *) echo "kubeadm $*" | tee -a '${here('/calls')}' ;; esac; }`);
  });
  afterEach(() => box.remove());

  test('gets our ranges, our address, and never prints the token', async () => {
    const { code, output } = await box.run(init());
    expect(code, output).toBe(0);
    expect(text('/calls')).toBe(
      'kubeadm init --apiserver-advertise-address=192.168.56.43 --apiserver-cert-extra-sans=192.168.56.43,vm-k8s --pod-network-cidr=10.244.0.0/16 --service-cidr=10.96.0.0/12 --kubernetes-version=v1.30.14 --skip-token-print\n',
    );
    expect(text(MARKER)).toBe('done\n');
  });

  test.each([
    ["the runbook's range", { pod_cidr: '192.168.0.0/16' }, 'cannot reach vm-docker'],
    ['the NAT network', { pod_cidr: '10.0.0.0/8' }, 'share addresses'],
    ['the Service range in the host-only network', { service_cidr: '192.168.56.128/25' }, 'choose another'],
    ['a Pod range inside a route', { pod_cidr: '10.0.2.0/25', service_cidr: '172.30.0.0/16' }, '10.0.2.0/24'],
  ])('is not started with %s; the consequence is told', async (_name, parameters, told) => {
    const { code, output } = await box.run(init(parameters));
    expect(code).not.toBe(0);
    expect(output).toContain(told);
    expect(existsSync(here('/calls'))).toBe(false);
    expect(existsSync(here(MARKER))).toBe(false);
  });

  test('refuses under a wrong host name', async () => {
    box.stub('hostname() { echo ubuntu; }');
    const { code, output } = await box.run(init());
    expect(code).not.toBe(0);
    expect(output).toContain('run A2 first');
  });

  test("explains preflight's errors one by one and leaves no trace of a beginning", async () => {
    box.stub(`kubeadm() { case "$1" in version) echo v1.30.14 ;; *)
      printf '%s\\n' 'error execution phase preflight: [preflight] Some fatal errors occurred:' '	[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2' '	[ERROR Port-6443]: Port 6443 is in use' '	[ERROR Swap]: running with swap on is not supported' >&2; return 1 ;; esac; }`);
    const { code, output } = await box.run(init());
    expect(code).not.toBe(0);
    expect(output).toMatch(/Swap: swap is on\. Run C1\.[^]*NumCPU, Mem: this VM is too small[^]*python3/);
    expect(output).toContain('nothing was changed');
    expect(existsSync(here(MARKER))).toBe(false);
  });

  test('that stops half-way is remembered as begun, and the next run names the way out', async () => {
    box.stub(
      `kubeadm() { case "$1" in version) echo v1.30.14 ;; *) mkdir -p '${here('/var/lib/etcd/member')}'; echo 'timed out waiting for the condition'; return 1 ;; esac; }`,
    );
    expect((await box.run(init())).code).not.toBe(0);
    expect(text(MARKER)).toBe('begun\n');
    const { code, output } = await box.run(init());
    expect(code).not.toBe(0);
    expect(output).toContain('half made');
    expect(output).toContain('undo C5');
  });

  test('that was cut off after all was made is seen to be complete', async () => {
    box.write('/etc/kubernetes/admin.conf', 'x');
    box.write(MARKER, 'begun\n');
    box.stub('kubectl() { case "$*" in *readyz*) echo ok ;; esac; }');
    const { code, output } = await box.run(init());
    expect(code, output).toBe(0);
    expect(text(MARKER)).toBe('done\n');
    expect((await box.run(init(), 'satisfied')).code).toBe(0);
  });

  test('does not take a control plane that is merely down for a half-made one', async () => {
    box.write('/etc/kubernetes/admin.conf', 'x');
    box.write(MARKER, 'done\n');
    const { code, output } = await box.run(init());
    expect(code).not.toBe(0);
    expect(output).toContain('does not answer');
    expect(output).not.toContain('half made');
  });
});

describe("Calico's manifest", () => {
  const AWK = fileURLToPath(new URL('../../../assets/templates/calico-env.awk', import.meta.url));
  const manifest = [
    'kind: ConfigMap',
    'metadata:',
    '  name: calico-config',
    '---',
    'kind: DaemonSet',
    'metadata:',
    '  name: calico-node',
    'spec:',
    '  template:',
    '    spec:',
    '      initContainers:',
    '        - name: install-cni',
    '          env:',
    '            - name: SLEEP',
    '              value: "false"',
    '      containers:',
    '        # what runs on each node',
    '        - name: calico-node',
    '          image: docker.io/calico/node:v3.28.0',
    '          env:',
    '            - name: IP',
    '              value: "autodetect"',
    '            # - name: CALICO_IPV4POOL_CIDR',
    '            #   value: "192.168.0.0/16"',
    '            - name: IP_AUTODETECTION_METHOD',
    '              value: "first-found"',
    '            - name: NODENAME',
    '              valueFrom:',
    '                fieldRef:',
    '                  fieldPath: spec.nodeName',
    '          volumeMounts:',
    '            - name: cni-net-dir',
    '              mountPath: /host/etc/cni/net.d',
    '',
  ].join('\n');
  const edit = (input: string): string =>
    spawnSync('awk', ['-v', 'pods=10.42.0.0/16', '-f', AWK], { input, encoding: 'utf8' }).stdout;

  test('gets two settings in the right container, and nothing else changes; twice is the same', () => {
    const after = edit(manifest);
    const [, set] = after.split('---\n').map((part) => parse(part));
    expect(set.spec.template.spec.initContainers[0].env).toHaveLength(1);
    expect(set.spec.template.spec.containers[0].env).toEqual([
      { name: 'CALICO_IPV4POOL_CIDR', value: '10.42.0.0/16' },
      { name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' },
      { name: 'IP', value: 'autodetect' },
      { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ]);
    expect(set.spec.template.spec.containers[0].volumeMounts).toHaveLength(1);
    expect(edit(after)).toBe(after);
  });

  test.each([
    ['half a download', 'calico/node:v3.28.0', { calico_sha256: 'a'.repeat(64) }, 'half a download'],
    ['a page of some proxy', '<html>blocked</html>', {}, 'it begins with: <html>'],
    ['another version', 'calico/node:v3.27.0', {}, 'no manifest of Calico v3.28.0'],
  ])('is not applied when it is %s', async (_name, content, parameters, told) => {
    box = new Sandbox(runbook, ['/var/lib/threebody']);
    box.stub(`kubectl() { echo "$*" >>'${here('/calls')}'; }`);
    const action = actionOf(runbook, 'C5', 'calico', parameters, 'vm-k8s');
    const { code, output } = await box.run(action, 'script', { 'calico-manifest': content });
    expect(code).not.toBe(0);
    expect(output).toContain(told);
    expect(existsSync(here('/calls'))).toBe(false);
    box.remove();
  });
});

describe('the kubeconfig', () => {
  test('is copied for its user alone, never shown, and an earlier one is kept and put back', async () => {
    box = new Sandbox(runbook, ['/etc/kubernetes']);
    box.stub(
      `getent() { echo 'cikal:x:1000:1000::${box.root}:/bin/bash'; }; install() { local a=(); while [ $# -gt 0 ]; do case "$1" in -o | -g) shift ;; *) a+=("$1") ;; esac; shift; done; command install "\${a[@]}"; }; id() { echo cikal; }`,
    );
    box.write('/etc/kubernetes/admin.conf', 'client-key-data: new\n');
    box.write('/.kube/config', 'client-key-data: old\n');
    const action = actionOf(runbook, 'C5', 'kubeconfig', {}, 'vm-k8s');
    const { code, output } = await box.run(action);
    expect(code, output).toBe(0);
    expect(output).not.toContain('client-key-data');
    expect(text('/.kube/config')).toContain('new');
    expect(statSync(here('/.kube/config')).mode & 0o777).toBe(0o600);
    const undo = await box.run(action, 'undo');
    expect(undo.output).not.toContain('client-key-data');
    expect(text('/.kube/config')).toContain('old');
    box.remove();
  });
});

describe('undo of a cluster', () => {
  beforeEach(() => {
    box = new Sandbox(runbook, [
      '/etc/kubernetes',
      '/var/lib/etcd',
      '/var/lib/threebody',
      '/var/lib/kubelet',
    ]);
    box.stub(`hostname() { echo vm-k8s; }; kubeadm() { echo "kubeadm $*" >>'${here('/calls')}'; }`);
  });
  afterEach(() => box.remove());

  test('refuses while vm-worker is in it', async () => {
    box.write('/etc/kubernetes/admin.conf', 'x');
    box.stub(
      `kubectl() { case "$*" in *readyz*) echo ok ;; *) printf 'node/vm-k8s\\nnode/vm-worker\\n' ;; esac; }`,
    );
    const { code, output } = await box.run(actionOf(runbook, 'C5', 'join-token', {}, 'vm-k8s'), 'undo');
    expect(code).not.toBe(0);
    expect(output).toContain('undo D2 first');
  });

  test('refuses while applications run on vm-worker', async () => {
    box.write('/etc/kubernetes/kubelet.conf', 'x');
    box.stub(`kubectl() { printf 'kube-system/kube-proxy-1\\nthreebody-prod/mysql-0\\n'; }`);
    const { code, output } = await box.run(actionOf(runbook, 'D2', 'join', {}, 'vm-worker'), 'undo');
    expect(code).not.toBe(0);
    expect(output).toContain('threebody-prod/mysql-0');
    expect(output).not.toContain('kube-proxy');
    expect(existsSync(here('/calls'))).toBe(false);
  });

  test('keeps packages while the host is in a cluster', async () => {
    box.write('/etc/kubernetes/kubelet.conf', 'x');
    for (const [step, action] of [
      ['C2', 'install'],
      ['C4', 'packages'],
    ] as const) {
      const { code, output } = await box.run(actionOf(runbook, step, action, {}, 'vm-k8s'), 'undo');
      expect(code).not.toBe(0);
      expect(output).toContain('part of a cluster');
    }
  });
});
