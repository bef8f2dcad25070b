/**
 * What the live services can do. Each writes what it sees into the lab's `LiveBook` and goes on by itself through lost
 * links, stopped daemons and restarts: a trouble is a `SourceStatus`, not an error. All text is cleaned and masked.
 */
import type { FileAct } from '../../drift/acts.js';
import type { OurFile } from '../../drift/files.js';
import type { HostName } from '../../lab/types.js';
import type { KubeKind } from '../../state/live/rows.js';
import type { RemoteTerminal, TerminalSize } from '../ports.js';

/** Text as it comes, whole lines or not. Resolves when the log ends or the signal fires. */
export interface LogOptions {
  /** Lines of the past to begin with. */
  readonly tail: number;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

export interface DockerConsole {
  /** Containers and events of a host's Docker until the signal fires. Absent where there is no Docker. */
  follow(host: HostName, signal: AbortSignal): Promise<void>;
  /** Whose CPU and memory are measured from now on: what is on screen. */
  measure(host: HostName, ids: readonly string[]): void;
  /** Everything Docker knows of one container, as YAML lines; values of environment variables that look secret are masked. */
  describe(host: HostName, id: string): Promise<readonly string[]>;
  log(host: HostName, id: string, options: LogOptions): Promise<void>;
  /** @throws Trouble in the daemon's words */
  act(host: HostName, id: string, act: 'restart' | 'stop' | 'start'): Promise<void>;
  /** A shell in a running container: bash where there is one, else sh. */
  shell(host: HostName, id: string, size: TerminalSize, signal: AbortSignal): Promise<RemoteTerminal>;
  close(): Promise<void>;
}

export interface KubeConsole {
  /** All kinds and events of the cluster until the signal fires. Absent before there is a control plane. */
  follow(signal: AbortSignal): Promise<void>;
  /** As `kubectl describe` would tell it: the object as YAML (secret values masked), its events below. */
  describe(kind: KubeKind, namespace: string, name: string): Promise<readonly string[]>;
  /** @param options.previous the log of the container's life before */
  log(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options: LogOptions & { readonly previous?: boolean },
  ): Promise<void>;
  deletePod(namespace: string, name: string): Promise<void>;
  scale(kind: 'Deployment' | 'StatefulSet', namespace: string, name: string, replicas: number): Promise<void>;
  restartRollout(
    kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
    namespace: string,
    name: string,
  ): Promise<void>;
  shell(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    size: TerminalSize,
    signal: AbortSignal,
  ): Promise<RemoteTerminal>;
  close(): Promise<void>;
}

export interface HostConsole {
  /** Units, ports, mounts, processes, files of ours, and what systemd reports, until the signal fires. */
  follow(host: HostName, signal: AbortSignal): Promise<void>;
  /** The journal of one unit, or of the whole host. */
  journal(host: HostName, unit: string | null, options: LogOptions): Promise<void>;
  /** `systemctl status` and `show` of a unit, its files, its last lines; null: what the host is as a whole. */
  describe(host: HostName, unit: string | null): Promise<readonly string[]>;
  restartUnit(host: HostName, unit: string): Promise<void>;
  shell(host: HostName, size: TerminalSize, signal: AbortSignal): Promise<RemoteTerminal>;
}

/** Files that steps of ours wrote on hosts. */
export interface FileConsole {
  /** One of them as it is now, and a unified diff from what was left there; no lines where there is none to be shown. */
  describe(
    host: HostName,
    path: string,
  ): Promise<{ readonly file: OurFile; readonly lines: readonly string[] }>;
  /** @throws Trouble when the file is not as it was seen, or nothing could be done */
  settle(host: HostName, file: OurFile, act: FileAct): Promise<void>;
}

/** Harbor by its API, the edge container, the GitLab runner: all on vm-docker. */
export interface PlatformConsole {
  follow(signal: AbortSignal): Promise<void>;
}

/** All of them, for one lab. */
export interface LiveServices {
  readonly docker: DockerConsole;
  readonly kube: KubeConsole;
  readonly host: HostConsole;
  readonly files: FileConsole;
  readonly platform: PlatformConsole;
}
