/**
 * What stands before `npm test`: lint, types, unused code, format and the build, as many at once as there are cores.
 * What one of them says is printed in one piece when it is through; ends with 1 when any of them failed.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Scripts of package.json. The longest comes first, so that the others have it beside them. */
const waiting = ['format', 'types', 'unused', 'lint', 'build'];

/** @returns The exit code of `npm run NAME`; 1 when it could not be started or was ended by a signal. */
function run(name: string): Promise<number> {
  return new Promise((resolve) => {
    // One command line: on Windows npm is a script of the shell. The names are those above.
    const child = spawn(`npm run --silent ${name}`, { cwd: root, shell: true });
    const said: Buffer[] = [];
    const hear = (part: Buffer): void => void said.push(part);
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => said.push(Buffer.from(`${error.message}\n`)));
    child.once('close', (code) => {
      if (code !== 0) said.unshift(Buffer.from(`npm run ${name}:\n`));
      process.stderr.write(Buffer.concat(said));
      resolve(code ?? 1);
    });
  });
}

async function worker(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
    if ((await run(name)) !== 0) process.exitCode = 1;
}

await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, worker));
