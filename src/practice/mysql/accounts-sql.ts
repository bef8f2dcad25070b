/** SQL about accounts: CREATE USER, ALTER USER, DROP USER, GRANT, REVOKE, SHOW GRANTS. */
import { allAt, isPrivilege } from './privileges.js';
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
  if (cursor.sees('AS') || cursor.sees('BY', 'RANDOM'))
    throw new NotSimulatedSql('IDENTIFIED … AS or RANDOM');
  if (!cursor.eat('BY')) throw cursor.fail();
  const secret = cursor.text();
  if (cursor.sees('REPLACE') || cursor.sees('RETAIN'))
    throw new NotSimulatedSql('IDENTIFIED BY … REPLACE and RETAIN');
  return secret;
}
/** What may follow an account and changes how it may be used. @throws NotSimulatedSql */
function refuseOptions(cursor: Cursor): void {
  for (const word of [
    'REQUIRE',
    'WITH',
    'PASSWORD',
    'ACCOUNT',
    'COMMENT',
    'ATTRIBUTE',
    'DEFAULT',
    'FAILED_LOGIN_ATTEMPTS',
    'AND',
    'DISCARD',
  ])
    if (cursor.sees(word)) throw new NotSimulatedSql(`an account with ${word}`);
}
function createUser(state: State, cursor: Cursor): void {
  const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
  do {
    const one = who(cursor);
    const secret = password(cursor) ?? '';
    refuseOptions(cursor);
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
    refuseOptions(cursor);
    const account = find(state, one);
    if (account === undefined) {
      if (!lenient) throw new SqlError(1396, 'HY000', `Operation ALTER USER failed for ${named(one)}`);
    } else if (secret !== null) account.password = secret;
  } while (cursor.eat(','));
}
function privilegesOf(cursor: Cursor): readonly string[] {
  const found: string[] = [];
  let words: string[] = [];
  const end = () => {
    const word = words.join(' ');
    found.push(word === 'ALL' ? 'ALL PRIVILEGES' : word);
    words = [];
  };
  while (!cursor.sees('ON')) {
    if (cursor.sees('(')) throw new NotSimulatedSql('a privilege on columns');
    if (cursor.sees('TO') || cursor.sees('FROM') || cursor.sees('@')) throw new NotSimulatedSql('a role');
    if (cursor.eat(',')) end();
    else words.push(cursor.name().toUpperCase());
  }
  end();
  const strange = found.find((word) => !isPrivilege(word));
  if (strange?.includes('_') === true) throw new NotSimulatedSql(`the privilege ${strange}`);
  if (strange !== undefined) throw cursor.fail();
  cursor.expect('ON');
  return found;
}
function place(cursor: Cursor, database: string | null): string {
  cursor.eat('TABLE');
  const part = () => (cursor.eat('*') ? '*' : cursor.name());
  const first = part();
  if (cursor.eat('.')) return `${first}.${part()}`;
  if (database === null) throw new SqlError(1046, '3D000', 'No database selected');
  return `${database}.${first}`;
}
function noGrant({ user, host }: Who): SqlError {
  return new SqlError(1141, '42000', `There is no such grant defined for user '${user}' on host '${host}'`);
}
/** Accounts of a list after TO or FROM. @throws SqlError from `missing` for one that there is not */
function accounts(state: State, cursor: Cursor, missing: (one: Who) => SqlError): readonly Account[] {
  const found: Account[] = [];
  do {
    const one = who(cursor);
    const account = find(state, one);
    if (account === undefined) throw missing(one);
    found.push(account);
  } while (cursor.eat(','));
  return found;
}
/** Who passes rights on must be allowed to at that place. @throws SqlError 1044, 1227 */
function demandGranting(self: Account, client: string, on: string): void {
  demand(self, client, 'GRANT OPTION', on.slice(0, on.lastIndexOf('.')).replaceAll('\\', ''));
}
function grant(state: State, cursor: Cursor, self: Account, client: string, database: string | null): void {
  const given = privilegesOf(cursor);
  const on = place(cursor, database);
  demandGranting(self, client, on);
  cursor.expect('TO');
  const to = accounts(
    state,
    cursor,
    () => new SqlError(1410, '42000', 'You are not allowed to create a user with GRANT'),
  );
  const privileges = [...given, ...(cursor.eat('WITH', 'GRANT', 'OPTION') ? ['GRANT OPTION'] : [])];
  if (!cursor.done) throw cursor.fail();
  for (const account of to) {
    const known = account.grants.find((entry) => entry.on === on);
    if (known === undefined) account.grants.push({ on, privileges: [...new Set(privileges)] });
    else known.privileges = usual([...known.privileges, ...privileges]);
  }
}
/** Each privilege once; USAGE, which is none, only alone, and ALL PRIVILEGES for what it holds. */
function usual(words: readonly string[]): string[] {
  const each = [...new Set(words)].filter((word) => word !== 'USAGE');
  if (each.length === 0) return ['USAGE'];
  return each.includes('ALL PRIVILEGES')
    ? each.filter((word) => word === 'ALL PRIVILEGES' || word === 'GRANT OPTION')
    : each;
}
function revoke(state: State, cursor: Cursor, self: Account, client: string, database: string | null): void {
  if (
    cursor.eat('ALL', 'PRIVILEGES', ',', 'GRANT', 'OPTION', 'FROM') ||
    cursor.eat('ALL', ',', 'GRANT', 'OPTION', 'FROM')
  ) {
    demand(self, client, 'CREATE USER', '*');
    const all = accounts(state, cursor, noGrant);
    if (!cursor.done) throw cursor.fail();
    for (const account of all) account.grants = [{ on: '*.*', privileges: ['USAGE'] }];
    return;
  }
  const taken = privilegesOf(cursor);
  const on = place(cursor, database);
  demandGranting(self, client, on);
  cursor.expect('FROM');
  const from = accounts(state, cursor, noGrant).map((account) => {
    const known = account.grants.find((entry) => entry.on === on);
    if (known === undefined) throw noGrant(account);
    return { account, known };
  });
  if (!cursor.done) throw cursor.fail();
  for (const { account, known } of from) {
    const each = known.privileges.flatMap((word) => (word === 'ALL PRIVILEGES' ? allAt(on) : [word]));
    // Without its rights the right to pass them on may stay, as in MySQL.
    known.privileges = (
      taken.includes('ALL PRIVILEGES') ? each.filter((word) => word === 'GRANT OPTION') : each
    ).filter((word) => !taken.includes(word));
    if (on === '*.*') known.privileges = usual(known.privileges);
    account.grants = account.grants.filter((entry) => entry.privileges.length > 0);
  }
}
/**
 * SET PASSWORD, from the word after PASSWORD on.
 * @throws SqlError 1133 for an account that there is not, 1227 without the right
 */
