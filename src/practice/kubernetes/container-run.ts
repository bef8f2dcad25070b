/** One container of a pod on a node: waiting, running, ended, tried again. */
import type { Host } from '../host.js';
import { missingConfig } from './container-config.js';
import { ContainerLog } from './container-log.js';
import {
  START_FAILED,
  statusOf,
  terminated,
  goDuration,
  type ContainerFacts,
  type ContainerState,
} from './container-status.js';
import { numberAt, textAt, type JsonMap } from './json.js';
import { ImagePull } from './image-pull.js';
import { outgrowsLimit } from './memory.js';
import { isStarted, PodProcess } from './pod-process.js';
import { Probes } from './probe.js';
import { STAYS } from './behaviour.js';
import { hexOf, type Container } from './runtime.js';
import type { PodContext } from './pod-context.js';
import { behaviourOf } from './workloads.js';

/** Seconds of simulated time. */
const START = 1;
const MAX_BACKOFF = 300;

export class ContainerRun {
  readonly spec: JsonMap;
  readonly init: boolean;
  state: ContainerState = 'waiting';
  reason: string;
  message = '';
  exitCode = 0;
  restarts = 0;
  ready = false;
  #pull: ImagePull;
  readonly #initially: string;
  #wait = 0;
  #backoff = 0;
  #age = 0;
  #outgrown = false;
  #startedAt = 0;
  #finishedAt = 0;
  #last: JsonMap | null = null;
  #container: Container | null = null;
  #process: PodProcess | null = null;
  #probes: Probes | null = null;
  #previous: ContainerLog | null = null;
  #digest = '';

  /** @param waits whether init containers come before it */
  constructor(spec: JsonMap, init: boolean, waits = init) {
    this.spec = spec;
    this.init = init;
    this.#initially = waits ? 'PodInitializing' : 'ContainerCreating';
    this.reason = this.#initially;
    this.#pull = new ImagePull(this.image, textAt(this.spec, 'imagePullPolicy'));
  }
  get name(): string {
    return textAt(this.spec, 'name');
  }
  get image(): string {
    return textAt(this.spec, 'image');
  }
  get done(): boolean {
    return this.state === 'terminated' && this.exitCode === 0;
  }
  /** Of its last run; null when it never ran. */
  get log(): ContainerLog | null {
    return this.#container?.log ?? null;
  }
  /** Of the run before this one; while it waits for its next try, that is the last there was. */
  get previousLog(): ContainerLog | null {
    return this.state === 'waiting' && this.#last !== null ? this.log : this.#previous;
  }
  /** Whether it runs on the machine; what the kubelet last knew of it outlives a power cut. */
  get alive(): boolean {
    return this.state === 'running' && this.#container?.state === 'CONTAINER_RUNNING';
  }
  get age(): number {
    return this.#age;
  }
  /** The running process; null for programs that are known by their behaviour only. */
  get process(): PodProcess | null {
    return this.#process;
  }

