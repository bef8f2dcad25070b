/** Measurements of two processes, so that one end does not count for the other: built once, started, read line by line. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { LIBRARIES } from '../scripts/bundle.js';

const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'bench', 'out');

/**
 * As the product is: libraries in as few files as can be, without what it leaves out. From their own hundreds of files they
 * take three times the memory.
 * @param names of files in `bench/` without their ending
 */
export async function buildHalves(...names: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => `bench/${name}.ts`),
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    plugins: [...LIBRARIES],
    minifySyntax: true,
    minifyWhitespace: true,
    // The connection is not what is measured, and has parts that cannot be put into a file.
    external: ['ssh2', 'node-ssh', 'write-file-atomic'],
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
    },
  });
}

export interface Half {
  readonly child: ChildProcess;
  /** @throws Error when it ended before another line */
  next(): Promise<string>;
  /** Writes a line to its standard input. */
  say(line: string): void;
  /** Closes its standard input and waits for its end. */
  end(): Promise<void>;
}

/**
 * @param name of a file that was built
 * @param options.args of the program
 * @param options.flags of Node
 */
export function startHalf(
  name: string,
  options: { readonly args?: readonly string[]; readonly flags?: readonly string[] } = {},
): Half {
  const { args = [], flags = [] } = options;
  const child = spawn(process.execPath, ['--expose-gc', ...flags, join(OUT, `${name}.js`), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${name} ended early`);
      return value;
    },
    say: (line) => {
      child.stdin.write(`${line}\n`);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
