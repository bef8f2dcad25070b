/** kubeadm join for a worker. */
import { listAt, mapAt, textAt, type JsonMap } from '../json.js';
import { contactOf, reachApi, readCertificate, type Contact } from '../access.js';
import { nodeConditions } from '../node-object.js';
import { builtIn } from '../resources.js';
import { minorOf, releaseOf } from '../versions.js';
import { type Call, KubeadmError, say } from './call.js';
import { argumentsOf, readConfigFile } from './configuration.js';
import { kubeletFlags } from './manifests.js';
import { caHash, installKubeletClient, PKI } from './pki.js';
import { preflightJoin } from './preflight.js';
import { within } from './init.js';
import { configurationText } from './token.js';

interface JoinSettings {
  readonly server: string;
  readonly token: string;
  readonly hashes: readonly string[];
  readonly unsafe: boolean;
  readonly node: string;
  readonly kubeletArgs: readonly string[];
}
const PHASE = 'error execution phase preflight: ';
/** How long kubeadm looks for the cluster's identity, s. */
const DISCOVERY = 300;

function settingsOf(call: Call): JoinSettings {
  const { options, host } = call;
  const file = options.value('config');
  const config: JsonMap =
    file === undefined ? {} : (readConfigFile(call, file).get('JoinConfiguration') ?? {});
  const [server = textAt(config, 'discovery', 'bootstrapToken', 'apiServerEndpoint')] = options.operands;
  const token =
    options.value('discovery-token', 'token') ??
    (textAt(config, 'discovery', 'bootstrapToken', 'token') ||
      textAt(config, 'discovery', 'tlsBootstrapToken'));
  const hashes = [
    ...options.all('discovery-token-ca-cert-hash').flatMap((list) => list.split(',')),
    ...listAt(config, 'discovery', 'bootstrapToken', 'caCertHashes').map((entry) => textAt(entry)),
  ];
  const unsafe =
    options.has('discovery-token-unsafe-skip-ca-verification') ||
    textAt(config, 'discovery', 'bootstrapToken', 'unsafeSkipCAVerification') === 'true';
  const wrong: string[] = [];
  if (server === '' || token === '')
    wrong.push(
      'discovery: Invalid value: "": bootstrapToken or file must be set',
      'discovery.tlsBootstrapToken: Invalid value: "": the bootstrap token is invalid',
    );
  else if (!/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token))
    wrong.push(`discovery.bootstrapToken.token: Invalid value: "${token}": the bootstrap token is invalid`);
  else if (hashes.length === 0 && !unsafe)
    wrong.push(
      'discovery.bootstrapToken.caCertHashes: Invalid value: "": using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue',
    );
  if (wrong.length > 0) throw new KubeadmError(wrong.join(', '));
  return {
    server,
    token,
    hashes,
    unsafe,
    node: (
      options.value('node-name') ??
      (textAt(config, 'nodeRegistration', 'name') || host.machine.hostname)
    ).toLowerCase(),
    kubeletArgs: argumentsOf(mapAt(config, 'nodeRegistration')),
  };
}

/** Finds the cluster and makes sure that it is the right one. @throws KubeadmError */
async function discover(
  call: Call,
  settings: JoinSettings,
): Promise<Contact & { readonly api: NonNullable<Contact['api']> }> {
  const { host, process } = call;
  const url = `https://${settings.server}`;
  const [id = '', secret = ''] = settings.token.split('.');
  const attempt = (): { readonly contact: Contact; readonly why: string | null } => {
    const contact = reachApi(host, url, { ca: '', insecure: true });
    const request = `Get "${url}/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s"`;
    if (contact.api === null)
      return { contact, why: `failed to request the cluster-info ConfigMap: ${request}: ${contact.words}` };
    const { cluster, ca } = contact.api;
    const info = cluster.store.get('ConfigMap', 'kube-public', 'cluster-info');
    if (info === undefined) return { contact, why: 'configmaps "cluster-info" not found' };
    const certificate = readCertificate(contact.api.certificate);
    const now = host.machine.now();
    if (
      certificate !== null &&
      (now < Date.parse(certificate.validFrom) - 1000 || now > Date.parse(certificate.validTo))
    )
      return {
        contact,
        why: `failed to request the cluster-info ConfigMap: ${request}: tls: failed to verify certificate: x509: certificate has expired or is not yet valid`,
      };
    const known = cluster.tokens.find((one) => one.id === id);
    if (known === undefined || textAt(info, 'data', `jws-kubeconfig-${id}`) === '')
      return {
        contact,
        why: `could not find a JWS signature in the cluster-info ConfigMap for token ID "${id}"`,
      };
    if (known.secret !== secret)
      return {
        contact,
        why: `failed to verify JWS signature of received cluster-info object, can't trust this API Server`,
      };
    const hash = caHash(ca);
    if (!settings.unsafe && !settings.hashes.includes(hash))
      return {
        contact,
        why: `cluster CA found in cluster-info ConfigMap is invalid: none of the public keys "${hash}" are pinned`,
      };
    return { contact, why: null };
  };
  let last = attempt();
  // A wrong pin is final; everything else may still come right.
  for (
    let waited = 0;
    last.why !== null && waited < DISCOVERY && !/are pinned|can't trust/.test(last.why);
    waited += 5
  ) {
    await process.sleep(5000);
    last = attempt();
  }
  if (last.why !== null || last.contact.api === null)
    throw new KubeadmError(
      `${PHASE}couldn't validate the identity of the API Server: ${last.why ?? 'context deadline exceeded'}`,
    );
  return { ...last.contact, api: last.contact.api };
}

