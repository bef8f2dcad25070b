/**
 * What the live sources (Docker, Kubernetes, the hosts, Harbor, edge, runner) tell, as plain rows for screens. All text has
 * been cleaned and masked by the service that read it. Times are epoch milliseconds; of the operator's clock where
 * called `at`, else as the source states them.
 */
import type { OurFile } from '../../drift/files.js';
import type { HostName, Text } from '../../lab/types.js';

/** How good the whole row is, by its source's own words; a screen adds sign and colour. */
export type Health = 'good' | 'busy' | 'warn' | 'bad' | 'off';

// ---------------------------------------------------------------- sources

/** Where facts come from; each is watched, breaks and recovers by itself. */
export type SourceName =
  | `docker@${HostName}`
  | `facts@${HostName}`
  | `journal@${HostName}`
  | 'kubernetes'
  | 'harbor'
  | 'edge'
  | 'runner';

/** Rows of a source are facts only while it is `live`; at any other time screens show them as old, with their age. */
export type SourceStatus =
  /** Nobody has asked yet. */
  | { readonly kind: 'idle' }
  /** There is none of it (not installed, before its phase): no trouble, said plainly. */
  | { readonly kind: 'absent'; readonly why: Text }
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'live'; readonly since: number }
  /** It was or should be there. `lastSeen`: when its rows were true last, null = never. */
  | {
      readonly kind: 'lost';
      readonly since: number;
      readonly lastSeen: number | null;
      readonly why: Text;
      readonly remedy: Text;
      readonly retryAt: number | null;
    };

// ---------------------------------------------------------------- Docker

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
export interface ContainerRow {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: ContainerState;
  /** null: the image has no health check. */
  readonly health: 'starting' | 'healthy' | 'unhealthy' | null;
  readonly exitCode: number | null;
  readonly restarts: number;
  /** `8080->8080/tcp`, as many as are published. */
  readonly ports: readonly string[];
  /** The Compose project, null outside of one. */
  readonly project: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}
/** Of a running container, streamed only for what is on screen. */
export interface ContainerUsage {
  readonly at: number;
  /** 100 = one core. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  /** null: no limit of its own. */
  readonly memoryLimitBytes: number | null;
}

// ---------------------------------------------------------------- Kubernetes

export type KubeKind =
  | 'Node'
  | 'Namespace'
  | 'Pod'
  | 'Deployment'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'Job'
  | 'Service'
  | 'Endpoints'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim';

/** What every object has. `namespace` is empty for what has none. */
interface KubeRowBase {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly createdAt: number;
  readonly health: Health;
  /** The word kubectl would show: `Running`, `CrashLoopBackOff`, `Ready,SchedulingDisabled`, `Bound`. */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}
export interface NodeRow extends KubeRowBase {
  readonly kind: 'Node';
  readonly roles: readonly string[];
  readonly version: string;
  readonly address: string;
  readonly runtime: string;
  /** `MemoryPressure` and the like, while true; `NetworkUnavailable` too. */
  readonly pressures: readonly string[];
}
export interface PodContainer {
  readonly name: string;
  readonly init: boolean;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** `ImagePullBackOff`, `Completed`, `Error` …, empty when it just runs. */
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | null;
}
export interface PodRow extends KubeRowBase {
  readonly kind: 'Pod';
  readonly node: string;
  readonly ip: string;
  readonly ready: number;
  readonly of: number;
  readonly restarts: number;
  readonly lastRestartAt: number | null;
  readonly owner: string;
  readonly containers: readonly PodContainer[];
}
export interface WorkloadRow extends KubeRowBase {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly wanted: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
  readonly images: readonly string[];
}
export interface JobRow extends KubeRowBase {
  readonly kind: 'Job';
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly wanted: number;
  readonly finishedAt: number | null;
}
export interface ServiceRow extends KubeRowBase {
  readonly kind: 'Service';
  readonly type: string;
  readonly clusterIp: string;
  /** `80:30080/TCP`, `3306/TCP`. */
  readonly ports: readonly string[];
}
export interface EndpointsRow extends KubeRowBase {
  readonly kind: 'Endpoints';
  readonly ready: readonly string[];
  readonly notReady: readonly string[];
}
export interface VolumeRow extends KubeRowBase {
  readonly kind: 'PersistentVolume' | 'PersistentVolumeClaim';
  readonly capacity: string;
  /** The claim of a volume, the volume of a claim; empty while unbound. */
  readonly boundTo: string;
  readonly storageClass: string;
}
export interface NamespaceRow extends KubeRowBase {
  readonly kind: 'Namespace';
}
export type KubeRow =
  NodeRow | NamespaceRow | PodRow | WorkloadRow | JobRow | ServiceRow | EndpointsRow | VolumeRow;

