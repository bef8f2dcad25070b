/** kubeadm init phase control-plane: writes manifests of the control plane again, and nothing else. */
import { type Call, flagsOf, KubeadmError, NotCovered, say } from './call.js';
import { settingsOf } from './configuration.js';
import { MANIFESTS } from '../kubelet-config.js';
import { staticPods } from './manifests.js';

const FLAGS = [
  'apiserver-advertise-address=',
  'apiserver-bind-port=',
  'config=',
  'control-plane-endpoint=',
  'image-repository=',
  'kubernetes-version=',
  'pod-network-cidr=',
  'service-cidr=',
];
const PARTS = ['apiserver', 'controller-manager', 'scheduler'] as const;

/** @throws KubeadmError, and NotCovered for another phase */
export async function initPhase(call: Call, args: readonly string[]): Promise<number> {
  const [phase = '', part = '', ...rest] = args;
  if (phase !== 'control-plane') throw new NotCovered(`init phase ${phase}`);
  const parts = PARTS.filter((one) => part === 'all' || part === one);
  if (parts.length === 0)
    throw new KubeadmError(`unknown command "${part}" for "kubeadm init phase control-plane"`);
  const own = {
    ...call,
    options: flagsOf(rest, { long: FLAGS }, [
      'apiserver-extra-args=',
      'cert-dir=',
      'feature-gates=',
      'patches=',
    ]),
  };
  const { host, process } = own;
  const pods = staticPods(settingsOf(own));
  for (const one of parts) {
    const name = `kube-${one}`;
    await say(own, `[control-plane] Creating static Pod manifest for "${name}"`);
    const path = `${MANIFESTS}/${name}.yaml`;
    if (process.credentials.uid !== 0)
      throw new KubeadmError(
        `error execution phase control-plane/${one}: failed to write static pod manifest file for "${name}" ("${path}"): open ${path}: permission denied`,
      );
    host.volume.put(path, pods.get(name) ?? '', { mode: 0o600 });
    await process.sleep(200);
  }
  return 0;
}
