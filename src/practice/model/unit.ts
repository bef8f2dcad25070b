/** What a unit of systemd is, and why one failed. */
import { SIGNALS, type SignalName } from '../kernel/process.js';

export type Enablement = 'enabled' | 'disabled' | 'static' | 'generated' | 'alias' | 'transient';

export interface UnitSpec {
  /** With its type: `ssh.service`. */
  readonly name: string;
  readonly description: string;
  readonly enablement: Enablement;
  readonly active: boolean;
  /** A service that runs once and is inactive afterwards. */
  readonly oneshot?: boolean;
  /** A one-shot service that stays active (exited). */
  readonly remains?: boolean;
  readonly aliases?: readonly string[];
  /** The unit a timer or socket starts. */
  readonly triggers?: string;
  /** Name in its journal lines and in ps. */
  readonly process?: string;
  readonly user?: string;
  readonly memoryKiB?: number;
  /** TCP ports it listens on while active, with the address. */
  readonly listens?: readonly { readonly address: string; readonly port: number }[];
  readonly fragment?: string;
  readonly text?: string;
  /** Started first, and stopped together with them. */
  readonly requires?: readonly string[];
  /** Started too, whatever becomes of them. */
  readonly wants?: readonly string[];
  readonly after?: readonly string[];
  readonly wantedBy?: readonly string[];
  /** `Type=` as systemctl shows it. */
  readonly type?: string;
  /** More properties that `systemctl show` knows. */
  readonly properties?: Readonly<Record<string, string>>;
}
export interface Unit {
  readonly spec: UnitSpec;
  enablement: Enablement;
  masked: boolean;
  active: 'active' | 'inactive' | 'failed' | 'activating';
  /** The finer state, where it is not what follows from the rest: `auto-restart`. */
  sub?: string;
  pid: number;
  /** Host's clock, epoch ms. */
  changedAt: number;
  result: string;
  /** Exit status of the main process. */
  exitStatus: number;
  restarts: number;
}
/** Behaviour of one unit: a start that throws makes it fail with those words. */
export interface UnitHooks {
  readonly start?: () => void | Promise<void>;
  readonly stop?: () => void | Promise<void>;
  readonly reload?: () => void;
  /** The main process, when there is one in the process table. */
  readonly pid?: () => number;
  readonly timeoutMs?: number;
  readonly abort?: (signal?: SignalName) => void;
  readonly restart?: {
    readonly when: string;
    readonly afterMs: number;
    /** So many starts within the interval (10 s when absent), then it stays failed. */
    readonly burst: number;
    readonly intervalMs?: number;
  };
}
/** Why a unit failed, in systemd's terms. */
export class UnitFailure extends Error {
  override readonly name = 'UnitFailure';
  readonly status: number;
  /** `1/FAILURE`, `203/EXEC`. */
  readonly words: string;
  /** Lines for the journal before systemd's own. */
  readonly lines: readonly string[];
  readonly signal: SignalName | null;
  constructor(
    status: number,
    words: string,
    lines: readonly string[] = [],
    signal: SignalName | null = null,
  ) {
    super(lines[0] ?? words);
    this.status = status;
    this.words = words;
    this.lines = lines;
    this.signal = signal;
  }
  static ofExit(status: number, signal: SignalName | null): UnitFailure {
    return signal === null
      ? new UnitFailure(
          status,
          `${status}/${status === 1 ? 'FAILURE' : status === 2 ? 'INVALIDARGUMENT' : 'n/a'}`,
        )
      : new UnitFailure(SIGNALS[signal], `${SIGNALS[signal]}/${signal}`, [], signal);
  }
}
