/** The scripts of deploy/ci run for real, in a repository of their own, before a cluster that is a directory. */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writtenOut } from './rendered.js';

/** All that the scripts may call besides docker, kubectl, curl and helm; PATH holds nothing else. */
const PROGRAMS =
  'awk base64 bash cat chmod cp cut date dirname env grep head mkdir mktemp mv rm sed sh sha256sum sleep tail tar tee tr uname wc'.split(
    ' ',
  );
const STUBS = fileURLToPath(new URL('../../fixtures/project/bin', import.meta.url));

/** Values that must be seen nowhere; each of them needs quoting somewhere. */
export const SECRETS = {
  MYSQL_ROOT_PASSWORD: 'r00t "pass" $word;',
  MYSQL_PASSWORD: 'us3r&pass;--$(id)',
  HARBOR_PASSWORD: 'H4rbor&pass',
  APP_KEY: `base64:${'k3y/'.repeat(10)}abc=`,
} as const;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export class Delivery {
  readonly root: string;
  readonly cluster: string;
  readonly #temporary: string;
  readonly #bin: string;

  constructor(files: ReadonlyMap<string, string>) {
    this.root = writtenOut(files);
    const beside = mkdtempSync(join(tmpdir(), 'delivery-'));
    this.cluster = join(beside, 'cluster');
    this.#temporary = join(beside, 'tmp');
    this.#bin = join(beside, 'bin');
    for (const directory of [this.cluster, this.#temporary, this.#bin]) mkdirSync(directory);
    for (const name of PROGRAMS) {
      const real = ['/usr/bin', '/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
      if (real !== undefined) symlinkSync(real, join(this.#bin, name));
    }
    for (const name of readdirSync(STUBS)) {
      copyFileSync(join(STUBS, name), join(this.#bin, name));
      chmodSync(join(this.#bin, name), 0o755);
    }
    writeFileSync(join(this.root, 'kubeconfig-prod'), 'apiVersion: v1\nkind: Config\n', { mode: 0o644 });
    this.has('root-password', SECRETS.MYSQL_ROOT_PASSWORD);
    this.has('harbor-password', SECRETS.HARBOR_PASSWORD);
  }

  /** Puts something into the cluster's directory; the stubs in test/fixtures/project/bin say what it means. */
  has(path: string, content = ''): void {
    mkdirSync(dirname(join(this.cluster, path)), { recursive: true });
    writeFileSync(join(this.cluster, path), content);
  }

  /** What the cluster's directory holds there; empty when there is nothing. */
  seen(path: string): string {
    return existsSync(join(this.cluster, path)) ? readFileSync(join(this.cluster, path), 'utf8') : '';
  }

  /** Applications that run already, from an earlier deploy. */
  runs(apps: Readonly<Record<string, string>>): void {
    this.has('statefulset/mysql/replicas', '1');
    for (const [app, image] of Object.entries(apps)) {
      this.has(`deployment/${app}/replicas`, '1');
      this.has(`deployment/${app}/image`, image);
    }
  }

  without(...programs: readonly string[]): void {
    for (const program of programs) rmSync(join(this.#bin, program), { force: true });
  }

  forget(path: string): void {
    rmSync(join(this.cluster, path), { force: true, recursive: true });
  }

  /** Every argument list so far, one a line. */
  get argv(): readonly string[] {
    return this.seen('argv')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** What is left of the scripts' private directories. */
  get leftovers(): readonly string[] {
    return readdirSync(this.#temporary);
  }

  start(
    script: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string | undefined>> = {},
  ): ChildProcess {
    return spawn('/bin/bash', [`deploy/ci/${script}`, ...args], {
      cwd: this.root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: this.#bin,
        HOME: this.#temporary.replace(/tmp$/, 'home'),
        TMPDIR: this.#temporary,
        CLUSTER: this.cluster,
        KUBECONFIG_PROD: join(this.root, 'kubeconfig-prod'),
        HARBOR_USERNAME: 'admin',
        MYSQL_DATABASE: 'threebody',
        MYSQL_USER: 'three_body',
        TAG: 'abcd1234',
        PAUSE: '0.02',
        HEALTH_PATIENCE: '0',
        PULL_PATIENCE: '0',
        ...SECRETS,
        ...env,
      },
    });
  }

  async run(
    script: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Ended> {
    return ended(this.start(script, args, env));
  }
}

/** Waits for the end; gives all output in the order in which it came. */
export async function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}
