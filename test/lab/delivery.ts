/**
 * A delivered lab: the demo project on three real hosts that have been through phases A to D. The three applications are
 * stand-ins from test/fixtures/project/standin, made of images that any lab can pull; MySQL, the database work of migrations,
 * NodePorts and the edge are real.
 */
import { randomBytes } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { cli, type Finished } from '../support/cli.js';
import type { Bench } from './lab.js';

export const APPS = ['frontend', 'go', 'laravel'] as const;
export const NAMESPACE = 'threebody-prod';
const STAND_INS = fileURLToPath(new URL('../fixtures/project/standin', import.meta.url));
const DATA = '/data/threebody/mysql';
const ADMIN = 'export KUBECONFIG=/etc/kubernetes/admin.conf';

const labSchema = z.looseObject({
  user: z.string(),
  parameters: z.record(z.string(), z.unknown()).optional(),
});
const resultsSchema = z.object({
  gates: z.array(
    z.object({ gate: z.string(), verdict: z.string(), say: z.object({ en: z.string() }).optional() }),
  ),
});

/** Root's kubectl on the control plane. */
export function kubectlOf(bench: Bench): (args: string) => Promise<string> {
  return (args) => bench.ask('vm-k8s', `${ADMIN}\nkubectl ${args} </dev/null`);
}

