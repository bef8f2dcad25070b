/** CREATE TABLE: columns, keys, defaults; and the same as text again, for SHOW CREATE TABLE and mysqldump. */
import type { SqlAnswer } from './answer.js';
import { NotSimulatedSql, SqlError, type Cursor, type Word } from './sql-words.js';
import { own, type Column, type Key, type Table, type Value } from './state.js';
import { keysOf, type Tables } from './tables-sql.js';

/** Splits the words between brackets at the commas of the outermost level. */
function parts(words: readonly Word[]): readonly (readonly Word[])[] {
  const found: Word[][] = [[]];
  let depth = 0;
  for (const word of words) {
    if (word.kind === 'sign' && word.text === '(') depth += 1;
    if (word.kind === 'sign' && word.text === ')') depth -= 1;
    if (depth === 0 && word.kind === 'sign' && word.text === ',') found.push([]);
    else found.at(-1)?.push(word);
  }
  return found;
}
function columnOf(words: readonly Word[]): Column | null {
  const [first, ...rest] = words;
  if (first === undefined) return null;
  if (
    first.kind === 'name' &&
    /^(PRIMARY|UNIQUE|KEY|INDEX|CONSTRAINT|FOREIGN|FULLTEXT|SPATIAL|CHECK)$/i.test(first.text)
  )
    return null;
  const tail = rest.map((word) => (word.kind === 'text' ? `'${word.text}'` : word.text)).join(' ');
  const type =
    /^\w+(?: \( [^)]*\))?(?: unsigned)?/i.exec(tail)?.[0].replace(/ (?=[(),])|(?<=[(,]) /g, '') ?? '';
  const given = /\bDEFAULT ('(?:[^']*)'|[\w.-]+)/i.exec(tail)?.[1];
  const fallback =
    given === undefined || /^null$/i.test(given)
      ? undefined
      : /^(CURRENT_TIMESTAMP|NOW)$/i.test(given)
        ? ({ now: true } as const)
        : given.startsWith("'")
          ? given.slice(1, -1)
          : Number(given);
  return {
    name: first.text,
    type: type.toLowerCase(),
    nullable: !/\bNOT NULL\b|\bPRIMARY KEY\b/i.test(tail),
    auto: /\bAUTO_INCREMENT\b/i.test(tail),
    ...(fallback === undefined ? {} : { fallback }),
  };
}
/** Words in brackets at the end of a key's line: its columns, without lengths and directions. */
function keyColumns(words: readonly Word[]): readonly string[] {
  const open = words.findIndex((word) => word.kind === 'sign' && word.text === '(');
  return parts(words.slice(open + 1, -1)).flatMap(([first]) => (first === undefined ? [] : [first.text]));
}
/** The keys that one line between the brackets makes. @throws NotSimulatedSql for rules that are not kept here */
function keysIn(words: readonly Word[]): readonly Key[] {
  const [first] = words;
  if (first === undefined) return [];
  const bare = words.map((word) => (word.kind === 'name' ? word.text.toUpperCase() : ''));
  for (const word of ['FOREIGN', 'CHECK', 'GENERATED'])
    if (bare.includes(word)) throw new NotSimulatedSql(`CREATE TABLE with ${word}`);
  if (bare.some((word, at) => word === 'ON' && bare[at + 1] === 'UPDATE'))
    throw new NotSimulatedSql('CREATE TABLE with ON UPDATE');
  if (columnOf(words) !== null) {
    const rest = bare.slice(1);
    if (rest.includes('PRIMARY')) return [{ name: 'PRIMARY', columns: [first.text] }];
    return rest.includes('UNIQUE') ? [{ name: first.text, columns: [first.text] }] : [];
  }
  const named = bare[0] === 'CONSTRAINT';
  const kind = bare.findIndex((word) => word === 'PRIMARY' || word === 'UNIQUE');
  if (kind < 0 || (kind > 0 && !named)) return [];
  const columns = keyColumns(words);
  if (bare[kind] === 'PRIMARY') return [{ name: 'PRIMARY', columns }];
  const at = ['KEY', 'INDEX'].includes(bare[kind + 1] ?? '') ? kind + 2 : kind + 1;
  const label =
    words[at]?.kind === 'sign' ? (named && kind > 1 ? words[1]?.text : undefined) : words[at]?.text;
  return [{ name: label ?? columns[0] ?? '', columns }];
}
/**
 * The rest of a statement after CREATE TABLE and its name.
 * @throws SqlError 1050, 1068, 1072; NotSimulatedSql
 */
