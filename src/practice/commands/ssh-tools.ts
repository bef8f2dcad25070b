/** The programs of OpenSSH: ssh-keyscan, ssh-keygen, ssh, sshd -T. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { resolveName } from '../model/resolver.js';
import { withOptions } from './program.js';
import { ssh } from './ssh-client.js';
import { sshKeygen } from './ssh-keygen.js';

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
    'ssh-keygen': sshKeygen(host),
    ssh: ssh(host),
    sshd: async (process, args) => {
      if (!args.includes('-T') && !args.includes('-t'))
        return process.refuse('running it by hand (systemctl start ssh is)');
      if (process.credentials.uid !== 0) {
        await process.err('sshd: no hostkeys available -- exiting.\n');
        return 1;
      }
      if (args.includes('-T'))
        await process.out(
          'port 22\naddressfamily any\nlistenaddress [::]:22\nlistenaddress 0.0.0.0:22\nusepam yes\nmaxsessions 10\npermitrootlogin without-password\npubkeyauthentication yes\npasswordauthentication yes\n',
        );
      return 0;
    },
  };
}
