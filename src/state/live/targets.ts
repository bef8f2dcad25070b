/** What a person can look into, follow, open a shell in, or act upon. Plain values: they travel in messages and effects. */
import type { OurFile } from '../../drift/files.js';
import type { HostName } from '../../lab/types.js';
import type { KubeKind } from './rows.js';

export type LiveTarget =
  | { readonly kind: 'host'; readonly host: HostName }
  | { readonly kind: 'unit'; readonly host: HostName; readonly unit: string }
  /** Of ours, by its absolute path. */
  | { readonly kind: 'file'; readonly host: HostName; readonly path: string }
  | {
      readonly kind: 'container';
      readonly host: HostName;
      readonly id: string;
      readonly name: string;
    }
  | {
      readonly kind: 'object';
      readonly object: KubeKind;
      readonly namespace: string;
      readonly name: string;
      /** Of a pod; empty = the first one. */
      readonly container: string;
    };

/** What is decided about a file of ours, as it was seen. */
export interface FileLiveAct {
  readonly act: 'restore-file' | 'keep-file' | 'adopt-file';
  readonly host: HostName;
  readonly file: OurFile;
}

/** What can be done to a target. All of it is asked first, journalled, and the gates it touches are asked again. */
export type LiveAct =
  | FileLiveAct
  | { readonly act: 'restart-unit'; readonly host: HostName; readonly unit: string }
  | {
      readonly act: 'restart-container' | 'stop-container' | 'start-container';
      readonly host: HostName;
      readonly id: string;
      readonly name: string;
    }
  | {
      readonly act: 'delete-pod';
      readonly namespace: string;
      readonly name: string;
      /** Of the pod's row; empty: nothing makes it anew. */
      readonly owner: string;
    }
  | {
      readonly act: 'scale';
      readonly object: 'Deployment' | 'StatefulSet';
      readonly namespace: string;
      readonly name: string;
      readonly from: number;
      readonly to: number;
    }
  | {
      readonly act: 'restart-rollout';
      readonly object: 'Deployment' | 'StatefulSet' | 'DaemonSet';
      readonly namespace: string;
      readonly name: string;
    };

/** A name by which buffers and positions of a target are kept. */
export function targetKey(target: LiveTarget): string {
  switch (target.kind) {
    case 'host':
      return `host:${target.host}`;
    case 'unit':
      return `unit:${target.host}/${target.unit}`;
    case 'file':
      return `file:${target.host}:${target.path}`;
    case 'container':
      return `container:${target.host}/${target.id}`;
    case 'object':
      return `object:${target.object}/${target.namespace}/${target.name}/${target.container}`;
  }
}
