/** The runbook's own lines of the steps on vm-docker and vm-worker. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { renderActions } from '../../../src/runbook/render.js';
import { labContext, ourRunbook } from './content.js';

const runbook = await ourRunbook();
const context = labContext(runbook);
const steps = runbook.phases.flatMap((phase) => phase.steps);

describe("the runbook's own lines are all there", () => {
  const lines: readonly (readonly [string, string])[] = [
    ['B1', 'sudo apt-get update -y'],
    ['B1', 'sudo apt-get install -y ca-certificates curl git nano unzip rsync openssl openssh-server'],
    ['B1', 'sudo apt install ufw -y'],
    ['B1', 'sudo apt install lsof -y'],
    ['B1', 'sudo systemctl enable --now ssh'],
    ['B1', 'sudo ufw enable'],
    ['B1', 'sudo ufw allow 8080/tcp || true'],
    ['B1', 'sudo ufw allow ssh'],
    ['B1', 'sudo ufw allow OpenSSH'],
    ['B1', 'sudo ufw allow 22/tcp'],
    ['B1', 'sudo ufw reload || true'],
    ['B1', 'curl -fsSL https://get.docker.com | sudo sh'],
    ['B1', 'sudo usermod -aG docker "$USER"'],
    ['B1', 'newgrp docker'],
    ['B1', 'docker version'],
    ['B1', 'docker compose version'],
    ['B2', 'sudo mkdir -p /etc/docker'],
    ['B2', 'sudo tee /etc/docker/daemon.json >/dev/null <<EOF'],
    ['B2', 'sudo systemctl restart docker'],
    ['B2', 'docker info | egrep -i "insecure|registry" || true'],
    ['B5', 'sudo apt-get install -y gitlab-runner'],
    ['B5', 'sudo systemctl enable --now gitlab-runner'],
    ['B5', 'sudo usermod -aG docker gitlab-runner'],
    ['B5', 'sudo chown root:docker /var/run/docker.sock'],
    ['B5', 'sudo chmod 660 /var/run/docker.sock'],
    ['B5', 'sudo -u gitlab-runner docker ps'],
    ['B6', 'sudo -u "$user" ssh-keygen -t ed25519 -C "vm-docker-gitlab"'],
    ['B6', 'ssh -T git@gitlab-443'],
    ['D3', 'sudo mkdir -p /data/threebody/mysql'],
    ['D3', 'sudo chown -R 999:999 /data/threebody/mysql || true'],
    ['D3', 'sudo chmod 700 /data/threebody/mysql || true'],
    ['D4', 'sudo ufw disable || true'],
    ['D4', 'sudo ufw allow 30080:30082/tcp'],
  ];
  test.each(lines)('%s: %s', (id, line) => {
    const step = steps.find((one) => one.id === id);
    const actions = step?.hosts.flatMap((host) => renderActions(runbook, context, step, host, {})) ?? [];
    const said = [
      ...actions.map((action) => action.runbookScript ?? ''),
      ...(step?.gates ?? []).map((gate) => gate.runbook ?? ''),
    ].flatMap((text) => text.split('\n').map((one) => one.trim()));
    expect(said).toContain(line);
  });

  test('its daemon.json is the one it writes', () => {
    const step = steps.find((one) => one.id === 'B2');
    const action =
      step &&
      renderActions(runbook, context, step, 'vm-docker', {}).find(
        (one) => one.action === 'insecure-registry',
      );
    const script = `sudo() { if [ "$1" = tee ]; then cat >&2; fi; }\n${action?.runbookScript ?? ''}`;
    expect(JSON.parse(spawnSync('bash', [], { input: script, encoding: 'utf8' }).stderr)).toEqual({
      'insecure-registries': ['harbor.local:8080'],
    });
  });

  test('its block for ~/.ssh/config is in ours', () => {
    const ours = (runbook.templates['gitlab-ssh-config'] ?? '').split('\n').map((line) => line.trim());
    for (const line of ['Host gitlab-443', 'HostName altssh.gitlab.com', 'User git', 'Port 443'])
      expect(ours).toContain(line);
  });
});

test('the checklist after a restart asks what lies beneath first: the first red gate is where it broke', () => {
  const after = new Map<string, readonly string[]>();
  for (const step of steps.filter((one) => one.phase === 'R'))
    for (const gate of step.gates)
      after.set(
        gate.fullId,
        gate.needs.map((id) => (id.includes('.') ? id : `${step.id}.${id}`)),
      );
  const beneath = (id: string): ReadonlySet<string> =>
    new Set((after.get(id) ?? []).flatMap((need) => [need, ...beneath(need)]));
  expect([...beneath('R5.site')]).toEqual(
    expect.arrayContaining([
      'R2.docker',
      'R2.harbor-unit',
      'R2.harbor-containers',
      'R2.registry',
      'R2.edge-unit',
      'R2.edge',
      'R3.swap',
      'R3.containerd',
      'R3.kubelet',
      'R3.api',
      'R4.swap',
      'R4.containerd',
      'R4.kubelet',
      'R5.nodes',
      'R5.system-pods',
      'R5.app',
    ]),
  );
});
