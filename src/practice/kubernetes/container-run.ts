/** One container of a pod on a node: waiting, running, ended, tried again. */
import type { Host } from '../host.js';
import { isMap, listAt, mapAt, numberAt, textAt, type Json, type JsonMap } from './json.js';
import { imageName } from './registry.js';
import { hexOf, type Container } from './runtime.js';
import { behaviourOf } from './workloads.js';

/** Seconds of simulated time. */
const PULL = 3;
const START = 1;
const MAX_BACKOFF = 300;

export interface PodContext {
  readonly host: Host;
  readonly pod: JsonMap;
  /** Why containers of this node do not live long; null when they do. */
  readonly unsettled: string | null;
  readonly address: string;
  readonly log: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** Text of a secret's or config map's key, or null; undefined when the API cannot be asked. */
  readonly find: (kind: 'Secret' | 'ConfigMap', name: string) => JsonMap | null | undefined;
}
type State = 'waiting' | 'running' | 'terminated';

export class ContainerRun {
  readonly spec: JsonMap;
  readonly init: boolean;
  state: State = 'waiting';
  reason: string;
  message = '';
  exitCode = 0;
  restarts = 0;
  ready = false;
  #pull: 'none' | 'under-way' | 'failed' | 'done' = 'none';
  #wait = 0;
  #backoff = 0;
  #age = 0;
  #startedAt = 0;
  #finishedAt = 0;
  #last: JsonMap | null = null;
  #container: Container | null = null;