/** @throws KubeadmError */
export async function join(call: Call): Promise<number> {
  const { host, process } = call;
  const settings = settingsOf(call);
  await preflightJoin(call);
  const { api } = await discover(call, settings);
  await say(call, '[preflight] Reading configuration from the cluster...');
  await say(
    call,
    "[preflight] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'",
  );
  await process.sleep(500);
  const { cluster } = api;
  if (cluster.configuration === undefined)
    throw new KubeadmError(
      `${PHASE}unable to fetch the kubeadm-config ConfigMap: failed to get config map: configmaps "kubeadm-config" not found`,
    );
  const own = host.packages.find('kubeadm')?.version ?? '';
  const skew = Number(minorOf(own).split('.')[1]) - Number(minorOf(api.version).split('.')[1]);
  if (skew > 1 || skew < -1)
    throw new KubeadmError(
      `${PHASE}unable to fetch the kubeadm-config ConfigMap: this version of kubeadm only supports deploying clusters with the control plane version >= ${minorOf(own).replace(/\d+$/, (part) => String(Number(part) - 1))}.0. Current version: ${api.version}`,
    );
  const there = cluster.node(settings.node);
  if (there !== undefined && nodeConditions(there)['Ready'] === 'True')
    throw new KubeadmError(
      `error execution phase kubelet-start: a Node with name "${settings.node}" and status "Ready" already exists in the cluster. You must delete the existing Node or change the name of this new joining Node`,
    );
  const ca = api.ca;
  host.volume.put(`${PKI}/ca.crt`, ca);
  host.volume.put(
    '/var/lib/kubelet/config.yaml',
    textAt(cluster.store.get('ConfigMap', 'kube-system', 'kubelet-config'), 'data', 'kubelet'),
  );
  await say(call, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  const pause = releaseOf(api.version)?.pause ?? '3.9';
  host.volume.put(
    '/var/lib/kubelet/kubeadm-flags.env',
    kubeletFlags(pause).replace(/"\n$/, `${settings.kubeletArgs.map((word) => ` ${word}`).join('')}"\n`),
  );
  await say(
    call,
    '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"',
  );
  // The TLS bootstrap: a certificate is asked for with the token, and signed by the control plane.
  installKubeletClient(host, api.host, `https://${settings.server}`, settings.node);
  await say(call, '[kubelet-start] Starting the kubelet');
  const unit = host.systemd.find('kubelet.service');
  if (unit !== undefined) await host.systemd.restart(unit);
  await say(
    call,
    '[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s',
  );
  const healthy = await within(call, 240, () => host.listens('127.0.0.1', 10_248));
  if (healthy === null)
    throw new KubeadmError('error execution phase kubelet-start: timed out waiting for the condition');
  await say(
    call,
    `[kubelet-check] The kubelet is healthy after ${healthy === 0 ? '501.4' : `${healthy}001.2`}ms`,
  );
  await say(call, '[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap');
  const joined = await within(call, 240, () => cluster.node(settings.node) !== undefined);
  if (joined === null)
    throw new KubeadmError('error execution phase kubelet-start: timed out waiting for the condition');
  const socket = 'unix:///var/run/containerd/containerd.sock';
  cluster.store.change(builtIn('Node'), '', settings.node, (node) => ({
    ...node,
    metadata: {
      ...mapAt(node, 'metadata'),
      annotations: {
        ...mapAt(node, 'metadata', 'annotations'),
        'kubeadm.alpha.kubernetes.io/cri-socket': socket,
      },
    },
  }));
  await process.out(`
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.

`);
  return contactOf(host, '/etc/kubernetes/kubelet.conf').api === null || configurationText(cluster) === ''
    ? 1
    : 0;
}
