/** Three real hosts, given by a lab file in THREEBODY_LAB, seen from beside the program under test. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostName } from '../../src/lab/types.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import type { Links } from '../../src/services/ports.js';
import { createLinks } from '../../src/services/ssh/links.js';
import { ROOT } from '../support/cli.js';

export const LAB_FILE = process.env['THREEBODY_LAB'];

/** A shell command of whoever runs the tests, with `{host}` in it; null when none was given. */
export function outside(
  name: 'REBOOT' | 'CUT' | 'HEAL' | 'OFF' | 'ON',
): ((host: HostName) => Promise<void>) | null {
  const command = process.env[`THREEBODY_${name}_CMD`];
  if (command === undefined) return null;
  return async (host) => {
    await promisify(execFile)('sh', ['-c', command.replaceAll('{host}', host)], { timeout: 120_000 });
  };
}

export interface Bench {
  /** Environment for the program: state and configuration of its own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a root shell on the host prints; connections of our own, not the program's. */
  ask(host: HostName, script: string): Promise<string>;
  /** Path → mode, owner and SHA-256 of every file and link below /etc. */
  etc(host: HostName): Promise<ReadonlyMap<string, string>>;
  /** Resolves when a connection of our own to the host, as patient as the program's, has been given up. */
  lost(host: HostName): Promise<void>;
  remove(): Promise<void>;
}

/** Paths below /etc that running systems change by themselves. */
const RESTLESS = /^\/etc\/(?:\.pwd\.lock|mtab|adjtime|ld\.so\.cache|.*-)$/;

const LISTING = String.raw`cd / && find etc -xdev \( -type f -o -type l \) -print0 | sort -z |
  while IFS= read -r -d '' path; do
    if [ -L "$path" ]; then sum=$(readlink "$path"); else sum=$(sha256sum <"$path"); fi
    printf '/%s\t%s %s\n' "$path" "$(stat -c '%a %U:%G' "$path")" "$sum"
  done`;

export async function createBench(labFile: string): Promise<Bench> {
  const home = await mkdtemp(join(tmpdir(), 'threebody-lab-'));
  const env = {
    ...process.env,
    THREEBODY_LAB: undefined,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    NO_COLOR: '1',
    LANG: 'en_US.UTF-8',
  };
  const { runbook } = await loadRunbook(join(ROOT, 'assets'), null);
  if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
  const lab = await readLabFile(labFile, {
    parameters: runbook.parameters,
    env: { ...env, XDG_STATE_HOME: join(home, 'beside') },
  });
  const links: Links = createLinks(lab, { askHostKey: () => Promise.resolve(true), mask: (text) => text });

  const ask = async (host: HostName, script: string): Promise<string> => {
    const link = links.link(host);
    await link.open();
    const { exit, stdout, stderr } = await link.run(script, { as: 'root', maxBytes: 8 << 20 });
    if (exit !== 0) throw new Error(`${host}: exit ${String(exit)}: ${stderr}`);
    return stdout;
  };
  return {
    env,
    ask,
    async etc(host) {
      const lines = (await ask(host, LISTING)).split('\n').map((line) => line.split('\t'));
      return new Map(
        lines.flatMap(([path = '', rest = '']) =>
          path === '' || RESTLESS.test(path) ? [] : [[path, rest] as const],
        ),
      );
    },
    async lost(host) {
      const link = links.link(host);
      await link.open({ keep: true });
      await new Promise<void>((resolve) => {
        const stop = link.onStatus(({ kind }) => {
          if (kind === 'up') return;
          stop();
          resolve();
        });
      });
    },
    async remove() {
      await links.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
