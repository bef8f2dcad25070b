/** sudo and runuser. The rules are read from /etc/sudoers and /etc/sudoers.d as they stand. */
import type { Host } from '../host.js';
import { execWords } from '../kernel/exec.js';
import { readLine } from '../kernel/description.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { resolveName } from '../model/resolver.js';
import { withOptions } from './program.js';
import { account, credentialsOf, groupName } from './owners.js';

const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin';

/** Whether a user may become another, and whether a password is asked. The last rule that fits counts. */
function rule(host: Host, process: Process): 'no' | 'password' | 'nopasswd' {
  const { credentials } = process;
  if (credentials.uid === 0) return 'nopasswd';
  const dir = host.volume.find('/etc/sudoers.d');
  const names =
    dir?.kind === 'directory' ? [...dir.entries.keys()].filter((name) => !/[.~]/.test(name)).toSorted() : [];
  let found: 'no' | 'password' | 'nopasswd' = 'no';
  for (const file of ['/etc/sudoers', ...names.map((name) => `/etc/sudoers.d/${name}`)]) {
    for (const line of (host.volume.text(file) ?? '').split('\n')) {
      const match = /^\s*(%?[\w.-]+)\s+ALL\s*=\s*(?:\([^)]*\))?\s*((?:[A-Z]+:\s*)*)ALL\s*$/.exec(line);
      if (match === null) continue;
      const [, who = '', tags = ''] = match;
      const mine = who.startsWith('%')
        ? credentials.groups.some((gid) => groupName(host.volume, gid) === who.slice(1))
        : who === credentials.user;
      if (mine) found = /NOPASSWD:/.test(tags) ? 'nopasswd' : 'password';
    }
  }
  return found;
}

async function askPassword(host: Host, process: Process, prompt: string): Promise<boolean> {
  const { user } = process.credentials;
  for (let tries = 1; tries <= 3; tries += 1) {
    await process.err(prompt.replaceAll('%u', user).replaceAll('%p', user));
    const { line, ended } = await readLine(process.descriptor(0), process.signal);
    if (line.toString('utf8') === host.passwords.get(user) && (ended || line.length > 0)) return true;
    if (!ended) {
      await process.err(tries === 1 && line.length === 0 ? '\nsudo: no password was provided\n' : '');
      await process.err(`sudo: ${tries} incorrect password attempt${tries === 1 ? '' : 's'}\n`);
      return false;
    }
    await process.sleep(2000);
    if (tries < 3) await process.err('Sorry, try again.\n');
  }
  await process.err('sudo: 3 incorrect password attempts\n');
  return false;
}

