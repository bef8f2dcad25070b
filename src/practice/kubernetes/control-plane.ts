/** The control plane of a host: what its static pods need to run, the sockets they open, and whether the API answers. */
import type { Host } from '../host.js';
import type { HttpHandler, TlsIdentity } from '../model/http.js';
import type { Listener, ListenerSpec } from '../model/listeners.js';
import { SystemError } from '../vfs/inode.js';
import { Serving } from './api/serving.js';
import { Cluster } from './cluster.js';
import type { PodContext } from './pod-context.js';
import type { ContainerRun } from './container-run.js';
import { listAt, textAt, type JsonMap } from './json.js';
import { ends, STAYS, type Behaviour } from './behaviour.js';

/** A serving API server. */
export interface ApiServer {
  readonly host: Host;
  readonly cluster: Cluster;
  readonly port: number;
  readonly version: string;
  /** PEM of the CA that signs its clients and itself. */
  readonly ca: string;
  readonly certificate: string;
  /** PEM keys that tokens of ServiceAccounts are signed and checked with. */
  readonly accountKeys: { readonly signs: string; readonly verifies: string };
}
const COMPONENTS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const;
type Component = (typeof COMPONENTS)[number];

function componentOf(container: JsonMap): Component | null {
  const program = textAt(container, 'command', 0);
  const name = program.slice(program.lastIndexOf('/') + 1);
  return COMPONENTS.find((component) => component === name) ?? null;
}
/** Value of `--flag=value` in a container's command. */
export function flagOf(container: JsonMap, flag: string): string {
  const words = [...listAt(container, 'command'), ...listAt(container, 'args')].map((word) => textAt(word));
  return words.find((word) => word.startsWith(`--${flag}=`))?.slice(flag.length + 3) ?? '';
}
const addressIn = (url: string) => /\/\/([\d.]+):/.exec(url)?.[1] ?? '';

function missingFile(host: Host, container: JsonMap, ...flags: readonly string[]): string | null {
  for (const flag of flags) {
    const path = flagOf(container, flag);
    if (path !== '' && host.volume.text(path) === null) return path;
  }
  return null;
}

/** What the components of a control plane do when they are started; null for any other program. */
export function controlPlaneBehaviour(context: PodContext, container: JsonMap): Behaviour | null {
  const { host } = context;
  const component = componentOf(container);
  const { controlPlane } = host.kube;
  switch (component) {
    case null:
      return null;
    case 'etcd': {
      const urls = ['listen-client-urls', 'listen-peer-urls'].flatMap((flag) =>
        flagOf(container, flag).split(','),
      );
      const foreign = urls.find(
        (url) => addressIn(url) !== '' && !host.machine.addresses.includes(addressIn(url)),
      );
      if (foreign !== undefined)
        return ends(
          1,
          1,
          `{"level":"fatal","msg":"discovery failed","error":"listen tcp ${foreign.replace(/^https?:\/\//, '')}: bind: cannot assign requested address"}`,
        );
      const lost = missingFile(host, container, 'cert-file', 'key-file', 'trusted-ca-file');
      return lost === null
        ? { ...STAYS, sturdy: true }
        : ends(1, 1, `open ${lost}: no such file or directory`);
    }
    case 'kube-apiserver': {
      const lost = missingFile(
        host,
        container,
        'tls-cert-file',
        'tls-private-key-file',
        'client-ca-file',
        'etcd-certfile',
        'service-account-key-file',
      );
      if (lost !== null) return ends(1, 1, `Error: open ${lost}: no such file or directory`);
      const port = Number(flagOf(container, 'secure-port') || 6443);
      if (controlPlane.taken(port))
        return ends(
          1,
          1,
          `Error: failed to create listener: failed to listen on 0.0.0.0:${port}: listen tcp 0.0.0.0:${port}: bind: address already in use`,
        );
      if (controlPlane.cluster === null)
        return ends(
          20,
          1,
          'F instance.go:290] Error creating leases: error creating storage factory: context deadline exceeded',
        );
      return { ...STAYS, sturdy: true };
    }
    case 'kube-controller-manager':
    case 'kube-scheduler': {
      const lost = missingFile(
        host,
        container,
        'kubeconfig',
        'root-ca-file',
        'service-account-private-key-file',
      );
      return lost === null ? STAYS : ends(1, 1, `stat ${lost}: no such file or directory`);
    }
    case 'kube-proxy':
      return STAYS;
  }
}

export class ControlPlane {
  readonly #host: Host;
  readonly #clusters = new Map<string, Cluster>();
  readonly #open = new Map<string, Listener>();
  /** What the running etcd serves. */
  cluster: Cluster | null = null;
  api: ApiServer | null = null;
  controllers = false;
  scheduler = false;
  proxy = false;
  #serving: Serving | null = null;

