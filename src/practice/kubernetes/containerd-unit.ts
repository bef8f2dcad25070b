/** containerd.service, whichever package brings it. */
import { installProgram } from '../commands/all.js';
import { containerdPrograms, runc } from '../commands/containerd.js';
import type { Host } from '../host.js';
import { loadModule } from '../model/modules.js';
import { UnitFailure } from '../model/unit.js';
import {
  CONFIG_FILE,
  ConfigMistake,
  criConfig,
  effectiveConfig,
  installedContainerd,
} from './containerd-config.js';
import { hexOf } from './runtime.js';

const UNIT = `[Unit]
Description=containerd container runtime
Documentation=https://containerd.io
After=network.target dbus.service

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/bin/containerd

Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5

LimitNPROC=infinity
LimitCORE=infinity

TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
`;
const SOCKET = '/run/containerd/containerd.sock';

function start(host: Host): void {
  loadModule(host, 'overlay');
  const own = installedContainerd(host);
  if (own === null)
    throw new UnitFailure(203, '203/EXEC', [
      "containerd.service: Unable to locate executable '/usr/bin/containerd': No such file or directory",
    ]);
  const log = (level: string, words: string) =>
    host.journal.write(
      'containerd.service',
      'containerd',
      `time="${new Date(host.machine.now()).toISOString()}" level=${level} msg=${JSON.stringify(words)}`,
      {
        priority: 6,
      },
    );
  try {
    const cri = criConfig(
      own,
      effectiveConfig(host, own, CONFIG_FILE, (words) => log('warning', words)),
    );
    log('info', `starting containerd`);
    if (cri.refused !== null && cri.refused !== 'disabled')
      log('error', `failed to load plugin io.containerd.grpc.v1.cri: ${cri.refused}`);
    else if (cri.refused === null && host.kube.runtime.networkMissing !== null)
      log(
        'error',
        'failed to load cni during init, please check CRI plugin status before setting up network for pods',
      );
    host.kube.runtime.cri = cri;
  } catch (error) {
    if (!(error instanceof ConfigMistake)) throw error;
    throw new UnitFailure(1, '1/FAILURE', [`containerd: ${error.message}`]);
  }
  host.volume.put(SOCKET, '', { mode: 0o660 });
  host.volume.ensureDirectory('/var/lib/containerd', { mode: 0o711 });
  log('info', `serving... address=${SOCKET}`);
  log('info', `containerd successfully booted in 0.0${hexOf(host.name).replace(/\D/g, '').slice(0, 5)}s`);
}

/** Makes the programs and the unit known and, as their package does, starts it. @param withRunc Docker's package has it inside */
export function addContainerdUnit(host: Host, withRunc = false): void {
  const programs = { ...containerdPrograms(host), ...(withRunc ? { runc } : {}) };
  for (const [name, program] of Object.entries(programs)) installProgram(host, name, program);
  host.volume.put('/usr/lib/systemd/system/containerd.service', UNIT);
  const unit = host.systemd.add(
    {
      name: 'containerd.service',
      description: 'containerd container runtime',
      enablement: 'enabled',
      active: false,
      type: 'notify',
      process: 'containerd',
      memoryKiB: 42_000,
      text: UNIT,
      fragment: '/usr/lib/systemd/system/containerd.service',
      wantedBy: ['multi-user.target'],
      after: ['network.target'],
      listens: [{ address: '127.0.0.1', port: 41_337 }],
    },
    {
      start: () => start(host),
      stop: () => {
        host.kube.runtime.cri = null;
        host.volume.drop(SOCKET);
      },
      restart: { when: 'always', afterMs: 5000, burst: 5 },
    },
  );
  host.volume.place(
    '/etc/systemd/system/multi-user.target.wants/containerd.service',
    host.volume.make.symlink('/usr/lib/systemd/system/containerd.service'),
  );
  void host.systemd.start(unit);
}
/** What removing the package leaves. */
export async function removeContainerdUnit(host: Host, withRunc = false): Promise<void> {
  for (const name of [...Object.keys(containerdPrograms(host)), ...(withRunc ? ['runc'] : [])])
    host.volume.drop(`/usr/bin/${name}`);
  const unit = host.systemd.find('containerd.service');
  if (unit !== undefined) await host.systemd.stop(unit);
  host.systemd.remove('containerd.service');
  host.volume.drop('/usr/lib/systemd/system/containerd.service');
  host.volume.drop('/etc/systemd/system/multi-user.target.wants/containerd.service');
}
