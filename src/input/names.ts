/** Names of keys, as the key table, the help screen and docs/keys.md write them. */
import type { Key } from 'ink';

/** A printable character stands for itself; others have names. */
export type KeyName = string;

/** What Ink tells about a key press → its name; `null` for what is no key of ours (unknown sequences, releases). */
export function keyName(input: string, key: Key): KeyName | null {
  if (key.eventType === 'release') return null;
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.pageUp) return 'pageup';
  if (key.pageDown) return 'pagedown';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.return) return 'enter';
  if (key.escape) return 'esc';
  if (key.tab) return key.shift ? 'shift-tab' : 'tab';
  if (key.backspace) return 'backspace';
  if (key.delete) return 'delete';
  if (key.meta || input === '') return null;
  if (key.ctrl) return `ctrl-${input.toLowerCase()}`;
  if (input === ' ') return 'space';
  return input;
}

const SHOWN: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  enter: 'Enter',
  esc: 'Esc',
  tab: 'Tab',
  'shift-tab': 'Shift-Tab',
  space: 'Space',
  backspace: 'Backspace',
  delete: 'Del',
};
const SHOWN_ASCII: Readonly<Record<string, string>> = {
  up: 'Up',
  down: 'Down',
  left: 'Left',
  right: 'Right',
};

/** A key as people read it: `↑`, `Enter`, `Ctrl-L`, `r`. */
export function shownKey(name: KeyName, ascii = false): string {
  if (name.startsWith('ctrl-')) return `Ctrl-${name.slice(5).toUpperCase()}`;
  return (ascii ? SHOWN_ASCII[name] : undefined) ?? SHOWN[name] ?? name;
}
