/**
 * The program's beginning: puts a first line on the terminal before anything else is read, then loads the rest. Imports
 * nothing of ours at once, so that this line is there about as soon as Node itself is.
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';

const FIRST_LINE = 'threebody-tui …';
const ERASE_LINE = '\r\u001B[K';

const argv = process.argv.slice(2);
// Without a word that could be a command the screen is what is wanted; if it is not, the line is taken back.
let painted =
  !argv.some((word) => /^[^-]/.test(word)) && isatty(0) && isatty(1) && process.env['TERM'] !== 'dumb';

function draw(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // A terminal that takes no more just now (or is gone) does without the first line.
  }
}
function clear(): void {
  if (painted) draw(ERASE_LINE);
  painted = false;
}

if (painted) draw(FIRST_LINE);
const { enter } = await import('./commands/enter.js');
const status = await enter(argv, {
  // Beside dist/ as beside src/.
  assets: fileURLToPath(new URL('../assets', import.meta.url)),
  clear,
  async showScreen(call) {
    const { openScreen } = await import('./start-screen.js');
    clear();
    return openScreen(call);
  },
  async drawHome(seen) {
    const { homePicture } = await import('./home-picture.js');
    return homePicture(seen);
  },
  exit: (code) => process.exit(code),
});
// Whatever is still open (a socket saying goodbye, a timer) is not waited for: everything that counts is done and written.
process.exit(status);
