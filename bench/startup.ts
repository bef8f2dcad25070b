/** How long a person looks at nothing, against the shortest that Node can do. */
import { spawn } from 'node-pty';
import { createHome, start, type Home } from '../test/e2e/terminal.js';
import { setup } from '../src/i18n/texts/setup.js';
import { median, type Row } from './statistics.js';

/** Milliseconds from start to end of `node -e 0`, in a terminal as well. */
function bareNode(home: Home): Promise<number> {
  return new Promise((resolve) => {
    const began = performance.now();
    spawn(process.execPath, ['-e', '0'], { cwd: home.directory, env: { ...home.env } }).onExit(() =>
      resolve(performance.now() - began),
    );
  });
}

/** Written when keys begin to be read: bracketed paste. */
const KEYS_READ = '\u001B[?2004h';

interface Start {
  readonly paint: number;
  readonly live: number;
  readonly keys: number;
}

/** Milliseconds until anything can be read, until the first screen is complete, and until it hears keys. */
async function program(home: Home): Promise<Start> {
  const began = performance.now();
  const terminal = start(home, { shell: false });
  await terminal.until(/\S/);
  const paint = performance.now() - began;
  await terminal.until(setup.ask.en);
  const live = performance.now() - began;
  await terminal.until(() => terminal.raw().includes(KEYS_READ));
  const keys = performance.now() - began;
  terminal.press('q');
  await terminal.end();
  await terminal.dispose();
  return { paint, live, keys };
}

/** @param rounds how often each is started; one of each in turn, so that a slow moment hits both */
export async function measureStartup(rounds: number): Promise<readonly Row[]> {
  const home = await createHome();
  const bare: number[] = [];
  const paint: number[] = [];
  const live: number[] = [];
  const keys: number[] = [];
  // The first start fills the file cache and is not counted.
  await program(home);
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareNode(home));
    const seen = await program(home);
    paint.push(seen.paint);
    live.push(seen.live);
    keys.push(seen.keys);
  }
  await home.remove();
  const base = median(bare);
  const how = `median of ${rounds}, node -e 0 = ${base.toFixed(1)} ms`;
  return [
    { what: 'first paint / node -e 0', value: median(paint) / base, unit: '×', target: 1.3, how },
    { what: 'first live frame / node -e 0', value: median(live) / base, unit: '×', target: 4, how },
    { what: 'first key heard / node -e 0', value: median(keys) / base, unit: '×', target: null, how },
  ];
}
