/** One logged-in client of a MySQL server, and the statements that it sends. */
import { accountStatement, setPassword, showGrants } from './accounts-sql.js';
import { done, list, type SqlAnswer } from './answer.js';
import { createTable, createText, described } from './create-table.js';
import { demand, demandTable, sees, seesTable } from './rights.js';
import { select } from './select.js';
import { Settings } from './settings.js';
import { Cursor, isKnownWord, NotSimulatedSql, SqlError } from './sql-words.js';
import { own, SYSTEM_DATABASES, type Account, type State, type Table } from './state.js';
import { systemRows, type Rows } from './system-tables.js';
import { chosen, insert, tableOf, update, type Constants, type Tables } from './tables-sql.js';
import { Transaction } from './transaction.js';
import { like } from './values.js';

interface Place {
  readonly database: string;
  readonly name: string;
}

export class Session {
  readonly #state: State;
  readonly #now: () => number;
  readonly account: Account;
  /** Where the client is, as the server sees it. */
  readonly client: string;
  database: string | null = null;
  readonly #settings: Settings;
  #transaction: Transaction | null = null;

  /** @param now the server's clock, epoch ms */
  constructor(state: State, account: Account, client: string, now: () => number) {
    this.#state = state;
    this.account = account;
    this.client = client;
    this.#now = now;
    this.#settings = new Settings(state.version);
  }
  /** Whether what it changed may still be taken back. */
  get inTransaction(): boolean {
    return this.#transaction !== null;
  }
  /** The client goes; what it did not commit is taken back. */
  close(): void {
    this.#transaction?.undo();
    this.#transaction = null;
  }
  get #constants(): Constants {
    return {
      constants: {
        VERSION: this.#state.version,
        DATABASE: this.database,
        USER: `${this.account.user}@${this.client}`,
        CURRENT_USER: `${this.account.user}@${this.account.host}`,
        NOW: new Date(this.#now()).toISOString().slice(0, 19).replace('T', ' '),
        CONNECTION_ID: 8,
      },
      variables: this.#settings.variables,
    };
  }
  /** Chooses a database. @throws SqlError 1044, 1049 */
  use(name: string): void {
    const known =
      own(this.#state.databases, name) !== undefined || SYSTEM_DATABASES.some((one) => one === name);
    if (name !== 'information_schema' && !sees(this.account, name))
      throw new SqlError(
        1044,
        '42000',
        `Access denied for user '${this.account.user}'@'${this.account.host}' to database '${name}'`,
      );
    if (!known) throw new SqlError(1049, '42000', `Unknown database '${name}'`);
    this.database = name;
  }
  #tables(database: string): Tables {
    const found = own(this.#state.databases, database);
    if (found === undefined) throw new SqlError(1049, '42000', `Unknown database '${database}'`);
    return found;
  }
  #place(cursor: Cursor): Place {
    // INSERT IGNORE, UPDATE LOW_PRIORITY: words before the table that change what happens.
    if (isKnownWord(cursor.next)) throw cursor.fail();
    const first = cursor.name();
    if (cursor.eat('.')) return { database: first, name: cursor.name() };
    if (this.database === null) throw new SqlError(1046, '3D000', 'No database selected');
    return { database: this.database, name: first };
  }
  /** Rows of a table, real or of the server's own. */
  #rows(database: string, name: string): Rows {
    const made = systemRows(this.#state, this.account, this.client, database, name);
    if (made !== null) return made;
    demandTable(this.account, this.client, 'SELECT', database, name);
    const table = tableOf(this.#tables(database), database, name);
    return { names: table.columns.map((column) => column.name), rows: table.rows };
  }
  #select(cursor: Cursor): SqlAnswer {
    const rows = () => {
      const { database, name } = this.#place(cursor);
      return this.#rows(database, name);
    };
    return select(cursor, rows, this.#constants);
  }
  #show(cursor: Cursor): SqlAnswer {
    if (cursor.eat('DATABASES') || cursor.eat('SCHEMAS')) {
      const pattern = cursor.eat('LIKE') ? cursor.text() : '%';
      const names = [
        'information_schema',
        ...[...SYSTEM_DATABASES.slice(1), ...Object.keys(this.#state.databases)].filter((one) =>
          sees(this.account, one),
        ),
      ];
      return list('Database', names.filter((one) => like(one, pattern)).toSorted());
    }
    if (cursor.eat('TABLES')) {
      const database = cursor.eat('FROM') || cursor.eat('IN') ? cursor.name() : this.database;
      if (database === null) throw new SqlError(1046, '3D000', 'No database selected');
      const pattern = cursor.eat('LIKE') ? cursor.text() : '%';
      return list(
        `Tables_in_${database}`,
        Object.keys(this.#tables(database))
          .filter((one) => like(one, pattern) && seesTable(this.account, database, one))
          .toSorted(),
      );
    }
    if (cursor.eat('GRANTS')) {
      const { of, lines } = showGrants(this.#state, cursor, this.account);
      return list(`Grants for ${of}`, lines);
    }
    if (cursor.eat('CREATE', 'TABLE')) {
      const { name, table } = this.#seen(cursor);
      return { columns: ['Table', 'Create Table'], rows: [[name, createText(name, table)]], affected: 0 };
    }
    if (cursor.eat('COLUMNS', 'FROM')) return described(this.#seen(cursor).table);
    if (cursor.eat('WARNINGS')) return { columns: ['Level', 'Code', 'Message'], rows: [], affected: 0 };
    throw new NotSimulatedSql('this SHOW');
  }
  /** The table that comes next, if it may be seen. @throws SqlError 1142, 1146 */
  #seen(cursor: Cursor): { readonly name: string; readonly table: Table } {
    const { database, name } = this.#place(cursor);
    if (!seesTable(this.account, database, name))
      demandTable(this.account, this.client, 'SELECT', database, name);
    return { name, table: tableOf(this.#tables(database), database, name) };
  }
  #tableWork(cursor: Cursor): SqlAnswer | null {
    const act = (privilege: string, run: (table: Table, name: string) => number): SqlAnswer => {
      const { database, name } = this.#place(cursor);
      demandTable(this.account, this.client, privilege, database, name);
      const table = tableOf(this.#tables(database), database, name);
      this.#transaction?.keep(table);
      return done(run(table, name));
    };
    if (cursor.eat('INSERT', 'INTO') || cursor.eat('INSERT'))
      return act('INSERT', (table, name) => insert(table, name, cursor, this.#constants));
    if (cursor.eat('UPDATE'))
      return act('UPDATE', (table, name) => update(table, name, cursor, this.#constants));
    if (cursor.eat('DELETE', 'FROM'))
      return act('DELETE', (table) => {
        const gone = new Set(chosen(table, cursor, this.#constants));
        if (!cursor.done) throw cursor.fail();
        table.rows = table.rows.filter((row) => !gone.has(row));
        return gone.size;
      });
    return null;
  }
  /** Statements that define tables; as in MySQL they end a transaction, and cannot be taken back. */
  #tableDefinition(cursor: Cursor): SqlAnswer | null {
    if (cursor.eat('TRUNCATE', 'TABLE') || cursor.eat('TRUNCATE')) {
      const { database, name } = this.#place(cursor);
      demandTable(this.account, this.client, 'DROP', database, name);
      const table = tableOf(this.#tables(database), database, name);
      if (!cursor.done) throw cursor.fail();
      table.rows = [];
      table.next = 1;
      return done();
    }
    if (cursor.eat('DROP', 'TABLE')) {
      const lenient = cursor.eat('IF', 'EXISTS');
      const places: Place[] = [];
      do places.push(this.#place(cursor));
      while (cursor.eat(','));
      if (!cursor.done) throw cursor.fail();
      for (const { database, name } of places) {
        demandTable(this.account, this.client, 'DROP', database, name);
        if (own(this.#tables(database), name) === undefined && !lenient)
          throw new SqlError(1051, '42S02', `Unknown table '${database}.${name}'`);
      }
      for (const { database, name } of places) delete this.#tables(database)[name];
      return done();
    }
    if (cursor.eat('CREATE', 'TABLE')) {
      const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
      const { database, name } = this.#place(cursor);
      demandTable(this.account, this.client, 'CREATE', database, name);
      createTable(this.#tables(database), name, lenient, cursor);
      return done();
    }
    return null;
  }
  #databaseDefinition(cursor: Cursor): SqlAnswer | null {
    if (cursor.eat('CREATE', 'DATABASE') || cursor.eat('CREATE', 'SCHEMA')) {
      const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
      const name = cursor.name();
      // Character sets, collations and encryption make no difference to what is simulated.
      cursor.skip();
      demand(this.account, this.client, 'CREATE', name);
      if (own(this.#state.databases, name) === undefined) this.#state.databases[name] = {};
      else if (!lenient)
        throw new SqlError(1007, 'HY000', `Can't create database '${name}'; database exists`);
      return done(1);
    }
    if (!cursor.eat('DROP', 'DATABASE') && !cursor.eat('DROP', 'SCHEMA')) return null;
    const lenient = cursor.eat('IF', 'EXISTS');
    const name = cursor.name();
    if (!cursor.done) throw cursor.fail();
    demand(this.account, this.client, 'DROP', name);
    if (own(this.#state.databases, name) === undefined && !lenient)
      throw new SqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`);
    delete this.#state.databases[name];
    if (this.database === name) this.database = null;
    return done();
  }
  /** START TRANSACTION, COMMIT, ROLLBACK; false for another statement. @throws NotSimulatedSql */
  #transactionWork(cursor: Cursor): boolean {
    const begin = cursor.eat('START', 'TRANSACTION') || cursor.eat('BEGIN');
    const end = begin ? undefined : ['COMMIT', 'ROLLBACK'].find((word) => cursor.eat(word));
    if (!begin && end === undefined) return false;
    cursor.eat('WORK');
    if (begin) cursor.eat('WITH', 'CONSISTENT', 'SNAPSHOT');
    if (!cursor.done) throw new NotSimulatedSql(`${begin ? 'START TRANSACTION' : end} with more words`);
    if (end === 'ROLLBACK') this.#transaction?.undo();
    this.#transaction = begin ? new Transaction() : null;
    return true;
  }
  #settingWork(cursor: Cursor): boolean {
    if (!cursor.eat('SET')) return false;
    if (cursor.eat('PASSWORD')) {
      setPassword(this.#state, cursor, this.account, this.client);
      this.#transaction = null;
    } else this.#settings.set(cursor, (made) => made.value({ ...this.#constants, row: null, group: [] }));
    if (!cursor.done) throw cursor.fail();
    return true;
  }
  /**
   * Carries out one statement.
   * @throws SqlError as MySQL gives it; NotSimulatedSql for SQL that MySQL knows and that is not done here
   */
  run(sql: string): SqlAnswer {
    const cursor = new Cursor(sql);
    try {
      return this.#run(cursor);
    } catch (error) {
      // A word that MySQL knows is no mistake in a statement only because it is not simulated.
      if (error instanceof SqlError && error.code === 1064 && isKnownWord(cursor.next))
        throw new NotSimulatedSql(`${cursor.next?.text.toUpperCase() ?? ''} here`);
      throw error;
    }
  }
  #run(cursor: Cursor): SqlAnswer {
    if (cursor.eat('SELECT')) return this.#select(cursor);
    if (cursor.eat('SHOW')) return this.#show(cursor);
    if (cursor.eat('DESCRIBE') || cursor.eat('DESC')) return described(this.#seen(cursor).table);
    if (cursor.eat('USE')) {
      this.use(cursor.name());
      return done();
    }
    if (this.#settingWork(cursor) || this.#transactionWork(cursor)) return done();
    const rows = this.#tableWork(cursor);
    if (rows !== null) return rows;
    const defined = this.#tableDefinition(cursor) ?? this.#databaseDefinition(cursor);
    if (defined !== null) {
      this.#transaction = null;
      return defined;
    }
    if (accountStatement(this.#state, cursor, this.account, this.client, this.database)) {
      this.#transaction = null;
      return done();
    }
    throw cursor.fail();
  }
}