  constructor(host: Host) {
    this.#host = host;
  }
  /** Whether somebody else holds a port that a component wants. */
  taken(port: number): boolean {
    const mine = [...this.#open.values()].some((listener) => listener.port === port);
    return !mine && this.#host.listens('0.0.0.0', port);
  }
  /** Power is gone. */
  halt(): void {
    this.#serving?.close();
    this.#serving = null;
    this.#open.clear();
    this.cluster = null;
    this.api = null;
    this.controllers = false;
    this.scheduler = false;
    this.proxy = false;
  }
  /** Follows what runs: opens and closes sockets, joins the API server to its etcd. */
  settle(running: readonly { readonly run: ContainerRun; readonly spec: JsonMap }[]): void {
    const find = (component: Component, age: number) =>
      running.find(
        ({ run, spec }) => run.state === 'running' && run.age >= age && componentOf(spec) === component,
      );
    const etcd = find('etcd', 1);
    this.cluster =
      etcd === undefined ? null : this.#clusterOf(flagOf(etcd.spec, 'data-dir') || '/var/lib/etcd');
    const api = find('kube-apiserver', 2);
    this.api = api === undefined || this.cluster === null ? null : this.#serve(api.spec, this.cluster);
    this.controllers = this.api !== null && find('kube-controller-manager', 2) !== undefined;
    this.scheduler = this.api !== null && find('kube-scheduler', 2) !== undefined;
    const proxy = find('kube-proxy', 1);
    this.proxy = proxy !== undefined;
    const wanted: ListenerSpec[] = [];
    const listen = (address: string, port: number, process: string, extra: Partial<ListenerSpec> = {}) =>
      wanted.push({ address, port, process, pid: this.#pid(process), ...extra });
    if (etcd !== undefined) {
      for (const url of flagOf(etcd.spec, 'listen-client-urls').split(','))
        listen(addressIn(url), 2379, 'etcd');
      for (const url of flagOf(etcd.spec, 'listen-peer-urls').split(','))
        listen(addressIn(url), 2380, 'etcd');
      listen('127.0.0.1', 2381, 'etcd');
    }
    const fileOf = (flag: string) =>
      api === undefined ? '' : (this.#host.volume.text(flagOf(api.spec, flag)) ?? '');
    const tls = () => ({ cert: fileOf('tls-cert-file'), key: fileOf('tls-private-key-file') });
    this.#settleServing(tls);
    if (this.api !== null)
      listen('0.0.0.0', this.api.port, 'kube-apiserver', {
        http: this.#http,
        accept: (connection) =>
          this.#serving === null ? connection.destroy() : this.#serving.accept(connection),
        tls,
      });
    if (find('kube-controller-manager', 1) !== undefined) listen('127.0.0.1', 10_257, 'kube-controller');
    if (find('kube-scheduler', 1) !== undefined) listen('127.0.0.1', 10_259, 'kube-scheduler');
    if (proxy !== undefined) {
      listen('127.0.0.1', 10_249, 'kube-proxy');
      listen('0.0.0.0', 10_256, 'kube-proxy');
    }
    if (running.some(({ run }) => run.state === 'running' && run.name === 'calico-node' && run.age >= 2)) {
      listen('0.0.0.0', 179, 'bird');
      listen('127.0.0.1', 9099, 'calico-node');
    }
    this.#follow(wanted);
  }
  readonly #pids = new Map<string, number>();
  #pid(process: string): number {
    const known = this.#pids.get(process);
    if (known !== undefined) return known;
    const pid = this.#host.kernel.takePid();
    this.#pids.set(process, pid);
    return pid;
  }
  #follow(wanted: readonly ListenerSpec[]): void {
    const keys = new Map(wanted.map((spec) => [`${spec.address}:${spec.port}`, spec]));
    for (const [key, listener] of this.#open) {
      if (keys.has(key)) continue;
      listener.close();
      this.#open.delete(key);
    }
    for (const [key, spec] of keys) {
      if (this.#open.has(key) || spec.address === '') continue;
      try {
        this.#open.set(key, this.#host.listeners.open(spec));
      } catch (error) {
        // Somebody else holds the port: the component's own start will fail over that.
        if (!(error instanceof SystemError)) throw error;
      }
    }
  }
  /** The cluster that lies in a data directory; a new one when it is empty. */
  #clusterOf(dataDir: string): Cluster {
    const path = `${dataDir}/member/snap/db`;
    const id = this.#host.volume.text(path);
    const known = id === null ? undefined : this.#clusters.get(id);
    if (known !== undefined) return known;
    const made = new Cluster(`${this.#host.name}-${this.#clusters.size + 1}`, this.#host);
    this.#clusters.set(made.id, made);
    this.#host.volume.ensureDirectory(dataDir, { mode: 0o700 });
    this.#host.volume.ensureDirectory(`${dataDir}/member`, { mode: 0o700 });
    this.#host.volume.ensureDirectory(`${dataDir}/member/wal`, { mode: 0o700 });
    this.#host.volume.put(path, made.id, { mode: 0o600 });
    return made;
  }
  #serve(spec: JsonMap, cluster: Cluster): ApiServer {
    return {
      host: this.#host,
      cluster,
      port: Number(flagOf(spec, 'secure-port') || 6443),
      version: /:(v[\d.]+)/.exec(textAt(spec, 'image'))?.[1] ?? 'v1.30.0',
      ca: this.#host.volume.text(flagOf(spec, 'client-ca-file')) ?? '',
      certificate: this.#host.volume.text(flagOf(spec, 'tls-cert-file')) ?? '',
      accountKeys: {
        signs: this.#host.volume.text(flagOf(spec, 'service-account-signing-key-file')) ?? '',
        verifies: this.#host.volume.text(flagOf(spec, 'service-account-key-file')) ?? '',
      },
    };
  }
  /** Follows whether there is an API: a run of its server begins, goes on, or breaks off with all its connections. */
  #settleServing(identity: () => TlsIdentity): void {
    if (this.#serving !== null && this.#serving.api.cluster !== this.api?.cluster) {
      this.#serving.close();
      this.#serving = null;
    }
    if (this.api === null) return;
    if (this.#serving === null) this.#serving = new Serving(this.api, identity);
    this.#serving.api = this.api;
    this.#serving.tick();
  }
  readonly #http: HttpHandler = (request) => this.#serving?.whole(request) ?? null;
}
