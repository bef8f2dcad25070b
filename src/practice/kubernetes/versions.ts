/** Kubernetes versions that this world knows: the last patch of each minor, and the images that belong to it. */

export interface Release {
  readonly patches: number;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly crictl: string;
  readonly cni: string;
}
export const RELEASES: Readonly<Record<string, Release>> = {
  '1.28': { patches: 15, etcd: '3.5.15-0', coredns: 'v1.10.1', pause: '3.9', crictl: '1.28.0', cni: '1.2.0' },
  '1.29': { patches: 15, etcd: '3.5.16-0', coredns: 'v1.11.1', pause: '3.9', crictl: '1.29.0', cni: '1.3.0' },
  '1.30': { patches: 14, etcd: '3.5.15-0', coredns: 'v1.11.3', pause: '3.9', crictl: '1.30.0', cni: '1.4.0' },
  '1.31': {
    patches: 14,
    etcd: '3.5.24-0',
    coredns: 'v1.11.3',
    pause: '3.10',
    crictl: '1.31.1',
    cni: '1.5.1',
  },
  '1.32': {
    patches: 10,
    etcd: '3.5.24-0',
    coredns: 'v1.11.3',
    pause: '3.10',
    crictl: '1.32.0',
    cni: '1.6.0',
  },
  '1.33': { patches: 6, etcd: '3.5.24-0', coredns: 'v1.12.0', pause: '3.10', crictl: '1.33.0', cni: '1.6.0' },
  '1.34': {
    patches: 2,
    etcd: '3.6.5-0',
    coredns: 'v1.12.1',
    pause: '3.10.1',
    crictl: '1.34.0',
    cni: '1.7.1',
  },
  '1.35': {
    patches: 0,
    etcd: '3.6.6-0',
    coredns: 'v1.13.1',
    pause: '3.10.1',
    crictl: '1.35.0',
    cni: '1.8.0',
  },
};
/** `1.30` of `v1.30.14`. */
export function minorOf(version: string): string {
  return /^v?(\d+\.\d+)/.exec(version)?.[1] ?? '';
}
export function releaseOf(version: string): Release | undefined {
  return RELEASES[minorOf(version)];
}
/** Package versions of a minor, newest first. */
export function packageVersions(minor: string): readonly string[] {
  const release = RELEASES[minor];
  return release === undefined
    ? []
    : Array.from({ length: release.patches + 1 }, (_, index) => `${minor}.${release.patches - index}-1.1`);
}
/** Images of a control plane. @param version `v1.30.14` */
export function controlPlaneImages(version: string, repository = 'registry.k8s.io'): readonly string[] {
  const release = releaseOf(version) ?? RELEASES['1.30'];
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(
      (name) => `${repository}/${name}:${version}`,
    ),
    `${repository}/coredns/coredns:${release?.coredns ?? ''}`,
    `${repository}/pause:${release?.pause ?? ''}`,
    `${repository}/etcd:${release?.etcd ?? ''}`,
  ];
}
