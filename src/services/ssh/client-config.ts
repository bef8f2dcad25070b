/** ~/.ssh/config: what a person has already told OpenSSH about hosts, with the files that it includes. */
import { glob, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Trouble } from '../../lab/types.js';
import { errorCode } from './errors.js';

/** What is said about one host; undefined where nothing is. */
export interface ConfigEntry {
  readonly hostName: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly identityFiles: readonly string[];
  readonly proxyJump: string | undefined;
}
export type ConfigLookup = (alias: string) => ConfigEntry;

/** ssh_config(5): files may include files, sixteen deep. */
const MAX_DEPTH = 16;
const INCLUDE = /^[ \t]*include(?:[ \t]+|[ \t]*=[ \t]*)(.+)$/i;
const BLOCK = /^[ \t]*(?:host|match)(?:[ \t]|[ \t]*=)/i;

/**
 * @param home the person's home directory
 * @throws Trouble `ssh-config-unreadable`, `ssh-config-invalid`
 */
export async function readClientConfig(home: string): Promise<ConfigLookup> {
  const file = join(home, '.ssh', 'config');
  const text = await textWithIncludes(file, home, 0);
  const { parse } = await import('ssh-config');
  let config: ReturnType<typeof parse>;
  try {
    config = parse(text);
  } catch (error) {
    throw new Trouble(
      'ssh-config-invalid',
      { id: `Berkas ${file} tidak dapat dipahami.`, en: `The file ${file} cannot be understood.` },
      { id: `Periksa dengan: ssh -F '${file}' -G HOST`, en: `Check it with: ssh -F '${file}' -G HOST` },
      file,
      2,
      { cause: error },
    );
  }
  return (alias) => {
    // matchExec off: reading a configuration must not run programs.
    const found = config.compute(alias, { ignoreCase: true, matchExec: false });
    const port = Number(first(found['port']));
    const files = found['identityfile'];
    const jump = first(found['proxyjump']);
    return {
      hostName: first(found['hostname'])?.replaceAll('%h', alias),
      port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
      user: first(found['user']),
      identityFiles: files === undefined ? [] : Array.isArray(files) ? files : [files],
      proxyJump: jump === undefined || jump.toLowerCase() === 'none' ? undefined : jump,
    };
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/**
 * A file's text with its `Include` lines replaced by what they name (relative to ~/.ssh, with wildcards, in order of name).
 * The `Host` line that stood before an Include is written again after it, as what follows still belongs to it.
 */
async function textWithIncludes(file: string, home: string, depth: number): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw new Trouble(
      'ssh-config-unreadable',
      { id: `Berkas ${file} tidak dapat dibaca.`, en: `The file ${file} cannot be read.` },
      { id: 'Periksa izinnya.', en: 'Check its permissions.' },
      file,
      2,
      { cause: error },
    );
  }
  const lines: string[] = [];
  let block: string | null = null;
  for (const line of text.split('\n')) {
    if (BLOCK.test(line)) block = line;
    const patterns = INCLUDE.exec(line)?.[1];
    if (patterns === undefined) {
      lines.push(line);
      continue;
    }
    if (depth >= MAX_DEPTH) continue;
    for (const included of await filesOf(patterns, home)) {
      lines.push(await textWithIncludes(included, home, depth + 1));
    }
    lines.push(block ?? 'Host *');
  }
  return lines.join('\n');
}

async function filesOf(patterns: string, home: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [, quoted, plain] of patterns.matchAll(/"([^"]*)"|(\S+)/g)) {
    const pattern = (quoted ?? plain ?? '').replace(/^~(?=\/)/, home);
    const path = isAbsolute(pattern) ? pattern : join(home, '.ssh', pattern);
    const found: string[] = [];
    for await (const one of glob(path)) found.push(one);
    files.push(...found.sort());
  }
  return files;
}