export function setPassword(state: State, cursor: Cursor, self: Account, client: string): void {
  const other = cursor.eat('FOR') ? who(cursor) : self;
  cursor.expect('=');
  const secret = cursor.text();
  if (cursor.sees('REPLACE') || cursor.sees('RETAIN'))
    throw new NotSimulatedSql('SET PASSWORD … REPLACE and RETAIN');
  if (!cursor.done) throw cursor.fail();
  const account = find(state, other);
  if (account !== self) demand(self, client, 'CREATE USER', '*');
  if (account === undefined)
    throw new SqlError(1133, '42000', "Can't find any matching row in the user table");
  account.password = secret;
}
/** The grants of an account, as statements. @throws SqlError 1141 */
export function showGrants(
  state: State,
  cursor: Cursor,
  self: Account,
): { readonly of: string; readonly lines: readonly string[] } {
  const one = cursor.eat('FOR') ? (cursor.eat('CURRENT_USER') ? self : who(cursor)) : self;
  const account = find(state, one);
  if (account === undefined) throw noGrant(one);
  const lines = account.grants.map(
    ({ on, privileges }) =>
      `GRANT ${privileges.filter((word) => word !== 'GRANT OPTION').join(', ') || 'USAGE'} ON ${on
        .split('.')
        .map((part) => (part === '*' ? part : `\`${part}\``))
        .join(
          '.',
        )} TO \`${account.user}\`@\`${account.host}\`${privileges.includes('GRANT OPTION') ? ' WITH GRANT OPTION' : ''}`,
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
      do {
        const one = who(cursor);
        if (find(state, one) === undefined && !lenient)
          throw new SqlError(1396, 'HY000', `Operation DROP USER failed for ${named(one)}`);
        state.accounts = state.accounts.filter((entry) => entry.user !== one.user || entry.host !== one.host);
      } while (cursor.eat(','));
    }
  } else if (cursor.eat('GRANT')) {
    grant(state, cursor, self, client, database);
  } else if (cursor.eat('REVOKE')) {
    revoke(state, cursor, self, client, database);
  } else if (cursor.eat('FLUSH')) {
    if (!cursor.eat('PRIVILEGES') && !cursor.eat('TABLES')) throw new NotSimulatedSql('this FLUSH');
  } else return false;
  if (!cursor.done) throw cursor.fail();
  return true;
}
