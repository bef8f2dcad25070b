/** Phases C and D beside the runbook: its lines are all there, and the worker gets all that the control plane gets. */
import { describe, expect, test } from 'vitest';
import { renderActions } from '../../../src/runbook/render.js';
import { labContext, ourRunbook } from './content.js';
import { actionOf } from './sandbox.js';

const runbook = await ourRunbook();
const steps = runbook.phases.flatMap((phase) => phase.steps);

describe("the runbook's own lines are all there", () => {
  const lines: readonly (readonly [string, string])[] = [
    ['C1', 'sudo swapoff -a'],
    ['C1', String.raw`sudo sed -i '/ swap / s/^\(.*\)$/#\1/g' /etc/fstab`],
    ['C1', 'swapon --show   # harus kosong'],
    ['C1', "lsmod | egrep 'overlay|br_netfilter'"],
    ['C1', 'sysctl net.ipv4.ip_forward'],
    ['C1s', 'sudo rm -f /swap.img'],
    ['C2', 'sudo apt-get install -y containerd'],
    ['C2', 'containerd config default | sudo tee /etc/containerd/config.toml'],
    ['C2', "sudo sed -i 's/SystemdCgroup = false/SystemdCgroup = true/g' /etc/containerd/config.toml"],
    ['C2', 'sudo systemctl is-active containerd'],
    ['C2', String.raw`sudo grep -n '\\1' /etc/containerd/config.toml || echo "OK"`],
    ['C3', 'sudo mkdir -p "/etc/containerd/certs.d/$registry"'],
    ['C3', 'sudo systemctl restart containerd'],
    ['C4', 'sudo apt-get install -y kubelet kubeadm kubectl'],
    ['C5', '--apiserver-advertise-address="$address" \\'],
    ['C5', '--pod-network-cidr=192.168.0.0/16'],
    ['C5', 'mkdir -p $HOME/.kube'],
    ['C5', 'sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config'],
    ['C5', 'kubeadm token create --print-join-command --ttl 24h'],
    ['C5', 'kubectl get nodes -o wide'],
    ['C5', "ss -lntp | egrep ':3000|:9090|:3100'"],
    ['D2', 'sudo kubeadm join "$endpoint" --token "$token" --discovery-token-ca-cert-hash "$hash"'],
    ['D2', 'kubectl get nodes -o wide'],
  ];
  test.each(lines)('%s: %s', (id, line) => {
    const step = steps.find((one) => one.id === id);
    const actions =
      step?.hosts.flatMap((host) => renderActions(runbook, labContext(runbook), step, host, {})) ?? [];
    const said = [
      ...actions.map((action) => action.runbookScript ?? ''),
      ...(step?.gates ?? []).map((gate) => gate.runbook ?? ''),
    ].flatMap((part) => part.split('\n').map((one) => one.trim()));
    expect(said).toContain(line);
  });

  test('its two lines of the hold are ours as they are', () => {
    expect(actionOf(runbook, 'C4', 'hold', {}, 'vm-k8s').script).toContain(
      'apt-mark hold kubelet kubeadm kubectl',
    );
    expect(actionOf(runbook, 'C2', 'running', {}, 'vm-k8s').script).toContain(
      'systemctl enable --now containerd',
    );
  });

  test('its hosts.toml is what C3 writes', () => {
    const [file] = actionOf(runbook, 'C3', 'hosts-toml', {}, 'vm-k8s').files;
    expect(file?.source).toMatchObject({
      kind: 'template',
      content:
        'server = "http://harbor.local:8080"\n\n[host."http://harbor.local:8080"]\n  capabilities = ["pull", "resolve", "push"]\n',
    });
  });
});

test('D1 does all of C1 to C4 on vm-worker, in order', () => {
  const d1 = steps.find((one) => one.id === 'D1');
  const all = ['C1', 'C2', 'C3', 'C4'].flatMap(
    (id) => steps.find((one) => one.id === id)?.actions.map((one) => `${id.toLowerCase()}-${one.id}`) ?? [],
  );
  expect(all.length).toBeGreaterThan(10);
  expect(d1?.actions.map((one) => one.id)).toEqual(all);
});
