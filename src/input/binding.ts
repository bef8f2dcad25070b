/** What one row of the key table is. */
import type { Text } from '../lab/types.js';
import type { LiveFacts } from '../state/live/book.js';
import type { StreamReader } from '../state/live/stream.js';
import type { LogBook } from '../state/logs.js';
import type { Message } from '../state/messages.js';
import type { AppState, ScreenName } from '../state/types.js';
import type { KeyName } from './names.js';

/** Where a key works: on a screen, while a question is open, while text is typed, or everywhere but there. */
export type KeyPlace = ScreenName | 'dialog' | 'typing' | 'anywhere';

/** How far the text of the screen on top can be scrolled, and how much of it is in sight (rows). */
export interface Extent {
  readonly max: number;
  readonly page: number;
}

/** What keys need to know besides the state. */
export interface KeyContext {
  readonly logs: LogBook;
  readonly live: LiveFacts;
  readonly stream: StreamReader;
  readonly extent: (state: AppState) => Extent;
  /** At which row of the describe screen a line of the answer begins: long ones are wrapped. */
  readonly rowOf: (state: AppState, line: number) => number;
  /** What `y` copies from the screen on top, or null. */
  readonly copyable: (state: AppState) => string | null;
}

/** Done by the terminal side itself, not a matter of state. */
export type LocalAct = { readonly local: 'redraw' | 'suspend' };

export interface KeyBinding {
  /** Stable, e.g. `step.run`; docs and tests refer to it. */
  readonly id: string;
  readonly keys: readonly KeyName[];
  readonly places: readonly KeyPlace[];
  /** One or two words for the footer. */
  readonly label: Text;
  /** One sentence for help and docs. */
  readonly describe: Text;
  /** Rank in the footer, lowest first; null = only in help. */
  readonly footer: number | null;
  /** True for what changes a host or cannot be taken back. */
  readonly dangerous: boolean;
  /** Only while this holds the row is in force at all (another row may take the key). Absent = always. */
  readonly when?: (state: AppState) => boolean;
  /** Where on its screen it is in force, for help while it is not: `on the gates tab`. */
  readonly where?: Text;
  /** Keys as footer and help write them when that is not the list of them: `1-3`. */
  readonly shown?: (state: AppState) => string;
  /** Why it cannot be used now; null = it can. */
  readonly disabled: (state: AppState, live: LiveFacts) => Text | null;
  readonly act: (state: AppState, context: KeyContext, key: KeyName) => Message | LocalAct | null;
}

type Sketch = Pick<KeyBinding, 'id' | 'keys' | 'places' | 'label' | 'describe' | 'act'> & Partial<KeyBinding>;

/** A row with the common answers filled in: shown in help only, harmless, always usable. */
export function bind(sketch: Sketch): KeyBinding {
  return { footer: null, dangerous: false, disabled: () => null, ...sketch };
}
