/** The container runtime of a host: images, sandboxes and containers, which outlive containerd but not a reboot. */
import { createHash } from 'node:crypto';
import type { Host } from '../host.js';
import type { CriConfig } from './containerd-config.js';
import type { ContainerLog } from './container-log.js';
import type { ImageSpec } from '../images/spec.js';
import { imageName, resolveImage } from './registry.js';

export interface Image {
  readonly name: string;
  readonly id: string;
  readonly bytes: number;
  /** What is in it; null where that is not simulated. */
  readonly spec: ImageSpec | null;
}
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly podUid: string;
  readonly podName: string;
  readonly namespace: string;
  attempt: number;
  state: 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED';
  exitCode: number;
  /** Host's clock, epoch ms. */
  createdAt: number;
  finishedAt: number;
  readonly log: ContainerLog;
}
export interface Sandbox {
  readonly id: string;
  readonly podUid: string;
  readonly podName: string;
  readonly namespace: string;
  ready: boolean;
  readonly createdAt: number;
  attempt: number;
}
const SIZES: readonly (readonly [RegExp, number])[] = [
  [/pause/, 0.3],
  [/coredns/, 16],
  [/etcd/, 57],
  [/kube-apiserver/, 33],
  [/kube-controller-manager/, 31],
  [/kube-scheduler/, 19],
  [/kube-proxy/, 29],
  [/calico\/cni/, 94],
  [/calico\/node/, 115],
  [/calico\/kube-controllers/, 35],
  [/mysql/, 240],
  [/busybox/, 2],
];
export const hexOf = (...parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex');

export class ContainerRuntime {
  readonly #host: Host;
  /** What containerd read at its last start; null while it does not run. */
  cri: CriConfig | null = null;
  readonly images = new Map<string, Image>();
  readonly sandboxes = new Map<string, Sandbox>();
  readonly containers = new Map<string, Container>();

  constructor(host: Host) {
    this.#host = host;
  }
  get running(): boolean {
    return this.cri !== null && this.#host.systemd.isActive('containerd');
  }
  /** Whether the kubelet's requests are answered. */
  get serving(): boolean {
    return this.running && this.cri?.refused === null;
  }
  /** Why a client of the CRI socket fails, in the words of its library; null when it does not. */
  unavailable(socket = 'unix:///run/containerd/containerd.sock'): string | null {
    const path = socket.replace(/^unix:\/\//, '');
    if (!this.running)
      return `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix ${path}: connect: ${this.#host.volume.find(path) === undefined ? 'no such file or directory' : 'connection refused'}"`;
    if (this.cri?.refused !== null)
      return 'rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService';
    return null;
  }
  /** Null when there is a network for pods, or why not. */
  get networkMissing(): string | null {
    const dir = this.#host.volume.find(this.cri?.cniConfDir ?? '/etc/cni/net.d');
    const any =
      dir?.kind === 'directory' &&
      [...dir.entries.keys()].some((name) => /\.(conflist|conf|json)$/.test(name));
    return any ? null : 'Network plugin returns error: cni plugin not initialized';
  }
  image(name: string): Image | undefined {
    const { full } = imageName(name);
    return (
      this.images.get(full) ??
      [...this.images.values()].find((image) => image.id.startsWith(name) || image.id === name)
    );
  }
  /** Gives null when the image is there afterwards, or why not. */
  async pull(
    name: string,
    login: string | null = null,
    hostsDirs?: readonly string[],
  ): Promise<string | null> {
    const image = imageName(name);
    const found = await resolveImage(this.#host, image, hostsDirs ?? this.cri?.hostsDirs ?? [], login);
    if (typeof found === 'string') return `rpc error: code = Unknown desc = ${found}`;
    this.keep(name, found.spec);
    return null;
  }
  keep(name: string, spec: ImageSpec | null = null): Image {
    const { full } = imageName(name);
    const known = this.images.get(full);
    if (known !== undefined && (spec === null || known.spec?.digest === spec.digest)) return known;
    const bytes = Math.round((SIZES.find(([pattern]) => pattern.test(full))?.[1] ?? 45) * 1_000_000);
    const image = {
      name: full,
      id: spec?.id ?? hexOf('image', full),
      bytes: spec === null ? bytes : Math.round(spec.sizeBytes / 3),
      spec,
    };
    this.images.set(full, image);
    this.#host.machine.diskUsedBytes += image.bytes * 2;
    return image;
  }
  /**
   * A container begins to run. Of those that ran under its name before, the last one stays to be looked at, as the kubelet
   * leaves it (`--maximum-dead-containers-per-container`, 1 unless told otherwise).
   */
  begin(container: Container): void {
    const before = [...this.containers.values()].filter(
      ({ id, name, podUid }) => podUid === container.podUid && name === container.name && id !== container.id,
    );
    for (const { id } of before.slice(0, -1)) this.containers.delete(id);
    this.containers.set(container.id, container);
  }
  /** Ends and forgets everything of a pod. */
  removePod(podUid: string): void {
    this.sandboxes.delete(podUid);
    for (const [id, container] of this.containers)
      if (container.podUid === podUid) this.containers.delete(id);
  }
  /** Power is gone: nothing runs; records of what ran stay. */
  halt(): void {
    this.cri = null;
    for (const sandbox of this.sandboxes.values()) sandbox.ready = false;
    for (const container of this.containers.values()) {
      if (container.state !== 'CONTAINER_RUNNING') continue;
      container.state = 'CONTAINER_EXITED';
      container.exitCode = 255;
      container.finishedAt = this.#host.machine.now();
    }
  }
}
