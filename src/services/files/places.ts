/**
 * Where our files lie on the operator's computer, by the XDG base directory specification, and whose computer it is. All
 * of it is asked before the first frame: nothing here loads a parser.
 */
import { stat } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { errorCode } from './atomic.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a lab file is kept when a person names no other place; honours XDG_CONFIG_HOME. */
export function configLabFile(env: Environment, home: string = homedir()): string {
  return join(xdg(env['XDG_CONFIG_HOME'], join(home, '.config')), 'threebody-tui', 'lab.yaml');
}

/** Directory under which each lab has its state directory; honours XDG_STATE_HOME. */
export function stateRoot(env: Environment, home: string = homedir()): string {
  return join(xdg(env['XDG_STATE_HOME'], join(home, '.local', 'state')), 'threebody-tui');
}

/** The XDG base directory specification: a relative path is invalid and ignored. */
function xdg(given: string | undefined, fallback: string): string {
  return given !== undefined && isAbsolute(given) ? given : fallback;
}

/** Names the lab file that was open last. */
export function lastLabFile(env: Environment): string {
  return join(stateRoot(env), 'last-lab');
}

export interface FoundLabFile {
  readonly path: string;
  /** What named it. The first two were asked for by a person and are named even when they do not exist. */
  readonly from: 'flag' | 'environment' | 'directory' | 'config';
}

/**
 * Looks for the lab file: `--lab`, THREEBODY_LAB, `./threebody.yaml`, `~/.config/threebody-tui/lab.yaml`.
 * @param options.flag value of `--lab`
 * @param options.cwd absolute path of the working directory
 * @param options.home home directory; default the user's
 * @returns null when none was named and none is there
 */
export async function findLabFile(options: {
  readonly flag?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  readonly home?: string;
}): Promise<FoundLabFile | null> {
  const { flag, env, cwd } = options;
  const named = env['THREEBODY_LAB'] ?? '';
  if (flag !== undefined) return { path: resolve(cwd, flag), from: 'flag' };
  if (named !== '') return { path: resolve(cwd, named), from: 'environment' };
  const candidates: readonly FoundLabFile[] = [
    { path: join(cwd, 'threebody.yaml'), from: 'directory' },
    { path: configLabFile(env, options.home), from: 'config' },
  ];
  for (const candidate of candidates) if (await isThere(candidate.path)) return candidate;
  return null;
}

/** Whether there is something of that name; what cannot be looked at is there. @param path absolute */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR',
  );
}

/** `user@computer`, as journal and jobs name who did something. */
export function operatorName(): string {
  let name = 'uid-' + String(process.getuid?.() ?? '?');
  try {
    name = userInfo().username;
  } catch {
    // A user id without an entry in passwd, as in many containers.
  }
  return `${name}@${hostname()}`;
}
