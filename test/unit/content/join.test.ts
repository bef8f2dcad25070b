/** D2: a join whose token nobody sees, and why it may fail. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();

let box: Sandbox;
const here = (path: string): string => join(box.root, path);
const text = (path: string): string => readFileSync(here(path), 'utf8');

describe('join', () => {
  const join2 = actionOf(runbook, 'D2', 'join', {}, 'vm-worker');
  const TOKEN = 'abcdef.0123456789abcdef';
  const files = {
    join: `kubeadm join 192.168.56.43:6443 --token ${TOKEN} --discovery-token-ca-cert-hash sha256:11aa \n`,
  };
  beforeEach(() => {
    box = new Sandbox(runbook, ['/etc/kubernetes', '/var/lib/kubelet']);
    box.stub(`
      hostname() { echo vm-worker; }; sleep() { :; }; journalctl() { :; }; systemctl() { :; }; timeout() { shift; "$@"; }
      curl() { echo "curl $*" >>'${here('/calls')}'; case "$*" in *cluster-info*) echo '"jws-kubeconfig-abcdef": "x"' ;; esac; }
      kubeadm() { echo "kubeadm $*" >>'${here('/calls')}'; case "$1" in config) echo 'apiVersion: kubeadm.k8s.io/v1beta3' ;; join) stat -c '%a' "$3"; cp "$3" '${here('/seen.yaml')}' ;; esac; }`);
  });
  afterEach(() => box.remove());
  const failing = (said: string): void =>
    box.stub(
      `kubeadm() { case "$1" in config) echo 'apiVersion: a' ;; *) echo '${said}'; return 1 ;; esac; }`,
    );

  test('has the token in a file of mode 0600 only, in no argument and no output', async () => {
    const { code, output } = await box.run(join2, 'script', files);
    expect(code, output).toBe(0);
    expect(output).toContain('600\n');
    expect(parse(text('/seen.yaml'))).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta3',
      kind: 'JoinConfiguration',
      discovery: {
        bootstrapToken: {
          apiServerEndpoint: '192.168.56.43:6443',
          token: TOKEN,
          caCertHashes: ['sha256:11aa'],
        },
      },
      nodeRegistration: { name: 'vm-worker' },
    });
    expect(text('/calls') + output).not.toContain('0123456789abcdef');
  });

  test('refuses a wrong host name before it asks anybody', async () => {
    box.stub('hostname() { echo debian; }');
    const { code, output } = await box.run(join2, 'script', files);
    expect(code).not.toBe(0);
    expect(output).toContain('calls itself debian, not vm-worker');
    expect(existsSync(here('/calls'))).toBe(false);
  });

  test.each([
    [7, 'refuses connections'],
    [28, 'does not answer at all'],
  ])('tells apart why the API server is not reached: curl exit %i', async (exit, told) => {
    box.stub(`curl() { return ${exit}; }`);
    const { code, output } = await box.run(join2, 'script', files);
    expect(code).not.toBe(0);
    expect(output).toContain(told);
  });

  test('finds a dead token out before kubeadm would hang on it', async () => {
    box.stub('curl() { echo "{}"; }');
    const { code, output } = await box.run(join2, 'script', files);
    expect(code).not.toBe(0);
    expect(output).toContain('does not know the new token: it has expired');
  });

  test('names what an earlier try left behind', async () => {
    box.write('/etc/kubernetes/pki/ca.crt', 'x');
    expect((await box.run(join2, 'script', files)).output).toContain('The way out: undo D2');
  });

  test.each([
    ['sha256:11aa', 0, 'has joined this cluster already'],
    ['sha256:22bb', 1, 'belongs to another cluster'],
  ])('of a host with a cluster of CA %s ends with %i', async (mine, exit, told) => {
    box.write('/etc/kubernetes/kubelet.conf', 'x');
    box.stub(
      `kubectl() { case "$*" in *'config view'*) echo eA== ;; *) echo node/vm-worker ;; esac; }; openssl() { cat >/dev/null; }; sha256sum() { cat >/dev/null; echo '${mine.slice(7)}  -'; }`,
    );
    const { code, output } = await box.run(join2, 'script', files);
    expect(code === 0 ? 0 : 1, output).toBe(exit);
    expect(output).toContain(told);
  });

  test.each([
    ['[ERROR Port-10250]: Port 10250 is in use', 'a kubelet of an earlier cluster runs here'],
    [
      'a Node with name "vm-worker" and status "Ready" already exists in the cluster',
      'a second VM of that name',
    ],
    [
      'cluster CA found in cluster-info ConfigMap is invalid: none of the public keys are pinned',
      'the CA does not fit',
    ],
    ['token id "abcdef" is invalid for this cluster or it has expired', 'the token was refused'],
  ])('says what it means: %s', async (said, told) => {
    failing(said);
    const { code, output } = await box.run(join2, 'script', files);
    expect(code).not.toBe(0);
    expect(output).toContain(told);
  });
});
