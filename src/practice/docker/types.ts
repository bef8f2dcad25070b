/** What a Docker engine keeps: containers, networks, volumes, images. */
import type { HttpHandler, TlsIdentity } from '../model/http.js';
import type { ImageSpec } from '../images/spec.js';

/** What the daemon answers when it will not: the words after `Error response from daemon: `. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

export interface StoredImage {
  readonly spec: ImageSpec;
  /** `nginx:alpine`, as docker shows them. */
  readonly names: Set<string>;
}
export interface MountSpec {
  readonly type: 'bind' | 'volume';
  /** Host path or volume name. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** An absent source is an error and not made (`--mount`, compose's long form). */
  readonly mustExist: boolean;
}
export interface PortSpec {
  readonly address: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}
export interface HealthSpec {
  readonly test: readonly string[];
  readonly firstMs: number;
}
export interface ContainerSpec {
  readonly name: string;
  /** As it was asked for. */
  readonly image: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly MountSpec[];
  readonly networks: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  readonly restart: { readonly name: string; readonly max: number };
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly workdir: string;
  readonly user: string;
  readonly hostname: string;
  readonly autoRemove: boolean;
  readonly health: HealthSpec | null;
}
export interface Network {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
}
export interface NamedVolume {
  readonly name: string;
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** One port that the program of a container serves. */
export interface Service {
  readonly http: HttpHandler;
  readonly tls?: () => TlsIdentity | null;
}
/** A started main process. */
export interface Running {
  readonly serves?: () => ReadonlyMap<number, Service>;
  /** Resolves with the exit status when it ends by itself or was stopped. */
  readonly ended: Promise<number>;
  readonly stop: (kill: boolean) => void;
}
