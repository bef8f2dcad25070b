/** The inside of a container or of a build step: the files of its image, and programs for those that run. */
import { shellPrograms } from '../commands/shell-programs.js';
import type { ImageSpec } from '../images/spec.js';
import { plantTree } from '../images/tree.js';
import type { Kernel, Program } from '../kernel/kernel.js';
import type { Credentials } from '../kernel/process.js';
import { monitoringPrograms } from '../monitoring/programs.js';
import { mysql, mysqladmin } from '../mysql/clients.js';
import { mysqldump } from '../mysql/dump.js';
import { mysqlEntrypoint } from '../mysql/server.js';
import type { Inode } from '../vfs/inode.js';
import type { Volume } from '../vfs/volume.js';
import type { Around } from './around.js';
import { composer } from './composer.js';
import { fetchPrograms } from './fetch-tools.js';
import { goBinary } from './go.js';
import { go } from './go-tools.js';
import { nginx, nginxEntrypoint } from './nginx.js';
import { node, npm } from './node.js';
import { addAccount, apk, aptGet, phpExtension } from './package-tools.js';
import { execEntrypoint, php, phpEntrypoint, phpFpm } from './php.js';
import { TOOLSETS } from './toolsets.js';

/** Every program that may lie in an image; which of them do, its files say. */
function programsAround(around: Around): ReadonlyMap<string, Program> {
  const { id, whoami, ...others } = fetchPrograms(around);
  const own: Readonly<Record<string, Program | undefined>> = {
    ...others,
    id,
    whoami,
    apk: apk(around),
    'apt-get': aptGet(around),
    apt: aptGet(around),
    addgroup: addAccount,
    adduser: addAccount,
    groupadd: addAccount,
    useradd: addAccount,
    npm: npm(around),
    node,
    go: go(around),
    'go-binary': goBinary(around),
    composer: composer(around),
    php: php(around),
    'php-fpm': phpFpm(around),
    'php-entrypoint': phpEntrypoint,
    'exec-entrypoint': execEntrypoint,
    'docker-php-ext-install': phpExtension,
    'docker-php-ext-configure': phpExtension,
    'docker-php-ext-enable': phpExtension,
    nginx: nginx(around),
    'nginx-entrypoint': nginxEntrypoint,
    ...monitoringPrograms(around),
    mysql: mysql(around),
    mysqladmin: mysqladmin(around),
    mysqldump: mysqldump(around),
    mysqld: mysqlEntrypoint(around),
    'mysql-entrypoint': mysqlEntrypoint(around),
  };
  return new Map<string, Program>([
    ...shellPrograms(),
    ...Object.entries(own).flatMap(([name, program]) =>
      program === undefined ? [] : [[name, program] as const],
    ),
  ]);
}
const DIRECTORIES = [
  '/etc',
  '/tmp',
  '/var/log',
  '/run',
  '/root',
  '/proc',
  '/home',
  '/dev',
  '/var/lib',
  '/mnt',
];

/** Fills an empty file tree with an image's files, and a kernel with the programs for them. */
export function furnish(volume: Volume, kernel: Kernel, image: ImageSpec, around: Around): void {
  for (const dir of DIRECTORIES) volume.ensureDirectory(dir, dir === '/tmp' ? { mode: 0o1777 } : {});
  for (const device of ['null', 'zero', 'urandom'] as const)
    volume.place(`/dev/${device}`, volume.make.device(device));
  for (const [name, program] of programsAround(around)) kernel.programs.set(name, program);
  for (const tool of image.tools) {
    const set = TOOLSETS[tool];
    for (const { path, program } of set?.files ?? []) {
      const file = volume.make.file({ mode: 0o755 }, `practice lab program: ${program}\n`);
      file.program = program;
      volume.place(path, file);
    }
    for (const [path, text] of Object.entries(set?.texts ?? {})) volume.put(path, text);
  }
  for (const [path, text] of Object.entries(image.files)) volume.put(path, text);
  plantTree(volume, image.tree);
}
/** Whether an entry belongs to an image's tree: not what every container has of itself. */
export const belongs = (path: string, _inode: Inode): boolean => !/^\/(dev|proc|sys|run)(\/|$)/.test(path);

/** `1000:1000`, `nobody`, `nonroot:nonroot`: who that is in a file tree; null for a name that nobody bears. */
export function userOf(volume: Volume, text: string): Credentials | null {
  const [user = '', group] = text.split(':');
  const passwd = (volume.text('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  const groups = (volume.text('/etc/group') ?? '').split('\n').map((line) => line.split(':'));
  const known = passwd.find(([name, , uid]) => name === user || uid === user);
  const uid = user === '' ? 0 : /^\d+$/.test(user) ? Number(user) : Number(known?.[2] ?? Number.NaN);
  const own = group ?? known?.[3] ?? '0';
  const gid = /^\d+$/.test(own)
    ? Number(own)
    : Number(groups.find(([name]) => name === own)?.[2] ?? Number.NaN);
  if (Number.isNaN(uid) || Number.isNaN(gid)) return null;
  return { uid, gid, groups: [gid], user: known?.[0] ?? (uid === 0 ? 'root' : String(uid)) };
}