// ---------------------------------------------------------------- hosts

export interface UnitRow {
  /** `docker.service`. */
  readonly name: string;
  readonly active: string;
  readonly sub: string;
  /** `enabled`, `disabled`, `static`, `masked` …, empty when unknown. */
  readonly enabled: string;
  readonly description: string;
  readonly health: Health;
  /** One that the lab needs: shown first. */
  readonly ours: boolean;
}
export interface PortRow {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** Empty when the host does not say. */
  readonly process: string;
}
export interface MountRow {
  readonly path: string;
  readonly device: string;
  readonly type: string;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly inodesUsedPercent: number | null;
}
export interface ProcessRow {
  readonly pid: number;
  readonly user: string;
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly command: string;
}
export interface HostFacts {
  readonly at: number;
  readonly units: readonly UnitRow[];
  readonly ports: readonly PortRow[];
  readonly mounts: readonly MountRow[];
  readonly processes: readonly ProcessRow[];
  /** Written by steps of ours; the drifted ones first. */
  readonly files: readonly OurFile[];
  readonly rebootPending: boolean;
  /** Packages that ask for the reboot. */
  readonly rebootFor: readonly string[];
}

// ---------------------------------------------------------------- Harbor, edge, runner

export interface HarborFacts {
  readonly at: number;
  readonly version: string;
  readonly status: string;
  readonly components: readonly { readonly name: string; readonly status: string; readonly error: string }[];
  readonly projects: readonly {
    readonly name: string;
    readonly public: boolean;
    readonly repositories: number;
    readonly usedBytes: number | null;
    /** null: no quota. */
    readonly quotaBytes: number | null;
  }[];
  readonly repositories: readonly {
    readonly name: string;
    readonly artifacts: number;
    readonly pulls: number;
    readonly updatedAt: number | null;
    readonly tags: readonly string[];
  }[];
  /** Why projects and repositories are there or not: by the admin's password, for want of one, or because it is wrong. */
  readonly access?: 'admin' | 'no-password' | 'refused';
}
export interface EdgeFacts {
  readonly at: number;
  /** As `docker ps` words it, empty when there is no such container. */
  readonly container: string;
  readonly running: boolean;
  /** What `nginx -t` said in the container. */
  readonly configOk: boolean;
  readonly configWords: string;
  readonly certificate: {
    readonly subject: string;
    readonly names: readonly string[];
    readonly notAfter: number;
  } | null;
}
export interface RunnerFacts {
  readonly at: number;
  readonly active: boolean;
  readonly enabled: boolean;
  readonly version: string;
  readonly runners: readonly {
    readonly name: string;
    readonly url: string;
    readonly executor: string;
    /** null: the runner could not ask its server. */
    readonly valid: boolean | null;
  }[];
  /** When the runner last heard from its server by its own journal; null = not in the part that was read. */
  readonly lastContactAt: number | null;
}

// ---------------------------------------------------------------- the timeline

export interface LabEvent {
  /** Ascending, unique within a program run. */
  readonly seq: number;
  /** Operator's clock where the source's clock is known to be off, else the source's. */
  readonly at: number;
  readonly source: 'docker' | 'kubernetes' | 'systemd' | 'step' | 'gate' | 'link';
  readonly host: HostName | null;
  readonly health: Health;
  /** `pod threebody-prod/go-7d…`, `harbor-core`, `kubelet.service`, `B3`. */
  readonly about: string;
  /** `BackOff`, `die`, `failed` …: what the source calls it. */
  readonly what: string;
  readonly text: string;
  /** Our own words, where the event is ours: shown instead of `text`. */
  readonly say?: Text;
  /** How often, when the source counts. */
  readonly count: number;
}
