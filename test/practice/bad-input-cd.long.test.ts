/** Phases C and D with what people and reboots do to them: a clear word, nothing half-made called green, and the way on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { ask, attempt, expectHelp, green, notGreen, undo } from './attempt.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';
import { until } from './ssh.js';

const CONFIG = '/etc/containerd/config.toml';
/** No Harbor stands in this lab, and the runbook's minor is past its end. */
const EXPECTED = /^([CD]\d\.(c3-)?registry-answers|(C4|D1)\.(c4-)?supported)@/;
/** What is true of a half-made control plane as well: the ranges of the plan, and that something answers on its port. */
const HALF = ['C5.network-apart@vm-k8s', 'C5.api-from-operator@operator'];
let lab: PracticeLab;
let rehearsal: Rehearsal;
const k8s = (script: string) => rehearsal.root('vm-k8s', script);
const worker = (script: string) => rehearsal.root('vm-worker', script);
const wrong = async (...steps: readonly string[]) =>
  (await notGreen(rehearsal, ...steps)).filter((line) => !EXPECTED.test(line));

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 43, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  for (const step of STEPS) for (const host of HOSTS) await rehearsal.perform(step, host);
  await rehearsal.perform('C1', 'vm-k8s');
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe("containerd's configuration, edited by hand into nonsense", () => {
  const NONSENSE = 'version = 2\n[plugins\nSystemdCgroup = yes please\n';

  it('before C2: the line is named, the file is kept, and undo brings it back', async () => {
    await k8s(`mkdir -p /etc/containerd; printf '${NONSENSE.replaceAll('\n', '\\n')}' >${CONFIG}`);
    expect(await green(rehearsal, 'C2')).toEqual([]);
    const { action, said } = await attempt(rehearsal, 'C2', 'vm-k8s');
    expect([action, said]).toEqual([
      null,
      expect.stringContaining(`${CONFIG} cannot be read by containerd:`),
    ]);
    expect(said).toMatch(/line [23] is: \[plugins|line [23] is: SystemdCgroup/);
    expect(said).toContain("it is kept as a backup, and replaced by containerd's default");
    expect(await wrong('C2')).toEqual([]);
    await undo(rehearsal, 'C2', 'vm-k8s');
    expect((await k8s(`cat ${CONFIG}`)).stdout).toBe(NONSENSE);
    expect((await attempt(rehearsal, 'C2', 'vm-k8s')).action).toBeNull();
  });

  it('after C2: red with line and column while containerd still runs on, and when it does not any more', async () => {
    await k8s(`sed -i 's/SystemdCgroup = true/SystemdCgroup = true true/' ${CONFIG}`);
    expectHelp(
      await ask(rehearsal, 'C2.config-valid@vm-k8s'),
      'S34',
      /cannot read config\.toml: .*\(\d+, \d+\).*next restart it will fail/,
    );
    expect(await green(rehearsal, 'C2')).not.toContain('C2.systemd-cgroup@vm-k8s');
    await k8s('systemctl restart containerd');
    expectHelp(await ask(rehearsal, 'C2.active@vm-k8s'), 'S34', /not running \(enabled failed/);
    expect(await green(rehearsal, 'C2')).toEqual(['C2.package@vm-k8s']);
    expect((await attempt(rehearsal, 'C2', 'vm-k8s')).action).toBeNull();
    expect(await wrong('C2')).toEqual([]);
    for (const step of ['C3', 'C4']) await rehearsal.perform(step, 'vm-k8s');
  });
});

describe('vm-k8s under another name', () => {
  it('gets no cluster: C5 says which step mends it, and nothing was begun', async () => {
    await k8s('hostnamectl set-hostname ubuntu');
    const { action, said } = await attempt(rehearsal, 'C5', 'vm-k8s');
    expect([action, said]).toEqual([
      'init',
      expect.stringContaining('this host calls itself ubuntu, not vm-k8s: run A2 first'),
    ]);
    expect((await k8s('ls /etc/kubernetes/admin.conf /var/lib/threebody/c5-init')).stdout).toBe('');
    expectHelp(await ask(rehearsal, 'C5.control-plane@vm-k8s'), 'S41', /not been made yet/);
    expect((await ask(rehearsal, 'A2.hostname@vm-k8s')).say).toEqual({
      id: expect.stringContaining('ubuntu'),
      en: 'This VM is called ubuntu, which is not its name in the lab.',
    });
    await rehearsal.perform('A2', 'vm-k8s');
  });
});

describe('kubeadm init, cut off by a reboot', () => {
  it('leaves a half that is called half: by the gate, and by the step that is run again', async () => {
    await lab.inject('power-cut-in-init');
    const { action, said } = await attempt(rehearsal, 'C5', 'vm-k8s');
    expect([action, said]).toEqual(['init', expect.stringContaining('[kubelet-start] Starting the kubelet')]);
    expect(said).not.toContain('initialized successfully');
    await lab.heal();
    rehearsal.close();
    // The static pods come up by themselves, so the API server of the half does answer.
    await until(() =>
      k8s('curl -sk https://192.168.56.43:6443/livez').then(
        ({ stdout }) => stdout === 'ok',
        () => (rehearsal.close(), false),
      ),
    );
    expectHelp(await ask(rehearsal, 'C5.control-plane@vm-k8s'), 'S41', /half made; kubeadm init was cut off/);
    expect((await ask(rehearsal, 'C5.control-plane@vm-k8s')).hints[1]).toEqual({
      id: expect.stringContaining('Jalankan undo C5'),
      en: expect.stringContaining('Undo C5 (kubeadm reset), then run C5 again'),
    });
    expect(await green(rehearsal, 'C5')).toEqual(HALF);
    const again = await attempt(rehearsal, 'C5', 'vm-k8s');
    expect(again.action).toBe('init');
    expect(again.said).toMatch(
      /half made: an earlier kubeadm init was cut off\. The way out: undo C5 .*then run C5 again/,
    );
    // What was found is not mended behind anybody's back.
    expect(await green(rehearsal, 'C5')).toEqual(HALF);
  });

  it('is cleared by undo, and C5 ends green then', async () => {
    await undo(rehearsal, 'C5', 'vm-k8s');
    expectHelp(await ask(rehearsal, 'C5.control-plane@vm-k8s'), 'S41', /not been made yet/);
    expect(
      (await k8s('ls -A /etc/kubernetes/manifests /var/lib/etcd; ls /var/lib/threebody/c5-init')).stdout,
    ).not.toMatch(/yaml|member|c5-init/);
    expect((await attempt(rehearsal, 'C5', 'vm-k8s')).action).toBeNull();
    expect(await wrong('C5')).toEqual([]);
  });
});

describe('kubeadm run twice', () => {
  const ca = async () => (await k8s('sha256sum /etc/kubernetes/pki/ca.crt')).stdout;

  it("by hand, with the runbook's own line: refused, and the cluster is none the worse", async () => {
    const before = await ca();
    const init = rehearsal.actions('C5', 'vm-k8s', 'runbook').find(({ action }) => action === 'init');
    if (init?.runbookScript === undefined || init.runbookScript === null) throw new Error('no such line');
    const answer = await rehearsal.act('vm-k8s', init, init.runbookScript, false);
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('[ERROR Port-6443]: Port 6443 is in use');
    expect(answer.stderr).toContain('kube-apiserver.yaml already exists');
    expect(await ca()).toBe(before);
    expect(await wrong('C5')).toEqual([]);
  });

  it('by C5: it sees that all is there, makes nothing anew, and stays green', async () => {
    const before = await ca();
    const { action, said } = await attempt(rehearsal, 'C5', 'vm-k8s');
    expect([action, said]).toEqual([
      null,
      expect.stringContaining('it is complete and answers: nothing to make'),
    ]);
    expect(await ca()).toBe(before);
    expect(await wrong('C5')).toEqual([]);
  });
});

describe('a worker under another name', () => {
  it('does not join: the name could not be changed later', async () => {
    expect((await attempt(rehearsal, 'D1', 'vm-worker')).action).toBeNull();
    await worker('hostnamectl set-hostname worker-1');
    const { action, said } = await attempt(rehearsal, 'D2', 'vm-worker');
    expect(action).toBe('join');
    expect(said).toMatch(
      /this host calls itself worker-1, not vm-worker\. The node's name cannot be changed later.*run A2 first/,
    );
    expect((await worker('ls /etc/kubernetes/kubelet.conf /etc/kubernetes/pki/ca.crt')).stdout).toBe('');
    expect((await k8s('kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o name')).stdout).toBe(
      'node/vm-k8s\n',
    );
    expectHelp(await ask(rehearsal, 'D2.node-ready@vm-k8s'), 'S44', /vm-worker/);
    expect((await ask(rehearsal, 'A2.hostname@vm-worker')).say.en).toContain('This VM is called worker-1');
    await rehearsal.perform('A2', 'vm-worker');
  });

  it('that joined by hand under it is named by the gates, and is no vm-worker', async () => {
    await worker('hostnamectl set-hostname worker-1');
    const command = (await k8s('kubeadm token create --print-join-command')).stdout.trim();
    expect((await worker(command)).code).toBe(0);
    expectHelp(await ask(rehearsal, 'D2.node-ready@vm-k8s'), 'S44', /vm-worker/);
    const nodes = () => ask(rehearsal, 'R5.nodes@vm-k8s');
    await until(async () => (await nodes()).symptom !== 'S37');
    expectHelp(await nodes(), 'S44', /One of the nodes is not in the cluster: .*worker-1 True/);
    expect((await green(rehearsal, 'D2')).filter((key) => key.includes('node'))).toEqual([]);
    const { action, said } = await attempt(rehearsal, 'D2', 'vm-worker');
    expect([action, said]).toEqual(['join', expect.stringContaining('calls itself worker-1')]);
    // The way out: it leaves the cluster, its entry goes, and it gets its name; then D2, below.
    await undo(rehearsal, 'D2', 'vm-worker');
    await k8s('kubectl --kubeconfig /etc/kubernetes/admin.conf delete node worker-1');
    await rehearsal.perform('A2', 'vm-worker');
  });
});

describe('a join token that has expired between the steps', () => {
  it('is told before the join, hangs nobody, and D2 does without it', async () => {
    const old = (await k8s('kubeadm token create --print-join-command')).stdout;
    await lab.inject('join-tokens-expired');
    expectHelp(await ask(rehearsal, 'C5.join-token@vm-k8s'), 'S42', /expired or was deleted/);
    // The token of yesterday, as somebody would paste it.
    const join = rehearsal.actions('D2', 'vm-worker').find(({ action }) => action === 'join');
    if (join === undefined) throw new Error('D2 joins nothing');
    const stale = await rehearsal.act(
      'vm-worker',
      { ...join, files: [{ name: 'join', source: { kind: 'template', template: 'pasted', content: old } }] },
      join.script,
    );
    expect(stale.code).not.toBe(0);
    expect(stale.stderr).toMatch(
      /does not know the new token: it has expired \(compare clocks, gate A0\.clock\)/,
    );
    expect(stale.stdout).toContain(
      'waiting until the API server has signed for the new token, at most 30 s more',
    );
    expect((await worker('ls /etc/kubernetes/kubelet.conf /etc/kubernetes/pki/ca.crt')).stdout).toBe('');
    expectHelp(await ask(rehearsal, 'D2.node-ready@vm-k8s'), 'S44', /vm-worker/);
    // The fault is still there: D2 makes a token of its own.
    for (const host of ['vm-k8s', 'vm-worker'] as const)
      expect((await attempt(rehearsal, 'D2', host)).action, host).toBeNull();
    await lab.heal();
    await expect.poll(() => wrong('C5', 'D1', 'D2'), { timeout: 20_000, interval: 100 }).toEqual([]);
  });
});
