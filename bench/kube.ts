/** What a cluster of 5,000 pods costs of which 50 change every second: see kube-churn.ts. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { z } from 'zod';
import type { Row } from './statistics.js';

const PODS = 5_000;
const ROOT = join(import.meta.dirname, '..');
const serverSchema = z.object({ port: z.number(), home: z.string() });
const resultSchema = z.record(z.string(), z.number());

const PROGRAM = join(ROOT, 'bench', 'out', 'kube-churn.js');

/** As the product is: libraries in as few files as can be. From their own hundreds of files they take three times the memory. */
async function makeProgram(): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['bench/kube-churn.ts'],
    outdir: join(ROOT, 'bench', 'out'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    minifySyntax: true,
    minifyWhitespace: true,
    // The connection is not what is measured, and has parts that cannot be put into a file.
    external: ['ssh2', 'node-ssh', 'write-file-atomic'],
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
    },
  });
}

function half(...words: readonly string[]): {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
} {
  const child = spawn(process.execPath, ['--expose-gc', PROGRAM, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function next(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error('half of the bench ended early');
  return value;
}

/** @param seconds how long changes are followed */
export async function measureKube(seconds: number): Promise<readonly Row[]> {
  await makeProgram();
  const server = half('server', String(PODS));
  try {
    const where = serverSchema.parse(JSON.parse(await next(server.lines)));
    const client = half('client', JSON.stringify({ ...where, pods: PODS, seconds }));
    await next(client.lines);
    server.child.stdin?.write('churn\n');
    const told = resultSchema.parse(JSON.parse(await next(client.lines)));
    const how = `${PODS} pods over SSH, ${Math.round(told['changesPerSecond'] ?? 0)} changes/s for ${seconds} s`;
    const row = (what: string, key: string, unit: string): Row => ({
      what,
      value: told[key] ?? 0,
      unit,
      target: null,
      how,
    });
    return [
      row('kubernetes: from nothing to all rows', 'listMs', 'ms'),
      row('kubernetes: longest stall while listing', 'listStallMs', 'ms'),
      row('kubernetes: processor while pods change', 'cpuPercent', '%'),
      row('kubernetes: event loop, p99 of stalls', 'churnStallMs', 'ms'),
      row('kubernetes: memory before', 'beforeMiB', 'MiB'),
      row('kubernetes: memory with all rows', 'listedMiB', 'MiB'),
      row('kubernetes: memory after the changes', 'afterMiB', 'MiB'),
    ];
  } finally {
    server.child.stdin?.end();
  }
}
