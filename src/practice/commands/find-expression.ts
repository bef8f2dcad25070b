/** The expression of find: its tests and actions. */
import { execWords } from '../kernel/exec.js';
import type { Process } from '../kernel/process.js';
import { SystemError, type Inode } from '../vfs/inode.js';
import { baseName } from '../vfs/volume.js';
import { matchesPattern } from '../shell/patterns.js';
import { groupId, userId } from './owners.js';

export interface Visit {
  readonly path: string;
  readonly shown: string;
  readonly inode: Inode;
  readonly depth: number;
}

type Question = (visit: Visit) => Promise<boolean> | boolean;

export interface Plan {
  readonly matches: Question;
  minDepth: number;
  maxDepth: number;
  deepFirst: boolean;
  readonly pruned: Set<string>;
  readonly finish: (() => Promise<boolean>)[];
}

/** `-quit`: nothing more is looked at. */
export class Quit extends Error {
  override readonly name = 'Quit';
}
export class Refused extends Error {
  override readonly name = 'Refused';
}

function compared(text: string, value: number): boolean {
  const wanted = Number(text.replace(/^[+-]/, ''));
  return text.startsWith('+') ? value > wanted : text.startsWith('-') ? value < wanted : value === wanted;
}

const KINDS: Readonly<Record<string, readonly Inode['kind'][]>> = {
  f: ['file', 'live'],
  d: ['directory', 'live-directory'],
  l: ['symlink'],
  c: ['device'],
  s: [],
  p: [],
  b: [],
};

