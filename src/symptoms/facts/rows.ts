/** What a cluster says of itself, as rows: read from kubectl here, from a watch elsewhere. Plain data. */

export interface NodeRow {
  readonly name: string;
  readonly address: string;
  readonly unschedulable: boolean;
  readonly conditions: readonly ConditionRow[];
}
export interface ConditionRow {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly app: string;
  /** Kind of its owner: ReplicaSet, StatefulSet, DaemonSet, Job, Node. */
  readonly owner: string;
  /** ISO 8601. */
  readonly created: string;
  readonly uid: string;
  readonly deleting: boolean;
  readonly conditions: readonly ConditionRow[];
  readonly containers: readonly ContainerRow[];
}
export interface ContainerRow {
  readonly name: string;
  readonly init: boolean;
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: 'waiting' | 'running' | 'terminated';
  readonly reason: string;
  readonly message: string;
  readonly exit: number | null;
  readonly lastReason: string;
  readonly lastExit: number | null;
}
export interface WorkloadRow {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly wanted: number;
  readonly ready: number;
  /** A Job that has failed for good. */
  readonly failed: boolean;
  readonly reason: string;
}
export interface ServiceRow {
  readonly namespace: string;
  readonly name: string;
  readonly nodePort: number | null;
  readonly readyEndpoints: number;
}
export interface VolumeRow {
  readonly kind: 'PersistentVolume' | 'PersistentVolumeClaim';
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly reason: string;
}
export interface EventRow {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  /** uid of what it is about, as far as uids are known: a Pod of a StatefulSet has the name of the one before it. */
  readonly about: string;
}
export interface ClusterRows {
  readonly nodes: readonly NodeRow[];
  readonly pods: readonly PodRow[];
  readonly workloads: readonly WorkloadRow[];
  readonly services: readonly ServiceRow[];
  readonly volumes: readonly VolumeRow[];
  /** Oldest first. */
  readonly events: readonly EventRow[];
}
