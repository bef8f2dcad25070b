/** crictl: what the kubelet sees of the container runtime. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { installedContainerd } from '../kubernetes/containerd-config.js';
import { columns, shortDuration } from '../kubernetes/kubeadm/token.js';
import type { Container, Sandbox } from '../kubernetes/runtime.js';
import { criInfo } from './containerd.js';
import { OptionError, readOptions, type Options } from './options.js';

const ENDPOINTS =
  '[unix:///run/containerd/containerd.sock unix:///run/crio/crio.sock unix:///var/run/cri-dockerd.sock]';
const size = (bytes: number) =>
  bytes >= 1e6 ? `${Number((bytes / 1e6).toPrecision(3))}MB` : `${Number((bytes / 1e3).toPrecision(3))}kB`;
const iso = (ms: number) => `${Math.floor(ms)}000000`;

function containerJson(one: Container): unknown {
  return {
    id: one.id,
    podSandboxId: one.podUid,
    metadata: { name: one.name, attempt: one.attempt },
    image: { image: one.image, annotations: {} },
    state: one.state,
    createdAt: iso(one.createdAt),
    labels: {
      'io.kubernetes.container.name': one.name,
      'io.kubernetes.pod.name': one.podName,
      'io.kubernetes.pod.namespace': one.namespace,
      'io.kubernetes.pod.uid': one.podUid,
    },
  };
}
const sandboxJson = (one: Sandbox): unknown => ({
  id: one.id,
  metadata: { name: one.podName, uid: one.podUid, namespace: one.namespace, attempt: one.attempt },
  state: one.ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
  createdAt: iso(one.createdAt),
});

export function crictl(host: Host): Program {
  return async (process, args) => {
    let globals: Options;
    let options: Options;
    try {
      globals = readOptions(args, {
        flags: 'Dhv',
        values: 'rictT',
        long: ['runtime-endpoint=', 'image-endpoint=', 'config=', 'timeout=', 'debug', 'version', 'help'],
        stopAtOperand: true,
      });
      options = readOptions(globals.operands.slice(1), {
        flags: 'aqflt',
        values: 'onp',
        long: [
          'all',
          'quiet',
          'output=',
          'name=',
          'state=',
          'creds=',
          'auth=',
          'namespace=',
          'pod=',
          'label=',
          'force',
          'tail=',
          'follow',
          'no-trunc',
          'image=',
          'prune',
          'annotation=',
          'pod-config=',
          'latest',
          'last=',
        ],
      });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      await process.err(
        `NAME:\n   crictl - client for CRI\n\nIncorrect Usage: flag provided but not defined: ${error.option.replace(/^--/, '-')}\n`,
      );
      return 1;
    }
    const { runtime } = host.kube;
    const [command = ''] = globals.operands;
    const fatal = async (words: string): Promise<number> => {
      await process.err(`FATA[0000] ${words}\n`);
      return 1;
    };
    if (globals.has('v', 'version')) {
      await process.out(`crictl version v${host.packages.find('cri-tools')?.version.split('-')[0] ?? ''}\n`);
      return 0;
    }
    if (command === '' || command === 'help') {
      await process.out(
        'NAME:\n   crictl - client for CRI\n\nUSAGE:\n   crictl [global options] command [command options] [arguments...]\n',
      );
      return 0;
    }
    const configured = /^\s*runtime-endpoint:\s*(\S+)/m.exec(host.volume.text('/etc/crictl.yaml') ?? '')?.[1];
    const endpoint = (
      globals.value('r', 'runtime-endpoint') ??
      process.env.get('CONTAINER_RUNTIME_ENDPOINT') ??
      configured ??
      ''
    ).replace(/^["']|["']$/g, '');
    if (endpoint === '')
      await process.err(
        `WARN[0000] runtime connect using default endpoints: ${ENDPOINTS}. As the default settings are now deprecated, you should set the endpoint instead. \n`,
      );
    const socket = endpoint === '' ? 'unix:///run/containerd/containerd.sock' : endpoint;
    const known = /^(unix:\/\/)?(\/var)?\/run\/containerd\/containerd\.sock$/.test(socket);
    const unavailable = !known
      ? `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${socket.replace('unix://', '')}: connect: no such file or directory"`
      : process.credentials.uid !== 0 && runtime.running
        ? `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${socket.replace('unix://', '')}: connect: permission denied"`
        : runtime.unavailable(socket);
    if (unavailable !== null)
      return fatal(
        `validate service connection: validate CRI v1 runtime API for endpoint "${socket}": ${unavailable}`,
      );
    const json = options.value('o', 'output') === 'json';
    const quiet = options.has('q', 'quiet');
    const { operands } = options;
    const ago = (ms: number) => `${shortDuration(host.machine.now() - ms)} ago`;
    switch (command) {
      case 'info':
        await process.out(`${criInfo(host)}\n`);
        return 0;
      case 'version': {
        const own = installedContainerd(host);
        await process.out(
          `Version:  0.1.0\nRuntimeName:  containerd\nRuntimeVersion:  ${own?.version ?? ''}\nRuntimeApiVersion:  v1\n`,
        );
        return 0;
      }
      case 'pull': {
        const [name = ''] = operands;
        if (name === '') return fatal('image name cannot be empty');
        await process.sleep(2000);
        const wrong = await runtime.pull(name, options.value('creds') ?? null);
        if (wrong !== null) return fatal(`pulling image: ${wrong}`);
        await process.out(`Image is up to date for sha256:${runtime.image(name)?.id ?? ''}\n`);
        return 0;
      }
      case 'images':
      case 'image':
      case 'img': {
        const images = [...runtime.images.values()].filter(
          (image) => operands.length === 0 || operands.some((word) => image.name.includes(word)),
        );
        if (json)
          await process.out(
            `${JSON.stringify({ images: images.map((image) => ({ id: `sha256:${image.id}`, repoTags: [image.name], repoDigests: [], size: String(image.bytes), pinned: image.name.includes('/pause:') })) }, null, 2)}\n`,
          );
        else if (quiet) for (const image of images) await process.out(`sha256:${image.id}\n`);
        else
          await process.out(
            columns(
              [
                ['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'],
                ...images.map((image) => [
                  image.name.replace(/:[^:/]*$/, ''),
                  /:([^:/]*)$/.exec(image.name)?.[1] ?? '<none>',
                  image.id.slice(0, 13),
                  size(image.bytes),
                ]),
              ],
              5,
            ),
          );
        return 0;
      }
      case 'inspecti': {
        const image = runtime.image(operands[0] ?? '');
        if (image === undefined) return fatal(`no such image "${operands[0] ?? ''}" present`);
        await process.out(
          `${JSON.stringify({ status: { id: `sha256:${image.id}`, repoTags: [image.name], size: String(image.bytes) } }, null, 2)}\n`,
        );
        return 0;
      }
      case 'rmi': {
        for (const name of operands) {
          const image = runtime.image(name);
          if (image === undefined) return fatal(`no such image ${name}`);
          runtime.images.delete(image.name);
          host.machine.diskUsedBytes -= image.bytes * 2;
          await process.out(`Deleted: ${image.name}\n`);
        }
        return 0;
      }
      case 'ps': {
        const name = options.value('name');
        const state = options.value('state')?.toLowerCase();
        const shown = [...runtime.containers.values()]
          .filter((one) =>
            state === undefined
              ? options.has('a', 'all') || one.state === 'CONTAINER_RUNNING'
              : one.state.toLowerCase().endsWith(state),
          )
          .filter((one) => name === undefined || new RegExp(name).test(one.name))
          .filter(
            (one) =>
              options.value('p', 'pod') === undefined ||
              one.podUid.startsWith(options.value('p', 'pod') ?? ''),
          )
          .toSorted((a, b) => b.createdAt - a.createdAt);
        if (json) await process.out(`${JSON.stringify({ containers: shown.map(containerJson) }, null, 2)}\n`);
        else if (quiet) for (const one of shown) await process.out(`${one.id}\n`);
        else
          await process.out(
            columns(
              [
                ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD'],
                ...shown.map((one) => [
                  one.id.slice(0, 13),
                  (runtime.image(one.image)?.id ?? one.image).slice(0, 13),
                  ago(one.createdAt),
                  one.state === 'CONTAINER_RUNNING' ? 'Running' : 'Exited',
                  one.name,
                  String(one.attempt),
                  (runtime.sandboxes.get(one.podUid)?.id ?? '').slice(0, 13),
                  one.podName,
                ]),
              ],
              5,
            ),
          );
        return 0;
      }
      case 'pods': {
        const shown = [...runtime.sandboxes.values()].filter(
          (one) => options.value('name') === undefined || one.podName.includes(options.value('name') ?? ''),
        );
        if (json) await process.out(`${JSON.stringify({ items: shown.map(sandboxJson) }, null, 2)}\n`);
        else if (quiet) for (const one of shown) await process.out(`${one.id}\n`);
        else
          await process.out(
            columns(
              [
                ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'],
                ...shown.map((one) => [
                  one.id.slice(0, 13),
                  ago(one.createdAt),
                  one.ready ? 'Ready' : 'NotReady',
                  one.podName,
                  one.namespace,
                  String(one.attempt),
                  '(default)',
                ]),
              ],
              5,
            ),
          );
        return 0;
      }
      case 'logs': {
        const one = [...runtime.containers.values()].find((container) =>
          container.id.startsWith(operands[0] ?? '-'),
        );
        if (one === undefined)
          return fatal(
            `rpc error: code = NotFound desc = an error occurred when try to find container "${operands[0] ?? ''}": not found`,
          );
        for (const line of one.log) await process.out(`${line}\n`);
        return 0;
      }
      case 'stop':
      case 'rm':
      case 'stopp':
      case 'rmp': {
        for (const id of operands) {
          const pod = [...host.kube.kubelet.pods.values()].find(
            (run) => command.endsWith('p') && runtime.sandboxes.get(run.uid)?.id.startsWith(id) === true,
          );
          const one = [...runtime.containers.values()].find((container) => container.id.startsWith(id));
          if (pod === undefined && one === undefined)
            return fatal(
              `rpc error: code = NotFound desc = an error occurred when try to find "${id}": not found`,
            );
          const runs =
            pod === undefined
              ? [...host.kube.kubelet.pods.values()].filter((run) => run.uid === one?.podUid)
              : [pod];
          for (const run of runs)
            for (const container of run.containers)
              if (one === undefined || container.name === one.name) container.end(host, 137);
          await process.out(
            command.endsWith('p')
              ? `${command === 'rmp' ? 'Removed' : 'Stopped'} sandbox ${id}\n`
              : `${id}\n`,
          );
        }
        return 0;
      }
      default:
        return process.refuse(`command ${command}`);
    }
  };
}
