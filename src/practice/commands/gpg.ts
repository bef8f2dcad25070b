/** gpg as far as package keys need it: --show-keys, --dearmor, --import, --export. */
import type { Program } from '../kernel/kernel.js';
import { readOperand } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import { armour, dearmour, readKeys, splitKeys, type PublicKey } from '../model/openpgp.js';
import { withOptions } from './program.js';

const date = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

function shown(key: PublicKey, colons: boolean, now: number): string {
  const expired = key.expires !== null && key.expires * 1000 < now;
  if (colons)
    return `pub:${expired ? 'e' : '-'}:${key.bits}:1:${key.id}:${key.created}:${key.expires ?? ''}::-:::scSC::::::23::0:\nfpr:::::::::${key.fingerprint}:\nuid:${expired ? 'e' : '-'}::::${key.created}::${key.fingerprint}::${key.userId}::::::::::0:\n`;
  const until = key.expires === null ? '' : ` [${expired ? 'expired' : 'expires'}: ${date(key.expires)}]`;
  return `pub   rsa${key.bits} ${date(key.created)} [SC]${until}\n      ${key.fingerprint}\nuid                      ${key.userId}\n\n`;
}
async function input(process: Process, operands: readonly string[]): Promise<Buffer> {
  return operands.length === 0
    ? process.readAll(0)
    : Buffer.concat(await Promise.all(operands.map((one) => readOperand(process, one))));
}

export const gpg: Program = withOptions(
  {
    flags: 'qavk',
    values: 'or',
    long: [
      'homedir=',
      'quiet',
      'batch',
      'yes',
      'no-tty',
      'show-keys',
      'with-colons',
      'dearmor',
      'armor',
      'import',
      'export',
      'output=',
      'list-keys',
      'no-default-keyring',
      'keyring=',
      'version',
      'fingerprint',
      'with-fingerprint',
      'trust-model=',
      'keyid-format=',
      'enarmor',
      'no-options',
      'import-options=',
      'dry-run',
    ],
  },
  async (process, options) => {
    if (options.has('version')) {
      await process.out('gpg (GnuPG) 2.4.4\nlibgcrypt 1.10.3\n');
      return 0;
    }
    const colons = options.has('with-colons');
    const home = options.value('homedir') ?? `${process.env.get('HOME') ?? '/root'}/.gnupg`;
    const ring = options.value('keyring') ?? `${home}/pubring.kbx`;
    const stored = (): Buffer =>
      process.view.peek(process.path(ring)) === undefined
        ? Buffer.alloc(0)
        : process.view.readBytes(process.path(ring));
    const give = async (content: Buffer | string) => {
      const target = options.value('o', 'output');
      if (target === undefined || target === '-') return process.out(content);
      const path = process.path(target);
      if (process.view.peek(path) !== undefined && !options.has('yes')) {
        await process.err(
          `gpg: ${options.has('batch') || !process.tty ? `dearmoring failed: File exists` : `File '${target}' exists.`}\n`,
        );
        throw new Exists();
      }
      process.view.write(path, content);
    };
    try {
      if (options.has('dearmor')) {
        const bytes = await input(process, options.operands);
        const binary =
          bytes.subarray(0, 5).toString('latin1') === '-----' ? dearmour(bytes.toString('latin1')) : null;
        if (binary === null) {
          await process.err('gpg: no valid OpenPGP data found.\n');
          return 2;
        }
        await give(binary);
        return 0;
      }
      if (options.has('show-keys') || options.has('import')) {
        const bytes = await input(process, options.operands);
        const keys = readKeys(bytes);
        if (keys.length === 0) {
          await process.err('gpg: no valid OpenPGP data found.\n');
          return 2;
        }
        if (options.has('import')) {
          const binary =
            bytes.subarray(0, 5).toString('latin1') === '-----'
              ? (dearmour(bytes.toString('latin1')) ?? bytes)
              : bytes;
          process.view.write(process.path(ring), Buffer.concat([stored(), binary]), { mode: 0o600 });
          if (!options.has('q', 'quiet'))
            for (const key of keys)
              await process.err(`gpg: key ${key.id}: public key "${key.userId}" imported\n`);
          return 0;
        }
        for (const key of keys) await process.out(shown(key, colons, process.kernel.now()));
        return 0;
      }
      if (options.has('export')) {
        const wanted = options.operands.map((one) => one.replace(/^0x/i, '').toUpperCase());
        const parts = splitKeys(stored()).filter((part) => {
          const [key] = readKeys(part);
          return (
            key !== undefined && (wanted.length === 0 || wanted.some((one) => key.fingerprint.endsWith(one)))
          );
        });
        if (parts.length === 0) {
          await process.err('gpg: WARNING: nothing exported\n');
          return 0;
        }
        const bytes = Buffer.concat(parts);
        await give(options.has('a', 'armor') ? armour(bytes) : bytes);
        return 0;
      }
      if (options.has('k', 'list-keys', 'fingerprint')) {
        for (const key of readKeys(stored())) await process.out(shown(key, colons, process.kernel.now()));
        return 0;
      }
    } catch (error) {
      if (error instanceof Exists) return 2;
      throw error;
    }
    return process.refuse('this action');
  },
);
class Exists extends Error {
  override readonly name = 'Exists';
}
