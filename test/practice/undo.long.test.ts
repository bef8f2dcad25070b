/** Undo puts back what was: hosts are listed before each step of B, C and D and compared after each was undone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostName } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { HOSTS, Rehearsal, STEPS } from './runbook.js';

/** Everything that a step of these phases may change, one fact a line. */
const FACTS = `
places="/etc /opt /home /root /usr/local /data /var/lib/threebody /swap.img /swapfile"
for place in $places; do
  if [ -e "$place" ]; then
    find "$place" -exec stat -c 'mode %a %U:%G %F %n' {} +
    find "$place" -type f -exec sha256sum {} + | sed 's/^/content /'
    find "$place" -type l -exec readlink -v {} + | sed 's/^/link /'
  fi
done
systemctl list-unit-files --no-legend | awk '{ print "unit-file", $1, $2 }'
systemctl list-units --all --plain --no-legend | awk '{ print "unit", $1, $3 }'
systemctl is-active --quiet threebody-ufw-rollback.timer && echo safeguard armed
ufw status verbose 2>/dev/null | sed 's/^/ufw /'
ufw show added 2>/dev/null | sed 's/^/ufw /'
dpkg-query -W -f 'package \${db:Status-Status} \${Package} \${Version}\\n'
apt-mark showhold | sed 's/^/hold /'
swapon --show=NAME --noheadings | sed 's/^/swap /'
for key in net.bridge.bridge-nf-call-iptables net.bridge.bridge-nf-call-ip6tables net.ipv4.ip_forward; do
  printf 'sysctl %s %s\\n' "$key" "$(sysctl -n "$key" 2>/dev/null)"
done
id -nG cikal | sed 's/^/groups /'
if command -v docker >/dev/null; then
  docker ps -a --format 'container {{.Names}} {{.State}}'
  docker image ls --format 'image {{.Repository}}:{{.Tag}}'
  docker network ls --format 'network {{.Name}}'
  stat -c 'socket %U:%G %a' /var/run/docker.sock
fi
`;

/** What undo says that it leaves, and what packages leave behind when they are purged. */
const LEFT = [
  / \/home\/gitlab-runner(\/|$)| \/etc\/(passwd|group)$/,
  / \/data(\/harbor.*)?$/,
  /^new: mode .* directory \/etc\/(gitlab-runner|containerd|kubernetes(\/manifests)?|systemd\/system\/[^/]*\.wants)$/,
  // The modules stay loaded until the next boot, and their keys with them.
  / sysctl net\.bridge\./,
];

const ARCHIVE = '/var/lib/threebody/downloads/harbor-offline-installer-v2.14.1.tgz';

let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 17, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  rehearsal.secrets.set('harbor_admin_password', 'PracticeAdmin2026');
  rehearsal.secrets.set('harbor_db_password', 'PracticeDatabase2026');
  rehearsal.secrets.set('gitlab_runner_token', 'glrt-practiceRunner01');
  for (const step of STEPS) for (const host of HOSTS) await rehearsal.perform(step, host);
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

async function facts(host: HostName): Promise<readonly string[]> {
  const { stdout } = await rehearsal.root(host, FACTS);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}
