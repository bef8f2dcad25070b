/** kubeadm: its commands over the model of the hosts. */
import { X509Certificate } from 'node:crypto';
import type { Host } from '../../host.js';
import type { Program } from '../../kernel/kernel.js';
import { contactOf } from '../access.js';
import { hostConfig } from '../kubeconfig.js';
import { controlPlaneImages, minorOf } from '../versions.js';
import { type Call, flagsOf, KubeadmError, NotCovered, say } from './call.js';
import { initDefaults, joinDefaults } from './defaults.js';
import { init } from './init.js';
import { initPhase } from './init-phase.js';
import { join } from './join.js';
import { reset } from './reset.js';
import { AUTHORITIES, KUBECONFIGS, LEAVES, PKI } from './pki.js';
import { columns, shortDuration, token } from './token.js';

const INIT = [
  'apiserver-advertise-address=',
  'apiserver-bind-port=',
  'apiserver-cert-extra-sans=',
  'config=',
  'control-plane-endpoint=',
  'ignore-preflight-errors=',
  'image-repository=',
  'kubernetes-version=',
  'node-name=',
  'pod-network-cidr=',
  'service-cidr=',
  'skip-token-print',
  'token=',
  'token-ttl=',
  'cri-socket=',
];
const JOIN = [
  'config=',
  'cri-socket=',
  'discovery-token=',
  'discovery-token-ca-cert-hash=',
  'discovery-token-unsafe-skip-ca-verification',
  'ignore-preflight-errors=',
  'node-name=',
  'tls-bootstrap-token=',
  'token=',
];

async function version(call: Call): Promise<number> {
  const full = `v${call.host.packages.find('kubeadm')?.version.split('-')[0] ?? ''}`;
  const [major = '1', minor = ''] = full.slice(1).split('.');
  const info = {
    major,
    minor,
    gitVersion: full,
    gitCommit: '9c7f4f5cd3a2a3a0f3a0e6c6b7b1e4b7e4a2f6d1',
    gitTreeState: 'clean',
    buildDate: '2025-06-17T18:34:53Z',
    goVersion: 'go1.23.10',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
  switch (call.options.value('o', 'output')) {
    case 'short':
      await say(call, full);
      return 0;
    case 'json':
      await say(call, JSON.stringify({ clientVersion: info }, null, 2));
      return 0;
    case 'yaml':
      await say(
        call,
        `clientVersion:\n${Object.entries(info)
          .map(([key, value]) => `  ${key}: ${key === 'major' || key === 'minor' ? `"${value}"` : value}`)
          .toSorted()
          .join('\n')}`,
      );
      return 0;
    case undefined:
      await say(
        call,
        `kubeadm version: &version.Info{Major:"${major}", Minor:"${minor}", GitVersion:"${full}", GitCommit:"${info.gitCommit}", GitTreeState:"clean", BuildDate:"${info.buildDate}", GoVersion:"${info.goVersion}", Compiler:"gc", Platform:"linux/amd64"}`,
      );
      return 0;
    default:
      throw new KubeadmError(`invalid output format: ${call.options.value('o', 'output') ?? ''}`);
  }
}
/** A certificate's end as kubeadm prints it: `Dec 30, 2026 23:36 UTC`. */
function dateText(ms: number): string {
  const date = new Date(ms);
  const month =
    ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
      date.getUTCMonth()
    ] ?? '';
  return `${month} ${String(date.getUTCDate()).padStart(2, '0')}, ${date.getUTCFullYear()} ${date.toISOString().slice(11, 16)} UTC`;
}
async function certs(call: Call, args: readonly string[]): Promise<number> {
  const [verb = '', ...rest] = args;
  if (verb !== 'check-expiration') throw new NotCovered(`certs ${verb}`);
  const own = { ...call, options: flagsOf(rest, { long: ['cert-dir=', 'config='] }) };
  const { host, process } = own;
  if (process.credentials.uid !== 0)
    throw new KubeadmError(
      `failed to load existing certificate apiserver: open ${PKI}/apiserver.key: permission denied`,
    );
  if (host.volume.text(`${PKI}/ca.crt`) === null)
    throw new KubeadmError(
      `failed to load existing certificate authority ca: couldn't load the certificate file ${PKI}/ca.crt: open ${PKI}/ca.crt: no such file or directory`,
    );
  await say(own, '[check-expiration] Reading configuration from the cluster...');
  const known = contactOf(host, '/etc/kubernetes/admin.conf').api !== null;
  await say(
    own,
    known
      ? "[check-expiration] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'\n"
      : '[check-expiration] Error reading configuration from the Cluster. Falling back to default configuration\n',
  );
  const row = (name: string, pem: string, authority: string): string[] => {
    const ends = Date.parse(new X509Certificate(pem).validTo);
    return [name, dateText(ends), shortDuration(ends - host.machine.now()), authority, 'no', ''];
  };
  const configs = KUBECONFIGS.filter((file) => file.file !== 'kubelet.conf').flatMap((file) => {
    const pem = hostConfig(host, `/etc/kubernetes/${file.file}`)?.certificate ?? '';
    return pem === '' ? [] : [row(file.file, pem, 'ca')];
  });
  const leaves = LEAVES.flatMap((leaf) => {
    const pem = host.volume.text(`${PKI}/${leaf.file}.crt`);
    return pem === null ? [] : [row(leaf.file.replace('/', '-'), pem, leaf.authority.replace('/', '-'))];
  });
  const sorted = [...configs, ...leaves].toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  await process.out(
    columns([
      ['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED', ''],
      ...sorted,
    ]),
  );
  const authorities = AUTHORITIES.flatMap(({ file }) => {
    const pem = host.volume.text(`${PKI}/${file}.crt`);
    return pem === null ? [] : [row(file.replace('/', '-'), pem, '').filter((_cell, index) => index !== 3)];
  });
  await process.out(
    `\n${columns([['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED', ''], ...authorities])}`,
  );
  return 0;
}
async function config(call: Call, args: readonly string[]): Promise<number> {
  const [area = '', verb = '', ...rest] = args;
  if (area === 'print' && (verb === 'join-defaults' || verb === 'init-defaults')) {
    flagsOf(rest, {}, ['component-configs=']);
    const own = call.host.packages.find('kubeadm')?.version ?? '';
    await call.process.out(
      verb === 'join-defaults' ? joinDefaults(own, call.host.machine.hostname) : initDefaults(own),
    );
    return 0;
  }
  if (area !== 'images') throw new NotCovered(`config ${area}`);
  const { host, process } = call;
  const options = flagsOf(rest, { long: ['kubernetes-version=', 'image-repository=', 'cri-socket='] }, [
    'config=',
    'feature-gates=',
  ]);
  const own = host.packages.find('kubeadm')?.version.split('-')[0] ?? '';
  const wanted = `v${(options.value('kubernetes-version') ?? own).replace(/^v/, '')}`;
  if (minorOf(wanted) === '')
    throw new KubeadmError(
      `version "${wanted}" doesn't match patterns for neither semantic version nor labels (stable, latest, ...)`,
    );
  const images = controlPlaneImages(wanted, options.value('image-repository'));
  if (verb === 'list') {
    for (const image of images) await process.out(`${image}\n`);
    return 0;
  }
  if (verb !== 'pull') throw new KubeadmError(`invalid subcommand "${verb}"`);
  for (const image of images) {
    await process.sleep(2500);
    const unavailable =
      process.credentials.uid === 0
        ? host.kube.runtime.unavailable('unix:///var/run/containerd/containerd.sock')
        : 'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/run/containerd/containerd.sock: connect: permission denied"';
    const wrong =
      unavailable ??
      (host.kube.runtime.image(image) === undefined ? await host.kube.runtime.pull(image) : null);
    if (wrong !== null)
      throw new KubeadmError(
        `failed to pull image "${image}": output: time="${new Date(host.machine.now()).toISOString().replace(/\.\d+Z$/, 'Z')}" level=fatal msg="${(unavailable === null ? `pulling image: ${wrong}` : `validate service connection: validate CRI v1 image API for endpoint \\"unix:///var/run/containerd/containerd.sock\\": ${wrong}`).replaceAll(/(?<!\\)"/g, '\\"')}"\n, error: exit status 1`,
      );
    await process.out(`[config/images] Pulled ${image}\n`);
  }
  return 0;
}
const HELP = `Usage:
  kubeadm [command]

Available Commands:
  certs       Commands related to handling kubernetes certificates
  config      Manage configuration for a kubeadm cluster persisted in a ConfigMap in the cluster
  init        Run this command in order to set up the Kubernetes control plane
  join        Run this on any machine you wish to join an existing cluster
  reset       Performs a best effort revert of changes made to this host by 'kubeadm init' or 'kubeadm join'
  token       Manage bootstrap tokens
  version     Print the version of kubeadm
`;