export function createTable(tables: Tables, name: string, lenient: boolean, cursor: Cursor): void {
  for (const word of ['LIKE', 'SELECT', 'AS'])
    if (cursor.sees(word)) throw new NotSimulatedSql(`CREATE TABLE … ${word}`);
  cursor.expect('(');
  if (cursor.sees('LIKE')) throw new NotSimulatedSql('CREATE TABLE … LIKE');
  const lines = parts(cursor.inBrackets());
  let next = 1;
  while (!cursor.done) {
    if (cursor.sees('SELECT') || cursor.sees('AS') || cursor.sees('PARTITION'))
      throw new NotSimulatedSql('CREATE TABLE … SELECT and PARTITION');
    const auto = cursor.eat('AUTO_INCREMENT');
    if (auto) cursor.eat('=');
    const word = cursor.take();
    if (auto) next = Number(word.text);
  }
  if (own(tables, name) !== undefined) {
    if (!lenient) throw new SqlError(1050, '42S01', `Table '${name}' already exists`);
    return;
  }
  const keys = lines.flatMap(keysIn);
  const primary = keys.filter((key) => key.name === 'PRIMARY');
  if (primary.length > 1) throw new SqlError(1068, '42000', 'Multiple primary key defined');
  const inPrimary = primary.flatMap((key) => key.columns);
  const columns = lines
    .flatMap((words) => columnOf(words) ?? [])
    .map((column) => (inPrimary.includes(column.name) ? { ...column, nullable: false } : column));
  const stray = keys
    .flatMap((key) => key.columns)
    .find((one) => !columns.some((column) => column.name === one));
  if (stray !== undefined) throw new SqlError(1072, '42000', `Key column '${stray}' doesn't exist in table`);
  tables[name] = {
    columns,
    keys: [...primary, ...keys.filter((key) => key.name !== 'PRIMARY')],
    rows: [],
    next,
  };
}
const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Whether the values of a column are written without quotes. */
export const isNumeric = (type: string): boolean =>
  /^(tiny|small|medium|big)?int|^(decimal|numeric|float|double|real|year)\b/.test(type);

/** The default of a column as DESCRIBE shows it; null when there is none. */
export function shownFallback({ fallback }: Column): Value {
  if (fallback === undefined || fallback === null) return null;
  return typeof fallback === 'object' ? 'CURRENT_TIMESTAMP' : String(fallback);
}
function columnText(column: Column): string {
  const shown = shownFallback(column);
  const fallback =
    shown === null
      ? column.nullable
        ? ' DEFAULT NULL'
        : ''
      : ` DEFAULT ${typeof column.fallback === 'object' ? shown : text(String(shown))}`;
  return `  ${quoted(column.name)} ${column.type}${column.nullable ? (column.type === 'timestamp' ? ' NULL' : '') : ' NOT NULL'}${column.auto ? ' AUTO_INCREMENT' : fallback}`;
}
/** A table as the statement that makes it. */
export function createText(name: string, table: Table): string {
  const keys = keysOf(table).map((key) => {
    const columns = `(${key.columns.map(quoted).join(',')})`;
    return key.name === 'PRIMARY'
      ? `  PRIMARY KEY ${columns}`
      : `  UNIQUE KEY ${quoted(key.name)} ${columns}`;
  });
  const next = table.next > 1 ? ` AUTO_INCREMENT=${table.next}` : '';
  return `CREATE TABLE ${quoted(name)} (\n${[...table.columns.map(columnText), ...keys].join(',\n')}\n) ENGINE=InnoDB${next} DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci`;
}
/** A table as DESCRIBE and SHOW COLUMNS answer. */
export function described(table: Table): SqlAnswer {
  const keys = keysOf(table);
  const mark = (name: string): string => {
    const found = keys.filter(({ columns }) => columns.includes(name));
    if (found.some((key) => key.name === 'PRIMARY')) return 'PRI';
    if (found.some(({ columns }) => columns.length === 1)) return 'UNI';
    return found.some(({ columns }) => columns[0] === name) ? 'MUL' : '';
  };
  const extra = ({ auto, fallback }: Column): string =>
    auto ? 'auto_increment' : typeof fallback === 'object' && fallback !== null ? 'DEFAULT_GENERATED' : '';
  return {
    columns: ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
    rows: table.columns.map((one) => [
      one.name,
      one.type,
      one.nullable ? 'YES' : 'NO',
      mark(one.name),
      shownFallback(one),
      extra(one),
    ]),
    affected: 0,
  };
}
