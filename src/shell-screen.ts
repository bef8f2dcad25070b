/** The terminal given to a shell, and taken back: what the program shows meanwhile is nothing. */
import { form } from './i18n/text.js';
import type { Language } from './lab/types.js';
import type { TerminalSeat } from './services/engine/live.js';
import { targetName } from './state/live/acts.js';
import { titleText } from './term/clipboard.js';
import { sitDown, type Seated } from './term/shell-seat.js';
import { readSize, type SizedStream } from './term/size.js';

const banner = form<{ where: string }>(
  (p) => `── shell: ${p.where} ── selesai: exit atau Ctrl-D ── bila tidak menjawab: Enter, lalu ~.`,
  (p) => `── shell: ${p.where} ── to end it: exit or Ctrl-D ── if it does not answer: Enter, then ~.`,
);
const asciiBar = /─/g;

interface ShellScreenOptions {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: SizedStream;
  readonly ascii: boolean;
  /** What the window is called again afterwards; null: it was not named by us. */
  readonly title: string | null;
  readonly language: () => Language;
  /** Takes the program off the terminal while `during` runs, and shows it again. */
  readonly suspend: (during: () => Promise<void>) => Promise<void>;
}

export interface ShellScreen extends TerminalSeat {
  /** Whether a shell has the terminal now. */
  taken(): boolean;
  /** The program is being ended: the terminal's modes are put back at once. */
  abandon(): void;
}

export function createShellScreen(options: ShellScreenOptions): ShellScreen {
  const { stdin, stdout, ascii, title } = options;
  let seated: Seated | null = null;
  return {
    size: () => readSize(stdout),
    async lend(terminal, target) {
      const words = banner({ where: targetName(target) })[options.language()];
      let end = { exit: null as number | null, signal: null as string | null, left: false };
      await options.suspend(async () => {
        seated = sitDown({
          terminal,
          stdin,
          stdout,
          banner: ascii ? words.replaceAll(asciiBar, '-') : words,
        });
        try {
          end = await seated.ended;
        } finally {
          seated = null;
          if (title !== null) stdout.write(titleText(title));
        }
      });
      if (end.left) return { kind: 'left' };
      if (end.signal !== null) return { kind: 'signalled', signal: end.signal };
      return end.exit === null ? { kind: 'lost' } : { kind: 'exited', exit: end.exit };
    },
    taken: () => seated !== null,
    abandon: () => seated?.abandon(),
  };
}
