/** The screen as a still picture, for a report: at a size of its own, without questions and keys of the moment. */
import type { ScreenName } from '../state/types.js';
import type { Picture } from '../term/screen.js';
import { pictureOf } from './picture.js';
import type { View } from './view.js';

/** Wide enough for the three panes side by side, narrow enough to be read on paper. */
const COLUMNS = 120;
const ROWS = 36;

/**
 * A screen as it would be drawn now, with colour, whatever the terminal of the moment is like.
 * @param screen the one to be on top
 */
export function stillOf(view: View, screen: ScreenName): Picture {
  const { state } = view;
  const terminal = { columns: COLUMNS, rows: ROWS, color: true, ascii: false, linear: false };
  const ui = { ...state.ui, stack: [screen], dialog: null, waiting: [], notice: null, typing: null };
  return pictureOf({ ...view, state: { ...state, terminal, ui } });
}
