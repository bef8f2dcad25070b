/** The kubelet of a host: starts, crashes and tries again, drives the pods of its node, and tells the API about them. */
import { createHash } from 'node:crypto';
import type { Host } from '../host.js';
import { contactOf, type Contact } from './access.js';
import { calicoAddress } from './calico.js';
import type { PodContext } from './pod-context.js';
import { textAt, type JsonMap } from './json.js';
import { stamp, syncFailed } from './klog.js';
import { BOOTSTRAP_CONF, KUBELET_CONF, kubeletSettings, type KubeletSettings } from './kubelet-config.js';
import { reportNode } from './node-report.js';
import { PodRun } from './pod-run.js';
import { builtIn } from './resources.js';
import { staticPod } from './static-pod.js';
import { nameOf, namespaceOf, uidOf } from './store.js';

const UNIT = 'kubelet.service';
/** RestartSec of its unit, seconds. */
const PAUSE = 10;
const FLAPPING = 'signal: killed';

export class Kubelet {
  readonly #host: Host;
  settings: KubeletSettings | null = null;
  readonly pods = new Map<string, PodRun>();
  /** Seconds until the next try after a crash. */
  #pause = 0;
  #said: { words: string; at: number } = { words: '', at: 0 };
  readonly #bad = new Set<string>();
  #seconds = 0;
  #afterReboot = false;

