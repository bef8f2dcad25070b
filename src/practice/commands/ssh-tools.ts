/** ssh-keyscan and ssh-keygen -l: host keys and fingerprints inside the lab. */
import { createHash } from 'node:crypto';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { readOperand } from '../kernel/open.js';
import { resolveName } from '../model/resolver.js';
import { SystemError } from '../vfs/inode.js';
import { withOptions } from './program.js';

function fingerprint(line: string): string | null {
  const match = /(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp256)\s+([A-Za-z0-9+/=]+)\s*(.*)$/.exec(line);
  if (match === null) return null;
  const [, type = '', key = '', comment = ''] = match;
  const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  const short = type === 'ssh-ed25519' ? 'ED25519' : type === 'ssh-rsa' ? 'RSA' : 'ECDSA';
  return `${short === 'RSA' ? 3072 : 256} SHA256:${hash} ${comment === '' ? 'no comment' : comment} (${short})`;
}

export function sshPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    'ssh-keyscan': withOptions({ flags: 'H46D', values: 'tTp' }, async (process, options) => {
      for (const name of options.operands) {
        const [address] = await resolveName(host, process, name);
        const reach = address === undefined ? 'unreachable' : host.world.reach(host, address, 22);
        const target =
          address === undefined
            ? undefined
            : host.machine.addresses.includes(address)
              ? host
              : host.world.holder(address);
        if (reach === 'silent') await process.sleep(Number(options.value('T') ?? 5) * 1000);
        if (reach !== 'open' || target === undefined) {
          await process.err(
            address === undefined
              ? `getaddrinfo ${name}: Name or service not known\n`
              : reach === 'refused'
                ? `${name}: Connection refused\n`
                : '',
          );
          continue;
        }
        await process.err(`# ${name}:22 SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13.5\n`);
        await process.out(`${name} ${target.hostKey.publicKey}\n`);
      }
      return 0;
    }),
    'ssh-keygen': withOptions({ flags: 'lvqyA', values: 'fERtNCb' }, async (process, options) => {
      if (!options.has('l')) return process.refuse('anything but -l');
      const file = options.value('f') ?? '';
      let text: string;
      try {
        text = (await readOperand(process, file)).toString('utf8');
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        return process.fail(`${file}: ${error.message}`, 255);
      }
      const lines = text
        .split('\n')
        .map(fingerprint)
        .filter((line) => line !== null);
      if (lines.length === 0) return process.fail(`${file} is not a public key file.`, 255);
      for (const line of lines) await process.out(`${line}\n`);
      return 0;
    }),
  };
}
