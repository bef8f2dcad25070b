/**
 * What the program can ask of the outside world. Implementations live in the folders beside this file; tests and
 * use cases (engine/) know these interfaces only. Every failure a person can meet is thrown as a `Trouble`.
 * All text that comes back from a host has been through `cleanRemoteText` and secrets are masked.
 */
import type { Duplex } from 'node:stream';
import type { ProbeRequest, Recording, Waiver, GateResult } from '../gates/types.js';
import type { HostName, Lab, Text } from '../lab/types.js';
import type { StepId, Variant } from '../runbook/types.js';

// ---------------------------------------------------------------- links (services/ssh)

/** A host key as first seen or as changed. */
export interface HostKey {
  readonly host: HostName;
  /** `address:port` that was dialled. */
  readonly endpoint: string;
  /** e.g. `ssh-ed25519`. */
  readonly type: string;
  /** `SHA256:…` as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

/** Asked when a host is seen for the first time. A changed key is never asked about, it is refused. */
export type AskHostKey = (key: HostKey) => Promise<boolean>;

export type LinkStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'up'; readonly since: number; readonly sudo: 'nopasswd' | 'password' | 'none' }
  | {
      readonly kind: 'down';
      readonly code: string;
      readonly reason: Text;
      readonly remedy: Text;
      readonly lastSeen: number | null;
      /** epoch ms, null = will not retry by itself */ readonly retryAt: number | null;
    };

export interface RunOptions {
  /** `root` goes through sudo; the password, if one is needed, is fed on stdin. Default `user`. */
  readonly as?: 'root' | 'user';
  /** Gives a user's script the function `tb_root`, which runs the bash script on its stdin as root. */
  readonly withRoot?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with cleaned text as it arrives; when given, `stdout` in the result stays empty. */
  readonly onStdout?: (text: string) => void;
  /** For services that read frames: stdout as raw bytes, neither cleaned nor masked; `stdout` in the result stays empty. */
  readonly onBytes?: (chunk: Uint8Array) => void;
  /** What the script finds on its stdin, default nothing. The host's own time limit does not apply then. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Bytes kept of each stream; the rest is dropped and counted. Default 1 MiB; 64 KiB of stderr where stdout is handed on. */
  readonly maxBytes?: number;
}
export interface RunResult {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly droppedBytes: number;
  readonly durationMs: number;
}

/** What a byte stream leads to, as seen from the host. */
export type StreamTarget =
  /** A Unix socket, by OpenSSH's stream-local forwarding. */
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'port'; readonly address: string; readonly port: number }
  /** stdin and stdout of a command: words of ours only, nothing that a person or a host gave. */
  | { readonly kind: 'command'; readonly command: string };
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}
/** A terminal on a host. Its bytes belong to a terminal: they are neither cleaned nor masked. */
export interface RemoteTerminal {
  onData(listener: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** Resolves when the far end has ended, or the connection is lost (both null). Never rejects. */
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null }>;
  close(): void;
}

