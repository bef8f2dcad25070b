/** kubeadm init: one phase after the other; what is cut off in the middle stays as half as it is. */
import { contactOf } from '../access.js';
import type { Cluster } from '../cluster.js';
import { controlPlaneImages, releaseOf } from '../versions.js';
import {
  bootstrapRules,
  coreDns,
  kubeProxy,
  kubernetesService,
  markControlPlane,
  uploadConfiguration,
} from './addons.js';
import { type Call, KubeadmError, say } from './call.js';
import { type ClusterSettings, settingsOf } from './configuration.js';
import { kubeletConfiguration, kubeletFlags, staticPods } from './manifests.js';
import {
  AUTHORITIES,
  caHash,
  installKubeletClient,
  KUBECONFIGS,
  LEAVES,
  makeAuthority,
  makeKubeconfig,
  makeLeaf,
  makeServiceAccountKey,
  PKI,
} from './pki.js';
import { preflightInit } from './preflight.js';
import { newToken } from './token.js';

/** How long kubeadm waits for the kubelet, and then for the API server, s. */
const PATIENCE = 240;
const ADMIN = '/etc/kubernetes/admin.conf';

/** Waits in simulated seconds until a condition holds; null when it does not in time, or how long it took. */
export async function within(call: Call, seconds: number, met: () => boolean): Promise<number | null> {
  const { simulation } = call.host.world;
  call.host.kube.wake();
  const start = simulation.seconds;
  while (simulation.seconds - start < seconds) {
    if (met()) return simulation.seconds - start;
    await call.process.sleep(250);
  }
  return met() ? seconds : null;
}

async function certificates(call: Call, settings: ClusterSettings): Promise<void> {
  const { host, process } = call;
  await say(call, `[certs] Using certificateDir folder "${PKI}"`);
  const [a = '10', b = '96', c = '0'] = settings.serviceCidr.split('.');
  const extra = [
    `${a}.${b}.${c}.1`,
    settings.advertise,
    ...settings.sans,
    ...(settings.endpoint === '' ? [] : [settings.endpoint.replace(/:\d+$/, '')]),
  ];
  for (const authority of AUTHORITIES) {
    const made = makeAuthority(host, authority);
    await say(
      call,
      made
        ? `[certs] Generating "${authority.file}" certificate and key`
        : `[certs] Using existing ${authority.file} certificate authority`,
    );
    await process.sleep(300);
    for (const leaf of LEAVES.filter((one) => one.authority === authority.file)) {
      const names = makeLeaf(host, leaf, settings.node, extra);
      if (names === null) {
        await say(call, `[certs] Using existing ${leaf.file} certificate and key on disk`);
        continue;
      }
      await say(call, `[certs] Generating "${leaf.file}" certificate and key`);
      if (names.length > 0) {
        const isIp = (name: string) => /^\d+\.\d+\.\d+\.\d+$/.test(name);
        await say(
          call,
          `[certs] ${leaf.file === 'apiserver' ? 'apiserver serving cert is signed' : `${leaf.file} serving cert is signed`} for DNS names [${names
            .filter((name) => !isIp(name))
            .toSorted()
            .join(' ')}] and IPs [${names.filter(isIp).join(' ')}]`,
        );
      }
      await process.sleep(250);
    }
  }
  makeServiceAccountKey(host);
  await say(call, '[certs] Generating "sa" key and public key');
}

