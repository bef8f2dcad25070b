/** The practice lab as a process of its own, so that it outlives the program under test as real hosts do. */
import { begin, type Running } from './cli.js';

export interface PracticeLab {
  /** Path of its lab file. */
  readonly file: string;
  stop(): Promise<void>;
}

/** Starts `threebody-tui practice` and waits for the lab file it prints. */
export async function startPracticeLab(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): Promise<PracticeLab> {
  const running: Running = begin(['practice', ...args], { env });
  await running.until(/\.ya?ml\s*$/m);
  const file = /^\S.*\.ya?ml$/m.exec(running.seen())?.[0];
  if (file === undefined) throw new Error(`no lab file was printed:\n${running.seen()}`);
  return {
    file,
    async stop() {
      running.child.kill('SIGINT');
      await running.finished;
    },
  };
}
