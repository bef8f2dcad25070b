/** kubectl create TYPE, run, expose: objects made from flags. */
import { stringify } from 'yaml';
import type { OptionSpec } from '../../commands/options.js';
import { SystemError } from '../../vfs/inode.js';
import { listAt, mapAt, type JsonMap } from '../json.js';
import { builtIn, qualified } from '../resources.js';
import { nameOf } from '../store.js';
import { authorise, connect, KubectlError, notFound, NotSimulated, type Call } from './call.js';
import { admitted } from './admission.js';
import { checkNamespace } from './manifests.js';

export const MAKE_FLAGS: OptionSpec = {
  flags: 'it',
  values: 'fol',
  long: [
    'filename=',
    'output=',
    'dry-run',
    'dry-run=',
    'from-literal=',
    'from-file=',
    'from-env-file=',
    'docker-server=',
    'docker-username=',
    'docker-password=',
    'docker-email=',
    'type=',
    'image=',
    'replicas=',
    'port=',
    'target-port=',
    'name=',
    'node-port=',
    'tcp=',
    'restart=',
    'env=',
    'labels=',
    'command',
    'rm',
    'quiet',
    'save-config',
    'validate',
    'validate=',
    'protocol=',
    'image-pull-policy=',
    'cert=',
    'key=',
    'append-hash',
    'overrides=',
    'attach',
    'stdin',
    'tty',
    'force',
    'field-manager=',
    'save-config',
    'selector=',
  ],
};
function literals(call: Call, encode: boolean): JsonMap {
  const code = (text: string | Buffer) => (encode ? Buffer.from(text).toString('base64') : text.toString());
  const data: JsonMap = {};
  for (const entry of call.options.all('from-literal')) {
    const [key = '', value] = entry.split(/=(.*)/s);
    if (value === undefined)
      throw new KubectlError(`error: invalid literal source ${entry}, expected key=value`);
    data[key] = code(value);
  }
  const read = (path: string): Buffer => {
    try {
      return call.process.view.readBytes(call.process.path(path));
    } catch (error) {
      if (error instanceof SystemError)
        throw new KubectlError(`error: error reading ${path}: ${error.message.toLowerCase()}`);
      throw error;
    }
  };
  for (const entry of call.options.all('from-file')) {
    const [first = '', second] = entry.split(/=(.*)/s);
    data[second === undefined ? (first.split('/').at(-1) ?? '') : first] = code(read(second ?? first));
  }
  for (const path of call.options.all('from-env-file'))
    for (const line of read(path).toString('utf8').split('\n')) {
      const match = /^\s*([\w.-]+)=(.*)$/.exec(line);
      if (match !== null) data[match[1] ?? ''] = code(match[2] ?? '');
    }
  return data;
}
const template = (name: string, image: string, labels: JsonMap): JsonMap => ({
  metadata: { labels },
  spec: { containers: [{ name, image, resources: {} }] },
});