async function startKubelet(call: Call, settings: ClusterSettings): Promise<void> {
  const { host, process } = call;
  const pause = releaseOf(settings.version)?.pause ?? '3.9';
  const extra = settings.kubeletArgs.length === 0 ? '' : ` ${settings.kubeletArgs.join(' ')}`;
  host.volume.put('/var/lib/kubelet/kubeadm-flags.env', kubeletFlags(pause).replace(/"\n$/, `${extra}"\n`));
  await say(
    call,
    '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"',
  );
  host.volume.put('/var/lib/kubelet/config.yaml', kubeletConfiguration(host, settings.serviceCidr));
  await say(call, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  await say(call, '[kubelet-start] Starting the kubelet');
  const unit = host.systemd.find('kubelet.service');
  if (unit !== undefined) await host.systemd.restart(unit);
  await process.sleep(400);
}

/** What a failed wait prints. */
function kubeletDown(): KubeadmError {
  return new KubeadmError(
    'error execution phase wait-control-plane: could not initialize a Kubernetes cluster',
  );
}
const ADVICE = `
Unfortunately, an error has occurred:
	{reason}

This error is likely caused by:
	- The kubelet is not running
	- The kubelet is unhealthy due to a misconfiguration of the node in some way (required cgroups disabled)

If you are on a systemd-powered system, you can try to troubleshoot the error with the following commands:
	- 'systemctl status kubelet'
	- 'journalctl -xeu kubelet'

Additionally, a control plane component may have crashed or exited when started by the container runtime.
To troubleshoot, list all containers using your preferred container runtimes CLI.
Here is one example how you may list all running Kubernetes containers by using crictl:
	- 'crictl --runtime-endpoint unix:///var/run/containerd/containerd.sock ps -a | grep kube | grep -v pause'
	Once you have found the failing container, you can inspect its logs with:
	- 'crictl --runtime-endpoint unix:///var/run/containerd/containerd.sock logs CONTAINERID'`;

async function waitForControlPlane(call: Call): Promise<Cluster> {
  const { host } = call;
  await say(
    call,
    `[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "/etc/kubernetes/manifests"`,
  );
  await say(
    call,
    `[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s`,
  );
  const kubelet = await within(call, PATIENCE, () => host.listens('127.0.0.1', 10_248));
  if (kubelet === null) {
    await say(
      call,
      `[kubelet-check] The kubelet is not healthy after 4m0.00${host.world.simulation.seconds % 10}s\n${ADVICE.replace('{reason}', 'The HTTP call equal to \'curl -sSL http://127.0.0.1:10248/healthz\' returned error: Get "http://127.0.0.1:10248/healthz": context deadline exceeded')}`,
    );
    throw kubeletDown();
  }
  await say(
    call,
    `[kubelet-check] The kubelet is healthy after ${kubelet === 0 ? '501.4' : `${kubelet}001.2`}ms`,
  );
  await say(call, '[api-check] Waiting for a healthy API server. This can take up to 4m0s');
  const api = await within(call, PATIENCE, () => contactOf(host, ADMIN).api !== null);
  const { cluster } = contactOf(host, ADMIN).api ?? {};
  if (api === null || cluster === undefined) {
    await say(
      call,
      `[api-check] The API server is not healthy after 4m0.00${host.world.simulation.seconds % 10}s\n${ADVICE.replace('{reason}', 'context deadline exceeded')}`,
    );
    throw kubeletDown();
  }
  await say(call, `[api-check] The API server is healthy after ${api}.00${api % 9}s`);
  return cluster;
}

const DONE = `
Your Kubernetes control-plane has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

  mkdir -p $HOME/.kube
  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
  sudo chown $(id -u):$(id -g) $HOME/.kube/config

Alternatively, if you are the root user, you can run:

  export KUBECONFIG=/etc/kubernetes/admin.conf

You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/

Then you can join any number of worker nodes by running the following on each as root:
`;

/** @throws KubeadmError */
export async function init(call: Call): Promise<number> {
  const { host, process, options } = call;
  const settings = settingsOf(call);
  await preflightInit(call, settings);
  await certificates(call, settings);
  await say(call, '[kubeconfig] Using kubeconfig folder "/etc/kubernetes"');
  const server = `https://${settings.endpoint === '' ? `${settings.advertise}:${settings.port}` : settings.endpoint}`;
  for (const file of KUBECONFIGS) {
    makeKubeconfig(host, file, server, settings.node);
    await say(call, `[kubeconfig] Writing "${file.file}" kubeconfig file`);
    await process.sleep(200);
  }
  const pods = staticPods(settings);
  const write = async (name: string) => {
    host.volume.put(`/etc/kubernetes/manifests/${name}.yaml`, pods.get(name) ?? '', { mode: 0o600 });
    await process.sleep(200);
  };
  await say(call, `[etcd] Creating static Pod manifest for local etcd in "/etc/kubernetes/manifests"`);
  await write('etcd');
  await say(call, '[control-plane] Using manifest folder "/etc/kubernetes/manifests"');
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']) {
    await say(call, `[control-plane] Creating static Pod manifest for "${name}"`);
    await write(name);
  }
  await startKubelet(call, settings);
  const cluster = await waitForControlPlane(call);
  kubernetesService(cluster, settings);
  await within(call, 40, () => cluster.node(settings.node) !== undefined);
  if (cluster.node(settings.node) === undefined)
    throw new KubeadmError(
      `error execution phase upload-config/kubelet: Error writing Crisocket information for the control-plane node: nodes "${settings.node}" not found`,
    );
  await say(
    call,
    '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace',
  );
  uploadConfiguration(cluster, settings, host.volume.text('/var/lib/kubelet/config.yaml') ?? '');
  await say(
    call,
    '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
  );
  await process.sleep(300);
  await say(call, '[upload-certs] Skipping phase. Please see --upload-certs');
  await say(
    call,
    `[mark-control-plane] Marking the node ${settings.node} as control-plane by adding the labels: [node-role.kubernetes.io/control-plane node.kubernetes.io/exclude-from-external-load-balancers]`,
  );
  await say(
    call,
    `[mark-control-plane] Marking the node ${settings.node} as control-plane by adding the taints [node-role.kubernetes.io/control-plane:NoSchedule]`,
  );
  markControlPlane(cluster, settings.node);
  const token = newToken(settings.token);
  const [id = '', secret = ''] = token.split('.');
  const hidden = options.has('skip-token-print');
  if (!hidden) await say(call, `[bootstrap-token] Using token: ${token}`);
  await say(call, '[bootstrap-token] Configuring bootstrap tokens, cluster-info ConfigMap, RBAC Roles');
  cluster.addToken({
    id,
    secret,
    expires: settings.tokenTtlMs === null ? null : host.machine.now() + settings.tokenTtlMs,
    usages: ['authentication', 'signing'],
    description: "The default bootstrap token generated by 'kubeadm init'.",
  });
  for (const words of [
    'RBAC rules to allow Node Bootstrap tokens to get nodes',
    'RBAC rules to allow Node Bootstrap tokens to post CSRs in order for nodes to get long term certificate credentials',
    'RBAC rules to allow the csrapprover controller automatically approve CSRs from a Node Bootstrap Token',
    'RBAC rules to allow certificate rotation for all node client certificates in the cluster',
  ])
    await say(call, `[bootstrap-token] Configured ${words}`);
  await say(call, '[bootstrap-token] Creating the "cluster-info" ConfigMap in the "kube-public" namespace');
  const ca = host.volume.text(`${PKI}/ca.crt`) ?? '';
  bootstrapRules(cluster, settings, ca);
  installKubeletClient(host, host, server, settings.node);
  await say(
    call,
    '[kubelet-finalize] Updating "/etc/kubernetes/kubelet.conf" to point to a rotatable kubelet client certificate and key',
  );
  await process.sleep(300);
  coreDns(cluster, settings);
  await say(call, '[addons] Applied essential addon: CoreDNS');
  kubeProxy(cluster, settings);
  await say(call, '[addons] Applied essential addon: kube-proxy');
  for (const image of controlPlaneImages(settings.version, settings.repository))
    host.kube.runtime.keep(image);
  await process.out(
    `${DONE}\nkubeadm join ${server.replace('https://', '')} --token ${hidden ? '<value withheld>' : token} \\\n\t--discovery-token-ca-cert-hash ${caHash(ca)} \n`,
  );
  return 0;
}