  constructor(host: Host) {
    this.#host = host;
  }
  get running(): boolean {
    return this.settings !== null;
  }
  get nodeName(): string {
    return this.settings?.nodeName ?? this.#host.machine.hostname.toLowerCase();
  }
  /** The address it reports as InternalIP; empty when the one it was told is not on any card. */
  get nodeAddress(): string {
    const { machine } = this.#host;
    const wanted = this.settings?.nodeIp ?? '';
    if (wanted !== '') return machine.addresses.includes(wanted) ? wanted : '';
    return machine.routes.find((route) => route.destination === 'default')?.source ?? this.#host.address;
  }
  #log(words: string, priority = 6): void {
    this.#host.journal.write(UNIT, 'kubelet', words, {
      pid: this.#host.systemd.find(UNIT)?.pid ?? 1,
      priority,
    });
  }

  /** The unit was started: the program runs, and may end at once. */
  start(): void {
    this.#pause = 0;
    this.#host.kube.wake();
    // The unit is active only once this returns; then the program shows whether it stays.
    setImmediate(() => this.#begin());
  }
  stop(): void {
    this.settings = null;
    this.#pause = 0;
  }
  halt(): void {
    this.settings = null;
    this.#pause = 0;
    this.#afterReboot = true;
    for (const run of this.pods.values()) run.lost();
  }
  #begin(): void {
    const unit = this.#host.systemd.find(UNIT);
    if (
      unit === undefined ||
      (unit.active !== 'active' && unit.active !== 'activating') ||
      this.#host.power === 'off'
    )
      return;
    const found = kubeletSettings(this.#host);
    const now = this.#host.machine.now();
    if ('refused' in found) {
      this.settings = null;
      unit.active = 'activating';
      unit.sub = 'auto-restart';
      unit.pid = 0;
      unit.result = 'exit-code';
      unit.exitStatus = 1;
      unit.changedAt = now;
      this.#pause = PAUSE;
      // At a compressed time scale hundreds of tries go by; the journal shows them at their real pace.
      if (found.refused === this.#said.words && now - this.#said.at < PAUSE * 1000) return;
      this.#said = { words: found.refused, at: now };
      this.#log(`E${stamp(now)} run.go:74] ${found.refused}`, 3);
      const systemd = (words: string, priority: number) =>
        this.#host.journal.write(UNIT, 'systemd', words, { priority });
      systemd(`${UNIT}: Main process exited, code=exited, status=1/FAILURE`, 5);
      systemd(`${UNIT}: Failed with result 'exit-code'.`, 4);
      return;
    }
    this.settings = found;
    this.#said = { words: '', at: 0 };
    unit.active = 'active';
    delete unit.sub;
    unit.result = 'success';
    unit.exitStatus = 0;
    unit.changedAt = now;
    if (unit.pid === 0) unit.pid = this.#host.kernel.takePid();
    this.#log(`I${stamp(now)} server.go:467] "Kubelet version" kubeletVersion="${this.#host.kube.version}"`);
    if (this.#afterReboot) for (const run of this.pods.values()) run.restart();
    this.#afterReboot = false;
    this.#bad.clear();
  }
  #again(): void {
    const unit = this.#host.systemd.find(UNIT);
    if (unit === undefined || unit.active !== 'activating') return;
    unit.restarts += 1;
    if (this.#host.machine.now() - this.#said.at >= PAUSE * 1000)
      this.#host.journal.write(
        UNIT,
        'systemd',
        `${UNIT}: Scheduled restart job, restart counter is at ${unit.restarts}.`,
      );
    this.#begin();
  }

  /** One second passes. */
  tick(): void {
    this.#seconds += 1;
    if (this.#pause > 0) {
      this.#pause -= 1;
      if (this.#pause === 0) this.#again();
    }
    if (this.settings === null || !this.#host.systemd.isActive(UNIT)) return;
    const contact = contactOf(
      this.#host,
      this.#host.volume.text(KUBELET_CONF) === null ? BOOTSTRAP_CONF : KUBELET_CONF,
    );
    this.#syncStatic(contact);
    if (contact.api !== null) this.#syncApi(contact);
    else if (this.#seconds % 10 === 1)
      this.#log(
        `E${stamp(this.#host.machine.now())} kubelet_node_status.go:96] "Unable to register node with API server" err="Post \\"https://…/api/v1/nodes\\": ${contact.words}" node="${this.nodeName}"`,
        3,
      );
    for (const run of this.pods.values()) {
      this.#sync(run, contact);
      if (contact.api === null) continue;
      const { store } = contact.api.cluster;
      const [namespace, name] = [namespaceOf(run.pod), nameOf(run.pod)];
      if (store.get('Pod', namespace, name) !== undefined)
        store.setStatus(builtIn('Pod'), namespace, name, run.status(this.nodeAddress));
    }
  }
  /** One pod that fails leaves the others of the node alone. */
  #sync(run: PodRun, contact: Contact): void {
    try {
      run.tick(this.#context(run, contact), () => this.#give(contact));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const key = `${run.uid} ${why}`;
      if (!this.#bad.has(key)) this.#log(syncFailed(this.#host.machine.now(), run.pod, why), 3);
      this.#bad.add(key);
    }
  }
  #context(run: PodRun, contact: Contact): PodContext {
    const { runtime } = this.#host.kube;
    const mismatch = this.settings?.cgroupDriver === 'systemd' && runtime.cri?.systemdCgroup === false;
    return {
      host: this.#host,
      pod: run.pod,
      unsettled: mismatch ? FLAPPING : null,
      address: this.nodeAddress,
      net: run.net,
      volumes: run.volumes,
      log: this.#events(contact, run),
      find: (kind, name) =>
        contact.api === null
          ? undefined
          : (contact.api.cluster.store.get(kind, namespaceOf(run.pod), name) ?? null),
    };
  }
  #events(contact: Contact, run: PodRun): PodContext['log'] {
    const host = this.nodeName;
    return (type, reason, message, container) =>
      contact.api?.cluster.event(run.pod, type, reason, message, 'kubelet', {
        host,
        ...(container === undefined
          ? {}
          : { fieldPath: `spec.${container.init ? 'initContainers' : 'containers'}{${container.name}}` }),
      });
  }
  #give(contact: Contact): { readonly address: string } | { readonly why: string } {
    const missing = this.#host.kube.runtime.networkMissing;
    if (missing !== null) return { why: missing };
    return calicoAddress(
      this.#host,
      contact.api?.cluster ?? null,
      this.nodeName,
      [...this.pods.values()].map((run) => run.address),
    );
  }

  /** Pods whose manifests lie in the directory for static pods. */
  #syncStatic(contact: Contact): void {
    const dir = this.#host.volume.find(this.settings?.manifests ?? '');
    const names =
      dir?.kind === 'directory' ? [...dir.entries.keys()].filter((name) => !name.startsWith('.')) : [];
    const wanted = new Set<string>();
    for (const name of names) {
      const text = this.#host.volume.text(`${this.settings?.manifests ?? ''}/${name}`) ?? '';
      const uid = createHash('md5').update(`${name}\0${text}`).digest('hex');
      wanted.add(uid);
      if (this.pods.has(uid) || this.#bad.has(uid)) continue;
      const pod = staticPod(text, uid, this.nodeName);
      if (pod !== null) this.pods.set(uid, new PodRun(this.#host, pod, true));
      else {
        this.#bad.add(uid);
        this.#log(
          `E${stamp(this.#host.machine.now())} file.go:187] "Could not process manifest file" err="/etc/kubernetes/manifests/${name}: couldn't parse as pod" path="/etc/kubernetes/manifests/${name}"`,
          3,
        );
      }
    }
    for (const [uid, run] of this.pods) {
      if (!run.isStatic) continue;
      if (!wanted.has(uid)) {
        run.stop(this.#host);
        this.pods.delete(uid);
        contact.api?.cluster.store.delete(builtIn('Pod'), namespaceOf(run.pod), nameOf(run.pod));
      } else this.#mirror(contact, run);
    }
  }
  #mirror(contact: Contact, run: PodRun): void {
    if (contact.api === null || contact.api.cluster.node(this.nodeName) === undefined) return;
    const { store } = contact.api.cluster;
    const known = store.get('Pod', namespaceOf(run.pod), nameOf(run.pod));
    if (
      known !== undefined &&
      textAt(known, 'metadata', 'annotations', 'kubernetes.io/config.mirror') === run.uid
    )
      return;
    if (known !== undefined) store.delete(builtIn('Pod'), namespaceOf(known), nameOf(known));
    store.create(builtIn('Pod'), run.pod);
  }

  #syncApi(contact: Contact): void {
    if (contact.api === null) return;
    const { cluster } = contact.api;
    const { store } = cluster;
    const mine = `system:node:${this.nodeName}`;
    if (contact.user !== mine && !contact.groups.includes('system:bootstrappers')) {
      if (this.#seconds % 10 === 1)
        this.#log(
          `E${stamp(this.#host.machine.now())} kubelet_node_status.go:96] "Unable to register node with API server" err="nodes \\"${this.nodeName}\\" is forbidden: node \\"${contact.user.replace('system:node:', '')}\\" is not allowed to modify node \\"${this.nodeName}\\"" node="${this.nodeName}"`,
          3,
        );
      return;
    }
    reportNode(this.#host, cluster, this.nodeName, this.#seconds % 10 === 0);
    const theirs = store.list('Pod').filter((pod) => textAt(pod, 'spec', 'nodeName') === this.nodeName);
    const uids = new Set(theirs.map(uidOf));
    for (const pod of theirs) {
      if (textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== '') continue;
      const run = this.pods.get(uidOf(pod));
      if (run === undefined) this.pods.set(uidOf(pod), new PodRun(this.#host, pod, false));
      else run.pod = pod;
      if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') this.#finish(contact, pod);
    }
    for (const [uid, run] of this.pods) {
      if (run.isStatic || uids.has(uid)) continue;
      run.stop(this.#host);
      this.pods.delete(uid);
    }
  }
  #finish(contact: Contact, pod: JsonMap): void {
    const run = this.pods.get(uidOf(pod));
    if (run !== undefined && !run.leaving) {
      // It is gone a little later: until then its containers have time to end.
      run.leave(this.#host, this.#events(contact, run));
      return;
    }
    run?.stop(this.#host);
    this.pods.delete(uidOf(pod));
    contact.api?.cluster.store.delete(builtIn('Pod'), namespaceOf(pod), nameOf(pod));
  }
}
