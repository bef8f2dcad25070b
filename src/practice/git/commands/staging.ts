/** git add, rm, ls-files, check-ignore, clean. */
import type { Call, Command } from '../call.js';
import { byPath, compare, onDisk, statusOf } from '../changes.js';
import { fatal, GitError } from '../git-error.js';
import { readIndex, writeIndex } from '../index-file.js';
import { pathspecs, selects } from '../pathspec.js';
import { dropFile, present, scan, workTreeOf } from '../worktree.js';

export const add: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'Aufvn',
    long: ['all', 'update', 'force', 'verbose', 'dry-run', 'no-all', 'ignore-errors'],
  });
  const repository = call.repository();
  workTreeOf(repository);
  const everything = options.has('A', 'all', 'u', 'update');
  if (options.operands.length === 0 && !everything) {
    await call.err("Nothing specified, nothing added.\nhint: Maybe you wanted to say 'git add .'?\n");
    return 0;
  }
  const words = options.operands.length === 0 ? [':/'] : options.operands;
  const specs = pathspecs(call, repository, words);
  const index = readIndex(repository);
  const ignore = call.ignore(repository);
  const wanted = selects(specs);
  const force = options.has('f', 'force');
  const found = scan(repository, ignore).files.filter(wanted);
  const named = words
    .map((word) => call.inside(repository, word.replace(/^:\/$/, '.')))
    .filter((path) => path !== '' && present(repository, path) !== null);
  const fresh = options.has('u', 'update') ? [] : [...found, ...(force ? named : [])];
  const known = [...index.keys()].filter(wanted);
  for (const spec of specs) {
    const path = call.inside(repository, spec.text.replace(/^:\/.*$/, '.'));
    const there = call.view.peek(`${workTreeOf(repository)}/${path}`, false);
    if (found.some(spec.matches) || known.some(spec.matches) || path === '') continue;
    if (there === undefined) throw fatal(`pathspec '${spec.text}' did not match any files`);
    if (!force && ignore.ignores(path, there.kind === 'directory'))
      throw new GitError(
        `The following paths are ignored by one of your .gitignore files:\n${path}\nhint: Use -f if you really want to add them.\nhint: Turn this message off by running\nhint: "git config advice.addIgnoredFile false"`,
        1,
      );
  }
  for (const path of [...new Set([...fresh, ...known])].toSorted(byPath)) {
    const now = present(repository, path);
    if (now === null) {
      if (index.delete(path) && options.has('v', 'verbose')) await call.out(`remove '${path}'\n`);
      continue;
    }
    const old = index.get(path);
    if (old?.id === now.id && old.mode === now.mode) continue;
    if (options.has('n', 'dry-run', 'v', 'verbose')) await call.out(`add '${path}'\n`);
    if (options.has('n', 'dry-run')) continue;
    index.set(path, { mode: now.mode, id: repository.write('blob', now.body) });
  }
  if (!options.has('n', 'dry-run')) writeIndex(repository, index);
  return 0;
};

