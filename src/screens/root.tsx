/** The screen as Ink draws it: the parts of the frame, each a text of its own, and what is heard from the keyboard. */
import { Box, Text, useApp, useInput, usePaste } from 'ink';
import Spinner from 'ink-spinner';
import { memo, useEffect, useSyncExternalStore, type ReactElement } from 'react';
import { keyName } from '../input/names.js';
import { SPINNER_COLUMNS } from './frame.js';
import type { Frames, PaintedPart } from './painted-frame.js';

/** What reads the keyboard is told as the names of input/names.ts. */
export interface KeysProps {
  readonly onKey: (name: string) => void;
  readonly onPaste: (text: string) => void;
  /** Told how the terminal can be lent to the shell, as soon as there is a terminal. */
  readonly onReady: (suspend: (during: () => Promise<void>) => Promise<void>) => void;
}

/** Characters that are keys with names, where they come in one piece with others. */
const NAMED: Readonly<Record<string, string>> = {
  ' ': 'space',
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007F': 'backspace',
  '\b': 'backspace',
};
/** Between a control character and the letter that it is typed with, e.g. U+0015 and `u`. */
const CONTROL_OFFSET = 0x60;

function nameOfCharacter(char: string): string {
  const code = char.charCodeAt(0);
  return (
    NAMED[char] ?? (code > 0 && code < 0x1b ? `ctrl-${String.fromCharCode(code + CONTROL_OFFSET)}` : char)
  );
}

/** Draws nothing; tells what is pressed. */
export function Keys({ onKey, onPaste, onReady }: KeysProps): null {
  const { suspendTerminal } = useApp();
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
  useInput((input, key) => {
    const special = keyName('', key);
    if (special !== null || key.ctrl || key.meta) {
      const name = special ?? keyName(input, key);
      if (name !== null) onKey(name);
      return;
    }
    // Fast typing arrives as one piece; each character is a key of its own.
    for (const char of input) onKey(nameOfCharacter(char));
  });
  usePaste(onPaste);
  return null;
}

/** A rectangle of fixed size with one text in it: it renders anew only when its text or place changes. */
const PartText = memo(function PartText({
  top,
  left,
  columns,
  rows,
  text,
}: Omit<PaintedPart, 'key'>): ReactElement {
  return (
    <Box position="absolute" top={top} left={left} width={columns} height={rows}>
      <Text wrap="hard">{text}</Text>
    </Box>
  );
});

/** The whole frame, never larger than the terminal. */
export function Frame({ frames }: { readonly frames: Frames }): ReactElement {
  const { columns, rows, ascii, busy, parts } = useSyncExternalStore(frames.subscribe, frames.now);
  return (
    // Nothing is cut here: every line is made to measure, and Ink's clipping takes as long as all the rest of a frame.
    <Box width={columns} height={rows}>
      {parts.map(({ key, ...part }) => (
        <PartText key={key} {...part} />
      ))}
      {busy && (
        <Box position="absolute" top={0} left={columns - SPINNER_COLUMNS} width={SPINNER_COLUMNS} height={1}>
          <Text wrap="hard">
            <Spinner type={ascii ? 'simpleDots' : 'toggle'} />
          </Text>
        </Box>
      )}
    </Box>
  );
}
