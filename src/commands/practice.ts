/** `practice`: serves the practice lab until it is stopped, for any other terminal to use. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HOST_NAMES } from '../lab/types.js';
import type { PracticeLab } from '../practice/lab.js';
import { createFile, PRIVATE_FILE, replaceFile } from '../services/files/atomic.js';
import { fingerprint } from '../services/ssh/known-hosts.js';
import { shellWord } from '../runbook/shell.js';
import { loadContent } from './lab-choice.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { usageTrouble } from './parse.js';

export async function practice(context: CommandContext): Promise<ExitCode> {
  const { options } = context.line;
  if (options.has('lab') || options.has('practice'))
    throw usageTrouble(
      { id: 'practice membuat lab sendiri', en: 'practice makes a lab of its own' },
      { id: 'Hapus --lab dan --practice.', en: 'Leave --lab and --practice out.' },
    );
  const { parameters } = await loadContent(options.text('runbook'), context.assets, context.cwd);
  const secrets = parameters.filter(({ type }) => type === 'secret').map(({ name }) => name);
  const { startPracticeLab } = await import('../practice/lab.js');
  const directory = await mkdtemp(join(tmpdir(), 'threebody-practice-'));
  await chmod(directory, 0o700);
  const out = options.text('out');
  const path = out === undefined ? join(directory, 'lab.yaml') : resolve(context.cwd, out);
  try {
    const lab = await startPracticeLab({ stateDir: directory, faults: options.list('fault'), secrets });
    try {
      const write = options.has('replace') ? replaceFile : createFile;
      await write(path, lab.labFileText, PRIVATE_FILE);
      context.streams.result(`${path}\n`);
      greet(context, path, lab);
      await stopped(context.signal);
    } finally {
      await lab.close();
      await removeOurs(path, lab.labFileText);
    }
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  return 0;
}

function greet(context: CommandContext, path: string, { faults, knownHosts }: PracticeLab): void {
  const lab = shellWord(path);
  talk(context, {
    id: `Lab praktik siap: simulasi, tiga host di 127.0.0.1. Di terminal lain:\n  threebody-tui connect --lab ${lab}\n  threebody-tui --lab ${lab}\nCtrl-C mengakhirinya. Host key-nya, untuk dibandingkan saat ditanya:`,
    en: `The practice lab is ready: a simulation, three hosts on 127.0.0.1. In another terminal:\n  threebody-tui connect --lab ${lab}\n  threebody-tui --lab ${lab}\nCtrl-C ends it. Its host keys, to compare with when asked:`,
  });
  for (const key of fingerprints(knownHosts)) talk(context, { id: `  ${key}`, en: `  ${key}` });
  if (faults.length > 0)
    talk(context, { id: `Dirusak: ${faults.join(', ')}`, en: `Broken: ${faults.join(', ')}` });
}

/** `vm-docker  SHA256:…` for each host, as it was before any fault. */
function fingerprints(knownHosts: string): readonly string[] {
  return HOST_NAMES.map((name, index) => {
    const [, , key = ''] = (knownHosts.split('\n')[index] ?? '').split(' ');
    return `${name.padEnd(10)} ${fingerprint(Buffer.from(key, 'base64'))}`;
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    // The servers keep the process alive, a pending promise alone would not.
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** A lab file of a lab that is gone helps nobody; one that somebody has changed meanwhile is theirs. */
async function removeOurs(path: string, text: string): Promise<void> {
  const now = await readFile(path, 'utf8').catch(() => null);
  if (now === text) await rm(path, { force: true });
}
