import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { RUNNER } from './service.js';

/** Where Debian puts daemons, which an ordinary user's PATH leaves out. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Debian 12's packages that the two back ends are run with, as an `apt-get install` line wants them. */
export const PACKAGES = [
  'golang-go',
  'golang-github-go-sql-driver-mysql-dev',
  'php-cli',
  'php-fpm',
  'php-mysql',
  'php-mbstring',
  'php-xml',
  'php-laravel-framework',
  'mariadb-server',
  'nginx-light',
] as const;

/** Where the packaged MySQL driver lies: a GOPATH, not a module. */
export const GO_PACKAGES = '/usr/share/gocode';

/** The framework as Debian lays it below PHP's include_path. */
const FRAMEWORK = '/usr/share/php/Illuminate/autoload.php';

export interface Programs {
  readonly go: string;
  readonly gofmt: string;
  readonly php: string;
  readonly fpm: string;
  readonly nginx: string;
  readonly mariadbd: string;
  readonly installDb: string;
  readonly client: string;
}

/** Whether who runs the programs may enter a folder: one below root's home is root's alone. */
function canEnter(folder: string): boolean {
  if (RUNNER.uid === undefined) return true;
  const real = realpathSync(folder);
  const forOthers = (statSync(real).mode & 0o001) !== 0;
  return forOthers && (dirname(real) === real || canEnter(dirname(real)));
}

function find(matches: (name: string) => boolean): string {
  for (const folder of FOLDERS) {
    if (folder === '' || !existsSync(folder) || !canEnter(folder)) continue;
    const name = readdirSync(folder).find(matches);
    if (name !== undefined) return join(folder, name);
  }
  return '';
}

/** Programs whose command is called otherwise than we call them. */
const CALLED: Readonly<Record<string, string>> = {
  fpm: 'php-fpm',
  installDb: 'mariadb-install-db',
  client: 'mariadb',
};

/** PHP's extensions that Debian packs apart and Laravel cannot do without. */
function missingExtensions(php: string): string[] {
  if (php === '') return [];
  const loaded = execFileSync(php, ['-m'], { encoding: 'utf8' }).split('\n');
  return ['pdo_mysql', 'mbstring', 'dom'].filter((one) => !loaded.includes(one)).map((one) => `PHP's ${one}`);
}

const named = (name: string): string => find((one) => one === name);

/**
 * Looks for everything that the tests start.
 *
 * @returns the programs' paths, and what is not on this machine, in words; with anything missing the paths are of no use
 */
export function findPrograms(): { programs: Programs; missing: readonly string[] } {
  const programs: Programs = {
    go: named('go'),
    gofmt: named('gofmt'),
    php: named('php'),
    // Debian names it after its version: php-fpm8.2.
    fpm: find((one) => /^php-fpm[0-9.]*$/.test(one)),
    nginx: named('nginx'),
    mariadbd: named('mariadbd'),
    installDb: named('mariadb-install-db'),
    client: named('mariadb'),
  };
  const absent = Object.entries(programs)
    .filter(([, path]) => path === '')
    .map(([name]) => CALLED[name] ?? name);
  const files = [FRAMEWORK, join(GO_PACKAGES, 'src/github.com/go-sql-driver/mysql')];
  return {
    programs,
    missing: [...absent, ...files.filter((one) => !existsSync(one)), ...missingExtensions(programs.php)],
  };
}
