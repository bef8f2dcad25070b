/** A Dockerfile cut into its stages, and which of them one needs. */
import { BuildError, expand, type Instruction } from './dockerfile.js';

export interface Named {
  /** In lower case; its number when it has no name. */
  readonly name: string;
  readonly from: string;
  readonly steps: readonly Instruction[];
}
/** Of the lab's hosts. */
export const OWN_PLATFORM = 'linux/amd64';
/** What BuildKit knows of the platform without being told. */
const PLATFORM = new Map([
  ['TARGETPLATFORM', OWN_PLATFORM],
  ['TARGETOS', 'linux'],
  ['TARGETARCH', 'amd64'],
  ['TARGETVARIANT', ''],
  ['BUILDPLATFORM', OWN_PLATFORM],
  ['BUILDOS', 'linux'],
  ['BUILDARCH', 'amd64'],
]);

/**
 * @param buildArgs values given on the command line
 * @returns the stages, and the arguments that stand before the first
 * @throws BuildError
 */
export function stagesOf(
  instructions: readonly Instruction[],
  buildArgs: ReadonlyMap<string, string>,
): { readonly stages: readonly Named[]; readonly globals: ReadonlyMap<string, string> } {
  const globals = new Map(PLATFORM);
  const stages: Named[] = [];
  for (const line of instructions) {
    if (line.name === 'FROM') {
      const match = /^(\S+)(?:\s+as\s+(\S+))?$/i.exec(line.text);
      if (match === null)
        throw new BuildError(
          `dockerfile parse error on line ${line.first}: FROM requires either one or three arguments`,
        );
      const platform = expand(line.flags.get('platform') ?? OWN_PLATFORM, globals);
      if (platform !== OWN_PLATFORM)
        throw new BuildError(
          `practice lab: FROM --platform=${platform} on line ${line.first} is not simulated; its hosts are ${OWN_PLATFORM}`,
        );
      stages.push({
        name: (match[2] ?? String(stages.length)).toLowerCase(),
        from: expand(match[1] ?? '', globals),
        steps: [],
      });
    } else if (stages.length === 0) {
      const [name = '', value] = line.text.split(/=(.*)/s);
      const fallback = value === undefined ? '' : expand(value.replace(/^(["'])(.*)\1$/, '$2'), globals);
      globals.set(name, buildArgs.get(name) ?? fallback);
    } else {
      const last = stages.pop();
      if (last !== undefined) stages.push({ ...last, steps: [...last.steps, line] });
    }
  }
  return { stages, globals };
}
/** A stage and all that it copies from or stands on. */
export function neededFor(
  stages: readonly Named[],
  goal: Named,
  globals: ReadonlyMap<string, string>,
): ReadonlySet<Named> {
  const found = new Set<Named>();
  const visit = (one: Named): void => {
    if (found.has(one)) return;
    found.add(one);
    const before = stages.slice(0, stages.indexOf(one));
    for (const word of [
      one.from,
      ...one.steps.map((line) => expand(line.flags.get('from') ?? '', globals)),
    ]) {
      const other = before.find(
        (stage, index) => stage.name === word.toLowerCase() || String(index) === word,
      );
      if (other !== undefined) visit(other);
    }
  };
  visit(goal);
  return found;
}
