/** Subscripts of lists. */

export const lastIndex = (list: ReadonlyMap<number, string>): number => Math.max(-1, ...list.keys());

/** Takes the quotes off a subscript, which the parser leaves as it stands. */
export const unquote = (text: string): string => text.replaceAll(/^(['"])([\s\S]*)\1$/g, '$2');
