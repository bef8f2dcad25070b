/** SQL about accounts: CREATE USER, ALTER USER, DROP USER, GRANT, REVOKE, SHOW GRANTS. */
import { demand } from './rights.js';
import { NotSimulatedSql, SqlError, type Cursor } from './sql-words.js';
import type { Account, State } from './state.js';

interface Who {
  readonly user: string;
  readonly host: string;
}
function who(cursor: Cursor): Who {
  const word = cursor.take();
  if (word.kind === 'sign' || word.kind === 'number') throw cursor.fail();
  if (!cursor.eat('@')) return { user: word.text, host: '%' };
  const host = cursor.take();
  return { user: word.text, host: host.text };
}
const find = (state: State, { user, host }: Who): Account | undefined =>
  state.accounts.find((one) => one.user === user && one.host === host);
const named = ({ user, host }: Who) => `'${user}'@'${host}'`;

function password(cursor: Cursor): string | null {
  if (!cursor.eat('IDENTIFIED')) return null;
  if (cursor.eat('WITH')) cursor.take();
  if (!cursor.eat('BY')) throw cursor.fail();
  return cursor.text();
}
function createUser(state: State, cursor: Cursor): void {
  const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
  do {
    const one = who(cursor);
    const secret = password(cursor) ?? '';
    if (find(state, one) !== undefined) {
      if (!lenient) throw new SqlError(1396, 'HY000', `Operation CREATE USER failed for ${named(one)}`);
    } else state.accounts.push({ ...one, password: secret, grants: [{ on: '*.*', privileges: ['USAGE'] }] });
  } while (cursor.eat(','));
}
function alterUser(state: State, cursor: Cursor): void {
  const lenient = cursor.eat('IF', 'EXISTS');
  do {
    const one = who(cursor);
    const secret = password(cursor);
    const account = find(state, one);
    if (account === undefined) {
      if (!lenient) throw new SqlError(1396, 'HY000', `Operation ALTER USER failed for ${named(one)}`);
    } else if (secret !== null) account.password = secret;
  } while (cursor.eat(','));
}
function privilegesOf(cursor: Cursor, until: string): readonly string[] {
  const found: string[] = [];
  let words: string[] = [];
  while (!cursor.sees(until)) {
    if (cursor.eat(',')) {
      found.push(words.join(' '));
      words = [];
    } else words.push(cursor.name().toUpperCase());
  }
  cursor.expect(until);
  return [...found, words.join(' ')].map((one) => (one === 'ALL' ? 'ALL PRIVILEGES' : one));
}
function place(cursor: Cursor, database: string | null): string {
  const part = () => (cursor.eat('*') ? '*' : cursor.name());
  const first = part();
  if (cursor.eat('.')) return `${first}.${part()}`;
  return `${database ?? '*'}.${first}`;
}
function grant(state: State, cursor: Cursor, database: string | null): void {
  const privileges = [...privilegesOf(cursor, 'ON')];
  const on = place(cursor, database);
  cursor.expect('TO');
  do {
    const one = who(cursor);
    const account = find(state, one);
    if (account === undefined)
      throw new SqlError(1410, '42000', 'You are not allowed to create a user with GRANT');
    const known = account.grants.find((entry) => entry.on === on);
    if (known === undefined) account.grants.push({ on, privileges });
    else
      known.privileges = [
        ...new Set([...known.privileges.filter((word) => word !== 'USAGE'), ...privileges]),
      ];
  } while (cursor.eat(','));
  if (cursor.eat('WITH', 'GRANT', 'OPTION')) return;
}
function revoke(state: State, cursor: Cursor, database: string | null): void {
  const privileges = privilegesOf(cursor, 'ON');
  const on = place(cursor, database);
  cursor.expect('FROM');
  const one = who(cursor);
  const account = find(state, one);
  const known = account?.grants.find((entry) => entry.on === on);
  if (account === undefined || known === undefined)
    throw new SqlError(
      1141,
      '42000',
      `There is no such grant defined for user '${one.user}' on host '${one.host}'`,
    );
  known.privileges = privileges.includes('ALL PRIVILEGES')
    ? []
    : known.privileges.filter((word) => !privileges.includes(word));
  account.grants = account.grants.filter((entry) => entry.privileges.length > 0);
}
/** The grants of an account, as statements. @throws SqlError 1141 */
export function showGrants(
  state: State,
  cursor: Cursor,
  self: Account,
): { readonly of: string; readonly lines: readonly string[] } {
  const one = cursor.eat('FOR') ? (cursor.eat('CURRENT_USER') ? self : who(cursor)) : self;
  const account = find(state, one);
  if (account === undefined)
    throw new SqlError(
      1141,
      '42000',
      `There is no such grant defined for user '${one.user}' on host '${one.host}'`,
    );
  const lines = account.grants.map(
    ({ on, privileges }) =>
      `GRANT ${privileges.join(', ')} ON ${on
        .split('.')
        .map((part) => (part === '*' ? part : `\`${part}\``))
        .join('.')} TO \`${account.user}\`@\`${account.host}\``,
  );
  return { of: `${one.user}@${one.host}`, lines };
}
/** Carries out a statement about accounts; false when it is none. @throws SqlError */
export function accountStatement(
  state: State,
  cursor: Cursor,
  self: Account,
  client: string,
  database: string | null,
): boolean {
  const userWork = ['CREATE', 'ALTER', 'DROP'].find((verb) => cursor.eat(verb, 'USER'));
  if (userWork !== undefined) {
    demand(self, client, 'CREATE USER', '*');
    if (userWork === 'CREATE') createUser(state, cursor);
    else if (userWork === 'ALTER') alterUser(state, cursor);
    else {
      const lenient = cursor.eat('IF', 'EXISTS');
      const one = who(cursor);
      if (find(state, one) === undefined && !lenient)
        throw new SqlError(1396, 'HY000', `Operation DROP USER failed for ${named(one)}`);
      state.accounts = state.accounts.filter((entry) => entry.user !== one.user || entry.host !== one.host);
    }
  } else if (cursor.eat('GRANT')) {
    demand(self, client, 'GRANT OPTION', '*');
    grant(state, cursor, database);
  } else if (cursor.eat('REVOKE')) {
    demand(self, client, 'GRANT OPTION', '*');
    revoke(state, cursor, database);
  } else if (cursor.eat('FLUSH')) {
    if (!cursor.eat('PRIVILEGES') && !cursor.eat('TABLES')) throw new NotSimulatedSql('this FLUSH');
  } else return false;
  if (!cursor.done) throw cursor.fail();
  return true;
}