export class Delivery {
  readonly #own = join(tmpdir(), `threebody-delivery-${process.pid}`);
  readonly #bench: Bench;
  readonly labFile = `${this.#own}.yaml`;
  /** Environment of the program. Signs that a shell or SQL would read as their own, as far as E1 lets them through. */
  readonly secrets: Record<string, string> = {
    THREEBODY_SECRET_MYSQL_ROOT_PASSWORD: `${randomBytes(12).toString('hex')};x&(id)`,
    THREEBODY_SECRET_MYSQL_PASSWORD: `${randomBytes(12).toString('hex')}#|*&%s`,
  };
  readonly kubectl: (args: string) => Promise<string>;
  #user = '';
  #mine = false;
  #kubectlIsMine = false;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.kubectl = kubectlOf(bench);
  }

  program(...args: readonly string[]): Promise<Finished> {
    return cli([...args, '--lab', this.labFile], { env: { ...this.#bench.env, ...this.secrets } });
  }

  /** Runs the program to a good end and gives all that it said. @throws Error when it fails, or tells a secret */
  async done(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.program(...args);
    const said = stdout + stderr;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${said}`);
    if (Object.values(this.secrets).some((secret) => said.includes(secret)))
      throw new Error(`${args.join(' ')} told a secret`);
    return said;
  }

  /** What is said by the gates of steps that are not green. */
  async notGreen(...steps: readonly string[]): Promise<readonly string[]> {
    const { stdout, stderr } = await this.program('check', ...steps, '--json');
    const parsed = resultsSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (!parsed.success) throw new Error(stderr);
    return parsed.data.gates.flatMap(({ gate, verdict, say }) =>
      verdict === 'pass' ? [] : [`${gate} ${verdict}: ${say?.en ?? ''}`],
    );
  }

  /** What a shell of the lab's user says in the project's directory. */
  inProject(script: string): Promise<string> {
    return this.#bench.ask(
      'vm-docker',
      `runuser -u ${this.#user} -- bash -ec 'cd ~${this.#user}/three-body-problem; ${script}'`,
    );
  }

  /** @throws Error when the lab holds an application already */
  async prepare(givenLabFile: string): Promise<void> {
    const there = await this.kubectl(`get namespace ${NAMESPACE} monitoring -o name --ignore-not-found`);
    const volume = await this.kubectl('get persistentvolume mysql-pv-hostpath -o name --ignore-not-found');
    const data = await this.#bench.ask('vm-worker', `ls -A ${DATA}`);
    const lab = labSchema.parse(parse(await readFile(givenLabFile, 'utf8')));
    this.#user = lab.user;
    const history = await this.inProject('ls -d .git 2>/dev/null || true');
    if ((there + volume + data + history).trim() !== '') {
      throw new Error(
        `this lab holds an application already (${there}${volume}${history}${DATA}: ${data}); these tests want an empty one`,
      );
    }
    await this.inProject(
      'cp -a . ../three-body-problem.kept; cp ../.local/state/threebody/project.sha256 ../three-body-problem.sha256',
    );
    this.#mine = true;
    this.secrets['THREEBODY_SECRET_HARBOR_ADMIN_PASSWORD'] = (
      await this.#bench.ask(
        'vm-docker',
        `sed -n 's/^harbor_admin_password: *//p' /opt/harbor/harbor.yml | tr -d "\\"'"`,
      )
    ).trim();
    await this.#provideKubectl();

    const parameters = {
      ...lab.parameters,
      mysql_image: await this.#pick('mysql:8.4', 'mysql:8.0'),
      busybox_image: await this.#pick('busybox:1.37', 'busybox:1.36'),
      app_nginx_image: await this.#pick('nginx:1.28-alpine', 'nginx:alpine'),
    };
    await writeFile(this.labFile, stringify({ ...lab, parameters }), { mode: 0o600 });
    await this.done('scaffold', this.#own, '--yes');
    for (const app of APPS) {
      await rm(join(this.#own, app), { recursive: true });
      await cp(join(STAND_INS, app), join(this.#own, app), { recursive: true });
    }
    await writeFile(
      this.labFile,
      stringify({ ...lab, parameters: { ...parameters, project_source: this.#own } }),
    );
    await this.done('connect', '--accept-host-keys');
    await this.done('run', 'B4', '--yes');
  }

  /** Takes away what was delivered, and puts back what was there before. */
  async remove(): Promise<void> {
    if (this.#mine) {
      await this.kubectl(
        `delete namespace ${NAMESPACE} monitoring --ignore-not-found --wait=true --timeout=180s`,
      );
      await this.kubectl(
        'delete persistentvolume mysql-pv-hostpath --ignore-not-found --wait=true --timeout=60s',
      );
      await this.#bench.ask('vm-worker', `find ${DATA} -mindepth 1 -delete`);
      // File by file: the edge has some of them mounted.
      await this.inProject(
        'cp -a ../three-body-problem.kept/. .; find . -type f | while read -r file; do [ -e "../three-body-problem.kept/$file" ] || rm -f "$file"; done; mv ../three-body-problem.sha256 ../.local/state/threebody/project.sha256; rm -rf ../three-body-problem.kept ../three-body-problem.git* .git',
      );
    }
    if (this.#kubectlIsMine) await this.#bench.ask('vm-docker', 'rm -f /usr/local/bin/kubectl');
    await rm(this.#own, { recursive: true, force: true });
    await rm(this.labFile, { force: true });
  }

  /** Where Docker Hub is only stood in for, the newest images are not to be had. */
  async #pick(wanted: string, otherwise: string): Promise<string> {
    const said = await this.#bench.ask(
      'vm-docker',
      `docker manifest inspect ${wanted} >/dev/null 2>&1 && echo ${wanted} || echo ${otherwise}`,
    );
    return said.trim();
  }

  /** The pipeline downloads its kubectl; where that site is only stood in for, vm-docker gets the one of the cluster. */
  async #provideKubectl(): Promise<void> {
    const site = 'https://dl.k8s.io/release/v1.30.14/bin/linux/amd64/kubectl.sha256';
    const there = await this.#bench.ask(
      'vm-docker',
      `command -v kubectl || curl --fail --silent --location --max-time 20 ${site} || true`,
    );
    if (there.trim() !== '') return;
    const [list, key] = await Promise.all([
      this.#bench.ask('vm-k8s', 'cat /etc/apt/sources.list.d/kubernetes.list'),
      this.#bench.ask('vm-k8s', 'base64 -w0 /etc/apt/keyrings/kubernetes-apt-keyring.gpg'),
    ]);
    this.#kubectlIsMine = true;
    await this.#bench.ask(
      'vm-docker',
      `cd "$(mktemp -d)"; mkdir -p lists/partial
      base64 -d <<<'${key.trim()}' >key.gpg
      sed "s|signed-by=[^]]*|signed-by=$PWD/key.gpg|" >list <<<'${list.trim()}'
      own() { apt-get -qq -o Dir::Etc::sourcelist="$PWD/list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$PWD/lists" -o APT::Sandbox::User= "$@"; }
      own update && own download kubectl && dpkg-deb -x kubectl_*.deb root && install -m 0755 root/usr/bin/kubectl /usr/local/bin/kubectl
      rm -rf "$PWD"`,
    );
  }
}
