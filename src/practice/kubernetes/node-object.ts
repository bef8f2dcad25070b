/** The Node object that a kubelet registers and keeps up to date. */
import type { Host } from '../host.js';
import { KERNEL_RELEASE } from '../model/machine.js';
import { installedContainerd } from './containerd-config.js';
import { instant } from './access.js';
import { listAt, mapAt, textAt, type Json, type JsonMap } from './json.js';

export function nodeObject(host: Host): JsonMap {
  const name = host.kube.kubelet.nodeName;
  const labels = {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
  };
  return {
    metadata: {
      name,
      labels,
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
        'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///var/run/containerd/containerd.sock',
      },
    },
    spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
    status: nodeStatus(host, []),
  };
}

/** type → status of a node's conditions. */
export function nodeConditions(node: JsonMap): Readonly<Record<string, string>> {
  return Object.fromEntries(
    listAt(node, 'status', 'conditions').map((one) => [textAt(one, 'type'), textAt(one, 'status')]),
  );
}

export function nodeStatus(host: Host, before: readonly Json[]): JsonMap {
  const { kube, machine } = host;
  const now = instant(machine.now());
  const old = (type: string) => before.find((one) => textAt(one, 'type') === type);
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): JsonMap => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime:
      textAt(old(type), 'status') === status ? textAt(old(type), 'lastTransitionTime') || now : now,
    reason,
    message,
  });
  const runtime = kube.runtime.unavailable();
  const network = kube.runtime.networkMissing;
  const disk = host.freeBytes / (machine.sizes.diskGiB * 2 ** 30) < 0.1;
  const ready =
    runtime !== null
      ? condition('Ready', 'False', 'KubeletNotReady', 'container runtime is down')
      : network !== null
        ? condition(
            'Ready',
            'False',
            'KubeletNotReady',
            `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:${network}`,
          )
        : condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status');
  const own = installedContainerd(host);
  const quantity = {
    cpu: String(machine.sizes.cpus),
    'ephemeral-storage': `${machine.sizes.diskGiB * 1024 * 1000}Ki`,
    'hugepages-2Mi': '0',
    memory: `${machine.memoryTotalKiB}Ki`,
    pods: '110',
  };
  const osRelease = /PRETTY_NAME="([^"]*)"/.exec(host.volume.text('/etc/os-release') ?? '')?.[1] ?? 'Linux';
  const address = kube.kubelet.nodeAddress;
  return {
    addresses: [
      ...(address === '' ? [] : [{ type: 'InternalIP', address }]),
      { type: 'Hostname', address: kube.kubelet.nodeName },
    ],
    allocatable: { ...quantity, memory: `${machine.memoryTotalKiB - 102_400}Ki` },
    capacity: quantity,
    conditions: [
      condition(
        'MemoryPressure',
        'False',
        'KubeletHasSufficientMemory',
        'kubelet has sufficient memory available',
      ),
      disk
        ? condition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure')
        : condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      ready,
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
    images: [...kube.runtime.images.values()].map((image) => ({
      names: [image.name],
      sizeBytes: image.bytes,
    })),
    nodeInfo: {
      architecture: 'amd64',
      bootID: machine.bootId,
      containerRuntimeVersion: `containerd://${own?.version ?? 'Unknown'}`,
      kernelVersion: KERNEL_RELEASE,
      kubeProxyVersion: kube.version,
      kubeletVersion: kube.version,
      machineID: (host.volume.text('/etc/machine-id') ?? '').trim(),
      operatingSystem: 'linux',
      osImage: osRelease,
      systemUUID: machine.productUuid,
    },
  };
}
export const taintsOf = (node: JsonMap): readonly JsonMap[] =>
  listAt(node, 'spec', 'taints').map((taint) => mapAt(taint));
