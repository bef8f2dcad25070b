/** Programs that install things into images: apk, apt-get, docker-php-ext-*, and the accounts of a small Linux. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import type { Around } from './around.js';

/** Programs that packages bring, as far as they are simulated. */
const BRINGS: Readonly<Record<string, readonly string[]>> = {
  curl: ['curl'],
  'mysql-client': ['mysql', 'mysqladmin', 'mysqldump'],
  'mariadb-client': ['mysql', 'mysqladmin', 'mysqldump'],
  'default-mysql-client': ['mysql', 'mysqladmin', 'mysqldump'],
  wget: ['wget'],
  nginx: [],
};
/** Whether a site of the internet is reached from here; says why not. */
export async function reaches(
  around: Around,
  process: Process,
  site: string,
  complaint: string,
): Promise<boolean> {
  const address = around.net.lookUp(site);
  const reach = address === null ? 'unreachable' : around.net.dial(address, 443).reach;
  if (reach === 'open') return true;
  await process.err(complaint);
  return false;
}
function place(process: Process, packages: readonly string[]): void {
  const { volume } = process.kernel;
  for (const name of packages)
    for (const program of BRINGS[name] ?? []) {
      const file = volume.make.file({ mode: 0o755 }, `practice lab program: ${program}\n`);
      file.program = program;
      volume.place(`/usr/bin/${program}`, file);
    }
}
const WORLD = '/etc/apk/world';

export const apk =
  (around: Around): Program =>
  async (process, args) => {
    if (process.credentials.uid !== 0) {
      await process.err(
        'ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n',
      );
      return 99;
    }
    const [verb = ''] = args.filter((arg) => !arg.startsWith('-'));
    const given: string[] = [];
    let virtual: string | null = null;
    for (let at = args.indexOf(verb) + 1; at < args.length; at += 1) {
      const word = args[at] ?? '';
      if (word === '--virtual' || word === '-t') {
        at += 1;
        virtual = args[at] ?? '';
      } else if (word.startsWith('--virtual=')) virtual = word.slice(10);
      else if (word === '--repository' || word === '-X') at += 1;
      else if (!word.startsWith('-')) given.push(word.replace(/[=~<>@].*$/, ''));
    }
    const { volume } = process.kernel;
    const world = (volume.text(WORLD) ?? '').split('\n').filter((line) => line !== '');
    if (verb === 'update' || verb === 'upgrade' || verb === 'add') {
      const site = 'dl-cdn.alpinelinux.org';
      const complaint = `WARNING: fetching https://${site}/alpine/v3.22/main: temporary error (try again later)\n${given.map((name) => `ERROR: unable to select packages:\n  ${name} (no such package):\n    required by: world[${name}]\n`).join('')}`;
      if (!(await reaches(around, process, site, complaint))) return Math.max(1, given.length);
      await process.out(`fetch https://${site}/alpine/v3.22/main/x86_64/APKINDEX.tar.gz\n`);
    }
    const bad = given.find((name) => !/^[a-z0-9.][\w.+-]*$/i.test(name));
    if (bad !== undefined) {
      await process.err(
        `ERROR: '${bad}' is not a valid world dependency, format is name(@tag)([<>~=]version)\n`,
      );
      return 1;
    }
    switch (verb) {
      case 'add': {
        for (const [index, name] of given.entries())
          await process.out(`(${index + 1}/${given.length}) Installing ${name}\n`);
        await process.sleep(given.length * 400);
        place(process, given);
        const lines = [
          ...world.filter((line) => !given.includes(line)),
          ...(virtual === null ? given : [`${virtual}:${given.join(',')}`]),
        ];
        volume.put(WORLD, `${lines.join('\n')}\n`);
        await process.out('OK: 61 MiB in 42 packages\n');
        return 0;
      }
      case 'del': {
        const lost = given.find(
          (name) => !world.some((line) => line === name || line.startsWith(`${name}:`)),
        );
        if (lost !== undefined)
          await process.out(
            `World updated, but the following packages are not removed due to:\n  ${lost}: not installed\n`,
          );
        volume.put(
          WORLD,
          `${world.filter((line) => !given.some((name) => line === name || line.startsWith(`${name}:`))).join('\n')}\n`,
        );
        await process.out('OK: 31 MiB in 30 packages\n');
        return 0;
      }
      case 'update':
      case 'upgrade':
      case 'cache':
        await process.out('OK: 25390 distinct packages available\n');
        return 0;
      default:
        return process.refuse(`apk ${verb}`);
    }
  };
