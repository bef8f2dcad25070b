/** newgrp and sg: a shell inside the shell, with one more group. The shell outside keeps what its login gave it. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { bash } from '../shell/program.js';
import { groups } from './owners.js';

export function newgrp(host: Host): Program {
  return async (process, args) => {
    const [name = '', ...rest] = args.filter((arg) => arg !== '-');
    const group = groups(host.volume).find((entry) => entry.name === name);
    if (group === undefined) return process.fail(`group '${name}' does not exist`);
    const { credentials } = process;
    if (credentials.uid !== 0 && !group.members.includes(credentials.user) && credentials.gid !== group.gid) {
      await process.err(`${process.tty ? 'Password: ' : ''}${process.name}: Permission denied\n`);
      return 1;
    }
    process.credentials = {
      ...credentials,
      gid: group.gid,
      groups: [...new Set([group.gid, ...credentials.groups])],
    };
    // What follows on stdin is the new shell's: inside a script it swallows the rest of it (T17).
    const command = process.name === 'sg' ? (rest[0] === '-c' ? rest[1] : rest[0]) : undefined;
    return bash(process, command === undefined ? [] : ['-c', command]);
  };
}
