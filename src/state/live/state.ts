/** The live slice: what of the live facts is being looked at. The facts themselves are in the book, log text in the stream. */
import type { OurFile } from '../../drift/files.js';
import type { HostName, Text } from '../../lab/types.js';
import type { TroubleView } from '../types.js';
import type { ContainerDialog } from './containers.js';
import type { LiveAct, LiveTarget } from './targets.js';

/** What the describe screen shows: nothing yet, the lines, or why there are none. */
export interface DetailView {
  readonly target: LiveTarget;
  readonly lines: readonly string[] | null;
  readonly trouble: TroubleView | null;
  /** A file of ours as it was when it was looked at; its lines are what is different. Null for all else. */
  readonly file: OurFile | null;
}

/** The one log that is followed; its lines are in the stream book. */
export interface StreamView {
  readonly target: LiveTarget;
  /** Of a container's life before this one. */
  readonly previous: boolean;
  /** Of the stream book; grows while lines come. */
  readonly revision: number;
  readonly ended: boolean;
  readonly trouble: TroubleView | null;
}

export interface LiveState {
  /** Of the live book; grows with every published change. */
  readonly revision: number;
  readonly detail: DetailView | null;
  readonly stream: StreamView | null;
  /** Under way now. */
  readonly acting: readonly LiveAct[];
  /** Where the shell is that has the terminal now. */
  readonly shell: LiveTarget | null;
  /** epoch ms: the last green smoke test, or when all gates that have been judged were green; null = never seen. */
  readonly lastGreenAt: number | null;
}

/** How a shell ended. */
export type ShellEnd =
  | { readonly kind: 'exited'; readonly exit: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  /** The connection broke. */
  | { readonly kind: 'lost' }
  /** The person left it with the escape. */
  | { readonly kind: 'left' }
  /** It never opened. */
  | { readonly kind: 'failed'; readonly trouble: TroubleView };

/** What live services report. */
export type LiveServiceMessage =
  | { readonly type: 'live'; readonly revision: number }
  | {
      readonly type: 'live.detail';
      readonly target: LiveTarget;
      readonly lines: readonly string[];
      /** What is known of the target, when it is a file of ours. */
      readonly file?: OurFile;
    }
  | { readonly type: 'live.detail-failed'; readonly target: LiveTarget; readonly trouble: TroubleView }
  /** A smoke test was green then, epoch ms. */
  | { readonly type: 'live.green'; readonly at: number }
  | { readonly type: 'live.stream'; readonly revision: number }
  | {
      readonly type: 'live.stream-ended';
      readonly target: LiveTarget;
      readonly trouble: TroubleView | null;
    }
  | { readonly type: 'live.acted'; readonly act: LiveAct; readonly trouble: TroubleView | null }
  | { readonly type: 'shell.ended'; readonly target: LiveTarget; readonly end: ShellEnd };

/** What a person does with live things. */
export type LiveUiMessage =
  /** Opens the describe screen; again on it: looks anew. */
  | { readonly type: 'live.describe'; readonly target: LiveTarget }
  /** Opens the stream screen and follows the log from its last lines on. */
  | { readonly type: 'live.follow'; readonly target: LiveTarget; readonly previous: boolean }
  /** What is followed, anew from its last lines on: after it ended or broke off. */
  | { readonly type: 'live.follow-again' }
  /** Ends following and leaves the screen. Leaving it in any other way ends following too. */
  | { readonly type: 'live.leave-stream' }
  /** Asks first; see the dialogs `confirm-act` and `typed-act`. */
  | { readonly type: 'ask.act'; readonly act: LiveAct }
  /** Several things can be done to an item: which one is chosen first. */
  | { readonly type: 'ask.acts'; readonly acts: readonly LiveAct[] }
  /** Several containers of a pod would do: which one is asked. */
  | { readonly type: 'ask.container'; readonly dialog: ContainerDialog }
  /** The terminal is the shell's from now on until `shell.ended`. */
  | { readonly type: 'shell.open'; readonly target: LiveTarget }
  /** Which containers of a host are on screen: only those are measured. */
  | { readonly type: 'live.looking'; readonly host: HostName; readonly ids: readonly string[] };

/** What update() asks of the live services. */
export type LiveEffect =
  | { readonly type: 'live.describe'; readonly target: LiveTarget }
  | { readonly type: 'live.follow'; readonly target: LiveTarget; readonly previous: boolean }
  | { readonly type: 'live.unfollow' }
  | { readonly type: 'live.act'; readonly act: LiveAct }
  | { readonly type: 'live.measure'; readonly host: HostName; readonly ids: readonly string[] }
  | { readonly type: 'shell.open'; readonly target: LiveTarget };

/** What is asked before an act. */
export type ActDialog =
  | { readonly kind: 'choose-act'; readonly acts: readonly LiveAct[]; readonly cursor: number }
  | { readonly kind: 'confirm-act'; readonly act: LiveAct; readonly risk: Text }
  /** What cannot be taken back: its name is typed. */
  | {
      readonly kind: 'typed-act';
      readonly act: LiveAct;
      readonly risk: Text;
      readonly expected: string;
      readonly input: string;
    };

export const NO_LIVE: LiveState = {
  revision: 0,
  detail: null,
  stream: null,
  acting: [],
  shell: null,
  lastGreenAt: null,
};
