/** The screen as Ink draws it: the parts of the frame, each a text of its own, and what is heard from the keyboard. */
import { Box, Text, useApp, useInput, usePaste } from 'ink';
import Spinner from 'ink-spinner';
import { memo, useEffect, type ReactElement } from 'react';
import { useStore } from 'zustand';
import { keyName } from '../input/names.js';
import { SPINNER_COLUMNS } from './frame.js';
import { isBusy, partsOf, type Part } from './picture.js';
import { viewOf, type Scene } from './scene.js';
import { painted } from './ui/line.js';

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

interface PartTextProps extends Omit<Part, 'key' | 'lines'> {
  readonly text: string;
  readonly rows: number;
}

/** A rectangle of fixed size with one text in it: it renders anew only when its text or place changes. */
const PartText = memo(function PartText({ top, left, columns, rows, text }: PartTextProps): ReactElement {
  return (
    <Box position="absolute" top={top} left={left} width={columns} height={rows}>
      <Text wrap="hard">{text}</Text>
    </Box>
  );
});

/** The whole frame, never larger than the terminal. */
export function Frame({ scene }: { readonly scene: Scene }): ReactElement {
  const state = useStore(scene.store);
  const { columns, rows, ascii, color } = state.terminal;
  return (
    // Nothing is cut here: every line is made to measure, and Ink's clipping takes as long as all the rest of a frame.
    <Box width={columns} height={rows}>
      {partsOf(viewOf(scene, state)).map(({ key, lines, ...place }) => (
        <PartText key={key} {...place} rows={lines.length} text={painted(lines, color, place.over)} />
      ))}
      {isBusy(state) && (
        <Box position="absolute" top={0} left={columns - SPINNER_COLUMNS} width={SPINNER_COLUMNS} height={1}>
          <Text wrap="hard">
            <Spinner type={ascii ? 'simpleDots' : 'toggle'} />
          </Text>
        </Box>
      )}
    </Box>
  );
}
