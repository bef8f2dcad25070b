/** find: the tests and actions that scripts use, -exec included. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { type Plan, Quit, Reader, Refused, type Visit } from './find-expression.js';

async function visitTree(process: Process, plan: Plan, visit: Visit): Promise<void> {
  const judge = async () => {
    if (visit.depth >= plan.minDepth) await plan.matches(visit);
  };
  if (!plan.deepFirst) await judge();
  const { inode } = visit;
  const isDirectory = inode.kind === 'directory' || inode.kind === 'live-directory';
  if (isDirectory && visit.depth < plan.maxDepth && !plan.pruned.has(visit.path)) {
    let names: string[] = [];
    try {
      names = process.view.list(visit.path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.err(`find: '${visit.shown}': ${error.message}\n`);
    }
    for (const name of names) {
      const path = joinPath(visit.path, name);
      const child = process.view.peek(path, false);
      if (child === undefined) continue;
      const shown = `${visit.shown.replace(/\/$/, '')}/${name}`;
      await visitTree(process, plan, { path, shown, inode: child, depth: visit.depth + 1 });
    }
  }
  if (plan.deepFirst) await judge();
}

export const find: Program = async (process, args) => {
  const words = args.filter((arg) => !/^-[HLP]$/.test(arg));
  const first = words.findIndex((word) => /^[-(!]/.test(word));
  const starts = words.slice(0, first < 0 ? words.length : first);
  let reader: Reader;
  try {
    reader = new Reader(process, first < 0 ? [] : words.slice(first));
  } catch (error) {
    if (error instanceof Refused) return process.refuse(error.message);
    throw error;
  }
  let status = 0;
  const look = async (shown: string): Promise<void> => {
    const path = process.path(shown);
    const inode = process.view.peek(path, false);
    if (inode === undefined) {
      await process.err(`find: '${shown}': No such file or directory\n`);
      status = 1;
    } else
      await visitTree(process, reader.plan, { path: path.replace(/(.)\/$/, '$1'), shown, inode, depth: 0 });
  };
  try {
    for (const shown of starts.length > 0 ? starts : ['.']) await look(shown);
  } catch (error) {
    if (!(error instanceof Quit)) throw error;
  }
  for (const finish of reader.plan.finish) if (!(await finish())) status = 1;
  return status;
};
