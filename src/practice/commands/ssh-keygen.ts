/** ssh-keygen: makes key pairs, shows fingerprints, finds and drops lines of known_hosts. */
import { createHash } from 'node:crypto';
import ssh2 from 'ssh2';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { readOperand } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import { userName } from './owners.js';
import { withOptions } from './program.js';
import type { Options } from './options.js';

export function fingerprint(line: string): string | null {
  const match = /(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp256)\s+([A-Za-z0-9+/=]+)\s*(.*)$/.exec(line);
  if (match === null) return null;
  const [, type = '', key = '', comment = ''] = match;
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  const short = type === 'ssh-ed25519' ? 'ED25519' : type === 'ssh-rsa' ? 'RSA' : 'ECDSA';
  return `${short === 'RSA' ? 3072 : 256} SHA256:${hash} ${comment === '' ? 'no comment' : comment} (${short})`;
}
async function read(process: Process, file: string): Promise<string | null> {
  try {
    return (await readOperand(process, file)).toString('utf8');
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.err(`${file}: ${error.message}\n`);
    return null;
  }
}

async function show(process: Process, file: string): Promise<number> {
  let text = await read(process, file);
  if (text === null) return 255;
  // A private key is asked for its public half, which lies beside it.
  if (text.includes('PRIVATE KEY') && process.view.peek(process.path(`${file}.pub`)) !== undefined)
    text = process.view.readText(process.path(`${file}.pub`));
  const lines = text
    .split('\n')
    .map(fingerprint)
    .filter((line) => line !== null);
  if (lines.length === 0) return process.fail(`${file} is not a public key file.`, 255);
  for (const line of lines) await process.out(`${line}\n`);
  return 0;
}

async function find(process: Process, name: string, options: Options, file: string): Promise<number> {
  const text = await read(process, file);
  if (text === null) return 255;
  const lines = text.split('\n');
  const hits = lines
    .map((line, index) => ({ line, index }))
    .filter(({ line }) => line.split(' ')[0]?.split(',').includes(name) === true);
  if (options.has('R')) {
    if (hits.length === 0) {
      await process.err(`Host ${name} not found in ${file}\n`);
      return 0;
    }
    process.view.write(process.path(`${file}.old`), text, { mode: 0o600 });
    process.view.write(
      process.path(file),
      lines.filter((line) => !hits.some((hit) => hit.line === line)).join('\n'),
    );
    if (!options.has('q'))
      await process.out(
        `${hits.map(({ index }) => `# Host ${name} found: line ${index + 1}\n`).join('')}${file} updated.\nOriginal contents retained as ${file}.old\n`,
      );
    return 0;
  }
  for (const { line, index } of hits) {
    await process.out(`# Host ${name} found: line ${index + 1}\n`);
    if (!options.has('l')) await process.out(`${line}\n`);
    else {
      const [, type = '', key = ''] = line.split(' ');
      const print = fingerprint(`${type} ${key} ${name}`);
      if (print !== null)
        await process.out(`${name} ${print.replace(/^\d+ (SHA256:\S+).*\((\w+)\)$/, '$2 $1')}\n`);
    }
  }
  return hits.length > 0 ? 0 : 1;
}

async function make(host: Host, process: Process, options: Options): Promise<number> {
  const type = options.value('t') ?? 'ed25519';
  if (type !== 'ed25519' && type !== 'rsa' && type !== 'ecdsa')
    return process.fail(`unknown key type ${type}`, 255);
  const home = process.env.get('HOME') ?? '/root';
  const file = options.value('f') ?? `${home}/.ssh/id_${type}`;
  const path = process.path(file);
  if (!options.has('q')) await process.out(`Generating public/private ${type} key pair.\n`);
  if (process.view.peek(path) !== undefined) {
    await process.out(`${file} already exists.\nOverwrite (y/n)? `);
    if (!/^y/i.test((await process.readText(0)).trim())) {
      await process.out('\n');
      return 1;
    }
  }
  if (options.value('N') === undefined && !process.tty) {
    // Without a terminal it takes what comes on stdin as the answers; an end of input means no pass phrase.
    await process.out('Enter passphrase (empty for no passphrase): \nEnter same passphrase again: \n');
  } else if ((options.value('N') ?? '') !== '') return process.refuse('keys with a pass phrase');
  const comment =
    options.value('C') ?? `${userName(host.volume, process.credentials.uid)}@${host.machine.hostname}`;
  for (;;) {
    const pair =
      type === 'rsa'
        ? ssh2.utils.generateKeyPairSync('rsa', { bits: Number(options.value('b') ?? 3072), comment })
        : type === 'ecdsa'
          ? ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, comment })
          : ssh2.utils.generateKeyPairSync('ed25519', { comment });
    // Now and then ssh2 makes one that it cannot read itself.
    if (ssh2.utils.parseKey(pair.private) instanceof Error) continue;
    const privateText = pair.private.endsWith('\n') ? pair.private : `${pair.private}\n`;
    try {
      process.view.write(path, privateText, { mode: 0o600 });
      process.view.write(`${path}.pub`, `${pair.public.trim()}\n`, { mode: 0o644 });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.err(`Saving key "${file}" failed: ${error.message}\n`);
      return 1;
    }
    if (!options.has('q')) {
      await process.out(
        `Your identification has been saved in ${file}\nYour public key has been saved in ${file}.pub\nThe key fingerprint is:\n${fingerprint(pair.public)?.replace(/^\d+ (\S+) (.*) \(\w+\)$/, '$1 $2') ?? ''}\n`,
      );
    }
    return 0;
  }
}

export function sshKeygen(host: Host): Program {
  return withOptions({ flags: 'lvqyAHB', values: 'fERtNCbFP' }, async (process, options) => {
    const home = process.env.get('HOME') ?? '/root';
    const known = options.value('f') ?? `${home}/.ssh/known_hosts`;
    const name = options.value('F') ?? options.value('R');
    if (name !== undefined) return find(process, name, options, known);
    if (options.has('l')) return show(process, options.value('f') ?? `${home}/.ssh/id_ed25519.pub`);
    if (options.has('y')) {
      const file = options.value('f') ?? `${home}/.ssh/id_ed25519`;
      const text = await read(process, file);
      if (text === null) return 255;
      const inode = process.view.peek(process.path(file));
      if (inode !== undefined && (inode.mode & 0o077) !== 0) {
        await process.err(
          `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\nLoad key "${file}": bad permissions\n`,
        );
        return 255;
      }
      const key = ssh2.utils.parseKey(text);
      if (key instanceof Error) {
        await process.err(`Load key "${file}": error in libcrypto\n`);
        return 255;
      }
      await process.out(
        `${key.type} ${key.getPublicSSH().toString('base64')}${key.comment === '' ? '' : ` ${key.comment}`}\n`,
      );
      return 0;
    }
    if (options.has('A', 'H', 'B')) return process.refuse('this action');
    return make(host, process, options);
  });
}
