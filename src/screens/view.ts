/** What screens see: the state, the log buffers, and how large they are. Screens are functions from this to lines. */
import { glyphs, type Glyphs } from '../term/glyphs.js';
import type { Language, Text } from '../lab/types.js';
import type { LiveFacts } from '../state/live/book.js';
import type { StreamReader } from '../state/live/stream.js';
import type { LogBook } from '../state/logs.js';
import type { AppState, TerminalView, VagrantPlan } from '../state/types.js';

/** The text of the Vagrantfile for three VMs. */
export type VagrantText = (plan: VagrantPlan) => string;

export interface View {
  readonly state: AppState;
  readonly logs: LogBook;
  readonly live: LiveFacts;
  /** Lines of the log that is followed. */
  readonly stream: StreamReader;
  readonly vagrantText: VagrantText;
}

export function langOf(view: View): Language {
  return view.state.lang;
}
export function glyphsOf(view: View): Glyphs {
  return glyphs(view.state.terminal.ascii);
}
/** The text in the language chosen now. */
export function inLang(view: View, text: Text): string {
  return text[view.state.lang];
}

export type Layout = 'tiny' | 'narrow' | 'compact' | 'full' | 'wide';

/** Which arrangement fits a terminal. `tiny` shows nothing but what is needed to get out of it. */
export function layoutOf(terminal: Pick<TerminalView, 'columns' | 'rows'>): Layout {
  const { columns, rows } = terminal;
  if (columns < 60 || rows < 16) return 'tiny';
  if (columns < 80) return 'narrow';
  if (columns < 116 || rows < 32) return 'compact';
  return columns < 160 ? 'full' : 'wide';
}

/** Rows between the header and the two lines at the bottom. */
export function bodyRows(terminal: Pick<TerminalView, 'rows'>): number {
  return Math.max(1, terminal.rows - HEADER_ROWS - FOOTER_ROWS);
}
export const HEADER_ROWS = 2;
export const FOOTER_ROWS = 2;
