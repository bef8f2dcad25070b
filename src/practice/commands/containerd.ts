/** containerd's own command line, and ctr. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import {
  CONFIG_FILE,
  ConfigMistake,
  configText,
  effectiveConfig,
  installedContainerd,
  type Containerd,
} from '../kubernetes/containerd-config.js';
import { defaultsOf } from '../kubernetes/containerd-release.js';
import { mapAt, mergeDeep } from '../kubernetes/json.js';
import { imageName } from '../kubernetes/registry.js';
import { columns } from '../kubernetes/kubeadm/token.js';

const none: Containerd = { package: 'containerd', version: '0', config: 2 };

function containerd(host: Host): Program {
  return async (process, args) => {
    const own = installedContainerd(host) ?? none;
    const words = [...args];
    let path = CONFIG_FILE;
    for (;;) {
      const word = words[0] ?? '';
      const match = /^(?:--config|-c)(?:=(.*))?$/.exec(word);
      if (match === null) break;
      words.shift();
      path = match[1] ?? words.shift() ?? '';
    }
    const [command = '', verb = ''] = words;
    if (command === '--version' || command === '-v') {
      const full = host.packages.find(own.package)?.version ?? own.version;
      await process.out(
        own.package === 'containerd'
          ? `containerd github.com/containerd/containerd ${own.version} ${full}\n`
          : `containerd containerd.io ${own.version} 442cb34bda9a6a0fed82a2ca7cade05c5c749582\n`,
      );
      return 0;
    }
    if (command !== 'config') {
      if (command === '') return process.refuse('running in the foreground');
      await process.err(`containerd: flag provided but not defined: ${command}\n`);
      return 1;
    }
    switch (verb) {
      case 'default':
        await process.out(configText(own, defaultsOf(own.version)));
        return 0;
      case 'dump':
      case 'migrate':
        try {
          // The file is read with the caller's own rights.
          const absolute = process.path(path);
          if (process.view.peek(absolute) !== undefined) process.view.readText(absolute);
          const warnings: string[] = [];
          const config = effectiveConfig(host, own, absolute, (warning) => warnings.push(warning));
          for (const warning of warnings)
            await process.err(
              `time="${new Date(host.machine.now()).toISOString().replace(/\.\d+Z$/, 'Z')}" level=warning msg=${JSON.stringify(warning)}\n`,
            );
          await process.out(configText(own, config));
          return 0;
        } catch (error) {
          if (!(error instanceof ConfigMistake)) throw error;
          await process.err(`containerd: ${error.message}\n`);
          return 1;
        }
      default:
        await process.err(verb === '' ? '' : `No help topic for '${verb}'\n`);
        await process.out(
          'NAME:\n   containerd config - Information on the containerd config\n\nUSAGE:\n   containerd config [command [command options]] [arguments...]\n\nCOMMANDS:\n   default  See the output of the default config\n   dump     See the output of the final main config with imported in subconfig files\n   migrate  Migrate the current configuration file to the latest version (does not migrate subconfig files)\n',
        );
        return verb === '' ? 0 : 3;
    }
  };
}

/** Whether the socket answers this user; says why not. */
async function dialled(host: Host, process: Process): Promise<boolean> {
  const socket = '/run/containerd/containerd.sock';
  const running = host.kube.runtime.running;
  if (running && process.credentials.uid === 0) return true;
  const why =
    process.credentials.uid !== 0 && running
      ? 'permission denied'
      : host.volume.find(socket) === undefined
        ? 'no such file or directory'
        : 'connection refused';
  await process.err(
    `ctr: failed to dial "${socket}": connection error: desc = "transport: error while dialing: dial unix ${socket}: connect: ${why}"\n`,
  );
  return false;
}
function plugins(host: Host, own: Containerd): readonly (readonly string[])[] {
  const cri = host.kube.runtime.cri;
  const status = cri?.refused === null ? 'ok' : 'error';
  const shown = cri?.refused === 'disabled' ? [] : [['io.containerd.grpc.v1', 'cri', 'linux/amd64', status]];
  const three =
    own.config === 3 && cri?.refused !== 'disabled'
      ? [
          ['io.containerd.cri.v1', 'images', '-', status],
          ['io.containerd.cri.v1', 'runtime', 'linux/amd64', status],
        ]
      : [];
  return [
    ['io.containerd.content.v1', 'content', '-', 'ok'],
    ['io.containerd.snapshotter.v1', 'native', 'linux/amd64', 'ok'],
    ['io.containerd.snapshotter.v1', 'overlayfs', 'linux/amd64', 'ok'],
    ['io.containerd.metadata.v1', 'bolt', '-', 'ok'],
    ['io.containerd.gc.v1', 'scheduler', '-', 'ok'],
    ['io.containerd.runtime.v2', 'task', 'linux/amd64', 'ok'],
    ...three,
    ['io.containerd.grpc.v1', 'containers', '-', 'ok'],
    ['io.containerd.grpc.v1', 'images', '-', 'ok'],
    ['io.containerd.grpc.v1', 'tasks', '-', 'ok'],
    ['io.containerd.grpc.v1', 'version', '-', 'ok'],
    ...shown,
  ];
}

