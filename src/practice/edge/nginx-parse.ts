/** nginx's configuration language: words, quotes, blocks, includes, and the words nginx has for mistakes. */
import { matchesPattern } from '../shell/patterns.js';
import type { Volume } from '../vfs/volume.js';
import { dirName } from '../vfs/volume.js';

export class NginxError extends Error {
  override readonly name = 'NginxError';
}
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** Null for a simple directive. */
  readonly block: readonly Directive[] | null;
  readonly file: string;
  readonly line: number;
}
interface Token {
  readonly text: string;
  readonly kind: 'word' | ';' | '{' | '}';
  readonly line: number;
}

function tokens(text: string, file: string): { readonly all: readonly Token[]; readonly lastLine: number } {
  const all: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '\n') line += 1;
    if (/\s/.test(char)) at += 1;
    else if (char === '#') {
      while (at < text.length && text.charAt(at) !== '\n') at += 1;
    } else if (char === ';' || char === '{' || char === '}') {
      all.push({ text: char, kind: char, line });
      at += 1;
    } else if (char === '"' || char === "'") {
      const began = line;
      let word = '';
      at += 1;
      while (at < text.length && text.charAt(at) !== char) {
        if (text.charAt(at) === '\\' && at + 1 < text.length) at += 1;
        if (text.charAt(at) === '\n') line += 1;
        word += text.charAt(at);
        at += 1;
      }
      if (at >= text.length)
        throw new NginxError(`unexpected end of file, expecting ";" or "}" in ${file}:${line}`);
      at += 1;
      all.push({ text: word, kind: 'word', line: began });
      if (at < text.length && !/[\s;{)]/.test(text.charAt(at)))
        throw new NginxError(`unexpected "${text.charAt(at)}" in ${file}:${line}`);
    } else {
      let word = '';
      while (at < text.length) {
        const next = text.charAt(at);
        if (/[\s;]/.test(next)) break;
        if (next === '{' && !word.endsWith('$')) break;
        if (next === '}' && !word.includes('${')) break;
        if (next === '\\' && at + 1 < text.length) {
          word += next;
          at += 1;
        }
        word += text.charAt(at);
        at += 1;
      }
      all.push({ text: word, kind: 'word', line });
    }
  }
  return { all, lastLine: line };
}

/** @throws NginxError */
export function parseText(text: string, file: string): readonly Directive[] {
  const { all, lastLine } = tokens(text, file);
  let at = 0;
  const block = (inside: boolean): Directive[] => {
    const found: Directive[] = [];
    let words: Token[] = [];
    for (;;) {
      const token = all[at];
      if (token === undefined) {
        if (words.length > 0)
          throw new NginxError(`unexpected end of file, expecting ";" or "}" in ${file}:${lastLine}`);
        if (inside) throw new NginxError(`unexpected end of file, expecting "}" in ${file}:${lastLine}`);
        return found;
      }
      at += 1;
      if (token.kind === 'word') {
        words.push(token);
        continue;
      }
      if (token.kind === '}') {
        if (words.length > 0) throw new NginxError(`unexpected "}" in ${file}:${token.line}`);
        if (!inside) throw new NginxError(`unexpected "}" in ${file}:${token.line}`);
        return found;
      }
      const [first, ...rest] = words;
      if (first === undefined) throw new NginxError(`unexpected "${token.text}" in ${file}:${token.line}`);
      words = [];
      found.push({
        name: first.text,
        args: rest.map(({ text: word }) => word),
        block: token.kind === '{' ? block(true) : null,
        file,
        // nginx names the line on which a directive ends.
        line: token.line,
      });
    }
  };
  return block(false);
}

/** Reads a file and everything it includes. @throws NginxError */
export function readConfig(volume: Volume, path: string): readonly Directive[] {
  const read = (file: string, from: string): readonly Directive[] => {
    const text = volume.text(file);
    if (text === null) throw new NginxError(`open() "${file}" failed (2: No such file or directory)${from}`);
    return resolve(parseText(text, file));
  };
  const resolve = (directives: readonly Directive[]): readonly Directive[] =>
    directives.flatMap((one) => {
      if (one.block !== null) return [{ ...one, block: resolve(one.block) }];
      if (one.name !== 'include' || one.args.length !== 1) return [one];
      const [given = ''] = one.args;
      const target = given.startsWith('/') ? given : `${dirName(path)}/${given}`;
      if (!/[*?[]/.test(target)) return read(target, ` in ${one.file}:${one.line}`);
      const dir = volume.find(dirName(target));
      if (dir?.kind !== 'directory') return [];
      return [...dir.entries.keys()]
        .filter(
          (name) => !name.startsWith('.') && matchesPattern(name, target.slice(dirName(target).length + 1)),
        )
        .toSorted()
        .flatMap((name) => read(`${dirName(target)}/${name}`, ''));
    });
  return read(path, '');
}
