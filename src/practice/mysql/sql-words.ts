/** The words of SQL statements, and the mistakes that a MySQL server answers with. */
import type { Value } from './state.js';

export class SqlError extends Error {
  override readonly name = 'SqlError';
  /** MySQL's number, e.g. 1045. */
  readonly code: number;
  readonly state: string;
  constructor(code: number, state: string, words: string) {
    super(words);
    this.code = code;
    this.state = state;
  }
  /** As the clients print it. */
  get shown(): string {
    return `ERROR ${this.code} (${this.state}): ${this.message}`;
  }
}
/** SQL that the real server knows and that is not done here. */
export class NotSimulatedSql extends Error {
  override readonly name = 'NotSimulatedSql';
}
export interface Word {
  readonly kind: 'name' | 'quoted' | 'text' | 'number' | 'sign';
  readonly text: string;
  /** Where it starts in the statement. */
  readonly at: number;
}
const SIGNS = ['<=>', '<>', '!=', '>=', '<=', ':=', '||', '&&', '@@'];

/** @throws SqlError 1064 for a quote without an end */
export function wordsOf(sql: string): readonly Word[] {
  const found: Word[] = [];
  let at = 0;
  while (at < sql.length) {
    const char = sql.charAt(at);
    const start = at;
    if (/\s/.test(char)) at += 1;
    else if (char === '#' || sql.startsWith('-- ', at) || sql.startsWith('--\n', at)) {
      while (at < sql.length && sql.charAt(at) !== '\n') at += 1;
    } else if (sql.startsWith('/*', at)) {
      const end = sql.indexOf('*/', at);
      at = end < 0 ? sql.length : end + 2;
    } else if (char === "'" || char === '"' || char === '`') {
      let text = '';
      at += 1;
      for (;;) {
        if (at >= sql.length) throw syntax(sql, start);
        const next = sql.charAt(at);
        if (next === char && sql.charAt(at + 1) === char) {
          text += char;
          at += 2;
        } else if (next === char) break;
        else if (next === '\\' && char !== '`') {
          const escaped = sql.charAt(at + 1);
          text += { n: '\n', t: '\t', r: '\r', '0': '\0' }[escaped] ?? escaped;
          at += 2;
        } else {
          text += next;
          at += 1;
        }
      }
      at += 1;
      found.push({ kind: char === '`' ? 'quoted' : 'text', text, at: start });
    } else {
      const rest = sql.slice(at);
      const number = /^\d+(\.\d+)?/.exec(rest)?.[0];
      const name = /^[A-Za-z_$][\w$]*/.exec(rest)?.[0];
      const text = number ?? name ?? SIGNS.find((sign) => rest.startsWith(sign)) ?? char;
      found.push({ kind: number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign', text, at });
      at += text.length;
    }
  }
  return found;
}
export function syntax(sql: string, at: number): SqlError {
  return new SqlError(
    1064,
    '42000',
    `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${sql.slice(at, at + 80)}' at line ${sql.slice(0, at).split('\n').length}`,
  );
}
/** Splits a script at its semicolons, heeding quotes. @throws SqlError */
export function statementsOf(script: string): readonly string[] {
  const ends = wordsOf(script)
    .filter((word) => word.kind === 'sign' && word.text === ';')
    .map((word) => word.at);
  const found: string[] = [];
  let start = 0;
  for (const end of [...ends, script.length]) {
    const text = script.slice(start, end);
    if (wordsOf(text).length > 0) found.push(text.trim());
    start = end + 1;
  }
  return found;
}

/** Walks through the words of one statement. */
export class Cursor {
  readonly sql: string;
  readonly #words: readonly Word[];
  #at = 0;
  constructor(sql: string) {
    this.sql = sql;
    this.#words = wordsOf(sql);
  }
  get next(): Word | undefined {
    return this.#words[this.#at];
  }
  get done(): boolean {
    return this.next === undefined;
  }
  fail(): SqlError {
    return syntax(this.sql, this.next?.at ?? this.sql.length);
  }
  take(): Word {
    const word = this.next;
    if (word === undefined) throw this.fail();
    this.#at += 1;
    return word;
  }
  /** Whether these key words or signs come next. */
  sees(...words: readonly string[]): boolean {
    return words.every((wanted, index) => {
      const word = this.#words[this.#at + index];
      return (
        word !== undefined &&
        (word.kind === 'name' || word.kind === 'sign') &&
        word.text.toUpperCase() === wanted.toUpperCase()
      );
    });
  }
  /** Takes these words if they come next. */
  eat(...words: readonly string[]): boolean {
    if (!this.sees(...words)) return false;
    this.#at += words.length;
    return true;
  }
  expect(...words: readonly string[]): void {
    if (!this.eat(...words)) throw this.fail();
  }
  name(): string {
    const word = this.take();
    if (word.kind !== 'name' && word.kind !== 'quoted') {
      this.#at -= 1;
      throw this.fail();
    }
    return word.text;
  }
  text(): string {
    const word = this.take();
    if (word.kind === 'text') return word.text;
    this.#at -= 1;
    throw this.fail();
  }
  /** Everything up to the closing bracket of one that was just opened, words with their quotes gone. */
  inBrackets(): readonly Word[] {
    const found: Word[] = [];
    for (let depth = 1; ;) {
      const word = this.take();
      if (word.kind === 'sign' && word.text === '(') depth += 1;
      if (word.kind === 'sign' && word.text === ')') depth -= 1;
      if (depth === 0) return found;
      found.push(word);
    }
  }
  /** The rest of the statement is passed over. */
  skip(): void {
    this.#at = this.#words.length;
  }
}
const KNOWN =
  /^(ALTER|ANALYZE|BETWEEN|CALL|CASE|CHANGE|CHECK|CHECKSUM|CLONE|COLLATE|COMMIT|CREATE|CROSS|DEALLOCATE|DEFAULT|DELAYED|DELETE|DIV|DO|DROP|EXCEPT|EXECUTE|EXISTS|EXPLAIN|FLUSH|FOR|FORCE|GET|GROUP|HANDLER|HAVING|HIGH_PRIORITY|IGNORE|IMPORT|INNER|INSTALL|INTERSECT|INTERVAL|INTO|JOIN|KILL|LEFT|LIMIT|LOAD|LOCK|LOW_PRIORITY|MATCH|MOD|NATURAL|OFFSET|ON|OPTIMIZE|ORDER|OUTER|OVER|PARTITION|PREPARE|PURGE|QUICK|REGEXP|RELEASE|RENAME|REPAIR|REPLACE|RESET|RESIGNAL|RESTART|RETURNING|RIGHT|RLIKE|SAVEPOINT|SHUTDOWN|SIGNAL|SOUNDS|START|STOP|STRAIGHT_JOIN|TABLE|TEMPORARY|UNINSTALL|UNION|UNLOCK|USE|USING|VALUES|WINDOW|WITH|XA|XOR)$/i;
/** Whether a word begins something that MySQL can do, be it simulated or not. */
export const isKnownWord = (word: Word | undefined): boolean =>
  word?.kind === 'name' && KNOWN.test(word.text);

export const shownValue = (value: Value): string => (value === null ? 'NULL' : String(value));
