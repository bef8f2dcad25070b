/** Accounts of a MySQL server: who is let in, and what they may do. */
import { like } from './expressions.js';
import { SqlError } from './sql-words.js';
import type { Account, State } from './state.js';

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
/** Whether a grant's place covers a database: `_` and `%` stand for characters in it unless they are escaped. */
function covers(on: string, database: string): boolean {
  const [where = '*'] = on.split('.');
  if (where === '*') return true;
  if (database === '*') return false;
  const pattern = where.replace(/\\([_%])|[_%]|[^\w]/g, (found, escaped: string | undefined) =>
    escaped !== undefined ? escaped : found === '_' ? '.' : found === '%' ? '.*' : `\\${found}`,
  );
  return new RegExp(`^${pattern}$`).test(database);
}
/** Whether an account may do something in a database. `*` as database: everywhere. */
export function may(account: Account, privilege: string, database: string): boolean {
  return account.grants.some(
    (grant) =>
      covers(grant.on, database) &&
      (grant.privileges.includes('ALL PRIVILEGES') || grant.privileges.includes(privilege)),
  );
}
/** Whether it may see that a database is there. */
export const sees = (account: Account, database: string): boolean =>
  account.grants.some(
    (grant) => covers(grant.on, database) && grant.privileges.some((one) => one !== 'USAGE'),
  );
/** @throws SqlError 1044, 1142 or 1227 */
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
