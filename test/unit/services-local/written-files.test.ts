/** What the journal tells of files on the hosts, read from what the prelude's functions really say. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostName } from '../../../src/lab/types.js';
import { writtenFiles } from '../../../src/services/journal/written-files.js';
import type { JournalEntry } from '../../../src/services/ports.js';
import { ourRunbook } from '../content/content.js';

const { prelude } = await ourRunbook();
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'written-'));
  writeFileSync(join(dir, 'new'), 'ours\n');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The entry of a job that ran this script with the prelude. */
function job(
  script: string,
  { step = 'A9', host = 'vm-docker', purpose = 'run' }: Partial<Job> = {},
): JournalEntry {
  const env = { PATH: process.env['PATH'] ?? '', TB_STEP: step, TB_ACTION: 'try', TB_FILES: dir, D: dir };
  const { status, stdout, stderr } = spawnSync('bash', [], {
    input: `set -euo pipefail\n${prelude}\n${script}\n`,
    encoding: 'utf8',
    env: { ...env, TB_BACKUPS: `${dir}/backups` },
  });
  expect(status, stderr).toBe(0);
  return {
    kind: 'job',
    at: 2,
    by: 'me@here',
    host,
    step,
    action: 'try',
    variant: 'ours',
    purpose,
    job: `${step}-try`,
    scriptHash: 'x',
    startedAt: 1,
    endedAt: 2,
    end: { kind: 'exited', exit: 0 },
    outputTail: stdout,
  };
}
interface Job {
  readonly step: string;
  readonly host: HostName;
  readonly purpose: 'run' | 'undo';
}
const named = (...entries: readonly JournalEntry[]): readonly string[] =>
  writtenFiles(entries).map(({ host, path }) => `${host}:${path.replace(dir, '')}`);

test('files that an action installs, links, changes, or finds as they should be', () => {
  const first = job('tb_install new "$D/b" 0644; tb_link "$D/b" "$D/link"; tb_backup "$D/a"; echo x >"$D/a"');
  expect(named(first)).toEqual(['vm-docker:/a', 'vm-docker:/b', 'vm-docker:/link']);
  // The second run changes nothing, and is all that a journal may still know.
  expect(named(job('tb_install new "$D/b" 0644; tb_link "$D/b" "$D/link"'))).toEqual([
    'vm-docker:/b',
    'vm-docker:/link',
  ]);
});

test('a file that was given back is ours no more, unless another step wrote it too', () => {
  const wrote = job('tb_install new "$D/b" 0644; tb_install new "$D/c" 0644');
  const other = job('tb_backup "$D/c"', { step: 'B9' });
  const undone = job('tb_restore "$D/b"; tb_restore "$D/c"', { purpose: 'undo' });
  expect(named(wrote, other, undone)).toEqual(['vm-docker:/c']);
});

test('each host has its own, in boot order, and a host cannot make up a sentence within a line', () => {
  const worker = job('tb_install new "$D/b" 0644', { host: 'vm-worker' });
  const docker = job('tb_backup "$D/a"; echo "sed: it wrote /etc/shadow"; echo "wrote /etc/two words"');
  expect(named(worker, docker)).toEqual(['vm-docker:/a', 'vm-worker:/b']);
});
