import { existsSync, readFileSync } from 'node:fs';
import { chown, cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { laravelNginx } from './manifests.js';
import { GO_PACKAGES, type Programs } from './programs.js';
import { freePort, must, RUNNER, Service } from './service.js';

/**
 * What Composer would write in the image, for a framework that lies in PHP's include_path: Debian's packages bring
 * autoloaders of their own, and two namespaces are ours.
 */
const AUTOLOAD = String.raw`<?php
require_once 'Illuminate/autoload.php';
spl_autoload_register(function (string $class): void {
    foreach (['App\\' => 'app/', 'Database\\Seeders\\' => 'database/seeders/'] as $prefix => $folder) {
        $file = dirname(__DIR__) . '/' . $folder . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (str_starts_with($class, $prefix) && is_file($file)) {
            require $file;
        }
    }
});
`;

/** Gives a folder and all in it to whoever runs the programs. */
export async function own(path: string): Promise<void> {
  const { uid, gid } = RUNNER;
  if (uid === undefined || gid === undefined) return;
  await chown(path, uid, gid);
  const below = await readdir(path, { recursive: true });
  await Promise.all(below.map((one) => chown(join(path, one), uid, gid)));
}

/** Copies a back end as the scaffold writes it: gitignore and dockerignore get their dot back. */
async function copy(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  for (const one of await readdir(to, { recursive: true }))
    if (['gitignore', 'dockerignore'].includes(basename(one)))
      await rename(join(to, one), join(to, dirname(one), `.${basename(one)}`));
}

export interface Account {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** The environment that the manifests give both back ends. */
export function databaseEnvironment(account: Account): Record<string, string> {
  return {
    DB_HOST: account.host,
    DB_PORT: String(account.port),
    DB_DATABASE: account.database,
    DB_USERNAME: account.username,
    DB_PASSWORD: account.password,
  };
}

/** The Go API, built from its source with Debian's compiler and Debian's driver. */
export class GoApi {
  readonly #programs: Programs;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #binary: string;

  constructor(programs: Programs, home: string) {
    this.#programs = programs;
    this.folder = join(home, 'path/src/threebody/products');
    this.#binary = join(home, 'server');
    // The packaged driver is no module: both are found by GOPATH, and go.mod (which asks for a newer Go) is not read.
    this.env = {
      GO111MODULE: 'off',
      GOPATH: `${join(home, 'path')}:${GO_PACKAGES}`,
      GOCACHE: join(home, 'cache'),
      GOFLAGS: '',
      CGO_ENABLED: '0',
    };
  }

  async build(project: string): Promise<void> {
    await copy(join(project, 'go'), this.folder);
    await own(dirname(dirname(dirname(dirname(this.folder)))));
    await this.go('build', '-o', this.#binary, '.');
  }

  /** Runs the `go` command in the source folder; throws with its output when it fails. */
  async go(...args: string[]): Promise<string> {
    return await must(this.#programs.go, args, { cwd: this.folder, env: this.env });
  }

  /** Starts the API on a free port; answers come from `url`. */
  async start(env: Readonly<Record<string, string>>): Promise<{ service: Service; url: string }> {
    const port = await freePort();
    const service = new Service(this.#binary, [], {
      cwd: this.folder,
      env: { LISTEN_ADDRESS: `127.0.0.1:${port}`, DRAIN_SECONDS: '1', ...env },
    });
    const url = `http://127.0.0.1:${port}`;
    await service.ready(async () => (await fetch(`${url}/healthz`)).ok);
    return { service, url };
  }
}

/** The Laravel API: php-fpm with the image's own settings, behind nginx with the Pod's own configuration. */
export class LaravelApi {
  readonly #programs: Programs;
  readonly #home: string;
  readonly folder: string;
  url = '';
  fpmPort = 0;
  #fpm: Service | undefined;
  #nginx: Service | undefined;

  constructor(programs: Programs, home: string) {
    this.#programs = programs;
    this.#home = home;
    this.folder = join(home, 'app');
  }

  /** Copies the code and lays Debian's framework where Composer would put it. */
  async install(project: string): Promise<void> {
    await copy(join(project, 'laravel'), this.folder);
    await mkdir(join(this.folder, 'vendor'));
    await writeFile(join(this.folder, 'vendor/autoload.php'), AUTOLOAD);
    await mkdir(join(this.#home, 'tmp'));
    await mkdir(join(this.#home, 'ini'));
    await cp(join(this.folder, 'docker/php.ini'), join(this.#home, 'ini/zz-lab.ini'));
    await own(this.#home);
  }

  /** Starts both servers and waits until /api/health answers. */
  async start(project: string, env: Readonly<Record<string, string>>): Promise<void> {
    const [fpm, http] = [await freePort(), await freePort()];
    this.fpmPort = fpm;
    this.url = `http://127.0.0.1:${http}`;
    const pool = join(this.#home, 'php-fpm.conf');
    // Only the port is other than in the image; what comes later wins.
    await writeFile(
      pool,
      `[global]\nerror_log = ${join(this.#home, 'fpm.log')}\ninclude = ${this.folder}/docker/php-fpm.conf\n[www]\nlisten = 127.0.0.1:${fpm}\n`,
    );
    this.#fpm = new Service(this.#programs.fpm, ['--nodaemonize', '--fpm-config', pool], {
      cwd: this.folder,
      // An empty first entry is the folder that Debian compiled in, with the extensions.
      env: { ...env, PHP_INI_SCAN_DIR: `:${join(this.#home, 'ini')}` },
    });
    await this.#fpm.ready(() => Promise.resolve(this.output.includes('ready to handle connections')));
    for (const [name, text] of Object.entries(laravelNginx(project)))
      await writeFile(join(this.#home, name), this.#placed(text, fpm, http));
    this.#nginx = new Service(
      this.#programs.nginx,
      ['-g', 'daemon off;', '-e', 'stderr', '-p', this.#home, '-c', join(this.#home, 'nginx.conf')],
      { cwd: this.#home },
    );
    await this.#nginx.ready(async () => (await fetch(`${this.url}/api/health`)).ok);
  }

  /** What both servers and Laravel wrote. */
  get output(): string {
    const files = ['fpm.log', 'access.log']
      .map((name) => join(this.#home, name))
      .filter((one) => existsSync(one));
    return [this.#fpm?.output, this.#nginx?.output, ...files.map((one) => readFileSync(one, 'utf8'))].join(
      '\n',
    );
  }

  async stop(): Promise<void> {
    await this.#nginx?.stop('SIGQUIT');
    await this.#fpm?.stop('SIGQUIT');
  }

  /**
   * The Pod's nginx configuration with this machine's folders and ports in the place of the Pod's. The streams of a child
   * process here are sockets, which nobody can open by a name like /dev/stdout.
   */
  #placed(text: string, fpm: number, http: number): string {
    return (
      text
        // Relative to the prefix, -p: the temporary folder's own name may hold /tmp/ again.
        .replaceAll('/tmp/', 'tmp/')
        .replaceAll('/etc/nginx/conf.d/*.conf', join(this.#home, 'default.conf'))
        .replaceAll('/dev/stdout', join(this.#home, 'access.log'))
        .replaceAll('/dev/stderr', 'stderr')
        .replaceAll('/var/www/html', this.folder)
        .replaceAll('listen 8080;', `listen 127.0.0.1:${http};`)
        .replaceAll('127.0.0.1:9000', `127.0.0.1:${fpm}`)
    );
  }
}
