/** Accounts of a MySQL server: who is let in, and what they may do. */
import { SqlError } from './sql-words.js';
import type { Account, Grant, State } from './state.js';
import { like } from './values.js';

/** The account that a client from an address is, most exact host first; undefined when there is none. */
export function accountFor(state: State, user: string, from: string): Account | undefined {
  const rank = (one: Account) => (one.host === from ? 0 : one.host === '%' ? 2 : 1);
  return state.accounts
    .filter((one) => one.user === user && (one.host === from || like(from, one.host)))
    .toSorted((a, b) => rank(a) - rank(b))[0];
}
/** @throws SqlError 1045 */
export function logIn(state: State, user: string, password: string, from: string): Account {
  const account = accountFor(state, user, from);
  if (account === undefined || account.password !== password)
    throw new SqlError(
      1045,
      '28000',
      `Access denied for user '${user}'@'${from}' (using password: ${password === '' ? 'NO' : 'YES'})`,
    );
  return account;
}
/** Whether a name fits the database of a grant: `_` and `%` stand for characters in it unless they are escaped. */
function fits(where: string, database: string): boolean {
  if (where === '*') return true;
  if (database === '*') return false;
  const pattern = where.replace(/\\([_%])|[_%]|[^\w]/g, (found, escaped: string | undefined) =>
    escaped !== undefined ? escaped : found === '_' ? '.' : found === '%' ? '.*' : `\\${found}`,
  );
  return new RegExp(`^${pattern}$`).test(database);
}
/** The two halves of a grant's place. */
function placeOf(on: string): { readonly where: string; readonly table: string } {
  const dot = on.lastIndexOf('.');
  return { where: on.slice(0, dot), table: on.slice(dot + 1) };
}
/** Whether a grant's place covers a whole database or, with a table, that table in it. */
function covers(on: string, database: string, table: string | null): boolean {
  const place = placeOf(on);
  return fits(place.where, database) && (place.table === '*' || place.table === table);
}
/** ALL PRIVILEGES holds the right to pass them on only where an account has everything. */
const holds = (grant: Grant, privilege: string): boolean =>
  grant.privileges.includes(privilege) ||
  (grant.privileges.includes('ALL PRIVILEGES') && (privilege !== 'GRANT OPTION' || grant.on === '*.*'));

/** Whether an account may do something in a database, or with one table. `*` as database: everywhere. */
export function may(
  account: Account,
  privilege: string,
  database: string,
  table: string | null = null,
): boolean {
  return account.grants.some((grant) => covers(grant.on, database, table) && holds(grant, privilege));
}
const useful = (grant: Grant): boolean => grant.privileges.some((one) => one !== 'USAGE');
/** Whether it may see that a database is there: a right on one table is enough. */
export const sees = (account: Account, database: string): boolean =>
  account.grants.some((grant) => fits(placeOf(grant.on).where, database) && useful(grant));
/** Whether it may see that a table is there. */
export const seesTable = (account: Account, database: string, table: string): boolean =>
  account.grants.some((grant) => covers(grant.on, database, table) && useful(grant));

/** @throws SqlError 1044 or 1227 */
export function demand(account: Account, client: string, privilege: string, database: string): void {
  if (may(account, privilege, database)) return;
  if (database === '*')
    throw new SqlError(
      1227,
      '42000',
      `Access denied; you need (at least one of) the ${privilege} privilege(s) for this operation`,
    );
  throw new SqlError(
    1044,
    '42000',
    `Access denied for user '${account.user}'@'${account.host === '%' ? '%' : client}' to database '${database}'`,
  );
}
/** @throws SqlError 1142 */
export function demandTable(
  account: Account,
  client: string,
  privilege: string,
  database: string,
  table: string,
): void {
  if (!may(account, privilege, database, table))
    throw new SqlError(
      1142,
      '42000',
      `${privilege} command denied to user '${account.user}'@'${client}' for table '${table}'`,
    );
}