export function kubeadm(host: Host): Program {
  return async (process, args) => {
    const [verb = '', ...rest] = args;
    const call: Call = { host, process, options: flagsOf([], {}) };
    try {
      switch (verb) {
        case 'init':
          if (rest[0] === 'phase') return await initPhase(call, rest.slice(1));
          return await init({
            ...call,
            options: flagsOf(rest, { long: INIT }, [
              'upload-certs',
              'certificate-key=',
              'cert-dir=',
              'feature-gates=',
              'patches=',
              'service-dns-domain=',
              'skip-phases=',
              'skip-certificate-key-print',
              'dry-run',
            ]),
          });
        case 'join':
          if (rest[0] === 'phase') throw new NotCovered('join phase');
          return await join({
            ...call,
            options: flagsOf(rest, { long: JOIN }, [
              'control-plane',
              'certificate-key=',
              'discovery-file=',
              'patches=',
              'skip-phases=',
              'dry-run',
            ]),
          });
        case 'reset':
          return await reset({
            ...call,
            options: flagsOf(
              rest,
              { flags: 'f', long: ['force', 'cri-socket=', 'ignore-preflight-errors=', 'cleanup-tmp-dir'] },
              ['cert-dir=', 'skip-phases=', 'config=', 'dry-run'],
            ),
          });
        case 'token':
          return await token(call, rest);
        case 'certs':
          return await certs(call, rest);
        case 'config':
          return await config(call, rest);
        case 'version':
          return await version({ ...call, options: flagsOf(rest, { values: 'o', long: ['output='] }) });
        case '':
        case '-h':
        case '--help':
        case 'help':
          await process.out(HELP);
          return 0;
        case 'upgrade':
        case 'kubeconfig':
        case 'alpha':
        case 'completion':
          throw new NotCovered(verb);
        default:
          throw new KubeadmError(`unknown command "${verb}" for "kubeadm"`);
      }
    } catch (error) {
      if (error instanceof NotCovered) return process.refuse(error.message);
      if (!(error instanceof KubeadmError)) throw error;
      await process.err(
        `${error.message}\nTo see the stack trace of this error execute with --v=5 or higher\n`,
      );
      return 1;
    }
  };
}