function ctr(host: Host): Program {
  return async (process, args) => {
    const own = installedContainerd(host) ?? none;
    const words = args.filter(
      (arg, index) =>
        !(
          /^(-n|--namespace|-a|--address)$/.test(arg) ||
          /^(-n|--namespace|-a|--address)$/.test(args[index - 1] ?? '') ||
          /^--(namespace|address)=/.test(arg)
        ),
    );
    const [area = '', verb = '', ...rest] = words;
    if (area === '--version' || area === '-v') {
      await process.out(`ctr github.com/containerd/containerd ${own.version}\n`);
      return 0;
    }
    if (!(await dialled(host, process))) return 1;
    const { runtime } = host.kube;
    switch (
      `${area
        .replace(/^(image|i)$/, 'images')
        .replace(/^(plugin)$/, 'plugins')
        .replace(/^(container|c)$/, 'containers')
        .replace(/^(namespace|ns)$/, 'namespaces')} ${verb.replace('list', 'ls')}`.trim()
    ) {
      case 'version':
        await process.out(
          `Client:\n  Version:  ${own.version}\n  Revision: \n  Go version: go1.22.2\n\nServer:\n  Version:  ${own.version}\n  Revision: \n  UUID: ${host.machine.productUuid}\n`,
        );
        return 0;
      case 'plugins ls':
        await process.out(
          columns(
            [['TYPE', 'ID', 'PLATFORMS', 'STATUS', ''], ...plugins(host, own).map((row) => [...row, ''])],
            4,
          ),
        );
        return 0;
      case 'namespaces ls':
        await process.out('NAME   LABELS \nk8s.io        \n');
        return 0;
      case 'images ls': {
        if (rest.includes('-q')) {
          for (const image of runtime.images.values()) await process.out(`${image.name}\n`);
          return 0;
        }
        await process.out(
          columns(
            [
              ['REF', 'TYPE', 'DIGEST', 'SIZE', 'PLATFORMS', 'LABELS'],
              ...[...runtime.images.values()].map((image) => [
                image.name,
                'application/vnd.oci.image.index.v1+json',
                `sha256:${image.id}`,
                `${(image.bytes / 2 ** 20).toFixed(1)} MiB`,
                'linux/amd64',
                'io.cri-containerd.image=managed',
              ]),
            ],
            1,
          ),
        );
        return 0;
      }
      case 'images pull': {
        const hosts = rest.indexOf('--hosts-dir');
        const dirs = hosts < 0 ? [] : [rest[hosts + 1] ?? ''];
        const name = rest.at(-1) ?? '';
        // Unlike the CRI, ctr reads no hosts.toml unless it is told where.
        const wrong = await runtime.pull(name, null, dirs);
        if (wrong !== null) {
          await process.err(
            `ctr: ${wrong.replace(/^rpc error: code = Unknown desc = failed to pull and unpack image "[^"]*": /, '')}\n`,
          );
          return 1;
        }
        await process.out(
          `${imageName(name).full}: resolved       |++++++++++++++++++++++++++++++++++++++|\ndone\n`,
        );
        return 0;
      }
      case 'images rm': {
        for (const name of rest.filter((one) => !one.startsWith('-'))) {
          const image = runtime.image(name);
          if (image === undefined) {
            await process.err(`${name}: image not found\n`);
            continue;
          }
          runtime.images.delete(image.name);
          host.machine.diskUsedBytes -= image.bytes * 2;
          await process.out(`${image.name}\n`);
        }
        return 0;
      }
      case 'containers ls':
        await process.out(
          columns(
            [
              ['CONTAINER', 'IMAGE', 'RUNTIME'],
              ...[...runtime.containers.values()].map((one) => [one.id, one.image, 'io.containerd.runc.v2']),
            ],
            4,
          ),
        );
        return 0;
      default:
        return process.refuse(`command ${area} ${verb}`);
    }
  };
}

export function containerdPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    containerd: containerd(host),
    ctr: ctr(host),
    'containerd-shim-runc-v2': (process) => process.refuse('being called by hand'),
  };
}
export const runc: Program = async (process, args) => {
  if (!args.includes('--version')) return process.refuse('running containers by hand');
  await process.out('runc version 1.3.3\nspec: 1.2.1\ngo: go1.22.2\nlibseccomp: 2.5.5\n');
  return 0;
};
/** What `crictl info` shows of the configuration. */
export function criInfo(host: Host): string {
  const { runtime } = host.kube;
  const own = installedContainerd(host) ?? none;
  const whole = runtime.cri?.whole ?? {};
  const plugin = mergeDeep(
    mapAt(whole, 'plugins', own.config === 2 ? 'io.containerd.grpc.v1.cri' : 'io.containerd.cri.v1.runtime'),
    {},
  );
  const network = runtime.networkMissing;
  const condition = (type: string, why: string | null, reason: string) => ({
    type,
    status: why === null,
    reason: why === null ? '' : reason,
    message: why ?? '',
  });
  return JSON.stringify(
    {
      status: {
        conditions: [
          condition('RuntimeReady', null, ''),
          condition('NetworkReady', network, 'NetworkPluginNotReady'),
        ],
      },
      cniconfig: {
        PluginDirs: ['/opt/cni/bin'],
        PluginConfDir: runtime.cri?.cniConfDir ?? '',
        PluginMaxConfNum: 1,
        Prefix: 'eth',
        Networks: [],
      },
      config: {
        containerd: mapAt(plugin, 'containerd'),
        cni: mapAt(plugin, 'cni'),
        registry: { configPath: runtime.cri?.hostsDirs.join(':') ?? '' },
        sandboxImage: runtime.cri?.sandboxImage ?? '',
        systemdCgroup: runtime.cri?.systemdCgroup ?? false,
      },
      golang: 'go1.22.2',
      lastCNILoadStatus:
        network === null
          ? 'OK'
          : `cni config load failed: no network config found in ${runtime.cri?.cniConfDir ?? ''}: cni plugin not initialized: failed to load cni config`,
    },
    null,
    2,
  );
}
