/** One stage of a build: its file tree, its settings, and the instructions carried out on it. */
import { createHash } from 'node:crypto';
import type { Around } from '../../apps/around.js';
import { belongs, furnish, userOf } from '../../apps/inside.js';
import { TOOLSETS } from '../../apps/toolsets.js';
import { builtImage, type ImageSpec } from '../../images/spec.js';
import { listTree, plantTree, treeBytes, type TreeEntry } from '../../images/tree.js';
import { DeviceDescription, type Description } from '../../kernel/description.js';
import { execWords } from '../../kernel/exec.js';
import { Kernel } from '../../kernel/kernel.js';
import { Outlet } from '../../kernel/pipe.js';
import { Volume, joinPath } from '../../vfs/volume.js';
import { BuildError } from './dockerfile.js';

export interface Settings {
  env: ReadonlyMap<string, string>;
  labels: Readonly<Record<string, string>>;
  exposed: readonly number[];
  entrypoint: readonly string[];
  command: readonly string[];
  workdir: string;
  user: string;
  shell: readonly string[];
}
export class Stage {
  readonly base: ImageSpec;
  readonly volume: Volume;
  readonly settings: Settings;
  readonly #kernel: Kernel;
  /** Values of ARG, which RUN sees too. */
  readonly args = new Map<string, string>();
  /** What has been done so far, as a digest: the same again is taken from the cache. */
  #history: string;

  constructor(base: ImageSpec, around: Around) {
    const { host } = around;
    this.base = base;
    this.volume = new Volume(() => host.machine.now());
    this.#kernel = new Kernel(this.volume, host.clock, () => host.machine.now());
    furnish(this.volume, this.#kernel, base, around);
    this.volume.put('/etc/hosts', '127.0.0.1\tlocalhost\n');
    this.#history = base.id;
    this.settings = {
      env: new Map(
        base.env.map((entry) => {
          const at = entry.indexOf('=');
          return [entry.slice(0, at), entry.slice(at + 1)] as const;
        }),
      ),
      labels: { ...base.labels },
      exposed: [...base.exposed],
      entrypoint: base.entrypoint,
      command: base.command,
      workdir: base.workdir,
      user: base.user,
      shell: ['/bin/sh', '-c'],
    };
  }
  /** Notes an instruction and everything that it depends on. */
  note(...parts: readonly string[]): string {
    this.#history = createHash('sha256')
      .update([this.#history, ...parts].join('\0'))
      .digest('hex');
    return this.#history;
  }
  /** Variables that instructions are expanded with. */
  get values(): ReadonlyMap<string, string> {
    return new Map([...this.args, ...this.settings.env]);
  }
  path(text: string): string {
    const joined = joinPath(this.settings.workdir === '' ? '/' : this.settings.workdir, text);
    return text.endsWith('/') && joined !== '/' ? `${joined}/` : joined;
  }
  /** Everything in it that an image keeps. */
  get tree(): readonly TreeEntry[] {
    const tools = new Map(
      this.base.tools.flatMap((name) =>
        (TOOLSETS[name]?.files ?? []).map(({ path, program }) => [path, program] as const),
      ),
    );
    return listTree(
      this.volume,
      '/',
      (path, inode) =>
        belongs(path, inode) &&
        !(inode.kind === 'file' && inode.program !== null && tools.get(path) === inode.program),
    );
  }
  /** All of its files with the programs of its base: what COPY --from may take. */
  get everything(): readonly TreeEntry[] {
    return listTree(this.volume, '/', belongs);
  }
  /** Puts a state from the cache in the place of this one: what that one had removed goes here too. */
  adopt(tree: readonly TreeEntry[]): void {
    const kinds = new Map(tree.map((entry) => [entry.path, entry.kind]));
    for (const entry of this.everything)
      if (kinds.get(entry.path) !== entry.kind) this.volume.drop(entry.path);
    plantTree(this.volume, tree);
  }
  put(entries: readonly TreeEntry[], owner: string | undefined, mode: number | undefined): void {
    const who = owner === undefined ? null : userOf(this.volume, owner);
    if (owner !== undefined && who === null)
      throw new BuildError(`failed to convert uid/gid chown string to idmap: invalid user index: -1`);
    plantTree(
      this.volume,
      entries.map((entry) => ({
        ...entry,
        ...(who === null ? {} : { uid: who.uid, gid: who.gid }),
        ...(mode === undefined || entry.kind === 'directory' ? {} : { mode }),
      })),
    );
  }
  /** Carries out RUN. @param line called for each line that it prints. @returns the exit status */
  async run(
    words: readonly string[],
    line: (text: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<number> {
    const who = userOf(this.volume, this.settings.user);
    if (who === null)
      throw new BuildError(`unable to find user ${this.settings.user}: no matching entries in passwd file`);
    let rest = '';
    const output = () =>
      new Outlet('build', async (bytes) => {
        const lines = `${rest}${bytes.toString('utf8')}`.split('\n');
        rest = lines.pop() ?? '';
        for (const text of lines) await line(text);
      });
    const process = this.#kernel.spawn(
      {
        argv: words,
        env: new Map([['HOME', who.uid === 0 ? '/root' : '/'], ...this.args, ...this.settings.env]),
        cwd: this.settings.workdir === '' ? '/' : this.settings.workdir,
        credentials: who,
        lead: 'session',
        descriptors: new Map<number, Description>([
          [0, new DeviceDescription('null')],
          [1, output()],
          [2, output()],
        ]),
      },
      (one) => execWords(one, words),
    );
    const stop = () => process.kill('KILL');
    signal.addEventListener('abort', stop, { once: true });
    const status = await process.exited;
    signal.removeEventListener('abort', stop);
    if (rest !== '') await line(rest);
    await this.#kernel.killAll();
    return status;
  }
  /** The image that this stage is. @param labels given on the command line */
  image(labels: Readonly<Record<string, string>>, createdAt: string): ImageSpec {
    const { settings } = this;
    const { tree } = this;
    return builtImage({
      program: 'image',
      createdAt,
      sizeBytes: this.base.sizeBytes + treeBytes(tree) * 3 + 4096,
      entrypoint: settings.entrypoint,
      command: settings.command,
      env: [...settings.env].map(([name, value]) => `${name}=${value}`),
      exposed: settings.exposed,
      workdir: settings.workdir,
      user: settings.user,
      labels: { ...settings.labels, ...labels },
      tools: this.base.tools,
      files: {},
      tree,
    });
  }
}