export function sudo(host: Host): Program {
  return withOptions(
    {
      flags: 'nSkKvEHbils',
      values: 'pugCRT',
      long: [
        'non-interactive',
        'stdin',
        'reset-timestamp',
        'validate',
        'preserve-env',
        'preserve-env=',
        'login',
        'shell',
        'list',
        'user=',
        'prompt=',
        'set-home',
        'background',
      ],
      stopAtOperand: true,
    },
    async (process, options) => {
      const { credentials } = process;
      const may = rule(host, process);
      if (
        (options.has('k', 'reset-timestamp') || options.has('K')) &&
        options.operands.length === 0 &&
        !options.has('v', 'validate', 'n')
      )
        return 0;
      // The real sudo complains when the host does not know its own name; scripts see that on stderr.
      const [own] = await resolveName(host, process, host.machine.hostname);
      if (own === undefined)
        await process.err(
          `sudo: unable to resolve host ${host.machine.hostname}: Name or service not known\n`,
        );
      if (may !== 'nopasswd') {
        if (options.has('n', 'non-interactive')) return process.fail('a password is required');
        if (!options.has('S', 'stdin')) {
          if (!process.tty) {
            await process.err(
              'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required\n',
            );
            return 1;
          }
          return process.refuse('asking for a password at a terminal');
        }
        if (!(await askPassword(host, process, options.value('p', 'prompt') ?? '[sudo] password for %p: ')))
          return 1;
        if (may === 'no') {
          await process.err(`${credentials.user} is not in the sudoers file.\n`);
          return 1;
        }
      }
      if (options.has('v', 'validate')) return 0;
      if (options.has('l', 'list')) {
        await process.out(
          `User ${credentials.user} may run the following commands on ${host.machine.hostname}:\n    (ALL : ALL) ${may === 'nopasswd' ? 'NOPASSWD: ' : ''}ALL\n`,
        );
        return 0;
      }
      const wanted = options.value('u', 'user') ?? 'root';
      const target = account(host.volume, wanted.replace(/^#/, ''));
      if (target === undefined) return process.fail(`unknown user ${wanted}`);
      let at = 0;
      const extra = new Map<string, string>();
      for (; /^\w+=/.test(options.operands[at] ?? ''); at += 1) {
        const [, key = '', value = ''] = /^(\w+)=([\s\S]*)$/.exec(options.operands[at] ?? '') ?? [];
        extra.set(key, value);
      }
      const words = options.operands.slice(at);
      const login = options.has('i', 'login');
      const argv =
        login || options.has('s', 'shell')
          ? words.length === 0
            ? [target.shell]
            : [target.shell, ...(login ? ['--login'] : []), '-c', words.join(' ')]
          : words;
      if (argv.length === 0) return process.fail('usage: sudo [-ABbEHnPS] [command [arg ...]]');
      host.journal.write(
        '',
        'sudo',
        `  ${credentials.user} : PWD=${process.cwd} ; USER=${target.name} ; COMMAND=${argv.join(' ')}`,
        { pid: process.pid, priority: 5 },
      );
      const kept = options.has('E', 'preserve-env')
        ? [...process.env]
        : [...process.env].filter(([key]) =>
            ['TERM', 'LANG', 'LC_ALL', 'DISPLAY', 'TZ', 'COLORTERM'].includes(key),
          );
      process.env.clear();
      for (const [key, value] of [
        ...kept,
        ['PATH', SECURE_PATH],
        ['HOME', target.home],
        ['USER', target.name],
        ['LOGNAME', target.name],
        ['SHELL', target.shell],
        ['MAIL', `/var/mail/${target.name}`],
        ['SUDO_USER', credentials.user],
        ['SUDO_UID', String(credentials.uid)],
        ['SUDO_GID', String(credentials.gid)],
        ['SUDO_COMMAND', argv.join(' ')],
        ...extra,
      ] as const) {
        process.env.set(key, value);
      }
      process.credentials = credentialsOf(host.volume, target);
      if (login) process.cwd = target.home;
      const child = process.kernel.spawn({ parent: process, argv }, (started) =>
        becoming(started, 'sudo', argv),
      );
      // A signal to sudo goes to its command too; sudo itself waits for it.
      process.onSignal = (signal) => {
        child.kill(signal);
        return true;
      };
      return child.exited;
    },
  );
}

/** Finds and becomes a program; says in the wrapper's name when there is none. */
async function becoming(process: Process, wrapper: string, argv: readonly string[]): Promise<number> {
  process.argv = [wrapper];
  const [word = ''] = argv;
  const path = process.env.get('PATH') ?? SECURE_PATH;
  if (
    !word.includes('/') &&
    !path.split(':').some((dir) => process.view.peek(`${dir}/${word}`) !== undefined)
  ) {
    await process.err(`${wrapper}: ${word}: command not found\n`);
    return 1;
  }
  return execWords(process, argv);
}

export function runuser(host: Host): Program {
  return withOptions(
    { flags: 'lm', values: 'uc', long: ['login', 'command=', 'user='], stopAtOperand: true },
    async (process, options) => {
      if (process.credentials.uid !== 0) return process.fail('may not be used by non-root users');
      const named = options.value('u', 'user');
      const operands = options.operands.filter((word) => word !== '-');
      const wanted = named ?? operands[0] ?? 'root';
      const target = account(host.volume, wanted);
      if (target === undefined)
        return process.fail(
          `user ${wanted} does not exist or the user entry does not contain all the required fields`,
        );
      const command = options.value('c', 'command') ?? (operands[1] === '-c' ? operands[2] : undefined);
      const argv =
        command !== undefined
          ? [target.shell, '-c', command]
          : named === undefined
            ? [target.shell, ...operands.slice(1)]
            : operands;
      process.credentials = credentialsOf(host.volume, target);
      for (const [key, value] of [
        ['HOME', target.home],
        ['USER', target.name],
        ['LOGNAME', target.name],
        ['SHELL', target.shell],
      ] as const)
        process.env.set(key, value);
      return execWords(process, argv);
    },
  );
}
