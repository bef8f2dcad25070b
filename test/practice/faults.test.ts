import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateKey } from '../../src/gates/types.js';
import { APP_FAULTS } from '../../src/practice/apps/faults.js';
import { MANIFEST_FAULTS } from '../../src/practice/apps/manifest-faults.js';
import { DOCKER_FAULTS } from '../../src/practice/docker/faults.js';
import { EDGE_FAULTS } from '../../src/practice/edge/faults.js';
import { GITLAB_FAULTS } from '../../src/practice/gitlab/faults.js';
import { CLUSTER_FAULTS } from '../../src/practice/kubernetes/cluster-faults.js';
import { KUBERNETES_FAULTS } from '../../src/practice/kubernetes/faults.js';
import { NODE_FAULTS } from '../../src/practice/kubernetes/node-faults.js';
import { FAULTS } from '../../src/practice/faults.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';
import { connect, run, until } from './ssh.js';

/** Faults of the network and of the machines themselves are seen by the way they refuse, not by a gate. */
const BY_GATE: Readonly<Record<string, readonly GateKey[]>> = {
  'clone-machine-id': ['A0.machine-id@lab'],
  'same-hostname': ['A0.hostnames@lab', 'A2.hostname@vm-worker'],
  'clock-skew': ['A0.clock@lab', 'A0.ntp@vm-worker'],
  'apt-lock': ['A1.no-apt-lock@vm-docker'],
  'dpkg-half-configured': ['A1.dpkg-clean@vm-k8s'],
  'hosts-missing': ['A3.names@vm-docker'],
  'hosts-wrong': ['A3.names@vm-worker'],
  'resolv-conf-static': ['A4.resolv-conf@vm-k8s'],
  'public-dns-blocked': ['A4.public-dns@vm-docker'],
  'disk-nearly-full': ['A0.disk@vm-docker'],
  'small-memory': ['A0.memory@vm-k8s'],
  'pod-network-overlap': ['A0.routes@lab'],
  'wrong-address': ['A0.address@vm-worker', 'A0.peers@vm-docker'],
  'nat-dns-down': [],
  'resolved-stopped': ['A4.resolved-active@vm-k8s'],
};
const ELSEWHERE = [
  'sudo-password',
  'sshd-stopped',
  'host-off',
  'link-cut',
  'host-key-changed',
  // In bad-input-cd.test.ts, with the step that it cuts off.
  'power-cut-in-init',
];

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 5, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  for (const step of STEPS) {
    for (const host of HOSTS) {
      for (const action of rehearsal.actions(step, host)) await rehearsal.act(host, action, action.script);
    }
  }
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe('faults', () => {
  it('each has a test', () => {
    // Those of Docker, Harbor and the edge have a file of their own, and those of the cluster and of GitLab.
    const others = FAULTS.filter(
      (fault) =>
        !DOCKER_FAULTS.includes(fault) &&
        !KUBERNETES_FAULTS.includes(fault) &&
        !GITLAB_FAULTS.includes(fault) &&
        !APP_FAULTS.includes(fault) &&
        // These are rehearsed with the diagnosis: broken, named, mended.
        !EDGE_FAULTS.includes(fault) &&
        !NODE_FAULTS.includes(fault) &&
        !MANIFEST_FAULTS.includes(fault) &&
        !CLUSTER_FAULTS.includes(fault),
    );
    expect(others.map((fault) => fault.id).toSorted()).toEqual(
      [...Object.keys(BY_GATE), ...ELSEWHERE].toSorted(),
    );
  });

  it.each(Object.entries(BY_GATE))('%s turns its gates, and healing turns them back', async (id, keys) => {
    const ask = () => rehearsal.verdicts((gate) => keys.includes(gate.key));
    const well = await ask();
    for (const [key, verdict] of well) expect(verdict, key).toBe('pass');
    await lab.inject(id);
    expect(lab.faults).toEqual([id]);
    for (const [key, verdict] of await ask())
      expect(['fail', 'warn'], `${key} with ${id}`).toContain(verdict);
    await lab.heal(id);
    expect(await ask()).toEqual(well);
    expect(lab.faults).toEqual([]);
  });

  it('an unknown fault is named, with those that there are', async () => {
    await expect(lab.inject('gremlins')).rejects.toMatchObject({ code: 'practice-fault' });
    await expect(startPracticeLab({ faults: ['gremlins'] })).rejects.toMatchObject({
      code: 'practice-fault',
    });
  });

  it('a held apt lock makes apt-get wait, in its own words, and give up', async () => {
    await lab.inject('apt-lock');
    const short = await rehearsal.root('vm-docker', 'apt-get install -y tree; echo "$?"');
    expect(short.stdout).toBe('100\n');
    expect(short.stderr).toMatch(
      /E: Could not get lock \/var\/lib\/dpkg\/lock-frontend\. It is held by process \d+ \(unattended-upgr\)/,
    );
    const long = await rehearsal.root(
      'vm-docker',
      'apt-get -o DPkg::Lock::Timeout=3 -q install -y tree; echo "$?"',
    );
    expect(long.stdout.match(/Waiting for cache lock/g)).toHaveLength(3);
    await lab.heal();
    const free = await rehearsal.root(
      'vm-docker',
      'apt-get install -y -q tree && dpkg -s tree | grep Status',
    );
    expect(free.stdout).toContain('Setting up tree');
    expect(free.stdout).toContain('Status: install ok installed');
  });

  it('an interrupted dpkg stops apt-get until it is configured', async () => {
    await lab.inject('dpkg-half-configured');
    expect((await rehearsal.root('vm-k8s', 'apt-get install -y jq')).stderr).toContain(
      "manually run 'dpkg --configure -a'",
    );
    expect((await rehearsal.root('vm-k8s', 'dpkg --configure -a && dpkg --audit')).stdout).toContain(
      'Setting up needrestart',
    );
    await lab.heal();
  });

  it('a full disk takes no more', async () => {
    await lab.inject('disk-nearly-full');
    const answer = await rehearsal.root('vm-docker', 'head -c 60000000 /dev/zero > /var/big; rm -f /var/big');
    expect(answer.stderr).toContain('No space left on device');
    await lab.heal();
  });

  it('without any DNS the names are gone, and a blocked network costs patience', async () => {
    await lab.inject('public-dns-blocked');
    await lab.inject('nat-dns-down');
    const answer = await rehearsal.shell(
      'vm-k8s',
      'getent hosts gitlab.com; echo "$?"; getent hosts hit.local\n',
    );
    expect(answer.stdout).toBe('2\n192.168.56.42   hit.local\n');
    await lab.heal();
    expect((await rehearsal.shell('vm-k8s', 'getent hosts gitlab.com\n')).stdout).toContain('172.65.251.78');
  });

  it('a stopped sshd refuses, and comes back', async () => {
    const attempt = () =>
      connect(lab, 'vm-worker').then(
        (client) => (client.end(), 'in'),
        (error: unknown) => String(error),
      );
    await lab.inject('sshd-stopped');
    await expect.poll(attempt).toContain('ECONNREFUSED');
    await lab.heal();
    await expect.poll(attempt).toBe('in');
  });

  it('a host that is off refuses the operator and is unreachable for the others', async () => {
    await lab.inject('host-off');
    await until(async () =>
      connect(lab, 'vm-worker').then(
        () => false,
        (error: unknown) => String(error).includes('ECONNREFUSED'),
      ),
    );
    const answer = await rehearsal.shell(
      'vm-docker',
      'nc -zv -w 2 192.168.56.44 22; curl -sS -o /dev/null -w "%{http_code}" http://192.168.56.44:30080\n',
    );
    expect(answer.stderr).toContain('No route to host');
    expect(answer.stdout).toBe('000');
    await lab.heal();
    await until(async () =>
      connect(lab, 'vm-worker').then(
        (client) => (client.end(), true),
        () => false,
      ),
    );
  });

  it('a cut link hangs and loses nothing', async () => {
    const client = await connect(lab, 'vm-k8s');
    await lab.inject('link-cut');
    let answered = false;
    const answer = run(client, 'echo still here\n').finally(() => {
      answered = true;
    });
    await expect(connect(lab, 'vm-k8s', { readyTimeout: 200 })).rejects.toThrow(/timed out/i);
    expect(answered).toBe(false);
    await lab.heal();
    expect((await answer).stdout).toBe('still here\n');
    client.end();
  });

  it('a changed host key shows', async () => {
    const key = async () => {
      let seen = '';
      const client = await connect(lab, 'vm-docker', {
        hostVerifier: (found: Buffer) => {
          seen = found.toString('base64');
          return true;
        },
      });
      client.end();
      return seen;
    };
    const before = await key();
    expect((await rehearsal.shell('vm-worker', 'ssh-keyscan vm-docker 2>/dev/null\n')).stdout).toBe(
      `vm-docker ssh-ed25519 ${before}\n`,
    );
    await lab.inject('host-key-changed');
    expect(await key()).not.toBe(before);
    await lab.heal();
    expect(await key()).toBe(before);
  });
});