async function root(host: HostName, script: string): Promise<string> {
  const answer = await rehearsal.root(host, `set -euo pipefail\n${script}`);
  expect(answer, script).toMatchObject({ code: 0 });
  return answer.stdout;
}
/** @returns what the scripts said */
async function undo(step: string, host: HostName): Promise<string> {
  let said = '';
  for (const action of rehearsal.actions(step, host).toReversed()) {
    if (action.undo === null) continue;
    const answer = await rehearsal.act(host, action, action.undo);
    said += answer.stdout;
    expect(
      answer,
      `undo ${step}/${action.action} on ${host}\n${answer.stdout}${answer.stderr}`,
    ).toMatchObject({ code: 0 });
    if (action.reconnect) rehearsal.close();
  }
  return said;
}
/** Runs one action, or takes it back. @returns what it said */
async function part(
  step: string,
  name: string,
  host: HostName,
  purpose: 'run' | 'undo' = 'run',
): Promise<string> {
  const action = rehearsal.actions(step, host).find((one) => one.action === name);
  const script = purpose === 'run' ? action?.script : action?.undo;
  if (action === undefined || script === undefined || script === null) throw new Error(`no ${step}/${name}`);
  const answer = await rehearsal.act(host, action, script);
  expect(answer, `${purpose} ${step}/${name}\n${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return answer.stdout;
}
function difference(before: readonly string[], after: readonly string[]): readonly string[] {
  const [was, is] = [new Set(before), new Set(after)];
  return [
    ...[...was].filter((line) => !is.has(line)).map((line) => `gone: ${line}`),
    ...[...is].filter((line) => !was.has(line)).map((line) => `new: ${line}`),
  ].filter((line) => !LEFT.some((pattern) => pattern.test(line)));
}
/** Runs steps, undoes them in reverse order, and says what differs from before each of them. */
async function there(host: HostName, steps: readonly string[]): Promise<Record<string, readonly string[]>> {
  const before: (readonly string[])[] = [];
  for (const step of steps) {
    before.push(await facts(host));
    await rehearsal.perform(step, host);
  }
  const left: Record<string, readonly string[]> = {};
  for (const [index, step] of [...steps.entries()].toReversed()) {
    await undo(step, host);
    left[step] = difference(before[index] ?? [], await facts(host));
  }
  return left;
}

describe('done and undone, a host is what it was', () => {
  it('vm-docker: B1, B2, B3, B5, B6', async () => {
    const left = await there('vm-docker', ['B1', 'B2', 'B3', 'B5', 'B6']);
    expect(left).toEqual({ B1: [], B2: [], B3: [], B5: [], B6: [] });
  });
  it('vm-k8s: C1, C1s, C2, C3, C4', async () => {
    const left = await there('vm-k8s', ['C1', 'C1s', 'C2', 'C3', 'C4']);
    expect(left).toEqual({ C1: [], C1s: [], C2: [], C3: [], C4: [] });
  });
  it('vm-worker: D3, D4', async () => {
    const left = await there('vm-worker', ['D3', 'D4']);
    expect(left).toEqual({ D3: [], D4: [] });
  });
});

describe("the runbook's own lines, where a person chose them", () => {
  /** As `composeRun` puts them together: what undo needs is kept first, then a failing line stops nothing. */
  async function asRunbook(step: string, host: HostName): Promise<void> {
    for (const action of rehearsal.actions(step, host, 'runbook')) {
      const { runbookScript, keep } = action;
      const script =
        runbookScript === null ? action.script : [keep ?? '', 'set +eu', runbookScript].join('\n');
      await rehearsal.act(host, action, script);
    }
  }
  it.each([
    ['vm-docker', ['B1', 'B2', 'B5']],
    ['vm-k8s', ['C1', 'C2', 'C3', 'C4']],
    ['vm-worker', ['D3', 'D4']],
  ] as const)('are undone as well on %s', async (host, steps) => {
    if (host === 'vm-worker') await root(host, 'ufw allow OpenSSH; ufw --force enable');
    const before = await facts(host);
    for (const step of steps) await asRunbook(step, host);
    expect(difference(before, await facts(host))).not.toEqual([]);
    for (const step of steps.toReversed()) await undo(step, host);
    expect(difference(before, await facts(host))).toEqual([]);
  });
});

describe('what was there before', () => {
  it("vm-docker: an archive of Harbor, a Docker and a runner that were switched off, a person's own daemon.json", async () => {
    const host = 'vm-docker';
    for (const step of ['B1', 'B2', 'B5']) await rehearsal.perform(step, host);
    await part('B3', 'fetch', host);
    await root(
      host,
      `mkdir -p /root/away && mv ${ARCHIVE} /root/away/ && rm -rf /var/lib/threebody/backups/*
      echo '{"log-opts":{"max-size":"10m"}}' >/etc/docker/daemon.json
      systemctl disable --now gitlab-runner.service docker.socket docker.service`,
    );
    await root(host, `mv /root/away/* ${ARCHIVE} && rm -rf /root/away ${ARCHIVE}.checked`);

    const before = await facts(host);
    for (const step of ['B1', 'B2', 'B5']) await rehearsal.perform(step, host);
    expect(await facts(host)).not.toEqual(before);
    await part('B3', 'fetch', host);
    expect(await root(host, `cat ${ARCHIVE}.checked`)).toMatch(/^sha256 /);
    await part('B3', 'fetch', host, 'undo');
    for (const step of ['B5', 'B2', 'B1']) await undo(step, host);
    expect(difference(before, await facts(host))).toEqual([]);
    expect(await root(host, 'systemctl is-enabled docker.service gitlab-runner.service || true')).toBe(
      'disabled\ndisabled\n',
    );
  });

  it('vm-docker: files of your own in /opt/harbor, before and after it was unpacked', async () => {
    const host = 'vm-docker';
    await root(
      host,
      "mkdir -p /opt/harbor && echo mine >/opt/harbor/notes && echo 'own' >/opt/harbor/LICENSE",
    );
    const before = await facts(host);
    await part('B3', 'unpack', host);
    await part('B3', 'unpack', host, 'undo');
    expect(difference(before, await facts(host))).toEqual([]);

    await root(host, 'rm -rf /opt/harbor');
    await part('B3', 'unpack', host);
    await root(host, 'echo later >/opt/harbor/notes && echo "# mine" >>/opt/harbor/common.sh');
    const said = await part('B3', 'unpack', host, 'undo');
    expect(said).toContain('/opt/harbor/common.sh was changed since it was unpacked: it stays');
    expect(said).toContain('did not come from the archive and stay: common.sh notes');
    expect(await root(host, 'ls -A /opt/harbor; tail -n 1 /opt/harbor/common.sh')).toBe(
      'common.sh\nnotes\n# mine\n',
    );
    await root(host, `rm -rf /opt/harbor ${ARCHIVE}`);
  });

  it("vm-k8s: containerd and kubelet switched off, a swap unit and a swap service of one's own", async () => {
    const host = 'vm-k8s';
    for (const step of ['C1', 'C2', 'C3', 'C4']) await rehearsal.perform(step, host);
    for (const action of ['config', 'running']) await part('C2', action, host, 'undo');
    for (const step of ['C1', 'C3']) await undo(step, host);
    await root(
      host,
      `systemctl disable --now containerd kubelet
      apt-mark unhold kubelet
      rm -rf /var/lib/threebody/backups/*
      printf '[Swap]\\nWhat=/data.img\\n[Install]\\nWantedBy=swap.target\\n' >/etc/systemd/system/data.img.swap
      printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/swapspace.service
      systemctl daemon-reload
      systemctl enable swapspace.service data.img.swap
      systemctl start swapspace.service`,
    );
    const before = await facts(host);
    for (const step of ['C1', 'C2', 'C3', 'C4']) await rehearsal.perform(step, host);
    expect(
      await root(
        host,
        'systemctl is-enabled kubelet containerd swapspace || true; readlink /etc/systemd/system/data.img.swap',
      ),
    ).toBe('enabled\nenabled\ndisabled\n/dev/null\n');
    for (const step of ['C4', 'C3', 'C2', 'C1']) await undo(step, host);
    expect(difference(before, await facts(host))).toEqual([]);
  });

  it('vm-worker: a ufw that was active comes back with its rules, and stays once a new login worked', async () => {
    const host = 'vm-worker';
    await root(host, 'ufw allow OpenSSH; ufw allow 9090/tcp; ufw --force enable');
    const before = await facts(host);
    await rehearsal.perform('D4', host);
    expect(await root(host, 'ufw status')).toContain('inactive');
    await undo('D4', host);
    expect(difference(before, await facts(host))).toEqual([]);
    expect(before).not.toContain('safeguard armed');
  });
});

describe('what a person changed afterwards', () => {
  it('is kept beside the file that undo puts back, and told', async () => {
    const host = 'vm-k8s';
    await rehearsal.perform('C3', host);
    await rehearsal.perform('C1', host);
    const hosts = '/etc/containerd/certs.d/harbor.local:8080/hosts.toml';
    await root(host, `echo '# mine' >>${hosts}; echo '# mine' >>/etc/sysctl.d/k8s.conf`);
    const said = await undo('C3', host);
    expect(said).toContain(`${hosts} was changed after this step wrote it: as it is now, it is kept in`);
    expect(await root(host, `tail -n 1 ${hosts}.threebody-before-undo; ls -A "$(dirname ${hosts})"`)).toBe(
      '# mine\nhosts.toml.threebody-before-undo\n',
    );
    await undo('C1', host);
    expect(await root(host, 'tail -n 1 /etc/sysctl.d/k8s.conf.threebody-before-undo')).toBe('# mine\n');
    expect((await rehearsal.root(host, 'test -e /etc/sysctl.d/k8s.conf')).code).toBe(1);
  });
});

describe('a swap file that cannot be made again', () => {
  it('leaves nothing half made, and comes back once there is room', async () => {
    const host = 'vm-k8s';
    const before = await facts(host);
    for (const step of ['C1', 'C1s']) await rehearsal.perform(step, host);
    await root(
      host,
      'free="$(df -B1M --output=avail / | tail -n 1)"; dd if=/dev/zero of=/filler bs=1M count="$((free - 100))" status=none',
    );
    const [action] = rehearsal.actions('C1s', host);
    if (action === undefined) throw new Error('C1s has no action');
    const full = await rehearsal.act(host, action, action.undo ?? '');
    expect(full.code).not.toBe(0);
    expect(full.stderr).toMatch(/swap.*needs 2048 MiB, and only 1?\d\d MiB are free/);
    expect((await rehearsal.root(host, 'ls /swap.img*')).stdout).toBe('');
    await root(host, 'rm /filler');
    for (const step of ['C1s', 'C1']) await undo(step, host);
    expect(difference(before, await facts(host))).toEqual([]);
  });
});