export const aptGet =
  (around: Around): Program =>
  async (process, args) => {
    const [verb = '', ...packages] = args.filter((arg) => !arg.startsWith('-'));
    if (process.credentials.uid !== 0) {
      await process.err(
        'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n',
      );
      return 100;
    }
    if (!['update', 'install', 'clean', 'purge', 'remove', 'autoremove', 'upgrade'].includes(verb))
      return process.refuse(`apt-get ${verb}`);
    const network = verb === 'update' || verb === 'install' || verb === 'upgrade';
    if (network && !(await reaches(around, process, 'deb.debian.org', 'E: Unable to fetch some archives\n')))
      return 100;
    if (verb === 'install') place(process, packages);
    await process.sleep(packages.length * 500);
    await process.out(
      verb === 'update'
        ? 'Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]\nReading package lists...\n'
        : `Reading package lists...\nBuilding dependency tree...\n${packages.map((name) => `Setting up ${name} ...\n`).join('')}`,
    );
    return 0;
  };

const EXTENSIONS =
  'bcmath bz2 calendar ctype curl dba dom enchant exif ffi fileinfo filter ftp gd gettext gmp hash iconv intl json ldap mbstring mysqli opcache pcntl pdo pdo_mysql pdo_pgsql pdo_sqlite pgsql phar posix readline shmop simplexml soap sockets sodium sysvmsg sysvsem sysvshm tidy tokenizer xml xmlreader xmlwriter xsl zip'.split(
    ' ',
  );
const CONF = '/usr/local/etc/php/conf.d';

export const phpExtension: Program = async (process, args) => {
  const names: string[] = [];
  for (const [at, arg] of args.entries()) if (!arg.startsWith('-') && args[at - 1] !== '-j') names.push(arg);
  const known =
    process.name === 'docker-php-ext-enable' ? [...EXTENSIONS, 'redis', 'xdebug', 'apcu'] : EXTENSIONS;
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined || names.length === 0) {
    await process.err(
      `error: /usr/src/php/ext/${wrong ?? ''} does not exist\n\nusage: ${process.name} [-jN] [--ini-name file.ini] ext-name [ext-name ...]\n`,
    );
    return 1;
  }
  if (process.name === 'docker-php-ext-configure') return 0;
  try {
    for (const name of names) {
      await process.sleep(8000);
      process.view.write(`${CONF}/docker-php-ext-${name}.ini`, Buffer.from(`extension=${name}\n`));
      await process.out(
        `Installing shared extensions:     /usr/local/lib/php/extensions/no-debug-non-zts-20240924/\n`,
      );
    }
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    await process.err(`${process.name}: ${CONF}: ${error.message}\n`);
    return 1;
  }
  return 0;
};

/** addgroup, adduser, groupadd, useradd: one line in /etc/passwd or /etc/group. */
export const addAccount: Program = async (process, args) => {
  if (process.credentials.uid !== 0) return process.fail('Only root may add a user or group to the system.');
  const { volume } = process.kernel;
  const isGroup = process.name.includes('group');
  const valued = isGroup
    ? /^-(g|-gid)$/
    : /^-(u|g|G|h|s|d|c|-uid|-gid|-home|-shell|-home-dir|-ingroup|-groups|-gecos)$/;
  const values = new Map<string, string>();
  const names: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (valued.test(word)) {
      at += 1;
      values.set(word.replace(/^--?/, '').charAt(0), args[at] ?? '');
    } else if (!word.startsWith('-')) names.push(word);
  }
  const [name = ''] = names;
  const path = isGroup ? '/etc/group' : '/etc/passwd';
  const text = volume.text(path) ?? '';
  if (text.split('\n').some((line) => line.startsWith(`${name}:`))) {
    if (names.length > 1) return 0;
    return process.fail(`${isGroup ? 'group' : 'user'} '${name}' in use`);
  }
  const id = values.get(isGroup ? 'g' : 'u') ?? '1000';
  if (isGroup) volume.put(path, `${text}${name}:x:${id}:\n`);
  else {
    volume.put(path, `${text}${name}:x:${id}:${id}::/home/${name}:/bin/sh\n`);
    const groups = volume.text('/etc/group') ?? '';
    if (!groups.includes(`\n${name}:`)) volume.put('/etc/group', `${groups}${name}:x:${id}:\n`);
    volume.ensureDirectory(`/home/${name}`, { uid: Number(id), gid: Number(id) });
  }
  return 0;
};
