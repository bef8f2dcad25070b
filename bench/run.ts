/**
 * `npm run bench [-- --quick]`: measures the built program, prints a table, writes bench/out/latest.json. Asserts nothing.
 * `npm run soak [-- MINUTES]`: see soak.ts; an hour unless told otherwise.
 * `npm run bench -- smoke LAB_FILE`: see smoke-ratio.ts; wants three real hosts.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { measureKube } from './kube.js';
import { measureRunning } from './running.js';
import { measureSize } from './size.js';
import { measureSmoke } from './smoke-ratio.js';
import { soak } from './soak.js';
import { measureStartup } from './startup.js';
import type { Row } from './statistics.js';

const quick = process.argv.includes('--quick');

function show({ what, value, unit, target, how }: Row): string {
  const number = value.toFixed(value < 10 ? 2 : 0);
  const verdict = target === null ? '' : value <= target ? 'ok' : 'over';
  return [
    what.padEnd(42),
    `${number} ${unit}`.padStart(10),
    (target === null ? '' : `≤ ${target} ${unit}`).padStart(10),
    verdict.padEnd(4),
    how,
  ].join('  ');
}

const rows: Row[] = [];
const [, , what, argument] = process.argv;
if (what === 'smoke' && argument === undefined) {
  process.stderr.write('npm run bench -- smoke LAB_FILE: it wants the lab file of three real hosts.\n');
  process.exit(2);
}
if (what === 'soak' || what === 'smoke') {
  const found = what === 'soak' ? soak(Number(argument ?? '60')) : measureSmoke(argument ?? '');
  process.stdout.write(`${(await found).map(show).join('\n')}\n`);
  process.exit();
}
for (const measure of [
  () => measureSize(),
  () => measureStartup(quick ? 5 : 21),
  () => measureRunning(quick ? { idle: 5, flood: 5 } : { idle: 30, flood: 60 }),
  () => measureKube(quick ? 5 : 60),
]) {
  const found = await measure();
  rows.push(...found);
  process.stdout.write(`${found.map(show).join('\n')}\n`);
}

const directory = join(import.meta.dirname, 'out');
await mkdir(directory, { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, memory: totalmem() };
const document = { schemaVersion: 1, at: new Date().toISOString(), machine, rows };
await writeFile(join(directory, 'latest.json'), `${JSON.stringify(document, null, 2)}\n`);
