/** SELECT: what is asked for, of which rows, in which order. */
import type { SqlAnswer } from './answer.js';
import { expression, type Expression } from './expressions.js';
import { NotSimulatedSql, type Cursor } from './sql-words.js';
import type { Row, Value } from './state.js';
import type { Rows } from './system-tables.js';
import { chosen, type Constants } from './tables-sql.js';
import { compare } from './values.js';

/** Names that cannot be an alias without AS: clauses that may follow. */
const CLAUSES =
  /^(FROM|WHERE|LIMIT|ORDER|GROUP|HAVING|INTO|FOR|LOCK|UNION|EXCEPT|INTERSECT|WINDOW|JOIN|INNER|LEFT|RIGHT|CROSS|NATURAL|STRAIGHT_JOIN|ON|USING|USE|FORCE|IGNORE|PARTITION|OFFSET)$/i;
function alias(cursor: Cursor): string | null {
  if (cursor.eat('AS')) return cursor.take().text;
  const { next } = cursor;
  const named = next?.kind === 'quoted' || (next?.kind === 'name' && !CLAUSES.test(next.text));
  return named ? cursor.take().text : null;
}
interface Asked {
  readonly wanted: readonly (Expression | '*')[];
  readonly titles: readonly string[];
}
function asked(cursor: Cursor): Asked {
  const wanted: (Expression | '*')[] = [];
  const titles: string[] = [];
  do {
    if (cursor.eat('*')) {
      wanted.push('*');
      titles.push('*');
      continue;
    }
    const made = expression(cursor);
    wanted.push(made);
    titles.push(alias(cursor) ?? made.title);
  } while (cursor.eat(','));
  return { wanted, titles };
}
/** Rows in the order of ORDER BY: by expressions, names of columns that were asked for, or their numbers. */
function ordered(
  rows: readonly Row[],
  cursor: Cursor,
  { wanted, titles }: Asked,
  constants: Constants,
): readonly Row[] {
  if (!cursor.eat('ORDER', 'BY')) return rows;
  const keys: { readonly by: Expression; readonly down: boolean }[] = [];
  do {
    const made = expression(cursor);
    const named = /^\d+$/.test(made.title)
      ? wanted[Number(made.title) - 1]
      : wanted[titles.findIndex((title) => title.toLowerCase() === made.title.toLowerCase())];
    const down = cursor.eat('DESC');
    if (!down) cursor.eat('ASC');
    keys.push({ by: named === undefined || named === '*' ? made : named, down });
  } while (cursor.eat(','));
  const of = (by: Expression, row: Row) => by.value({ ...constants, row, group: [row] });
  return rows.toSorted((a, b) => {
    for (const { by, down } of keys) {
      const [x, y] = [of(by, a), of(by, b)];
      // NULL counts as less than everything else.
      const order = x === null || y === null ? Number(y === null) - Number(x === null) : compare(x, y);
      if (order !== 0) return down ? -order : order;
    }
    return 0;
  });
}
function count(cursor: Cursor): number {
  const word = cursor.take();
  if (word.kind !== 'number') throw cursor.fail();
  return Number(word.text);
}
/** The part that LIMIT leaves: `LIMIT n`, `LIMIT from, n`, `LIMIT n OFFSET from`. */
function part<T>(rows: readonly T[], cursor: Cursor): readonly T[] {
  if (!cursor.eat('LIMIT')) return rows;
  const first = count(cursor);
  if (cursor.eat(',')) return rows.slice(first, first + count(cursor));
  const from = cursor.eat('OFFSET') ? count(cursor) : 0;
  return rows.slice(from, from + first);
}
/**
 * The rest of a statement after SELECT.
 * @param from reads the name of a table and gives its rows
 * @throws SqlError, NotSimulatedSql
 */
export function select(cursor: Cursor, from: () => Rows, constants: Constants): SqlAnswer {
  const distinct = cursor.eat('DISTINCT');
  const question = asked(cursor);
  const { wanted, titles } = question;
  const table = cursor.eat('FROM');
  if (table && cursor.sees('(')) throw new NotSimulatedSql('a subquery');
  const source = table ? from() : { names: [], rows: [{}] };
  if (table) {
    alias(cursor);
    if (cursor.sees(',')) throw new NotSimulatedSql('SELECT from several tables');
  }
  const found = chosen(source, cursor, constants);
  if (cursor.sees('GROUP') || cursor.sees('HAVING')) throw new NotSimulatedSql('GROUP BY and HAVING');
  const rows = ordered(found, cursor, question, constants);
  const line = (row: Row | null, group: readonly Row[]): Value[] =>
    wanted.flatMap((one) =>
      one === '*'
        ? source.names.map((name) => row?.[name] ?? null)
        : [one.value({ ...constants, row: table ? row : null, group })],
    );
  const aggregate = wanted.some((one) => one !== '*' && one.aggregate);
  const made = aggregate ? [line(rows[0] ?? null, rows)] : rows.map((row) => line(row, [row]));
  const unique = distinct ? [...new Map(made.map((row) => [JSON.stringify(row), row])).values()] : made;
  const left = part(unique, cursor);
  if (!cursor.done) throw cursor.fail();
  const columns = wanted.flatMap((one, index) => (one === '*' ? source.names : [titles[index] ?? '']));
  return { columns, rows: left, affected: 0 };
}
