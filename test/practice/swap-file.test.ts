/** C1s on practice hosts: the swap file goes, comes back, and what is no swap file stays. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { shows } from '../support/verified.js';
import { Rehearsal, STEPS } from './runbook.js';

const HOST = 'vm-k8s';
const MIB = 2 ** 20;
let lab: PracticeLab;
let rehearsal: Rehearsal;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 31, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab);
  for (const step of STEPS) await rehearsal.perform(step, HOST);
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

const root = (script: string) => rehearsal.root(HOST, script);
const gate = async () => {
  const found = await rehearsal.results(({ key }) => key === `C1s.swap-file@${HOST}`);
  return found.get(`C1s.swap-file@${HOST}`);
};
const usedMiB = async (): Promise<number> =>
  Number((await root('df -B1M --output=used / | tail -n 1')).stdout.trim());
function remove() {
  const [action] = rehearsal.actions('C1s', HOST);
  if (action === undefined) throw new Error('C1s has no action');
  return action;
}

describe('the swap file', () => {
  it('is in use on a fresh host, and is left alone as long as it is', async ({ task }) => {
    shows(task, 'practice', ['C1s'], 'red');
    expect(await gate()).toMatchObject({
      verdict: 'fail',
      symptom: 'S12',
      say: {
        id: expect.stringContaining('/swap.img in-use 2048 MiB'),
        en: expect.stringContaining('in use'),
      },
    });
    const answer = await rehearsal.act(HOST, remove(), remove().script);
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toContain('/swap.img is in use as swap: run C1');
    expect((await root('stat -c "%s %a" /swap.img; swapon --show=NAME --noheadings')).stdout).toBe(
      `${2048 * MIB} 600\n/swap.img\n`,
    );
  });

  it('still takes its two gigabytes once C1 has turned it off, which is no danger', async () => {
    await rehearsal.perform('C1', HOST);
    expect(await gate()).toMatchObject({
      verdict: 'warn',
      say: { en: expect.stringContaining('/swap.img unused 2048 MiB') },
    });
  });

  it('goes, and gives the disk its room back', async ({ task }) => {
    shows(task, 'practice', ['C1s'], 'green', 'again');
    const before = await usedMiB();
    expect((await rehearsal.act(HOST, remove(), remove().script)).stdout).toContain('deleted /swap.img');
    expect(before - (await usedMiB())).toBeGreaterThanOrEqual(2047);
    expect((await gate())?.verdict).toBe('pass');
    expect((await rehearsal.act(HOST, remove(), remove().satisfied ?? 'false')).code).toBe(0);
    expect(await rehearsal.act(HOST, remove(), remove().script)).toMatchObject({ code: 0 });
  });

  it('comes back by undo in its old size, marked as swap and not turned on', async ({ task }) => {
    shows(task, 'practice', ['C1s'], 'undo');
    const before = await usedMiB();
    const undone = await rehearsal.act(HOST, remove(), remove().undo ?? 'false');
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(undone.stdout).toContain('/swap.img is there again, not turned on');
    expect((await usedMiB()) - before).toBeGreaterThanOrEqual(2047);
    const there = await root(
      'stat -c "%s %a %U" /swap.img; swapon --show; swapon /swap.img && swapon --show=NAME,SIZE --noheadings; swapoff /swap.img',
    );
    expect(there.stdout).toBe(`${2048 * MIB} 600 root\n/swap.img 2G\n`);
  });

  it('is not what merely bears its name: that stays, and swapon does not take it either', async () => {
    await root('rm -f /swapfile; printf "the only copy of a thesis\\n" >/swapfile');
    const answer = await rehearsal.act(HOST, remove(), remove().script);
    expect(answer.code).not.toBe(0);
    expect(answer.stderr).toContain('/swapfile does not look like a swap file: not deleted');
    const kept = await root(
      'cat /swapfile; swapon /swapfile; echo "$?"; mkswap /swapfile; echo "$?"; rm /swapfile',
    );
    expect(kept.stdout).toBe('the only copy of a thesis\n255\n1\n');
    expect(kept.stderr).toContain('swapon: /swapfile: read swap header failed');
    expect(kept.stderr).toContain('swap area needs to be at least 40 KiB');
  });
});

describe('dd', () => {
  it.each([
    [
      'copies blocks from a place to a place',
      'printf 0123456789 >a; dd if=a of=b bs=2 skip=1 count=3 status=none; cat b',
      '234567',
      '',
    ],
    [
      'writes into the middle and keeps what is around it',
      'printf 0123456789 >a; printf XY | dd of=a bs=1 seek=4 conv=notrunc status=none; cat a',
      '0123XY6789',
      '',
    ],
    [
      'cuts off what came after, unless it is told not to',
      'printf 0123456789 >a; printf XY | dd of=a bs=1 seek=4 status=none; cat a',
      '0123XY',
      '',
    ],
    [
      'counts whole and partial records',
      'printf 0123456789 | dd bs=4 >b; cat b',
      '0123456789',
      '2+1 records in\n2+1 records out\n10 bytes copied',
    ],
    [
      'shares its output with whoever else writes there',
      '{ printf a; dd if=/dev/zero bs=1 count=2 status=none; printf b; } >c; cat c',
      'a\0\0b',
      '',
    ],
    [
      'says how much it was in both units',
      'dd if=/dev/zero of=z bs=1M count=3; stat -c %s z',
      '3145728\n',
      '3145728 bytes (3.1 MB, 3.0 MiB) copied',
    ],
    [
      'names a file that is not there',
      'dd if=nope of=b; echo "$?"',
      '1\n',
      "dd: failed to open 'nope': No such file or directory\n",
    ],
    ['does not know every word', 'dd if=a on=b; echo "$?"', '1\n', "unrecognized operand 'on=b'"],
  ])('%s', async (_name, script, stdout, stderr) => {
    const answer = await root(`rm -rf /tmp/dd; mkdir /tmp/dd; cd /tmp/dd\n${script}`);
    expect(answer.stdout).toBe(stdout);
    expect(answer.stderr).toContain(stderr);
  });

  it('stops where the disk ends, and says so', async () => {
    const answer = await root(
      'dd if=/dev/zero of=/var/big bs=1M; echo "$?"; df -h / | tail -n 1; rm /var/big',
    );
    expect(answer.stderr).toContain("dd: error writing '/var/big': No space left on device");
    expect(answer.stdout).toMatch(/^1\n.* 100% \/\n$/);
  });
});
