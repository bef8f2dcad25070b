/** stty: the size of the terminal, and whether it echoes. */
import type { Program } from '../kernel/kernel.js';
import { terminalOf, USUAL_SIZE } from '../terminal.js';

export const stty: Program = async (process, args) => {
  const terminal = terminalOf(process);
  if (!process.tty) return process.fail("'standard input': Inappropriate ioctl for device");
  const { columns, rows } = terminal?.size ?? USUAL_SIZE;
  const [word, ...rest] = args;
  switch (word) {
    case undefined:
      await process.out(
        `speed 38400 baud; line = 0;\n${terminal?.echo === false ? '-echo\n' : ''}-brkint -imaxbel iutf8\n`,
      );
      return 0;
    case 'size':
      await process.out(`${rows} ${columns}\n`);
      return 0;
    case 'sane':
    case 'echo':
    case '-echo':
      if (rest.length > 0) return process.refuse(`stty ${args.join(' ')}`);
      if (terminal !== null) terminal.echo = word !== '-echo';
      return 0;
    default:
      return process.refuse(`stty ${args.join(' ')}`);
  }
};