  /** One second passes. */
  tick(context: PodContext): void {
    if (this.state === 'running') this.#live(context);
    else if (this.state === 'waiting') this.#start(context);
    else if (this.exitCode !== 0 || !this.init) this.#maybeAgain(context);
  }
  #start(context: PodContext): void {
    if (this.#wait > 0) {
      this.#wait -= 1;
      return;
    }
    const { runtime } = context.host.kube;
    if (!runtime.serving) return;
    const missing = missingConfig(context, this.spec);
    if (missing !== null) {
      this.reason = 'CreateContainerConfigError';
      this.message = missing;
      return;
    }
    if (!this.#pull.ready(context)) {
      this.reason = this.#pull.problem?.reason ?? this.#initially;
      this.message = this.#pull.problem?.message ?? '';
      return;
    }
    const { host, pod } = context;
    const image = runtime.image(this.image)?.spec ?? null;
    const real = image !== null && image.tools.length + image.tree.length > 0;
    const behaviour = real ? STAYS : behaviourOf(context, this.spec);
    this.#previous = this.log;
    const log = new ContainerLog(() => host.machine.now());
    log.push(...behaviour.log);
    this.#probes = null;
    if (real) {
      const started = PodProcess.start(context, this.spec, image, context.net, context.volumes, (line) =>
        log.push(line),
      );
      if (!isStarted(started)) {
        if (started.message !== '') context.log('Warning', 'Failed', `Error: ${started.message}`);
        this.#startedAt = host.machine.now();
        if (started.failed) {
          this.state = 'running';
          this.#age = 0;
          this.#finish(host, START_FAILED, []);
          this.reason = 'StartError';
        } else {
          this.reason = started.reason;
          this.#wait = 3;
        }
        this.message = started.message;
        return;
      }
      this.#process = started;
      this.#probes = new Probes(this.spec);
    } else this.#process = null;
    this.#digest = image?.digest ?? '';
    this.#container = {
      id: hexOf(textAt(pod, 'metadata', 'uid'), this.name, this.restarts),
      name: this.name,
      image: this.image,
      podUid: textAt(pod, 'metadata', 'uid'),
      podName: textAt(pod, 'metadata', 'name'),
      namespace: textAt(pod, 'metadata', 'namespace'),
      attempt: this.restarts,
      state: 'CONTAINER_RUNNING',
      exitCode: 0,
      createdAt: host.machine.now(),
      finishedAt: 0,
      log,
    };
    runtime.begin(this.#container);
    this.state = 'running';
    this.reason = '';
    this.message = '';
    this.#age = 0;
    this.#outgrown = false;
    this.#startedAt = host.machine.now();
    context.log('Normal', 'Created', `Created container ${this.name}`, this);
    context.log('Normal', 'Started', `Started container ${this.name}`, this);
  }
  #live(context: PodContext): void {
    this.#age += 1;
    if (outgrowsLimit(this.spec)) {
      this.end(context.host, 137);
      this.#outgrown = true;
      this.reason = 'OOMKilled';
      return;
    }
    if (this.#process !== null) {
      this.#follow(context, this.#process);
      return;
    }
    const behaviour = behaviourOf(context, this.spec);
    behaviour.effect?.();
    if (behaviour.ends !== null && this.#age >= behaviour.ends.after) {
      this.end(context.host, behaviour.ends.code, behaviour.ends.log);
      return;
    }
    if (context.unsettled !== null && !behaviour.sturdy && this.#age >= 60 + (this.name.length % 7) * 10) {
      this.end(context.host, 137, [context.unsettled]);
      return;
    }
    const delay = numberAt(this.spec, 'readinessProbe', 'initialDelaySeconds') ?? 0;
    const probed = 'readinessProbe' in this.spec;
    this.ready =
      !this.init && behaviour.unready === null && this.#age >= (probed ? Math.max(2, delay) : START);
    if (behaviour.unready !== null && probed && this.#age % 10 === 5)
      context.log('Warning', 'Unhealthy', `Readiness probe failed: ${behaviour.unready}`, this);
  }
  /** A real process: what it and its probes say. */
  #follow(context: PodContext, process: PodProcess): void {
    if (process.exit !== null) {
      this.#finish(context.host, process.exit, []);
      return;
    }
    if (context.unsettled !== null && this.#age >= 60 + (this.name.length % 7) * 10) {
      this.end(context.host, 137, [context.unsettled]);
      return;
    }
    if (this.#probes === null || this.init) return;
    const { ready, kill, said } = this.#probes.tick(this.#age, {
      container: this.spec,
      process,
      net: context.net,
    });
    for (const words of said) context.log('Warning', 'Unhealthy', words, this);
    this.ready = ready && this.#age >= START;
    if (!kill) return;
    context.log(
      'Normal',
      'Killing',
      `Container ${this.name} failed ${'startupProbe' in this.spec && !ready ? 'startup' : 'liveness'} probe, will be restarted`,
    );
    this.end(context.host, 137);
  }
  /** The process ends, by somebody's hand. */
  end(host: Host, code: number, log: readonly string[] = []): void {
    if (this.state !== 'running') return;
    if (this.#process?.alive === true) {
      if (code === 0) this.#process.stop();
      else void this.#process.kill();
    }
    this.#finish(host, code, log);
  }
  #finish(host: Host, code: number, log: readonly string[] = []): void {
    if (this.state !== 'running') return;
    this.state = 'terminated';
    this.exitCode = code;
    this.ready = false;
    this.reason = code === 0 ? 'Completed' : 'Error';
    this.#finishedAt = host.machine.now();
    if (this.#container !== null) {
      this.#container.state = 'CONTAINER_EXITED';
      this.#container.exitCode = code;
      this.#container.finishedAt = this.#finishedAt;
      this.#container.log.push(...log);
    }
    // A container that lived ten minutes starts afresh: at once for the first time, then later and later.
    if (this.#age > 600) this.#backoff = 0;
    this.#wait = Math.max(1, this.#backoff);
    this.#backoff = Math.min(MAX_BACKOFF, this.#backoff === 0 ? 10 : this.#backoff * 2);
  }
  #maybeAgain(context: PodContext): void {
    const policy = textAt(context.pod, 'spec', 'restartPolicy') || 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && this.exitCode === 0)) return;
    this.#last = terminated(this.#facts);
    this.restarts += 1;
    this.state = 'waiting';
    if (this.#wait > 1) {
      this.reason = 'CrashLoopBackOff';
      this.message = `back-off ${goDuration(this.#wait)} restarting failed container=${this.name} pod=${textAt(context.pod, 'metadata', 'name')}_${textAt(context.pod, 'metadata', 'namespace')}`;
      context.log(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.name} in pod ${textAt(context.pod, 'metadata', 'name')}_${textAt(context.pod, 'metadata', 'namespace')}`,
        this,
      );
    } else this.reason = this.init ? 'PodInitializing' : 'ContainerCreating';
  }
  /** The machine went down under it, or the pod is started anew. */
  again(): void {
    if (this.state === 'terminated' && this.exitCode === 0 && this.init) return;
    void this.#process?.kill();
    this.#process = null;
    if (this.#container !== null) this.restarts += 1;
    this.state = 'waiting';
    this.ready = false;
    this.#wait = 0;
    this.#pull = new ImagePull(this.image, textAt(this.spec, 'imagePullPolicy'));
  }
  get #facts(): ContainerFacts {
    return {
      name: this.name,
      image: this.image,
      id: this.#container?.id ?? null,
      digest: this.#digest,
      ready: this.init ? this.done : this.ready,
      restarts: this.restarts,
      state: this.state,
      reason: this.reason,
      message: this.message,
      exitCode: this.exitCode,
      outgrown: this.#outgrown,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      last: this.#last,
    };
  }
  status(): JsonMap {
    return statusOf(this.#facts);
  }
}