/** One SSH connection to one host, with at most eight channels at a time; more wait in line. */
export interface HostLink {
  readonly host: HostName;
  status(): LinkStatus;
  onStatus(listener: (status: LinkStatus) => void): () => void;
  /** Connects if needed (one attempt, throws Trouble). With `keep`, goes on reconnecting with backoff until closed. */
  open(options?: { readonly keep?: boolean; readonly signal?: AbortSignal }): Promise<void>;
  /** Runs a bash script: fed to `bash -s` on stdin, so nothing of it stands in an argv. */
  run(script: string, options?: RunOptions): Promise<RunResult>;
  /**
   * Opens a byte stream. Sockets and ports are not sessions: sshd's MaxSessions does not count them, so they wait for no
   * slot. It ends with the connection: whoever needs it again dials again.
   * @throws Trouble those of `open`, and `stream-refused` when the host does not let through or nothing answers there
   */
  dial(to: StreamTarget, signal?: AbortSignal): Promise<Duplex>;
  /**
   * Opens an interactive terminal: the login shell, or one command in it.
   * @param options.command already quoted for the login shell; null = the shell itself
   * @throws Trouble those of `open`, and `ssh-channel`
   */
  terminal(
    options: { readonly size: TerminalSize; readonly term: string; readonly command: string | null },
    signal?: AbortSignal,
  ): Promise<RemoteTerminal>;
  /** Ends the connection and dials anew: new groups, new environment. */
  renew(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
export interface Links {
  readonly lab: Lab;
  link(host: HostName): HostLink;
  close(): Promise<void>;
}

// ---------------------------------------------------------------- probes (services/probes)

export interface ProbeRunner {
  /**
   * Carries out all probes, at most one channel a host, side by side on the host. Always answers each request: what could
   * not be asked has `error` set. `onRecording` is called as each one comes in.
   */
  run(
    requests: readonly ProbeRequest[],
    options?: {
      readonly signal?: AbortSignal;
      readonly onRecording?: (id: string, recording: Recording) => void;
    },
  ): Promise<ReadonlyMap<string, Recording>>;
}

// ---------------------------------------------------------------- telemetry (services/telemetry)

export type UnitState = 'active' | 'inactive' | 'failed' | 'activating' | 'absent';
/** One reading of a host, every few seconds, from one long-lived remote loop. */
export interface Sample {
  /** Operator's clock, epoch ms, when the line arrived. */
  readonly at: number;
  /** Host's clock, epoch seconds. */
  readonly hostClock: number;
  readonly hostname: string;
  readonly os: string;
  readonly kernel: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  readonly load1: number;
  readonly cpus: number;
  readonly memTotalBytes: number;
  readonly memAvailableBytes: number;
  readonly diskTotalBytes: number;
  readonly diskUsedBytes: number;
  readonly units: Readonly<Record<string, UnitState>>;
  readonly rebootPending: boolean;
}
export interface Telemetry {
  /** Follows one host until the signal fires; comes back by itself when the link does. Resolves when stopped. */
  follow(
    host: HostName,
    options: {
      readonly units: readonly string[];
      readonly intervalSeconds: number;
      readonly signal: AbortSignal;
      readonly onSample: (sample: Sample) => void;
    },
  ): Promise<void>;
}

// ---------------------------------------------------------------- jobs (services/jobs)

/** Letters, digits, dots and hyphens; sorts by time: `20261122T014500-A3.write-block-k3x9`. */
export type JobId = string;
/** A file laid beside a job's script, as `$TB_FILES/<name>`: its contents (0600), or a link to a path of the host. */
export type StagedFile =
  | {
      readonly name: string;
      readonly content: string;
      /** The contents are to be masked in what the job prints. */
      readonly secret?: boolean;
    }
  | { readonly name: string; readonly path: string };
export interface JobSpec {
  readonly id: JobId;
  readonly host: HostName;
  readonly step: StepId;
  readonly action: string;
  readonly variant: Variant;
  readonly purpose: 'run' | 'undo';
  readonly as: 'root' | 'user';
  /** Prelude and script as one text; what the host executes with bash. */
  readonly script: string;
  readonly files: readonly StagedFile[];
  readonly timeoutMs: number;
  /** Who asked, `user@computer`. */
  readonly by: string;
}
export type JobEnd =
  | { readonly kind: 'exited'; readonly exit: number }
  | { readonly kind: 'timed-out' }
  /** Ended by its wrapper because it never stopped writing. */
  | { readonly kind: 'flooded' }
  | { readonly kind: 'cancelled'; /** what was still running when it was ended */ readonly left: string }
  /** The host lost power or the wrapper was killed: no exit code was ever written. */
  | { readonly kind: 'lost'; readonly reason: 'rebooted' | 'killed' };
/** A job as found on the host. */
export interface JobRecord {
  readonly id: JobId;
  readonly host: HostName;
  readonly step: StepId;
  readonly action: string;
  readonly variant: Variant;
  readonly purpose: 'run' | 'undo';
  readonly by: string;
  /** Host's clock, epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end: JobEnd | null;
  readonly outputBytes: number;
}
export interface Jobs {
  /** Uploads and starts detached. Throws Trouble `job-busy` (with the owner and age) when another job holds the host's lock. */
  start(spec: JobSpec): Promise<JobRecord>;
  /**
   * Follows a job's output from a byte offset until it ends. When the link is lost it waits for the link and goes on
   * where it was: no output twice, none lost. Aborting the signal stops following, not the job.
   */
  follow(
    host: HostName,
    id: JobId,
    options: {
      readonly fromByte: number;
      readonly signal: AbortSignal;
      readonly onOutput: (text: string, nextByte: number) => void;
    },
  ): Promise<JobRecord>;
  /** Contents of the secret files of a job that is still running: for a program that did not start it but shows its output. */
  secrets(host: HostName, id: JobId): Promise<readonly string[]>;
  /** Jobs of ours on the host, newest first: running ones, and ended ones of the last days. */
  list(host: HostName): Promise<readonly JobRecord[]>;
  /** TERM to the process group, KILL after five seconds; says what was left. */
  cancel(host: HostName, id: JobId): Promise<JobRecord>;
}

// ---------------------------------------------------------------- secrets (services/files), uploads (services/uploads)

/** Where the value of a secret comes from; the first of these that has one counts, `typed` also when it was kept. */
export type SecretOrigin = 'environment' | 'lab-file' | 'generated' | 'typed';
/** Values of secret parameters. Whatever comes out of here is masked in every output already. */
export interface Secrets {
  /** The file (0600) in which made ones, and typed ones if a person wants so, are kept. */
  readonly file: string;
  value(name: string): string | null;
  origin(name: string): SecretOrigin | null;
  /** Of these names, those that a person has to give. Makes nothing. */
  missing(names: readonly string[]): readonly string[];
  /** Of these names, those without a value that may stay empty: worth asking for, but nothing waits for them. */
  optional(names: readonly string[]): readonly string[];
  /** Makes and keeps those that the program makes itself, before they are used anywhere; returns the missing ones. */
  prepare(names: readonly string[]): Promise<readonly string[]>;
  /** What a person typed: remembered until the program ends or, with `keep`, in the file. Throws Trouble `secret-invalid`. */
  give(name: string, value: string, options: { readonly keep: boolean }): Promise<void>;
}

/** Large files of the operator's computer, brought to hosts once and kept there. */
export interface Uploads {
  /**
   * Sees to it that the host has the file; one that is there already is not sent again, a part is gone on from.
   * @param name what it shall be called on the host
   * @param options.onProgress a line for the log, now and then
   * @returns its path on the host, readable by everyone there who knows it
   */
  put(
    host: HostName,
    path: string,
    name: string,
    options: { readonly signal?: AbortSignal; readonly onProgress: (line: string) => void },
  ): Promise<string>;
}

// ---------------------------------------------------------------- the project's archive (services/project)

export type ProjectFormat = 'tar' | 'tar.gz' | 'zip';

/** The lab's repository as one file on the operator's computer. */
export interface ProjectArchive {
  readonly path: string;
  readonly format: ProjectFormat;
  /** How many files are in it; null when nobody looked into it. */
  readonly files: number | null;
  /** Paths of a person's folder that are not in it. */
  readonly leftOut: readonly string[];
  /** Removes what was made for it; a person's own archive stays. */
  remove(): Promise<void>;
}
export interface ProjectArchives {
  /** Looks at a person's own project before anything is begun. @throws Trouble `project-source` */
  check(own: string): Promise<void>;
  /**
   * Puts the archive together: no leading folder in what is made here.
   * @param own a person's folder or archive; null for the project that the program brings
   * @param fill puts the lab's values into a text of ours
   * @throws Trouble `project-…`
   */
  make(own: string | null, fill: (text: string) => string, signal: AbortSignal): Promise<ProjectArchive>;
}

// ---------------------------------------------------------------- what stays (services/journal, services/files)

export type JournalEntry =
  | {
      readonly kind: 'job';
      readonly at: number;
      readonly by: string;
      readonly host: HostName;
      readonly step: StepId;
      readonly action: string;
      readonly variant: Variant;
      readonly purpose: 'run' | 'undo';
      readonly job: JobId;
      readonly scriptHash: string;
      readonly startedAt: number;
      readonly endedAt: number;
      readonly end: JobEnd;
      readonly outputTail: string;
    }
  | {
      readonly kind: 'satisfied';
      readonly at: number;
      readonly by: string;
      readonly host: HostName;
      readonly step: StepId;
      readonly action: string;
    }
  | { readonly kind: 'gate'; readonly at: number; readonly result: GateResult }
  | { readonly kind: 'waiver'; readonly at: number; readonly waiver: Waiver; readonly withdrawn: boolean }
  /** Something done to a live thing, outside of all steps. */
  | {
      readonly kind: 'act';
      readonly at: number;
      readonly by: string;
      /** null: the cluster. */
      readonly host: HostName | null;
      /** `restart-unit`, `delete-pod` … */
      readonly act: string;
      /** `kubelet.service`, `threebody-prod/mysql-0`. */
      readonly about: string;
      /** What it was to be, as one sentence. */
      readonly say: Text;
      readonly endedAt: number;
      /** What went wrong; null when it was done. */
      readonly trouble: Text | null;
    };
export interface Journal {
  append(entry: JournalEntry): Promise<void>;
  /** Oldest first; damaged lines are skipped and counted. */
  read(filter?: {
    readonly step?: StepId;
    readonly limit?: number;
  }): Promise<{ readonly entries: readonly JournalEntry[]; readonly damaged: number }>;
  /**
   * Tells the newest entries that are there, then what other programs append; not what this one appends meanwhile.
   * @param options.onEntries never called with none; `past`: they were there when following began
   * @param options.onError what kept it from reading; following goes on
   * @returns stops it
   */
  follow(options: {
    readonly onEntries: (entries: readonly JournalEntry[], past: boolean) => void;
    readonly onError: (error: unknown) => void;
  }): () => void;
}

/** What is remembered between two runs of the program; the host and the journal know the rest. */
export interface SavedState {
  readonly version: 1;
  readonly results: readonly GateResult[];
  readonly waivers: readonly Waiver[];
  /** `<step>/<action>` → variant chosen by the person. */
  readonly variants: Readonly<Record<string, Variant>>;
  readonly cursor: { readonly phase: string; readonly step: string | null } | null;
}
export interface StateFile {
  /** A damaged or newer file is set aside under another name, never deleted; `setAside` tells its path. */
  load(): Promise<{ readonly state: SavedState; readonly setAside: string | null }>;
  /** Reads, changes and writes the file while no other program does: whole or not at all. */
  update(change: (disk: SavedState) => SavedState): Promise<void>;
  /** Calls back when another program has written the file. @returns stops it */
  onOthers(listener: () => void): () => void;
}