function build(call: Call, kind: string, words: readonly string[]): JsonMap {
  const { options } = call;
  const [name = '', second = ''] = words;
  const metadata = { name };
  switch (kind) {
    case 'namespace':
    case 'ns':
      return { apiVersion: 'v1', kind: 'Namespace', metadata };
    case 'serviceaccount':
    case 'sa':
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
    case 'configmap':
    case 'cm':
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: literals(call, false) };
    case 'secret': {
      const own = { name: second };
      if (name === 'generic')
        return {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: own,
          type: options.value('type') ?? 'Opaque',
          data: literals(call, true),
        };
      if (name === 'tls') {
        const read = (flag: string) =>
          call.process.view.readBytes(call.process.path(options.value(flag) ?? '')).toString('base64');
        return {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: own,
          type: 'kubernetes.io/tls',
          data: { 'tls.crt': read('cert'), 'tls.key': read('key') },
        };
      }
      if (name !== 'docker-registry') throw new KubectlError('error: exactly one NAME is required, got 0');
      const [server, username, password] = ['docker-server', 'docker-username', 'docker-password'].map(
        (flag) => options.value(flag),
      );
      if (username === undefined || password === undefined)
        throw new KubectlError(
          'error: either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
        );
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      const config = JSON.stringify({
        auths: {
          [server ?? 'https://index.docker.io/v1/']: {
            username,
            password,
            ...(options.has('docker-email') ? { email: options.value('docker-email') } : {}),
            auth,
          },
        },
      });
      return {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: own,
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
      };
    }
    case 'deployment':
    case 'deploy': {
      const image = options.value('image');
      if (image === undefined) throw new KubectlError('error: required flag(s) "image" not set');
      return {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { ...metadata, labels: { app: name } },
        spec: {
          replicas: Number(options.value('replicas') ?? 1),
          selector: { matchLabels: { app: name } },
          template: template(image.split('/').at(-1)?.split(':')[0] ?? name, image, { app: name }),
        },
      };
    }
    case 'job': {
      const image = options.value('image');
      if (image === undefined) throw new KubectlError('error: either --image or --from must be specified');
      return {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: {
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name, image, ...(words.length > 1 ? { command: words.slice(1) } : {}) }],
            },
          },
        },
      };
    }
    default:
      throw new NotSimulated(`create ${kind}`);
  }
}
async function send(call: Call, made: JsonMap, word: string): Promise<number> {
  const { options, process } = call;
  const dry = options.value('dry-run');
  const local = dry === 'client' || (options.has('dry-run') && dry !== 'server' && dry !== 'none');
  const print = async (object: JsonMap): Promise<boolean> => {
    const output = options.value('o', 'output');
    if (output === 'yaml') await process.out(stringify(object, { lineWidth: 0, indentSeq: false }));
    else if (output === 'json') await process.out(`${JSON.stringify(object, null, 4)}\n`);
    else return false;
    return true;
  };
  const resource = builtIn(String(made['kind']));
  if (local) {
    const flag = options.value('n', 'namespace');
    const shown: JsonMap = {
      ...made,
      metadata: {
        creationTimestamp: null,
        ...mapAt(made, 'metadata'),
        ...(flag === undefined || !resource.namespaced ? {} : { namespace: flag }),
      },
    };
    if (!(await print(shown)))
      await process.out(`${qualified(resource)}/${nameOf(made)} ${word} (dry run)\n`);
    return 0;
  }
  const session = await connect(call);
  authorise(session, 'create', resource, session.namespace);
  const { store } = session.api.cluster;
  checkNamespace(session, resource, session.namespace, 'STDIN');
  if (store.get(resource.kind, resource.namespaced ? session.namespace : '', nameOf(made)) !== undefined)
    throw new KubectlError(
      `error: failed to create ${resource.kind.toLowerCase()}: ${resource.plural} "${nameOf(made)}" already exists`,
    );
  const full = admitted(session, resource, {
    ...made,
    metadata: {
      ...mapAt(made, 'metadata'),
      ...(resource.namespaced ? { namespace: session.namespace } : {}),
    },
  });
  const created = dry === 'server' ? full : store.create(resource, full);
  if (!(await print(created))) await process.out(`${qualified(resource)}/${nameOf(made)} ${word}\n`);
  return 0;
}
export async function create(call: Call): Promise<number> {
  const [kind = '', ...words] = call.options.operands;
  return send(call, build(call, kind, words), 'created');
}
export async function run(call: Call): Promise<number> {
  const [name = '', ...words] = call.options.operands;
  const image = call.options.value('image');
  if (image === undefined) throw new KubectlError('error: required flag(s) "image" not set');
  if (call.options.has('i', 't', 'stdin', 'tty', 'attach', 'rm'))
    throw new NotSimulated('run with an attached terminal');
  const env = call.options
    .all('env')
    .map((entry) => ({ name: entry.split('=')[0] ?? '', value: entry.split(/=(.*)/s)[1] ?? '' }));
  return send(
    call,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { run: name } },
      spec: {
        restartPolicy: call.options.value('restart') ?? 'Always',
        containers: [
          {
            name,
            image,
            ...(env.length === 0 ? {} : { env }),
            ...(words.length === 0 ? {} : { [call.options.has('command') ? 'command' : 'args']: words }),
          },
        ],
      },
    },
    'created',
  );
}
export async function expose(call: Call): Promise<number> {
  const { options } = call;
  const [word = '', other = ''] = options.operands;
  const [kind = '', name = ''] = word.includes('/') ? word.split('/') : [word, other];
  const session = await connect(call);
  const resource = session.api.cluster.store.findResource(kind);
  if (resource === undefined)
    throw new KubectlError(`error: the server doesn't have a resource type "${kind}"`);
  const object = session.api.cluster.store.get(resource.kind, session.namespace, name);
  if (object === undefined) throw new KubectlError(notFound(resource, name));
  const selector =
    resource.kind === 'Pod'
      ? mapAt(object, 'metadata', 'labels')
      : mapAt(object, 'spec', 'selector', 'matchLabels');
  const first = mapAt(listAt(object, 'spec', 'template', 'spec', 'containers')[0])['ports'];
  const port = Number(
    options.value('port') ?? (Array.isArray(first) ? mapAt(first[0])['containerPort'] : undefined) ?? 0,
  );
  if (port === 0)
    throw new KubectlError(
      "error: couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples",
    );
  return send(
    call,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: options.value('name') ?? name },
      spec: {
        type: options.value('type') ?? 'ClusterIP',
        selector,
        ports: [{ port, targetPort: Number(options.value('target-port') ?? port), protocol: 'TCP' }],
      },
    },
    'exposed',
  );
}
