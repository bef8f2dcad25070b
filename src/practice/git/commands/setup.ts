/** git init, git config. */
import { joinPath } from '../../vfs/volume.js';
import type { Call, Command } from '../call.js';
import { edited, normalKey, readConfigFile, without, type Setting } from '../config.js';
import { fatal, GitError } from '../git-error.js';
import { Repository } from '../repository.js';
import { makeParents } from '../../vfs/parents.js';

const BRANCH_HINT = (
  branch: string,
) => `hint: Using '${branch}' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint: 
hint: \tgit config --global init.defaultBranch <name>
hint: 
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint: 
hint: \tgit branch -m <name>
`;

export const init: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'q',
    values: 'b',
    long: ['quiet', 'bare', 'initial-branch=', 'shared', 'shared='],
  });
  const bare = options.has('bare');
  const at = joinPath(call.process.cwd, options.operands[0] ?? '.');
  makeParents(call.view, at);
  const gitDir = bare ? at : joinPath(at, '.git');
  const known = Repository.at(call.view, gitDir);
  const quiet = options.has('q', 'quiet');
  const wished = options.value('b', 'initial-branch');
  const configured = wished ?? call.config(null).value('init.defaultbranch');
  if (known && wished !== undefined && !quiet)
    await call.err(`warning: re-init: ignored --initial-branch=${wished}\n`);
  if (!known && configured === undefined && !quiet) await call.err(BRANCH_HINT('master'));
  Repository.create(call.view, gitDir, bare ? null : at, configured ?? 'master');
  if (!quiet)
    await call.out(
      `${known ? 'Reinitialized existing' : 'Initialized empty'} Git repository in ${gitDir}/\n`,
    );
  return 0;
};

interface Place {
  readonly read: () => readonly Setting[];
  readonly change: ((edit: (text: string) => string) => void) | null;
}
function fileAt(call: Call, path: string): Place {
  return {
    read: () => readConfigFile(call.view, path),
    change: (edit) => {
      const old = call.view.peek(path) === undefined ? '' : call.view.readText(path);
      call.view.write(path, edit(old));
    },
  };
}
function placeOf(call: Call, options: ReturnType<Call['options']>): Place {
  if (options.has('global')) return fileAt(call, call.globalPath);
  if (options.has('system')) return fileAt(call, '/etc/gitconfig');
  const file = options.value('f', 'file');
  if (file !== undefined) return fileAt(call, joinPath(call.process.cwd, file));
  const repository = call.find();
  if (options.has('local') && repository === null)
    throw fatal('--local can only be used inside a git repository');
  if (options.has('local') && repository !== null) return fileAt(call, `${repository.gitDir}/config`);
  return {
    read: () => call.config(repository).all,
    change: repository === null ? null : fileAt(call, `${repository.gitDir}/config`).change,
  };
}

export const config: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'lz',
    values: 'f',
    long: [
      'global',
      'system',
      'local',
      'file=',
      'get',
      'get-all',
      'get-regexp',
      'add',
      'unset',
      'unset-all',
      'replace-all',
      'remove-section',
      'list',
      'bool',
      'null',
      'default=',
      'type=',
      'show-origin',
      'name-only',
    ],
  });
  const place = placeOf(call, options);
  const end = options.has('z', 'null') ? '\0' : '\n';
  if (options.has('l', 'list')) {
    for (const { key, value } of place.read())
      await call.out(options.has('name-only') ? `${key}${end}` : `${key}=${value}${end}`);
    return 0;
  }
  const [word = '', value] = options.operands;
  const change = (edit: (text: string) => string): number => {
    if (place.change === null) throw fatal('not in a git directory');
    place.change(edit);
    return 0;
  };
  if (options.has('get-regexp')) {
    const pattern = new RegExp(word);
    const found = place.read().filter(({ key }) => pattern.test(key));
    for (const one of found) await call.out(`${one.key} ${one.value}${end}`);
    return found.length === 0 ? 1 : 0;
  }
  if (options.has('remove-section')) {
    if (!place.read().some(({ key }) => key.startsWith(`${word}.`))) throw fatal(`no such section: ${word}`);
    return change((text) => without(text, word, 'section'));
  }
  const key = normalKey(word);
  if (key === null) throw new GitError(`error: key does not contain a section: ${word}`, 2);
  if (options.has('unset', 'unset-all'))
    return place.read().some((one) => one.key === key) ? change((text) => without(text, key, 'key')) : 5;
  if (options.has('add') && value !== undefined) return change((text) => edited(text, key, value, 'add'));
  const reading = options.has('get', 'get-all') || value === undefined;
  if (!reading) return change((text) => edited(text, key, value, 'set'));
  const found = place.read().filter((one) => one.key === key);
  const fallback = options.value('default');
  if (found.length === 0 && fallback === undefined) return 1;
  const shown = options.has('get-all') ? found : found.slice(-1);
  const bool = options.has('bool') || options.value('type') === 'bool';
  for (const { value: text } of shown.length === 0 ? [{ value: fallback ?? '' }] : shown)
    await call.out(`${bool ? String(/^(true|yes|on|1)$/i.test(text)) : text}${end}`);
  return 0;
};
