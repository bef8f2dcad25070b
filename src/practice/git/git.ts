/** git: its commands, the options before them, and how it ends when something is wrong. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { SystemError } from '../vfs/inode.js';
import { joinPath } from '../vfs/volume.js';
import { Call, Refused, type Command } from './call.js';
import type { Setting } from './config.js';
import { normalKey } from './config.js';
import { GitError } from './git-error.js';
import { branch, checkout, restore } from './commands/branches.js';
import { commit, reset, tag } from './commands/commit.js';
import { log, mergeBaseCommand, revList, show } from './commands/history.js';
import { catFile, diff, grep, lsTree } from './commands/inspect.js';
import { push } from './commands/push.js';
import { forEachRef, revParse, showRef, symbolicRef, updateRef } from './commands/references.js';
import { clone, pull } from './commands/clone.js';
import { fetch, lsRemote, remote } from './commands/remotes.js';
import { config, init } from './commands/setup.js';
import { add, checkIgnore, clean, lsFiles, rm } from './commands/staging.js';
import { status } from './commands/status.js';
import { archive, countObjects, describe, fsck, gc } from './commands/upkeep.js';

export const GIT_VERSION = '2.43.0';
const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['add', add],
  ['archive', archive],
  ['branch', branch],
  ['cat-file', catFile],
  ['check-ignore', checkIgnore],
  ['checkout', checkout],
  ['clean', clean],
  ['clone', clone],
  ['commit', commit],
  ['config', config],
  ['count-objects', countObjects],
  ['describe', describe],
  ['diff', diff],
  ['fetch', fetch],
  ['for-each-ref', forEachRef],
  ['fsck', fsck],
  ['gc', gc],
  ['grep', grep],
  ['init', init],
  ['log', log],
  ['ls-files', lsFiles],
  ['ls-remote', lsRemote],
  ['ls-tree', lsTree],
  ['merge-base', mergeBaseCommand],
  ['pull', pull],
  ['push', push],
  ['remote', remote],
  ['reset', reset],
  ['restore', restore],
  ['rev-list', revList],
  ['rev-parse', revParse],
  ['rm', rm],
  ['show', show],
  ['show-ref', showRef],
  ['status', status],
  ['switch', checkout],
  ['symbolic-ref', symbolicRef],
  ['tag', tag],
  ['update-ref', updateRef],
]);

export function git(host: Host): Program {
  return async (process, args) => {
    const settings: Setting[] = [];
    let gitDir: string | undefined;
    let workTree: string | undefined;
    let at = 0;
    for (; at < args.length; at += 1) {
      const word = args[at] ?? '';
      const value = () => args[(at += 1)] ?? '';
      if (word === '-C') {
        const dir = joinPath(process.cwd, value());
        if (process.view.peek(dir)?.kind !== 'directory') {
          await process.err(`fatal: cannot change to '${args[at] ?? ''}': No such file or directory\n`);
          return 128;
        }
        process.cwd = process.view.realPath(dir);
      } else if (word === '-c') {
        const [key = '', text] = value().split(/=(.*)/s);
        settings.push({ key: normalKey(key) ?? key, value: text ?? 'true' });
      } else if (/^--git-dir(=|$)/.test(word)) gitDir = word.includes('=') ? word.slice(10) : value();
      else if (/^--work-tree(=|$)/.test(word)) workTree = word.includes('=') ? word.slice(12) : value();
      else if (!['--no-pager', '-P', '--no-optional-locks', '--literal-pathspecs'].includes(word)) break;
    }
    const [name, ...rest] = args.slice(at);
    if (name === '--version' || name === '-v' || name === 'version') {
      await process.out(`git version ${GIT_VERSION}\n`);
      return 0;
    }
    if (name === undefined) {
      await process.out(
        'usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]\n           <command> [<args>]\n',
      );
      return 1;
    }
    const command = COMMANDS.get(name);
    if (command === undefined) {
      if (
        /^(am|apply|bisect|blame|bundle|cherry-pick|help|merge|mv|notes|rebase|reflog|revert|stash|submodule|worktree|pack-refs|prune|hash-object|write-tree|commit-tree|read-tree|update-index|verify-pack|lfs|maintenance)$/.test(
          name,
        )
      )
        return process.refuse(`command ${name}`);
      await process.err(
        name.startsWith('-')
          ? `unknown option: ${name}\nusage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]\n`
          : `git: '${name}' is not a git command. See 'git --help'.\n`,
      );
      return name.startsWith('-') ? 129 : 1;
    }
    try {
      return await command(new Call(host, process, { gitDir, workTree, settings }), rest);
    } catch (error) {
      if (error instanceof Refused) return process.refuse(error.message);
      if (error instanceof GitError) {
        await process.err(`${error.message}\n`);
        return error.status;
      }
      if (!(error instanceof SystemError)) throw error;
      await process.err(`fatal: ${error.path === null ? '' : `${error.path}: `}${error.message}\n`);
      return 128;
    }
  };
}
