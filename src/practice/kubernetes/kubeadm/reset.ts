/** kubeadm reset: takes away what init or join made on this host. */
import { contactOf } from '../access.js';
import { type Call, KubeadmError, say } from './call.js';
import { judge, notRoot } from './preflight.js';

const FILES = [
  'admin.conf',
  'super-admin.conf',
  'kubelet.conf',
  'bootstrap-kubelet.conf',
  'controller-manager.conf',
  'scheduler.conf',
].map((name) => `/etc/kubernetes/${name}`);
const LEFT = `
The reset process does not clean CNI configuration. To do so, you must remove /etc/cni/net.d

The reset process does not reset or clean up iptables rules or IPVS tables.
If you wish to reset iptables, you must do so manually by using the "iptables" command.

If your cluster was setup to utilize IPVS, run ipvsadm --clear (or similar)
to reset your system's IPVS tables.

The reset process does not clean your kubeconfig files and you must remove them manually.
Please, check the contents of the $HOME/.kube/config file.
`;

/** @throws KubeadmError */
export async function reset(call: Call): Promise<number> {
  const { host, process, options } = call;
  const { volume, kube } = host;
  const known = contactOf(host, '/etc/kubernetes/admin.conf').api !== null;
  if (
    volume.text('/etc/kubernetes/admin.conf') !== null ||
    volume.text('/etc/kubernetes/kubelet.conf') !== null
  ) {
    await say(call, '[reset] Reading configuration from the cluster...');
    if (known)
      await say(
        call,
        "[reset] FYI: You can look at this config file with 'kubectl -n kube-system get cm kubeadm-config -o yaml'",
      );
    else
      await process.err(
        `W${new Date(host.machine.now()).toISOString().slice(5, 10).replace('-', '')} ${new Date(host.machine.now()).toISOString().slice(11, 19)}.000000    ${process.pid} reset.go:124] [reset] Unable to fetch the kubeadm-config ConfigMap from cluster: failed to get config map: connection refused\n`,
      );
  }
  if (!options.has('f', 'force')) {
    await say(
      call,
      "W [reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.",
    );
    await process.out('[reset] Are you sure you want to proceed? [y/N]: ');
    const reply = (await process.readText()).trim().toLowerCase();
    if (reply !== 'y' && reply !== 'yes')
      throw new KubeadmError('error execution phase preflight: aborted reset operation');
  }
  await say(call, '[preflight] Running pre-flight checks');
  if (process.credentials.uid !== 0) await judge(call, [notRoot]);
  const controlPlane =
    volume.find('/etc/kubernetes/manifests/etcd.yaml') !== undefined ||
    volume.find('/var/lib/etcd') !== undefined;
  await process.sleep(600);
  await say(call, '[reset] Stopping the kubelet service');
  const unit = host.systemd.find('kubelet.service');
  if (unit !== undefined) await host.systemd.stop(unit);
  await say(call, '[reset] Unmounting mounted directories in "/var/lib/kubelet"');
  await process.sleep(800);
  for (const run of kube.kubelet.pods.values()) run.stop(host);
  kube.kubelet.pods.clear();
  kube.runtime.containers.clear();
  kube.runtime.sandboxes.clear();
  kube.tick();
  kube.controlPlane.settle([]);
  if (controlPlane) {
    volume.clear('/var/lib/etcd');
    volume.ensureDirectory('/var/lib/etcd', { mode: 0o700 });
    await say(call, '[reset] Deleted contents of the etcd data directory: /var/lib/etcd');
  }
  await say(
    call,
    '[reset] Deleting contents of directories: [/etc/kubernetes/manifests /var/lib/kubelet /etc/kubernetes/pki]',
  );
  for (const dir of ['/etc/kubernetes/manifests', '/var/lib/kubelet', '/etc/kubernetes/pki'])
    volume.clear(dir);
  await say(call, `[reset] Deleting files: [${FILES.join(' ')}]`);
  for (const file of FILES) volume.drop(file);
  await process.out(LEFT);
  return 0;
}
