/** dpkg, dpkg-query, and the programs that show who holds a file: fuser, lsof, lslocks. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { LOCK_FILES, type Package } from '../model/packages.js';
import { matchesPattern } from '../shell/patterns.js';
import { comparison } from './dpkg-versions.js';
import { withOptions } from './program.js';

const LETTERS: Readonly<Record<Package['status'], string>> = {
  installed: 'ii',
  'half-configured': 'iF',
  unpacked: 'iU',
  'config-files': 'rc',
  'not-installed': 'un',
};
const WORDS: Readonly<Record<Package['status'], string>> = {
  installed: 'install ok installed',
  'half-configured': 'install ok half-configured',
  unpacked: 'install ok unpacked',
  'config-files': 'deinstall ok config-files',
  'not-installed': 'unknown ok not-installed',
};
function select(
  host: Host,
  patterns: readonly string[],
): { readonly found: Package[]; readonly missing: string[] } {
  const known = [...host.packages.all.values()]
    .filter((entry) => entry.status !== 'not-installed')
    .toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  if (patterns.length === 0) return { found: known, missing: [] };
  const found: Package[] = [];
  const missing: string[] = [];
  for (const pattern of patterns) {
    const hits = known.filter((entry) =>
      matchesPattern(entry.spec.name, pattern.replace(/:(amd64|all)$/, '')),
    );
    if (hits.length === 0) missing.push(pattern);
    found.push(...hits);
  }
  return { found, missing };
}
function record(entry: Package): string {
  return `Package: ${entry.spec.name}\nStatus: ${entry.held ? WORDS[entry.status].replace(/^install/, 'hold') : WORDS[entry.status]}\nPriority: optional\nArchitecture: ${entry.spec.architecture ?? 'amd64'}\nVersion: ${entry.version}\nDescription: ${entry.spec.description}\n`;
}
function filled(format: string, entry: Package): string {
  const [want = '', , state = ''] = WORDS[entry.status].split(' ');
  const fields: Readonly<Record<string, string>> = {
    Package: entry.spec.name,
    'binary:Package': entry.spec.name,
    Version: entry.version,
    Architecture: entry.spec.architecture ?? 'amd64',
    Status: WORDS[entry.status],
    'db:Status-Abbrev': `${LETTERS[entry.status]} `,
    'db:Status-Status': state,
    'db:Status-Want': want,
    'binary:Summary': entry.spec.description,
    'Installed-Size': String(entry.spec.sizeKiB ?? 500),
    Conffiles: (entry.spec.conffiles ?? []).map((line) => `\n ${line}`).join(''),
  };
  return format
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replace(/\$\{([\w:-]+?)(?:;-?\d+)?\}/g, (_whole, name: string) => fields[name] ?? '');
}

async function listTable(
  host: Host,
  patterns: readonly string[],
  out: (text: string) => Promise<void>,
  err: (text: string) => Promise<void>,
): Promise<number> {
  const { found, missing } = select(host, patterns);
  if (found.length > 0) {
    await out(
      'Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ Name           Version      Architecture Description\n+++-==============-============-============-=================================\n',
    );
    for (const entry of found)
      await out(
        `${LETTERS[entry.status]}  ${entry.spec.name.padEnd(14)} ${entry.version.padEnd(12)} ${(entry.spec.architecture ?? 'amd64').padEnd(12)} ${entry.spec.description}\n`,
      );
  }
  for (const pattern of missing) await err(`dpkg-query: no packages found matching ${pattern}\n`);
  return missing.length > 0 ? 1 : 0;
}

export function dpkg(host: Host): Program {
  const usual = dpkgActions(host);
  return async (process, args) => {
    if (args[0] !== '--compare-versions') return usual(process, args);
    const [, left = '', how = '', right = ''] = args;
    const answer = comparison(left, how, right);
    if (answer === null) {
      await process.err('dpkg: error: --compare-versions bad relation\n');
      return 2;
    }
    return answer ? 0 : 1;
  };
}
function dpkgActions(host: Host): Program {
  return withOptions(
    {
      flags: 'lsLaCVS',
      long: [
        'list',
        'status',
        'listfiles',
        'audit',
        'configure',
        'pending',
        'print-architecture',
        'get-selections',
        'force-confdef',
        'force-confold',
        'force-confnew',
        'force-confmiss',
        'verify',
        'abort-after=',
        'no-triggers',
        'version',
        'search',
      ],
    },
    async (process, options) => {
      const out = (text: string) => process.out(text);
      const err = (text: string) => process.err(text);
      if (options.has('print-architecture')) {
        await out('amd64\n');
        return 0;
      }
      if (options.has('version')) {
        await out("Debian 'dpkg' package management program version 1.22.6 (amd64).\n");
        return 0;
      }
      if (options.has('l', 'list')) return listTable(host, options.operands, out, err);
      if (options.has('audit', 'C')) {
        const { broken } = host.packages;
        if (broken.length === 0) return 0;
        await out(
          'The following packages are only half configured, probably due to problems\nconfiguring them the first time.  The configuration should be retried using\ndpkg --configure <package> or the configure menu option in dselect:\n',
        );
        for (const entry of broken) await out(` ${entry.spec.name.padEnd(20)} ${entry.spec.description}\n`);
        await out('\n');
        return 1;
      }
      if (options.has('s', 'status')) {
        let status = 0;
        for (const name of options.operands) {
          const entry = host.packages.find(name);
          if (entry === undefined || entry.status === 'not-installed') {
            await err(
              `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
            );
            status = 1;
          } else await out(`${record(entry)}\n`);
        }
        return status;
      }
      if (options.has('L', 'listfiles')) {
        for (const name of options.operands) {
          if (!host.packages.isInstalled(name)) {
            await err(`dpkg-query: package '${name}' is not installed\n`);
            return 1;
          }
          await out(`/.\n/usr\n/usr/share/doc/${name}\n`);
        }
        return 0;
      }
      if (options.has('get-selections')) {
        for (const entry of select(host, options.operands).found)
          await out(`${entry.spec.name}\t\t\t\t\t${entry.held ? 'hold' : 'install'}\n`);
        return 0;
      }
      if (options.has('configure')) {
        if (process.credentials.uid !== 0) {
          await err('dpkg: error: requested operation requires superuser privilege\n');
          return 2;
        }
        const held = host.packages.acquire([LOCK_FILES.frontend, LOCK_FILES.dpkg], {
          pid: process.pid,
          command: 'dpkg',
        });
        if (held !== null) {
          await err(
            `dpkg: error: ${held.file === LOCK_FILES.frontend ? 'dpkg frontend' : 'dpkg status database'} lock was locked by another process with pid ${held.by.pid}\nNote: removing the lock file is always wrong, can damage the locked area\nand the entire system. See <https://wiki.debian.org/Teams/Dpkg/FAQ#db-lock>.\n`,
          );
          return 2;
        }
        try {
          const wanted = options.has('a', 'pending')
            ? host.packages.broken
            : host.packages.broken.filter((entry) => options.operands.includes(entry.spec.name));
          for (const entry of wanted) {
            await out(`Setting up ${entry.spec.name} (${entry.version}) ...\n`);
            await process.sleep(700);
            await host.packages.install(entry);
          }
          return 0;
        } finally {
          host.packages.release(process.pid);
        }
      }
      return process.refuse('this action');
    },
  );
}

export function dpkgQuery(host: Host): Program {
  return withOptions(
    { flags: 'WlsL', values: 'f', long: ['show', 'showformat=', 'list', 'status'] },
    async (process, options) => {
      if (options.has('l', 'list'))
        return listTable(
          host,
          options.operands,
          (text) => process.out(text),
          (text) => process.err(text),
        );
      if (options.has('s', 'status')) return dpkg(host)(process, ['-s', ...options.operands]);
      if (!options.has('W', 'show')) return process.refuse('this action');
      const format = options.value('f', 'showformat') ?? '${binary:Package}\t${Version}\n';
      const { found, missing } = select(host, options.operands);
      for (const entry of found) await process.out(filled(format, entry));
      for (const name of missing) await process.err(`dpkg-query: no packages found matching ${name}\n`);
      return missing.length > 0 ? 1 : 0;
    },
  );
}

/** Processes that have a file open, and holders of apt's locks, which stand for processes that are not simulated. */
function holders(
  host: Host,
  path: string,
): readonly { readonly pid: number; readonly command: string; readonly user: string }[] {
  const inode = host.volume.find(path);
  const open = host.kernel.processes
    .filter((process) =>
      [...process.descriptors.values()].some(
        (description) => inode !== undefined && description.file === inode,
      ),
    )
    .map((process) => ({ pid: process.pid, command: process.name, user: process.credentials.user }));
  const lock = host.packages.locks.get(path);
  return lock === undefined || open.some((entry) => entry.pid === lock.pid)
    ? open
    : [...open, { ...lock, user: 'root' }];
}

