/** Which programs lie where in the file systems of images. */
import { shellPrograms } from '../commands/shell-programs.js';
import { MONITORING_TOOLSETS } from '../monitoring/toolset.js';
import { NGINX_FILES } from './nginx-files.js';

export interface ToolFile {
  readonly path: string;
  /** Name of the simulated program that it runs. */
  readonly program: string;
}
export interface Toolset {
  readonly files: readonly ToolFile[];
  /** Configuration and data that come with the programs. */
  readonly texts: Readonly<Record<string, string>>;
}
const at = (dir: string, ...names: readonly string[]): readonly ToolFile[] =>
  names.map((name) => ({ path: `${dir}/${name}`, program: name }));
const set = (files: readonly ToolFile[], texts: Readonly<Record<string, string>> = {}): Toolset => ({
  files,
  texts,
});
const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nbin:x:1:1:bin:/bin:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n';
const GROUP = 'root:x:0:root\nbin:x:1:root,bin\nnogroup:x:65533:\nnobody:x:65534:\n';
const SHELL: readonly ToolFile[] = [...shellPrograms().keys()]
  .map((name) => ({ path: `/bin/${name}`, program: name }))
  .concat(at('/usr/bin', 'id', 'whoami', 'hostname', 'nproc', 'wget', 'nslookup', 'nc'));

const PHP_FILES = {
  '/usr/local/etc/php-fpm.d/www.conf': '[www]\nuser = www-data\ngroup = www-data\nlisten = 127.0.0.1:9000\n',
  '/usr/local/etc/php-fpm.d/zz-docker.conf': '[global]\ndaemonize = no\n\n[www]\nlisten = 9000\n',
  '/usr/local/etc/php/conf.d/docker-php-ext-sodium.ini': 'extension=sodium\n',
  '/usr/local/etc/php/php.ini-production': '; practice lab\n',
  '/usr/local/etc/php/php.ini-development': '; practice lab\n',
};
const DEFAULT_NGINX = (port: number) =>
  `server {\n    listen       ${port};\n    server_name  localhost;\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n    error_page   500 502 503 504  /50x.html;\n    location = /50x.html {\n        root   /usr/share/nginx/html;\n    }\n}\n`;

export const TOOLSETS: Readonly<Record<string, Toolset>> = {
  ...MONITORING_TOOLSETS,
  users: set([], { '/etc/passwd': PASSWD, '/etc/group': GROUP }),
  shell: set(SHELL, { '/etc/passwd': PASSWD, '/etc/group': GROUP }),
  alpine: set([...at('/sbin', 'apk'), ...at('/usr/sbin', 'addgroup', 'adduser', 'update-ca-certificates')]),
  debian: set([
    ...at('/usr/bin', 'apt-get', 'apt'),
    ...at('/usr/sbin', 'groupadd', 'useradd', 'addgroup', 'adduser', 'update-ca-certificates'),
  ]),
  node: set(
    [...at('/usr/local/bin', 'node', 'npm', 'docker-entrypoint.sh')].map((file) =>
      file.program === 'docker-entrypoint.sh' ? { ...file, program: 'exec-entrypoint' } : file,
    ),
    {
      '/etc/passwd': `${PASSWD}node:x:1000:1000::/home/node:/bin/sh\n`,
      '/etc/group': `${GROUP}node:x:1000:\n`,
    },
  ),
  go: set(at('/usr/local/go/bin', 'go')),
  composer: set(at('/usr/bin', 'composer', 'php')),
  php: set(
    [
      ...at(
        '/usr/local/bin',
        'php',
        'docker-php-ext-install',
        'docker-php-ext-configure',
        'docker-php-ext-enable',
      ),
      { path: '/usr/local/bin/docker-php-entrypoint', program: 'php-entrypoint' },
      { path: '/usr/local/sbin/php-fpm', program: 'php-fpm' },
    ],
    {
      ...PHP_FILES,
      '/etc/passwd': `${PASSWD}www-data:x:82:82:Linux User,,,:/home/www-data:/sbin/nologin\n`,
      '/etc/group': `${GROUP}www-data:x:82:\n`,
    },
  ),
  nginx: set([...at('/usr/sbin', 'nginx'), { path: '/docker-entrypoint.sh', program: 'nginx-entrypoint' }], {
    ...NGINX_FILES,
    '/etc/nginx/conf.d/default.conf': DEFAULT_NGINX(80),
    '/etc/passwd': `${PASSWD}nginx:x:101:101:nginx:/var/cache/nginx:/sbin/nologin\n`,
    '/etc/group': `${GROUP}nginx:x:101:\n`,
  }),
  'nginx-unprivileged': set([], { '/etc/nginx/conf.d/default.conf': DEFAULT_NGINX(8080) }),
  mysql: set(
    [
      ...at('/usr/bin', 'mysql', 'mysqladmin', 'mysqldump'),
      { path: '/usr/local/bin/docker-entrypoint.sh', program: 'mysql-entrypoint' },
      { path: '/usr/sbin/mysqld', program: 'mysqld' },
    ],
    {
      '/etc/passwd': `${PASSWD}mysql:x:999:999::/var/lib/mysql:/bin/bash\n`,
      '/etc/group': `${GROUP}mysql:x:999:\n`,
    },
  ),
};
