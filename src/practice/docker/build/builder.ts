/** Building an image: stages in order, each instruction with its progress, and a cache of what was done before. */
import type { Around } from '../../apps/around.js';
import { makeImage, readReference, type ImageSpec } from '../../images/spec.js';
import type { TreeEntry } from '../../images/tree.js';
import { BuildError, execForm, expand, pairsOf, plainWords, type Instruction } from './dockerfile.js';
import { copyFrom } from './context.js';
import { modeOf } from './flags.js';
import { Stage } from './stage.js';
import { neededFor, stagesOf, type Named } from './stages.js';

export interface Order {
  readonly instructions: readonly Instruction[];
  /** The Dockerfile's text, for excerpts beside failures. */
  readonly text: string;
  readonly fileName: string;
  readonly context: readonly TreeEntry[];
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: string | null;
  readonly noCache: boolean;
}
export interface Surroundings {
  readonly around: Around;
  readonly signal: AbortSignal;
  /** Gives the image of a FROM. @throws BuildError */
  readonly pull: (name: string) => Promise<ImageSpec>;
  readonly say: (text: string) => Promise<void>;
  /** All files of a stage by what led to them. */
  readonly cache: Map<string, readonly TreeEntry[]>;
  readonly now: string;
}
const SCRATCH = makeImage('scratch', {
  program: 'shell',
  sizeBytes: 0,
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
});
export class Builder {
  readonly #order: Order;
  readonly #to: Surroundings;
  readonly #stages = new Map<string, Stage>();
  #vertex = 4;
  constructor(order: Order, surroundings: Surroundings) {
    this.#order = order;
    this.#to = surroundings;
  }
  /** @throws BuildError */
  async build(): Promise<ImageSpec> {
    const { stages, globals } = stagesOf(this.#order.instructions, this.#order.buildArgs);
    const wanted = this.#order.target;
    const goal =
      wanted === null
        ? stages.at(-1)
        : stages.find((one) => one.name === wanted.toLowerCase() || String(stages.indexOf(one)) === wanted);
    if (goal === undefined) throw new BuildError(`target stage "${wanted ?? ''}" could not be found`);
    // Stages that the goal does not need are left out.
    const needed = neededFor(stages, goal, globals);
    for (const [index, one] of stages.entries()) if (needed.has(one)) await this.#stage(one, index, globals);
    const made = this.#stages.get(goal.name);
    if (made === undefined) throw new BuildError('no build stage in current context');
    await this.#to.say(`#${this.#vertex + 1} exporting to image\n`);
    return made.image(this.#order.labels, this.#to.now);
  }
  async #stage(named: Named, index: number, globals: ReadonlyMap<string, string>): Promise<void> {
    const earlier = this.#stages.get(named.from.toLowerCase());
    const base =
      earlier !== undefined
        ? earlier.image({}, '')
        : named.from === 'scratch'
          ? SCRATCH
          : await this.#to.pull(named.from);
    const stage = new Stage(base, this.#to.around);
    this.#stages.set(named.name, stage);
    if (named.name !== String(index)) this.#stages.set(String(index), stage);
    const shown = /^\d+$/.test(named.name) ? `stage-${index}` : named.name;
    const working = named.steps.filter((line) => /^(RUN|COPY|ADD|WORKDIR)$/.test(line.name));
    const total = working.length + 1;
    this.#vertex += 1;
    await this.#to.say(
      `#${this.#vertex} [${shown} 1/${total}] FROM ${named.from}\n#${this.#vertex} DONE 0.1s\n`,
    );
    let turn = 1;
    // A tree that was taken from the cache stands for all steps up to it; the last of them plants it.
    for (const line of named.steps) {
      if (!working.includes(line)) {
        this.#setting(stage, line, globals);
        continue;
      }
      turn += 1;
      this.#vertex += 1;
      await this.#work(stage, line, `[${shown} ${turn}/${total}]`);
    }
  }
  #setting(stage: Stage, line: Instruction, globals: ReadonlyMap<string, string>): void {
    const { settings } = stage;
    const text =
      line.name === 'CMD' || line.name === 'ENTRYPOINT' || line.name === 'HEALTHCHECK'
        ? line.text
        : expand(line.text, stage.values);
    stage.note(line.name, text);
    const asCommand = () => execForm(text) ?? [...settings.shell, text];
    switch (line.name) {
      case 'ARG': {
        for (const word of plainWords(line.text)) {
          const [name = '', value] = word.split(/=(.*)/s);
          const given =
            this.#order.buildArgs.get(name) ??
            (value === undefined ? globals.get(name) : expand(value, stage.values));
          if (given !== undefined) stage.args.set(name, given);
        }
        stage.note(JSON.stringify([...stage.args]));
        return;
      }
      case 'ENV':
        settings.env = new Map([...settings.env, ...pairsOf(text)]);
        return;
      case 'LABEL':
        settings.labels = { ...settings.labels, ...Object.fromEntries(pairsOf(text)) };
        return;
      case 'EXPOSE':
        settings.exposed = [
          ...new Set([...settings.exposed, ...plainWords(text).map((word) => Number(word.split('/')[0]))]),
        ];
        return;
      case 'USER':
        settings.user = text;
        return;
      case 'CMD':
        settings.command = asCommand();
        return;
      case 'ENTRYPOINT':
        settings.entrypoint = asCommand();
        settings.command = [];
        return;
      case 'SHELL':
        settings.shell = execForm(text) ?? settings.shell;
        return;
      case 'ONBUILD':
        throw new BuildError('practice lab: ONBUILD is not simulated');
      default:
        return;
    }
  }
  async #work(stage: Stage, line: Instruction, place: string): Promise<void> {
    const { say, cache } = this.#to;
    const number = this.#vertex;
    const text = line.name === 'RUN' ? line.text : expand(line.text, stage.values);
    await say(
      `#${number} ${place} ${line.name} ${line.name === 'COPY' && line.flags.has('from') ? `--from=${line.flags.get('from') ?? ''} ` : ''}${line.text.split('\n')[0] ?? ''}\n`,
    );
    if (line.name === 'WORKDIR') {
      stage.settings.workdir = stage.path(text).replace(/(.)\/$/, '$1');
      stage.note('WORKDIR', text);
      stage.volume.ensureDirectory(stage.settings.workdir);
    } else if (line.name === 'RUN') {
      const key = stage.note('RUN', text, ...line.documents, JSON.stringify([...stage.values]));
      const known = this.#order.noCache ? undefined : cache.get(key);
      if (known !== undefined) {
        stage.adopt(known);
        await say(`#${number} CACHED\n`);
        return;
      }
      await this.#run(stage, line, text, place);
      cache.set(key, stage.everything);
    } else await this.#copy(stage, line, text, place);
    await say(`#${number} DONE 0.1s\n`);
  }
  async #run(stage: Stage, line: Instruction, text: string, place: string): Promise<void> {
    const number = this.#vertex;
    const [script] = line.documents;
    const words =
      script === undefined
        ? (execForm(text) ?? [...stage.settings.shell, text])
        : [...stage.settings.shell, script];
    const printed: string[] = [];
    const status = await stage.run(
      words,
      async (row) => {
        printed.push(row);
        await this.#to.say(`#${number} 0.2 ${row}\n`);
      },
      this.#to.signal,
    );
    if (status === 0) return;
    const process = script === undefined ? words.join(' ') : `${stage.settings.shell.join(' ')} ${text}`;
    await this.#to.say(
      `#${number} ERROR: process "${process}" did not complete successfully: exit code: ${status}\n`,
    );
    throw new BuildError(
      this.#excerpt(
        line,
        `${place} RUN ${text}`,
        printed,
        `process "${process}" did not complete successfully: exit code: ${status}`,
      ),
    );
  }
  async #copy(stage: Stage, line: Instruction, text: string, place: string): Promise<void> {
    const words = execForm(text) ?? plainWords(text);
    const target = words.at(-1) ?? '';
    const sources = words.slice(0, -1);
    if (sources.length === 0)
      throw new BuildError(
        `dockerfile parse error on line ${line.first}: ${line.name} requires at least two arguments, but only one was provided. Destination could not be determined`,
      );
    if (line.name === 'ADD' && sources.some((source) => /^https?:|\.tar(\.\w+)?$|\.tgz$/.test(source)))
      throw new BuildError('practice lab: ADD of archives and addresses is not simulated; use COPY');
    const from = line.flags.get('from');
    const name = from === undefined ? undefined : expand(from, stage.values);
    let entries = this.#order.context;
    if (name !== undefined) {
      const other = this.#stages.get(name.toLowerCase());
      const image = other === undefined ? await this.#to.pull(name) : null;
      const held = other ?? (image === null ? null : new Stage(image, this.#to.around));
      entries = held?.everything ?? [];
    }
    const to = stage.path(target);
    const copied = copyFrom(
      entries,
      sources,
      to,
      (path) => stage.volume.find(path.replace(/(.)\/$/, '$1'))?.kind === 'directory',
    );
    if (copied.missing !== null) {
      const reason = `failed to compute cache key: failed to calculate checksum of ref: "/${copied.missing.replace(/^\.?\//, '')}": not found`;
      throw new BuildError(this.#excerpt(line, `${place} ${line.name} ${line.text}`, [], reason));
    }
    stage.note(line.name, text, [...line.flags].join(' '), JSON.stringify(copied.entries));
    if (to.endsWith('/')) stage.volume.ensureDirectory(to.replace(/(.)\/$/, '$1'));
    const chown = line.flags.get('chown');
    const chmod = line.flags.get('chmod');
    stage.put(
      copied.entries,
      chown === undefined ? undefined : expand(chown, stage.values),
      chmod === undefined ? undefined : modeOf(expand(chmod, stage.values)),
    );
  }
  #excerpt(line: Instruction, title: string, printed: readonly string[], words: string): string {
    const lines = this.#order.text.split('\n');
    const shown: string[] = [];
    for (let at = Math.max(1, line.first - 2); at <= Math.min(lines.length, line.last + 2); at += 1)
      shown.push(
        `${String(at).padStart(4)} | ${at >= line.first && at <= line.last ? '>>>' : '   '} ${lines[at - 1] ?? ''}`,
      );
    return `------\n > ${title}:\n${printed
      .slice(-20)
      .map((row) => `0.2 ${row}\n`)
      .join(
        '',
      )}------\n${this.#order.fileName}:${line.first}\n--------------------\n${shown.join('\n')}\n--------------------\nERROR: failed to build: failed to solve: ${words}`;
  }
}
/** A reference as BuildKit names it. */
export function fullName(name: string): string {
  const reference = readReference(name);
  return reference === null ? name : `${reference.registry}/${reference.repository}:${reference.tag}`;
}
