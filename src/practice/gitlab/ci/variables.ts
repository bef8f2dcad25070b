/** Variables that a project keeps, as jobs of a branch see them. */
import type { Project, Variable } from '../project.js';

/** Variables that a job of this branch gets: protected ones only where the branch is protected. */
export function granted(
  project: Project,
  branch: string,
  environment: string | null = null,
): readonly Variable[] {
  const safe = project.rule(branch) !== undefined;
  const fits = (scope: string) =>
    scope === '*' ||
    (environment !== null &&
      new RegExp(`^${scope.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(
        environment,
      ));
  return [...project.variables.values()].filter((one) => (safe || !one.protected) && fits(one.scope));
}
/** Their values, for conditions. */
export const visible = (project: Project, branch: string): ReadonlyMap<string, string> =>
  new Map(granted(project, branch).map((one) => [one.key, one.value]));

/** `$A` and `${A}` replaced by values; what is not known becomes nothing, `$$` a dollar sign. */
export function expanded(text: string, values: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > 10) return text;
  return text.replaceAll(
    /\$\$|\$\{(\w+)\}|\$(\w+)/g,
    (whole, a: string | undefined, b: string | undefined) => {
      const name = a ?? b;
      if (name === undefined) return whole === '$$' ? '$' : whole;
      const value = values.get(name);
      return value === undefined ? '' : expanded(value, values, depth + 1);
    },
  );
}

const MASKED = /^[A-Za-z0-9+/=@:.~_-]{8,}$/;
const MASKED_RAW = /^\S{8,}$/;
/**
 * Why GitLab would not keep a variable; null when it does.
 * A masked value has eight characters at least, on one line, of those that it can find again in a log.
 */
export function objection(one: Variable): Readonly<Record<string, readonly string[]>> | null {
  if (one.key === '') return { key: ["can't be blank"] };
  if (!/^\w{1,255}$/.test(one.key)) return { key: ["can contain only letters, digits and '_'."] };
  if (!one.masked) return null;
  const expression = one.raw ? MASKED_RAW : MASKED;
  if (!expression.test(one.value)) return { value: ['is invalid'] };
  return null;
}
