/** One pod on its node, as the kubelet drives it: sandbox, init containers, containers, and the status it reports. */
import type { Host } from '../host.js';
import type { PodContext } from './pod-context.js';
import { ContainerRun } from './container-run.js';
import { isMap, listAt, textAt, type JsonMap } from './json.js';
import { PodVolumes } from './pod-files.js';
import { PodNet } from './pod-net.js';
import { hexOf } from './runtime.js';

export class PodRun {
  pod: JsonMap;
  readonly isStatic: boolean;
  readonly init: readonly ContainerRun[];
  readonly containers: readonly ContainerRun[];
  /** Its network; it has no address before the sandbox is there. */
  readonly net: PodNet;
  readonly volumes: PodVolumes;
  #startedAt: number;
  #sandbox = false;
  #leaving = false;
  #waits = 1;

  constructor(host: Host, pod: JsonMap, isStatic: boolean) {
    this.pod = pod;
    this.isStatic = isStatic;
    const runs = (key: string, init: boolean) =>
      listAt(pod, 'spec', key).flatMap((entry) =>
        isMap(entry) ? [new ContainerRun(entry, init, listAt(pod, 'spec', 'initContainers').length > 0)] : [],
      );
    this.init = runs('initContainers', true);
    this.containers = runs('containers', false);
    this.#startedAt = host.machine.now();
    this.net = new PodNet(host, textAt(pod, 'metadata', 'namespace'));
    this.volumes = new PodVolumes(host);
  }
  get address(): string {
    return this.net.address;
  }
  /** Whether its containers really run, so that its sockets tell what it answers. */
  get hasProcesses(): boolean {
    return this.containers.some((container) => container.process !== null);
  }
  get uid(): string {
    return textAt(this.pod, 'metadata', 'uid');
  }
  get hostNetwork(): boolean {
    return textAt(this.pod, 'spec', 'hostNetwork') === 'true';
  }
  get ready(): boolean {
    return this.containers.length > 0 && this.containers.every((container) => container.ready);
  }
  container(name: string): ContainerRun | undefined {
    return [...this.init, ...this.containers].find((container) => container.name === name);
  }

  /** One second passes. @param give an address of the node's share of the pod network, or why there is none */
  tick(
    context: PodContext,
    give: (uid: string) => { readonly address: string } | { readonly why: string },
  ): void {
    if (this.#leaving) return;
    const { host } = context;
    const { runtime } = host.kube;
    if (!this.#sandbox) {
      if (!runtime.serving || this.#waits > 0) {
        this.#waits -= 1;
        return;
      }
      if (this.hostNetwork) this.net.address = context.address;
      else {
        const given = give(this.uid);
        if ('why' in given) {
          context.log(
            'Warning',
            'FailedCreatePodSandBox',
            `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${hexOf(this.uid)}": ${given.why}`,
          );
          this.#waits = 5;
          return;
        }
        this.net.address = given.address;
      }
      this.#sandbox = true;
      const old = runtime.sandboxes.get(this.uid);
      runtime.sandboxes.set(this.uid, {
        id: hexOf('sandbox', this.uid, (old?.attempt ?? -1) + 1),
        podUid: this.uid,
        podName: textAt(this.pod, 'metadata', 'name'),
        namespace: textAt(this.pod, 'metadata', 'namespace'),
        ready: true,
        createdAt: host.machine.now(),
        attempt: (old?.attempt ?? -1) + 1,
      });
      runtime.keep(runtime.cri?.sandboxImage ?? 'registry.k8s.io/pause:3.9');
    }
    if (runtime.cri === null && !runtime.running) return;
    const pending = this.init.find((container) => !container.done);
    if (pending !== undefined) {
      pending.tick(context);
      return;
    }
    for (const container of this.containers) container.tick(context);
  }
  /** The node came back after a power cut: everything starts again in a new sandbox. */
  restart(): void {
    // What has come to its end is not begun again.
    const policy = textAt(this.pod, 'spec', 'restartPolicy') || 'Always';
    if (policy !== 'Always' && this.containers.every((one) => one.state === 'terminated')) return;
    this.#sandbox = false;
    this.net.clear();
    this.net.address = this.hostNetwork ? this.address : '';
    this.#waits = 1;
    for (const container of [...this.init, ...this.containers]) container.again();
  }
  /** It is asked to end; what it does not do any more is begin anything. */
  get leaving(): boolean {
    return this.#leaving;
  }
  leave(host: Host, log: PodContext['log']): void {
    this.#leaving = true;
    for (const container of [...this.init, ...this.containers]) {
      if (container.state === 'running')
        log('Normal', 'Killing', `Stopping container ${container.name}`, container);
      container.end(host, 0);
    }
  }
  stop(host: Host): void {
    for (const container of [...this.init, ...this.containers]) container.end(host, 0);
    host.kube.runtime.removePod(this.uid);
  }

  /** Power is gone: what ran is not there any more. */
  lost(): void {
    for (const container of [...this.init, ...this.containers]) void container.process?.kill();
    this.net.clear();
  }

  status(nodeAddress: string): JsonMap {
    const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
    const initialised = this.init.every((container) => container.done);
    const restartable = (textAt(this.pod, 'spec', 'restartPolicy') || 'Always') === 'Always';
    const ended = !restartable && this.containers.every((container) => container.state === 'terminated');
    const failed = ended && this.containers.some((container) => container.exitCode !== 0);
    const started = this.containers.some(
      (container) => container.state === 'running' || container.restarts > 0,
    );
    const initFailed =
      !restartable &&
      this.init.some(
        (one) =>
          one.state === 'terminated' &&
          one.exitCode !== 0 &&
          textAt(this.pod, 'spec', 'restartPolicy') === 'Never',
      );
    const phase = initFailed || failed ? 'Failed' : ended ? 'Succeeded' : started ? 'Running' : 'Pending';
    const waiting = this.containers
      .filter((container) => !container.ready)
      .map((container) => container.name);
    const condition = (type: string, met: boolean, reason = '', message = ''): JsonMap => ({
      type,
      status: met ? 'True' : 'False',
      lastProbeTime: null,
      lastTransitionTime: time(this.#startedAt),
      ...(met || reason === '' ? {} : { reason, message }),
    });
    const unready = `containers with unready status: [${waiting.join(' ')}]`;
    const incomplete = `containers with incomplete status: [${this.init
      .filter((one) => !one.done)
      .map((one) => one.name)
      .join(' ')}]`;
    return {
      phase,
      conditions: [
        condition('PodReadyToStartContainers', this.#sandbox),
        condition('Initialized', initialised, 'ContainersNotInitialized', incomplete),
        condition('Ready', this.ready, ended ? 'PodCompleted' : 'ContainersNotReady', unready),
        condition('ContainersReady', this.ready, ended ? 'PodCompleted' : 'ContainersNotReady', unready),
        condition('PodScheduled', true),
      ],
      hostIP: nodeAddress,
      hostIPs: [{ ip: nodeAddress }],
      ...(this.address === '' ? {} : { podIP: this.address, podIPs: [{ ip: this.address }] }),
      startTime: time(this.#startedAt),
      ...(this.init.length === 0
        ? {}
        : { initContainerStatuses: this.init.map((container) => container.status()) }),
      containerStatuses: this.containers.map((container) => container.status()),
      qosClass: 'Burstable',
    };
  }
}
