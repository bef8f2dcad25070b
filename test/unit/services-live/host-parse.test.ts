/** What the commands of Ubuntu 24.04 print, understood: recorded outputs, and lines that are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemdEvent } from '../../../src/services/host/journal-events.js';
import {
  parseMounts,
  parsePorts,
  parseProcesses,
  parseReboot,
  parseUnits,
} from '../../../src/services/host/parse.js';
import { factsScript, FactsReader, SECTIONS } from '../../../src/services/host/script.js';

const UNITS = `apport.service                                        loaded    active   exited  automatic crash report generation
auditd.service                                        not-found inactive dead    auditd.service
containerd.service                                    loaded    active   running containerd container runtime
docker.service                                        loaded    failed   failed  Docker Application Container Engine
gitlab-runner.service                                 loaded    inactive dead    GitLab Runner
ssh.service                                           loaded    active   running OpenBSD Secure Shell server
systemd-fsck@dev-disk-by\\x2duuid-1A2B.service         loaded    active   exited  File System Check on /dev/disk/by-uuid/1A2B
unattended-upgrades.service                           masked    inactive dead    unattended-upgrades.service
`;
const FILES = `containerd.service                         enabled         enabled
docker.service                             enabled         enabled
gitlab-runner.service                      enabled         enabled
ssh.service                                enabled         enabled
unattended-upgrades.service                masked          enabled
`;

describe('units', () => {
  const rows = parseUnits(UNITS, FILES, new Set(['docker.service', 'ssh.service', 'gitlab-runner.service']));
  const named = (name: string) => rows.find((row) => row.name === name);

  it('come ours first, with what is broken or should run and does not', () => {
    expect(rows.slice(0, 3).map((row) => row.name)).toEqual([
      'docker.service',
      'gitlab-runner.service',
      'ssh.service',
    ]);
    expect(named('docker.service')).toMatchObject({ health: 'bad', enabled: 'enabled', ours: true });
    expect(named('gitlab-runner.service')).toMatchObject({ health: 'warn', active: 'inactive' });
    expect(named('ssh.service')).toMatchObject({
      health: 'good',
      description: 'OpenBSD Secure Shell server',
    });
    expect(named('unattended-upgrades.service')).toMatchObject({ enabled: 'masked', health: 'off' });
    expect(named('auditd.service')).toBeUndefined();
    expect(named('systemd-fsck@dev-disk-by\\x2duuid-1A2B.service')?.sub).toBe('exited');
  });

  it('are understood with the dot that some versions put before what has failed', () => {
    const [row] = parseUnits(
      '● kubelet.service loaded failed failed kubelet: The Kubernetes Node Agent',
      '',
      new Set(),
    );
    expect(row).toMatchObject({ name: 'kubelet.service', health: 'bad' });
  });
});

describe('ports', () => {
  it('with address, port and process; one row for several descriptors', () => {
    const rows = parsePorts(
      `LISTEN 0      4096                  127.0.0.53%lo:53         0.0.0.0:*    users:(("systemd-resolve",pid=812,fd=15))
LISTEN 0      511                         0.0.0.0:443        0.0.0.0:*    users:(("nginx",pid=2,fd=6),("nginx",pid=1,fd=6))
LISTEN 0      4096                              *:6443             *:*    users:(("kube-apiserver",pid=1442,fd=3))
LISTEN 0      128                            [::]:22            [::]:*
`,
      'tcp',
    );
    expect(rows).toEqual([
      { protocol: 'tcp', address: '::', port: 22, process: '' },
      { protocol: 'tcp', address: '127.0.0.53%lo', port: 53, process: 'systemd-resolve' },
      { protocol: 'tcp', address: '0.0.0.0', port: 443, process: 'nginx' },
      { protocol: 'tcp', address: '*', port: 6443, process: 'kube-apiserver' },
    ]);
  });
});

describe('mounts', () => {
  it('with inodes, names with spaces, and sources with spaces', () => {
    const rows = parseMounts(
      `Filesystem                        Type     1024-blocks    Used Available Capacity Mounted on
/dev/mapper/ubuntu--vg-ubuntu--lv ext4        19430032 7712036  10705668      42% /
/dev/sda2                         ext4         1992552  103148   1768164       6% /boot
//nas/my share                    cifs        10000000 5000000   5000000      50% /mnt/my share
`,
      `Filesystem                         Inodes  IUsed   IFree IUse% Mounted on
/dev/mapper/ubuntu--vg-ubuntu--lv 1245184 112233 1132951   10% /
/dev/sda2                          131072    312  130760    1% /boot
//nas/my share                          0      0       0     - /mnt/my share
`,
    );
    expect(rows).toEqual([
      {
        path: '/',
        device: '/dev/mapper/ubuntu--vg-ubuntu--lv',
        type: 'ext4',
        totalBytes: 19430032 * 1024,
        usedBytes: 7712036 * 1024,
        inodesUsedPercent: 10,
      },
      {
        path: '/boot',
        device: '/dev/sda2',
        type: 'ext4',
        totalBytes: 1992552 * 1024,
        usedBytes: 103148 * 1024,
        inodesUsedPercent: 1,
      },
      {
        path: '/mnt/my share',
        device: '//nas/my share',
        type: 'cifs',
        totalBytes: 1e7 * 1024,
        usedBytes: 5e6 * 1024,
        inodesUsedPercent: null,
      },
    ]);
  });
});

describe('processes, files and the reboot', () => {
  it('takes processes with their whole command', () => {
    expect(
      parseProcesses(
        '   9 root 99.0 5244 ps -e -o pid=,user=,pcpu=,rss=,args= --sort=-pcpu\n   1442 root      7.3 412340 kube-apiserver --advertise-address=192.168.56.43\n',
      ),
    ).toEqual([
      {
        pid: 1442,
        user: 'root',
        cpuPercent: 7.3,
        memoryBytes: 412340 * 1024,
        command: 'kube-apiserver --advertise-address=192.168.56.43',
      },
    ]);
  });

  it('names each package that asks for a reboot once', () => {
    expect(parseReboot('yes\nlinux-image-6.8.0-88-generic\nlinux-base\nlinux-base\n')).toEqual({
      pending: true,
      packages: ['linux-image-6.8.0-88-generic', 'linux-base'],
    });
    expect(parseReboot('')).toEqual({ pending: false, packages: [] });
  });

  it('takes nothing for a row that is none, whatever a host says', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const row of parseUnits(text, text, new Set())) expect(row.name).toContain('.');
        for (const row of parseMounts(text, text)) expect(row.path).toMatch(/^\//);
        for (const row of parsePorts(text, 'udp')) expect(row.port).toBeGreaterThanOrEqual(0);
        parseProcesses(text);
      }),
    );
  });
});

describe('the frames of the loop', () => {
  const frames = (lines: readonly string[]) => {
    const reader = new FactsReader();
    return lines.flatMap((line) => reader.read(line) ?? []);
  };
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('puts a section together from its parts', () => {
    expect(frames(['B units', `D ${base64('abc')}`, `D ${base64('dé')}`, 'E units', 'H', 'Q'])).toEqual([
      { kind: 'section', section: 'units', text: 'abcdé' },
      { kind: 'turn' },
      { kind: 'no-journal' },
    ]);
  });

  it('passes over what is cut, unknown, or no base64', () => {
    expect(
      frames(['E units', 'B nothing', 'D YQ==', 'E nothing', 'B tcp', 'D $(x)', 'E tcp', 'J {', 'what']),
    ).toEqual([]);
  });

  it('asks for every section it knows', () => {
    const script = factsScript(5);
    for (const section of SECTIONS) expect(script).toContain(`tb_send ${section} `);
  });
});

describe('what systemd reports', () => {
  const entry = (unit: string, message: string, over: object = {}) => ({
    __REALTIME_TIMESTAMP: '1795340000123456',
    SYSLOG_IDENTIFIER: 'systemd',
    _SYSTEMD_UNIT: 'init.scope',
    UNIT: unit,
    MESSAGE: message,
    ...over,
  });
  const told = (unit: string, message: string, over?: object) => {
    const frame = new FactsReader().read(`J ${JSON.stringify(entry(unit, message, over))}`);
    return frame?.kind === 'journal' ? systemdEvent('vm-k8s', frame.entry, (text) => text) : undefined;
  };

  it.each([
    ["kubelet.service: Failed with result 'exit-code'.", 'failed', 'bad'],
    ['kubelet.service: Main process exited, code=exited, status=1/FAILURE', 'failed', 'bad'],
    ['kubelet.service: Scheduled restart job, restart counter is at 7.', 'restarting', 'warn'],
    ['kubelet.service: Start request repeated too quickly.', 'gave-up', 'bad'],
    ['Started kubelet.service - kubelet: The Kubernetes Node Agent.', 'started', 'good'],
    ['Stopped kubelet.service - kubelet: The Kubernetes Node Agent.', 'stopped', 'off'],
  ])('%s', (message, what, health) => {
    expect(told('kubelet.service', message)).toMatchObject({
      source: 'systemd',
      about: 'kubelet.service',
      what,
      health,
      at: 1795340000123,
    });
  });

  it('leaves out what passes by, and what is no word of systemd', () => {
    expect(told('session-4.scope', 'Started session-4.scope - Session 4 of User cikal.')).toBeNull();
    expect(told('user@1000.service', 'Started user@1000.service - User Manager for UID 1000.')).toBeNull();
    expect(told('kubelet.service', 'kubelet.service: Consumed 3min 4s CPU time.')).toBeNull();
    expect(told('kubelet.service', 'Started', { SYSLOG_IDENTIFIER: 'kubelet' })).toBeNull();
  });
});
