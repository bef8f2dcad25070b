/** How busy processes are, asked of this machine by the script that hosts are asked with. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { parseProcesses } from '../../../src/services/host/parse.js';
import { PROCESS_FUNCTIONS } from '../../../src/services/host/process-script.js';

const bash = async (script: string): Promise<string> =>
  (await promisify(execFile)('bash', ['-c', script])).stdout;

it('tells the share of a process between two looks, not that of its whole life', async () => {
  const busy = spawn('bash', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  const { pid } = busy;
  const share = async (): Promise<number | undefined> => {
    const text = await bash(
      `${PROCESS_FUNCTIONS}\nbefore=$(tb_ticks); sleep 0.3; ticks=$(tb_ticks)
      ps() { command ps "$@" | grep -w '^ *${String(pid)}'; }
      tb_processes`,
    );
    return parseProcesses(text).find((row) => row.pid === pid)?.cpuPercent;
  };
  try {
    await vi.waitFor(async () => expect(await share()).toBeGreaterThan(3), { timeout: 30_000 });
    busy.kill('SIGSTOP');
    await vi.waitFor(async () => expect(await share()).toBe(0), { timeout: 30_000 });
    // As ps tells it, the same process is still among the busiest.
    expect(Number(await bash(`ps -o pcpu= -p ${String(pid)}`))).toBeGreaterThan(0);
  } finally {
    busy.kill('SIGKILL');
  }
}, 90_000);

it('takes a process that came in between for what it has used since, and whatever name it has', async () => {
  const stat = (number: number, name: string, user: number, system: number, start: number): string =>
    `${number} (${name}) S 1 1 1 0 -1 0 0 0 0 0 ${user} ${system} 0 0 20 0 1 0 ${start} 0 0`;
  const script = (first: readonly string[], second: readonly string[]): string => `${PROCESS_FUNCTIONS}
cat() { printf '%s\n' "$said"; }
ps() { printf '%s\n' ' 7 root 99.0 2048 a b' ' 8 root 99.0 1024 new' ' 9 www 99.0 512 again' '10 root 99.0 4096 later'; }
said='${first.join('\n')}'; before=$(tb_ticks)
said='${second.join('\n')}'; ticks=$(tb_ticks)
tb_processes`;
  const text = await bash(
    script(
      ['100.00 1', stat(7, 'a) S 9 (b', 1_000, 500, 50), stat(9, 'old', 90_000, 0, 60)],
      [
        '110.00 1',
        stat(7, 'a) S 9 (b', 1_300, 600, 50),
        stat(8, 'new', 50, 50, 10_500),
        // The number was given to another one.
        stat(9, 'again', 200, 0, 10_900),
      ],
    ),
  );
  expect(
    parseProcesses(text).map(({ pid, user, cpuPercent, memoryBytes, command }) => [
      pid,
      user,
      cpuPercent,
      memoryBytes,
      command,
    ]),
  ).toEqual([
    [7, 'root', 40, 2048 * 1024, 'a b'],
    [9, 'www', 20, 512 * 1024, 'again'],
    [8, 'root', 10, 1024 * 1024, 'new'],
    [10, 'root', 0, 4096 * 1024, 'later'],
  ]);
});

it('says nothing but the busiest, however many there are: the loop runs for days, and what it complains is kept', async () => {
  const { stdout, stderr } = await promisify(execFile)('bash', [
    '-c',
    `trap '' PIPE
${PROCESS_FUNCTIONS}
ps() { awk 'BEGIN { for (n = 1; n <= 5000; n++) printf "%d root 0.0 %d some program with a name of some length\\n", n, n }'; }
before=$(tb_ticks); ticks=$(tb_ticks)
tb_processes`,
  ]);
  expect(stderr).toBe('');
  expect(parseProcesses(stdout)).toHaveLength(20);
});