export const rm: Command = async (call, args) => {
  const options = call.options(args, { flags: 'rfqn', long: ['cached', 'force', 'quiet', 'ignore-unmatch'] });
  const repository = call.repository();
  const index = readIndex(repository);
  for (const spec of pathspecs(call, repository, options.operands)) {
    const hit = [...index.keys()].filter(spec.matches);
    if (hit.length === 0 && !options.has('ignore-unmatch'))
      throw fatal(`pathspec '${spec.text}' did not match any files`);
    const whole = call.inside(repository, spec.text);
    if (hit.some((path) => path !== whole) && !options.has('r') && !/[*?[]/.test(spec.text))
      throw fatal(`not removing '${spec.text}' recursively without -r`);
    for (const path of hit) {
      index.delete(path);
      if (!options.has('cached')) dropFile(repository, path);
      if (!options.has('q', 'quiet')) await call.out(`rm '${path}'\n`);
    }
  }
  writeIndex(repository, index);
  return 0;
};

export const lsFiles: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'csomdzt',
    values: 'x',
    long: [
      'cached',
      'stage',
      'others',
      'modified',
      'deleted',
      'ignored',
      'exclude-standard',
      'error-unmatch',
      'full-name',
      'exclude=',
    ],
  });
  const repository = call.repository();
  const index = readIndex(repository);
  const end = options.has('z') ? '\0' : '\n';
  const specs = pathspecs(call, repository, options.operands);
  const prefix = repository.workTree === null ? '' : call.prefix(repository);
  const within = (path: string) => (specs.length === 0 ? path.startsWith(prefix) : selects(specs)(path));
  const shown = (path: string) =>
    options.has('full-name') || !path.startsWith(prefix) ? path : path.slice(prefix.length);
  const rows: string[] = [];
  const now = options.has('m', 'modified', 'd', 'deleted') ? compare(index, onDisk(repository, index)) : [];
  if (options.has('o', 'others')) {
    const ignore = call.ignore(repository);
    const seen = scan(repository, ignore);
    if (options.has('ignored')) rows.push(...seen.ignored.filter((path) => !index.has(path)));
    else rows.push(...seen.files.filter((path) => !index.has(path)));
  }
  if (options.has('m', 'modified')) rows.push(...now.map((one) => one.path));
  if (options.has('d', 'deleted')) rows.push(...now.filter((one) => one.kind === 'D').map((one) => one.path));
  if (
    options.has('c', 'cached', 's', 'stage') ||
    !options.has('o', 'others', 'm', 'modified', 'd', 'deleted')
  )
    rows.push(...index.keys());
  const listed = [...new Set(rows)].filter(within).toSorted(byPath);
  for (const path of listed) {
    const entry = index.get(path);
    const stage = options.has('s', 'stage') && entry !== undefined ? `${entry.mode} ${entry.id} 0\t` : '';
    await call.out(`${stage}${shown(path)}${end}`);
  }
  if (options.has('error-unmatch'))
    for (const spec of specs)
      if (!listed.some(spec.matches))
        throw new GitError(
          `error: pathspec '${spec.text}' did not match any file(s) known to git\nDid you forget to 'git add'?`,
          1,
        );
  return 0;
};

export const checkIgnore: Command = async (call, args) => {
  const options = call.options(args, {
    flags: 'qvnz',
    long: ['quiet', 'verbose', 'non-matching', 'no-index', 'stdin'],
  });
  const repository = call.repository();
  const ignore = call.ignore(repository);
  const index = options.has('no-index') ? null : readIndex(repository);
  const words = options.has('stdin')
    ? (await call.process.readText()).split('\n').filter((line) => line !== '')
    : options.operands;
  if (words.length === 0) throw fatal('no path specified');
  let any = false;
  for (const word of words) {
    const path = call.inside(repository, word);
    const inode = call.view.peek(`${workTreeOf(repository)}/${path}`, false);
    const known =
      index !== null && [...index.keys()].some((one) => one === path || one.startsWith(`${path}/`));
    const rule = known ? undefined : ignore.decides(path, inode?.kind === 'directory' || word.endsWith('/'));
    const verbose = options.has('v', 'verbose');
    const hit = rule !== undefined && (verbose || !rule.negated);
    if (rule !== undefined && !rule.negated) any = true;
    if (options.has('q', 'quiet') || !hit) continue;
    await call.out(verbose ? `${rule.source}:${rule.line}:${rule.text}\t${word}\n` : `${word}\n`);
  }
  return any ? 0 : 1;
};

export const clean: Command = async (call: Call, args) => {
  const options = call.options(args, {
    flags: 'fdxXqn',
    values: 'e',
    long: ['force', 'quiet', 'dry-run', 'exclude='],
  });
  const repository = call.repository();
  if (!options.has('f', 'force', 'n', 'dry-run'))
    throw fatal('clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean');
  const found = statusOf(repository, call.ignore(repository));
  const kept = [...options.all('e'), ...options.all('exclude')].map((one) => one.replace(/\/$/, ''));
  const rows = [
    ...(options.has('X') ? [] : found.untracked),
    ...(options.has('x', 'X') ? found.ignored : []),
  ].filter((path) => !kept.includes(path.replace(/\/$/, '')) && (options.has('d') || !path.endsWith('/')));
  const dry = options.has('n', 'dry-run');
  for (const path of rows.toSorted(byPath)) {
    if (!dry) call.view.removeTree(`${workTreeOf(repository)}/${path.replace(/\/$/, '')}`);
    if (dry || !options.has('q', 'quiet')) await call.out(`${dry ? 'Would remove' : 'Removing'} ${path}\n`);
  }
  return 0;
};
