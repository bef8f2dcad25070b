/** What a command is given: the call, the person's language, the streams, and ways to be stopped and to ask. */
import type { GateResult, Waiver } from '../gates/types.js';
import type { Language, Text } from '../lab/types.js';
import type { Runbook, Variant } from '../runbook/types.js';
import type { SavedState } from '../services/ports.js';
import type { LabView } from '../state/types.js';
import type { Asking } from './asking.js';
import type { CommandLine } from './parse.js';
import type { Streams } from './streams.js';

/** Exit status of a command: 0 all green · 1 something fails · 2 usage or lab file wrong · 3 something could not be checked. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What home is drawn from where no screen is open: what the computer has on record of a lab. */
export interface HomeSeen {
  readonly runbook: Runbook;
  readonly lab: LabView;
  readonly results: readonly GateResult[];
  readonly waivers: readonly Waiver[];
  readonly variants: Readonly<Record<string, Variant>>;
  readonly cursor: SavedState['cursor'];
  readonly language: Language;
  /** Epoch ms. */
  readonly now: number;
  readonly mask: (text: string) => string;
}

/** A screen in a report. */
export interface ReportPicture {
  /** One `<svg>` element made by this program, without secrets. */
  readonly svg: string;
  readonly caption: Text;
}

export interface CommandContext {
  readonly line: CommandLine;
  readonly language: Language;
  /** Colour for results (stdout). */
  readonly color: boolean;
  /** Colour for talk (stderr). */
  readonly talkColor: boolean;
  readonly ascii: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Absolute path of assets/. */
  readonly assets: string;
  readonly version: string;
  readonly streams: Streams;
  /** Null when nobody is there to be asked. */
  readonly asking: Asking | null;
  readonly stdin: NodeJS.ReadableStream;
  /** Fires when the person wants to stop (Ctrl-C, SIGTERM, SIGHUP). */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Draws home as it would open; the screens are loaded for it. */
  readonly drawHome: (seen: HomeSeen) => Promise<ReportPicture>;
  /** Tells a mistake or failure on stderr, and with `--debug` writes its stack to the program's log. */
  problem(error: unknown): void;
  /** From now on, what goes to the program's log goes through this first. */
  maskWith(mask: (text: string) => string): void;
}

export type Command = (context: CommandContext) => Promise<ExitCode>;

/** A sentence in the person's language, to stderr. */
export function talk(context: CommandContext, text: Text): void {
  context.streams.talk(text[context.language]);
}

/** The more serious of two exit codes: a wrong lab file explains everything else, then a failure, then not knowing. */
export function worse(a: ExitCode, b: ExitCode): ExitCode {
  const rank: readonly ExitCode[] = [0, 3, 1, 2];
  return rank.indexOf(a) >= rank.indexOf(b) ? a : b;
}