  constructor(spec: JsonMap, init: boolean) {
    this.spec = spec;
    this.init = init;
    this.reason = init ? 'PodInitializing' : 'ContainerCreating';
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
  get log(): readonly string[] {
    return this.#container?.log ?? [];
  }
  get age(): number {
    return this.#age;
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
    const missing = this.#missingConfig(context);
    if (missing !== null) {
      this.reason = 'CreateContainerConfigError';
      this.message = missing;
      return;
    }
    if (runtime.image(this.image) === undefined || textAt(this.spec, 'imagePullPolicy') === 'Always') {
      if (this.#pull === 'none') this.#pullImage(context);
      if (this.#pull !== 'done') {
        if (this.#pull === 'failed') this.#pull = 'none';
        return;
      }
    }
    this.#pull = 'none';
    const behaviour = behaviourOf(context, this.spec);
    const { host, pod } = context;
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
      log: [...behaviour.log],
    };
    runtime.containers.set(this.#container.id, this.#container);
    this.state = 'running';
    this.reason = '';
    this.message = '';
    this.#age = 0;
    this.#startedAt = host.machine.now();
    context.log('Normal', 'Started', `Started container ${this.name}`);
  }
  #pullImage(context: PodContext): void {
    const { host } = context;
    this.#pull = 'under-way';
    this.#wait = PULL;
    context.log('Normal', 'Pulling', `Pulling image "${this.image}"`);
    void host.kube.runtime.pull(this.image, this.#login(context)).then((wrong) => {
      if (wrong === null) {
        this.#pull = 'done';
        context.log('Normal', 'Pulled', `Successfully pulled image "${this.image}"`);
        return;
      }
      this.#pull = 'failed';
      this.#backoff = Math.min(MAX_BACKOFF, Math.max(10, this.#backoff * 2));
      this.#wait = this.#backoff;
      this.reason = this.reason === 'ErrImagePull' ? 'ImagePullBackOff' : 'ErrImagePull';
      this.message = this.reason === 'ErrImagePull' ? wrong : `Back-off pulling image "${this.image}"`;
      context.log('Warning', 'Failed', `Failed to pull image "${this.image}": ${wrong}`);
      context.log('Warning', 'Failed', 'Error: ErrImagePull');
    });
  }
  /** User and password for the image's registry from the pod's pull secrets. */
  #login(context: PodContext): string | null {
    const { registry } = imageName(this.image);
    for (const reference of listAt(context.pod, 'spec', 'imagePullSecrets')) {
      const secret = context.find('Secret', textAt(reference, 'name'));
      const text = Buffer.from(textAt(secret ?? undefined, 'data', '.dockerconfigjson'), 'base64').toString(
        'utf8',
      );
      if (text === '') continue;
      let config: unknown;
      try {
        config = JSON.parse(text);
      } catch {
        continue;
      }
      if (!isMap(config)) continue;
      const entry = mapAt(config, 'auths', registry);
      const auth = textAt(entry, 'auth');
      if (auth !== '') return Buffer.from(auth, 'base64').toString('utf8');
      if (textAt(entry, 'username') !== '')
        return `${textAt(entry, 'username')}:${textAt(entry, 'password')}`;
    }
    return null;
  }
  #missingConfig(context: PodContext): string | null {
    const references: readonly (readonly ['Secret' | 'ConfigMap', Json, boolean])[] = [
      ...listAt(this.spec, 'env').flatMap((entry) => [
        ['Secret', mapAt(entry, 'valueFrom', 'secretKeyRef'), true] as const,
        ['ConfigMap', mapAt(entry, 'valueFrom', 'configMapKeyRef'), true] as const,
      ]),
      ...listAt(this.spec, 'envFrom').flatMap((entry) => [
        ['Secret', mapAt(entry, 'secretRef'), false] as const,
        ['ConfigMap', mapAt(entry, 'configMapRef'), false] as const,
      ]),
    ];
    for (const [kind, reference, keyed] of references) {
      const name = textAt(reference, 'name');
      if (name === '' || textAt(reference, 'optional') === 'true') continue;
      const found = context.find(kind, name);
      if (found === undefined) continue;
      if (found === null) return `${kind.toLowerCase()} "${name}" not found`;
      const key = textAt(reference, 'key');
      if (keyed && !(key in mapAt(found, 'data')))
        return `couldn't find key ${key} in ${kind} ${textAt(context.pod, 'metadata', 'namespace')}/${name}`;
    }
    return null;
  }
  #live(context: PodContext): void {
    this.#age += 1;
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
      context.log('Warning', 'Unhealthy', `Readiness probe failed: ${behaviour.unready}`);
  }
  /** The process ends. */
  end(host: Host, code: number, log: readonly string[] = []): void {
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
    // A container that lived ten minutes starts afresh.
    this.#backoff =
      this.#age > 600 ? 10 : Math.min(MAX_BACKOFF, this.#backoff === 0 ? 10 : this.#backoff * 2);
    this.#wait = this.#backoff === 10 && this.restarts === 0 ? 1 : this.#backoff;
  }
  #maybeAgain(context: PodContext): void {
    const policy = textAt(context.pod, 'spec', 'restartPolicy') || 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && this.exitCode === 0)) return;
    this.#last = this.#terminated();
    this.restarts += 1;
    this.state = 'waiting';
    if (this.#wait > 1) {
      this.reason = 'CrashLoopBackOff';
      this.message = `back-off ${this.#wait}s restarting failed container=${this.name} pod=${textAt(context.pod, 'metadata', 'name')}_${textAt(context.pod, 'metadata', 'namespace')}`;
      context.log(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.name} in pod ${textAt(context.pod, 'metadata', 'name')}_${textAt(context.pod, 'metadata', 'namespace')}`,
      );
    } else this.reason = this.init ? 'PodInitializing' : 'ContainerCreating';
  }
  /** The machine went down under it, or the pod is started anew. */
  again(): void {
    if (this.state === 'terminated' && this.exitCode === 0 && this.init) return;
    if (this.#container !== null) this.restarts += 1;
    this.state = 'waiting';
    this.ready = false;
    this.#wait = 0;
    this.#pull = 'none';
  }
  #terminated(): JsonMap {
    const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      terminated: {
        exitCode: this.exitCode,
        reason: this.exitCode === 0 ? 'Completed' : 'Error',
        startedAt: time(this.#startedAt),
        finishedAt: time(this.#finishedAt),
        containerID: `containerd://${this.#container?.id ?? ''}`,
      },
    };
  }
  status(): JsonMap {
    const image = this.#container === null ? this.image : imageName(this.image).full;
    return {
      name: this.name,
      image,
      imageID:
        this.#container === null ? '' : `${image.replace(/[:@][^/]*$/, '')}@sha256:${hexOf('image', image)}`,
      ready: this.init ? this.done : this.ready,
      restartCount: this.restarts,
      started: this.state === 'running',
      ...(this.#container === null ? {} : { containerID: `containerd://${this.#container.id}` }),
      lastState: this.#last ?? {},
      state:
        this.state === 'running'
          ? { running: { startedAt: new Date(this.#startedAt).toISOString().replace(/\.\d+Z$/, 'Z') } }
          : this.state === 'waiting'
            ? { waiting: { reason: this.reason, ...(this.message === '' ? {} : { message: this.message }) } }
            : this.#terminated(),
    };
  }
}