export function lockPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    fuser: withOptions({ flags: 'vsmuk', long: ['verbose', 'silent'] }, async (process, options) => {
      let any = false;
      for (const operand of options.operands) {
        // Another user's open files are root's to see.
        const found = process.credentials.uid === 0 ? holders(host, process.path(operand)) : [];
        if (found.length === 0) continue;
        any = true;
        if (options.has('k')) return process.refuse('killing');
        if (options.has('s', 'silent')) continue;
        await process.err(
          `${options.has('v', 'verbose') ? `                     USER        PID ACCESS COMMAND\n` : ''}${process.path(operand)}:`,
        );
        if (options.has('v', 'verbose')) {
          for (const holder of found)
            await process.err(` ${holder.user.padEnd(10)} ${holder.pid} F.... ${holder.command}\n`);
        } else {
          await process.out(found.map((holder) => ` ${holder.pid}`).join(''));
          await process.err('\n');
        }
      }
      return any ? 0 : 1;
    }),
    lsof: withOptions({ flags: 'tnP', values: 'pi' }, async (process, options) => {
      const found = options.operands.flatMap((operand) =>
        process.credentials.uid === 0
          ? holders(host, process.path(operand)).map((holder) => ({ ...holder, operand }))
          : [],
      );
      if (options.has('i', 'p')) return process.refuse('listing by network or process');
      if (found.length === 0) return 1;
      if (!options.has('t')) await process.out('COMMAND    PID USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n');
      for (const holder of found)
        await process.out(
          options.has('t')
            ? `${holder.pid}\n`
            : `${holder.command.slice(0, 9).padEnd(9)} ${holder.pid} ${holder.user}    4uW  REG    8,2        0  101 ${holder.operand}\n`,
        );
      return 0;
    }),
    lslocks: withOptions(
      { flags: 'nrJu', values: 'op', long: ['noheadings', 'raw', 'output=', 'json', 'pid='] },
      async (process, options) => {
        if (options.has('J', 'json')) return process.refuse('JSON output');
        const columns = (options.value('o', 'output') ?? 'COMMAND,PID,TYPE,SIZE,MODE,M,START,END,PATH').split(
          ',',
        );
        const rows = [...host.packages.locks].map(([path, holder]): Readonly<Record<string, string>> => ({
          COMMAND: holder.command,
          PID: String(holder.pid),
          TYPE: 'POSIX',
          SIZE: '0B',
          MODE: 'WRITE',
          M: '0',
          START: '0',
          END: '0',
          // The path of another user's lock is only root's to read.
          PATH: process.credentials.uid === 0 ? path : `${path.slice(0, path.lastIndexOf('/'))}...`,
        }));
        if (!options.has('n', 'noheadings')) await process.out(`${columns.join(' ')}\n`);
        for (const row of rows)
          await process.out(`${columns.map((column) => row[column] ?? '').join(' ')}\n`);
        return 0;
      },
    ),
  };
}