/** Reads the expression: `or` of `and`s of negated or plain questions. */
export class Reader {
  readonly #process: Process;
  readonly #words: readonly string[];
  readonly plan: Plan;
  #at = 0;
  #acts = false;
  constructor(process: Process, words: readonly string[]) {
    this.#process = process;
    this.#words = words;
    const matches = this.#or.bind(this);
    this.plan = {
      matches: () => true,
      minDepth: 0,
      maxDepth: Infinity,
      deepFirst: false,
      pruned: new Set(),
      finish: [],
    };
    const question = matches();
    if (this.#at < words.length) throw new Refused(words[this.#at] ?? '');
    const print: Question = async (visit) => {
      await process.out(`${visit.shown}\n`);
      return true;
    };
    const whole: Question = this.#acts ? question : async (visit) => (await question(visit)) && print(visit);
    this.plan = { ...this.plan, matches: whole };
  }
  #next(): string {
    this.#at += 1;
    const word = this.#words[this.#at - 1];
    if (word === undefined) throw new Refused('missing argument');
    return word;
  }
  #or(): Question {
    const parts = [this.#and()];
    while (this.#words[this.#at] === '-o' || this.#words[this.#at] === '-or') {
      this.#at += 1;
      parts.push(this.#and());
    }
    return async (visit) => {
      for (const part of parts) if (await part(visit)) return true;
      return false;
    };
  }
  #and(): Question {
    const parts: Question[] = [];
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === '-o' || word === '-or' || word === ')') break;
      if (word === '-a' || word === '-and') this.#at += 1;
      else parts.push(this.#one());
    }
    return async (visit) => {
      for (const part of parts) if (!(await part(visit))) return false;
      return true;
    };
  }
  #one(): Question {
    const process = this.#process;
    const { view, kernel } = process;
    const word = this.#next();
    switch (word) {
      case '!':
      case '-not': {
        const inner = this.#one();
        return async (visit) => !(await inner(visit));
      }
      case '(': {
        const inner = this.#or();
        if (this.#next() !== ')') throw new Refused('(');
        return inner;
      }
      case '-name':
      case '-iname': {
        const pattern = this.#next();
        return ({ shown }) => matchesPattern(baseName(shown), pattern, word === '-iname');
      }
      case '-path':
      case '-wholename': {
        const pattern = this.#next();
        return ({ shown }) => matchesPattern(shown, pattern);
      }
      case '-type': {
        const kinds = this.#next()
          .split(',')
          .flatMap((letter) => KINDS[letter] ?? []);
        return ({ inode }) => kinds.includes(inode.kind);
      }
      case '-mindepth':
        this.plan.minDepth = Number(this.#next());
        return () => true;
      case '-maxdepth':
        this.plan.maxDepth = Number(this.#next());
        return () => true;
      case '-depth':
        this.plan.deepFirst = true;
        return () => true;
      case '-xdev':
      case '-mount':
        return () => true;
      case '-mtime':
      case '-mmin': {
        const wanted = this.#next();
        const unit = word === '-mtime' ? 86_400_000 : 60_000;
        return ({ inode }) => compared(wanted, Math.floor((kernel.now() - inode.mtimeMs) / unit));
      }
      case '-newer':
      case '-newercm': {
        const other = view.get(process.path(this.#next())).mtimeMs;
        const changed = (inode: Inode): number => Math.max(inode.mtimeMs, inode.touchedMs ?? 0);
        return ({ inode }) => (word === '-newer' ? inode.mtimeMs : changed(inode)) > other;
      }
      case '-empty':
        return ({ inode }) =>
          inode.kind === 'directory' ? inode.entries.size === 0 : inode.kind === 'file' && inode.size === 0;
      case '-size': {
        const match = /^([+-]?\d+)([ckMG]?)$/.exec(this.#next());
        const unit = { c: 1, k: 1024, M: 1 << 20, G: 1 << 30 }[match?.[2] ?? ''] ?? 512;
        return ({ inode }) => compared(match?.[1] ?? '0', Math.ceil(view.size(inode) / unit));
      }
      case '-perm': {
        const mode = this.#next();
        const bits = Number.parseInt(mode.replace(/^[-/]/, ''), 8);
        return ({ inode }) =>
          mode.startsWith('-')
            ? (inode.mode & bits) === bits
            : mode.startsWith('/')
              ? (inode.mode & bits) !== 0
              : inode.mode === bits;
      }
      case '-user': {
        const uid = userId(process, this.#next());
        return ({ inode }) => inode.uid === uid;
      }
      case '-group': {
        const gid = groupId(process, this.#next());
        return ({ inode }) => inode.gid === gid;
      }
      case '-uid':
      case '-gid': {
        const wanted = Number(this.#next());
        return ({ inode }) => (word === '-uid' ? inode.uid : inode.gid) === wanted;
      }
      case '-prune':
        return ({ path }) => {
          this.plan.pruned.add(path);
          return true;
        };
      case '-print':
      case '-print0':
        this.#acts = true;
        return async ({ shown }) => {
          await process.out(shown + (word === '-print' ? '\n' : '\0'));
          return true;
        };
      case '-printf': {
        this.#acts = true;
        const format = this.#next();
        return async ({ shown, inode }) => {
          const fields: Readonly<Record<string, string>> = {
            p: shown,
            f: baseName(shown),
            s: String(view.size(inode)),
            m: inode.mode.toString(8),
            T: String(inode.mtimeMs / 1000),
            l: inode.kind === 'symlink' ? inode.target : '',
          };
          const text = format.replace(
            /%(?:(T)@|([a-z]))/g,
            (whole, time?: string, letter?: string) => fields[time ?? letter ?? ''] ?? whole,
          );
          await process.out(text.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\0', '\0'));
          return true;
        };
      }
      case '-delete':
        this.#acts = true;
        this.plan.deepFirst = true;
        return async ({ path, shown, inode }) => {
          try {
            if (inode.kind === 'directory') view.removeDirectory(path);
            else view.unlink(path);
            return true;
          } catch (error) {
            if (!(error instanceof SystemError)) throw error;
            await process.err(`find: cannot delete '${shown}': ${error.message}\n`);
            return false;
          }
        };
      case '-quit':
        return () => {
          throw new Quit();
        };
      case '-exec':
        return this.#exec();
      default:
        throw new Refused(word);
    }
  }
  #exec(): Question {
    this.#acts = true;
    const words: string[] = [];
    let end = this.#next();
    for (; end !== ';' && !(end === '+' && words.at(-1) === '{}'); end = this.#next()) words.push(end);
    const run = async (argv: readonly string[]): Promise<boolean> => {
      const child = this.#process.kernel.spawn({ parent: this.#process, argv }, (started) =>
        execWords(started, argv),
      );
      return (await this.#process.until(child.exited)) === 0;
    };
    if (end === ';') return ({ shown }) => run(words.map((word) => word.replaceAll('{}', shown)));
    const batch: string[] = [];
    this.plan.finish.push(async () => (batch.length === 0 ? true : run([...words.slice(0, -1), ...batch])));
    return ({ shown }) => {
      batch.push(shown);
      return true;
    };
  }
}
