/** The program against a lab that outlives it: killed in the middle of a step, left alone, and resized without mercy. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dialogs } from '../../src/i18n/texts/dialogs.js';
import { home as homeTexts } from '../../src/i18n/texts/home.js';
import { misc } from '../../src/i18n/texts/misc.js';
import { HOST_NAMES } from '../../src/lab/types.js';
import { cli, SLOW_PACK } from '../support/cli.js';
import { startPracticeLab, type PracticeLab } from '../support/practice.js';
import { createHome, KEYS, start, type Home, type Terminal } from './terminal.js';

let home: Home;
let lab: PracticeLab;
beforeAll(async () => {
  home = await createHome();
  lab = await startPracticeLab(home.env);
  const { code, stderr } = await cli(['connect', '--lab', lab.file, '--accept-host-keys'], { env: home.env });
  if (code !== 0) throw new Error(`the practice lab cannot be connected to:\n${stderr}`);
});
afterAll(async () => {
  await lab.stop();
  await home.remove();
});

let terminal: Terminal | null = null;
beforeEach(() => {
  terminal = null;
});
afterEach(async () => {
  await terminal?.dispose();
});

async function atHome(
  options: { readonly columns?: number; readonly rows?: number; readonly pack?: string } = {},
): Promise<Terminal> {
  const { pack, ...size } = options;
  const args = ['--lab', lab.file, '--lang', 'en', ...(pack === undefined ? [] : ['--runbook', pack])];
  const seen = start(home, { ...size, args });
  terminal = seen;
  await seen.until((screen) => HOST_NAMES.every((host) => screen.includes(host)), 'three hosts');
  await seen.until(/\d+%/, 'a reading of a disk');
  return seen;
}

describe('with a lab', () => {
  it('picks a running job up again after kill -9, and shows all of its output', async () => {
    const first = await atHome({ pack: SLOW_PACK });
    // Phase B of this pack holds one slow step.
    first.press(KEYS.right);
    await first.until('B1');
    first.press('r');
    await first.until(dialogs.run.title({ step: 'B1' }).en);
    first.press('y');
    await first.until(/tick [3-9] of 24/, 'output of the step');
    process.kill(await first.pid(), 'SIGKILL');
    await first.end();
    await first.dispose();

    const second = await atHome({ pack: SLOW_PACK, columns: 200, rows: 50 });
    await second.until(homeTexts.reattached.en);
    await second.until('tick 24 of 24');
    process.kill(await second.pid(), 'SIGTERM');
    await second.end();
    const check = await cli(['check', 'B1', '--lab', lab.file, '--runbook', SLOW_PACK], { env: home.env });
    expect(check.code, check.stdout + check.stderr).toBe(0);
  });

  it('writes nothing while nothing changes', async () => {
    const seen = await atHome();
    // Readings come every few seconds and may change a digit; silence for three seconds has to come all the same.
    await seen.quiet(3000);
    seen.press('q');
    expect((await seen.end()).code).toBe(0);
  });

  it('keeps its frame through a storm of sizes', async () => {
    const seen = await atHome();
    const sizes = [
      [200, 50],
      [59, 15],
      [80, 24],
      [61, 16],
      [300, 80],
      [79, 23],
      [120, 36],
    ] as const;
    for (let round = 0; round < 5; round += 1) {
      for (const [columns, rows] of sizes) seen.resize(columns, rows);
    }
    await seen.until((screen) => HOST_NAMES.every((host) => screen.includes(host)), 'three hosts');
    await seen.quiet(300);
    const lines = seen.lines();
    for (const host of HOST_NAMES) {
      expect(
        lines.filter((line) => line.includes(`${host} `) && line.includes('up ')).length,
      ).toBeLessThanOrEqual(2);
    }
    seen.press('?');
    await seen.until(misc.helpHere({ screen: misc.screens.home.en }).en);
    // Esc and a letter in one breath are Alt and that letter.
    seen.press(KEYS.esc);
    await seen.until(homeTexts.gates.en);
    seen.press('q');
    expect((await seen.end()).code).toBe(0);
  });

  it('asks before it leaves a running step, and lets the step go on', async () => {
    const reset = await cli(['undo', 'B1', '--yes', '--lab', lab.file, '--runbook', SLOW_PACK], {
      env: home.env,
    });
    expect(reset.code, reset.stderr).toBe(0);
    const seen = await atHome({ pack: SLOW_PACK });
    seen.press(KEYS.right);
    await seen.until('B1');
    seen.press('r');
    await seen.until(dialogs.run.title({ step: 'B1' }).en);
    seen.press('y');
    await seen.until(/tick \d+ of 24/, 'output of the step');
    seen.press(KEYS.ctrlC);
    await seen.until(dialogs.quit.title.en);
    seen.press('y');
    expect((await seen.end()).code).toBe(0);

    const check = await cli(
      ['check', 'B1', '--lab', lab.file, '--runbook', SLOW_PACK, '--retry-timeout', '30s'],
      { env: home.env },
    );
    expect(check.code, check.stdout + check.stderr).toBe(0);
  });
});
