/** Conditions of rules and patterns of only/except, checked before any branch is known. */
import { checkExpression, ExpressionError, refPattern } from './expression.js';

/** Whether a check that throws for mistakes of a person passes. */
function passes(check: () => void): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
/** Conditions and patterns that GitLab would not take, whatever the branch. */
export function unreadable(
  where: string,
  rules: readonly { readonly if?: string | undefined }[],
  refs: Readonly<Record<string, readonly string[]>> = {},
): readonly string[] {
  return [
    ...rules
      .filter((one) => one.if !== undefined && !passes(() => checkExpression(one.if ?? '')))
      .map(() => `${where}:rules:rule if invalid expression syntax`),
    ...Object.entries(refs)
      .filter(([, list]) => !list.every((one) => passes(() => refPattern(one))))
      .map(
        ([key]) =>
          `${where}:${key} config should be an array of strings or regular expressions using re2 syntax`,
      ),
  ];
}
