/** The variables of a session: what SELECT @@… shows and what SET may change. */
import type { Expression } from './expressions.js';
import { expression } from './expressions.js';
import { NotSimulatedSql, SqlError, type Cursor } from './sql-words.js';
import type { Value } from './state.js';

const FIXED: Readonly<Record<string, Value>> = {
  version_comment: 'MySQL Community Server - GPL',
  hostname: 'mysql',
  port: 3306,
  datadir: '/var/lib/mysql/',
  read_only: 0,
  max_connections: 151,
  character_set_server: 'utf8mb4',
};
/** Variables that make no difference to what is simulated; their values are kept and shown. */
const HARMLESS: Readonly<Record<string, Value>> = {
  sql_mode:
    'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  time_zone: 'SYSTEM',
  autocommit: 1,
  foreign_key_checks: 1,
  unique_checks: 1,
  sql_notes: 1,
  character_set_client: 'utf8mb4',
  character_set_connection: 'utf8mb4',
  character_set_results: 'utf8mb4',
  collation_connection: 'utf8mb4_0900_ai_ci',
  wait_timeout: 28_800,
  interactive_timeout: 28_800,
  net_read_timeout: 30,
  net_write_timeout: 60,
  lock_wait_timeout: 31_536_000,
  innodb_lock_wait_timeout: 50,
};
const SWITCHES = ['autocommit', 'foreign_key_checks', 'unique_checks', 'sql_notes'];

export class Settings {
  readonly #version: string;
  readonly #own = new Map(Object.entries(HARMLESS));
  constructor(version: string) {
    this.#version = version;
  }
  get variables(): Readonly<Record<string, Value>> {
    return { ...FIXED, version: this.#version, ...Object.fromEntries(this.#own) };
  }
  /**
   * The rest of a statement after SET.
   * @param evaluate gives the value of an expression
   * @throws NotSimulatedSql for settings that would change what the server does; SqlError 1064, 1231
   */
  set(cursor: Cursor, evaluate: (made: Expression) => Value): void {
    if (cursor.eat('NAMES') || cursor.eat('CHARACTER', 'SET')) {
      const charset = cursor.take().text;
      if (cursor.eat('COLLATE')) this.#own.set('collation_connection', cursor.take().text);
      for (const name of ['client', 'connection', 'results']) this.#own.set(`character_set_${name}`, charset);
      return;
    }
    // All values are known before the first is kept: a statement that fails changes nothing.
    const wishes: (readonly [string, Value])[] = [];
    do wishes.push(this.#wish(cursor, evaluate));
    while (cursor.eat(','));
    if (!cursor.done) throw cursor.fail();
    for (const [name, value] of wishes) this.#own.set(name, value);
  }
  #wish(cursor: Cursor, evaluate: (made: Expression) => Value): readonly [string, Value] {
    const at = cursor.eat('@@');
    if (cursor.sees('@')) throw new NotSimulatedSql('SET of a user variable');
    for (const scope of ['GLOBAL', 'PERSIST', 'PERSIST_ONLY', 'TRANSACTION', 'ROLE', 'DEFAULT', 'RESOURCE'])
      if (cursor.sees(scope)) throw new NotSimulatedSql(`SET ${scope}`);
    if (cursor.eat('SESSION') || cursor.eat('LOCAL')) {
      if (at) cursor.expect('.');
      if (cursor.sees('TRANSACTION')) throw new NotSimulatedSql('SET TRANSACTION');
    }
    const name = cursor.name().toLowerCase();
    if (!cursor.eat('=') && !cursor.eat(':=')) throw cursor.fail();
    if (!Object.hasOwn(HARMLESS, name)) throw new NotSimulatedSql(`SET ${name}`);
    if (cursor.eat('DEFAULT')) return [name, HARMLESS[name] ?? null];
    const bare = cursor.next?.kind === 'name' && !cursor.sees('NULL');
    const given = bare ? cursor.take().text : evaluate(expression(cursor));
    if (!SWITCHES.includes(name)) return [name, given];
    const on = /^(1|on|true)$/i.test(String(given));
    if (!on && !/^(0|off|false)$/i.test(String(given)))
      throw new SqlError(1231, '42000', `Variable '${name}' can't be set to the value of '${String(given)}'`);
    if (name === 'autocommit' && !on) throw new NotSimulatedSql('SET autocommit = 0 (START TRANSACTION is)');
    return [name, on ? 1 : 0];
  }
}
