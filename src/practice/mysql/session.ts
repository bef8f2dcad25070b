/** One logged-in client of a MySQL server, and the statements that it sends. */
import { accountStatement, showGrants } from './accounts-sql.js';
import { expression, like, type Expression } from './expressions.js';
import { demand, sees } from './rights.js';
import { Cursor, NotSimulatedSql, SqlError } from './sql-words.js';
import { systemRows, type Rows } from './system-tables.js';
import { chosen, createTable, insert, tableOf, update, type Constants, type Tables } from './tables-sql.js';
import { SYSTEM_DATABASES, type Account, type Row, type State, type Value } from './state.js';

export interface SqlAnswer {
  /** Empty for statements without a result set. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  readonly affected: number;
}
const done = (affected = 0): SqlAnswer => ({ columns: [], rows: [], affected });
const list = (title: string, values: readonly Value[]): SqlAnswer => ({
  columns: [title],
  rows: values.map((value) => [value]),
  affected: 0,
});

export class Session {
  readonly #state: State;
  readonly #now: () => number;
  readonly account: Account;
  /** Where the client is, as the server sees it. */
  readonly client: string;
  database: string | null = null;

  /** @param now the server's clock, epoch ms */
  constructor(state: State, account: Account, client: string, now: () => number) {
    this.#state = state;
    this.account = account;
    this.client = client;
    this.#now = now;
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
      variables: {
        version: this.#state.version,
        version_comment: 'MySQL Community Server - GPL',
        hostname: 'mysql',
        port: 3306,
        datadir: '/var/lib/mysql/',
        read_only: 0,
        max_connections: 151,
        character_set_server: 'utf8mb4',
        sql_mode:
          'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
      },
    };
  }
  /** Chooses a database. @throws SqlError 1044, 1049 */
  use(name: string): void {
    const known = name in this.#state.databases || SYSTEM_DATABASES.some((one) => one === name);
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
    const found = this.#state.databases[database];
    if (found === undefined) throw new SqlError(1049, '42000', `Unknown database '${database}'`);
    return found;
  }
  #place(cursor: Cursor): { readonly database: string; readonly name: string } {
    const first = cursor.name();
    if (cursor.eat('.')) return { database: first, name: cursor.name() };
    if (this.database === null) throw new SqlError(1046, '3D000', 'No database selected');
    return { database: this.database, name: first };
  }
  /** Rows of a table, real or of the server's own. */
  #rows(database: string, name: string): Rows {
    const own = systemRows(this.#state, this.account, this.client, database, name);
    if (own !== null) return own;
    demand(this.account, this.client, 'SELECT', database);
    const table = tableOf(this.#tables(database), database, name);
    return { names: table.columns.map((column) => column.name), rows: table.rows };
  }
  #select(cursor: Cursor): SqlAnswer {
    const distinct = cursor.eat('DISTINCT');
    const wanted: (Expression | '*')[] = [];
    const titles: string[] = [];
    do {
      if (cursor.eat('*')) {
        wanted.push('*');
        titles.push('*');
        continue;
      }
      const made = expression(cursor);
      const named =
        cursor.eat('AS') ||
        cursor.next?.kind === 'quoted' ||
        (cursor.next?.kind === 'name' && !/^(FROM|WHERE|LIMIT|ORDER|GROUP|INTO)$/i.test(cursor.next.text));
      wanted.push(made);
      titles.push(named ? cursor.take().text : made.title);
    } while (cursor.eat(','));
    const place = cursor.eat('FROM') ? this.#place(cursor) : null;
    const source = place === null ? { names: [], rows: [{}] } : this.#rows(place.database, place.name);
    let rows = chosen(source, cursor, this.#constants);
    if (cursor.sees('GROUP') || cursor.sees('HAVING') || cursor.sees('JOIN'))
      throw new NotSimulatedSql('GROUP BY, HAVING and JOIN');
    if (cursor.eat('ORDER', 'BY')) {
      const by = expression(cursor);
      const down = cursor.eat('DESC');
      if (!down) cursor.eat('ASC');
      const key = (row: Row) => by.value({ ...this.#constants, row, group: [row] });
      rows = rows.toSorted((a, b) => {
        const [x, y] = [key(a), key(b)];
        const order =
          typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
        return down ? -order : order;
      });
    }
    if (cursor.eat('LIMIT')) rows = rows.slice(0, Number(cursor.take().text));
    if (!cursor.done) throw cursor.fail();
    const columns = wanted.flatMap((one, index) => (one === '*' ? source.names : [titles[index] ?? '']));
    const line = (row: Row | null, group: readonly Row[]): Value[] =>
      wanted.flatMap((one) =>
        one === '*'
          ? source.names.map((name) => row?.[name] ?? null)
          : [one.value({ ...this.#constants, row: place === null ? null : row, group })],
      );
    const aggregate = wanted.some((one) => one !== '*' && one.aggregate);
    const made = aggregate ? [line(rows[0] ?? null, rows)] : rows.map((row) => line(row, [row]));
    const unique = distinct ? [...new Map(made.map((row) => [JSON.stringify(row), row])).values()] : made;
    return { columns, rows: unique, affected: 0 };
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
          .filter((one) => like(one, pattern))
          .toSorted(),
      );
    }
    if (cursor.eat('GRANTS')) {
      const { of, lines } = showGrants(this.#state, cursor, this.account);
      return list(`Grants for ${of}`, lines);
    }
    if (cursor.eat('COLUMNS', 'FROM')) return this.#describe(cursor);
    if (cursor.eat('WARNINGS')) return { columns: ['Level', 'Code', 'Message'], rows: [], affected: 0 };
    throw new NotSimulatedSql('this SHOW');
  }
  #describe(cursor: Cursor): SqlAnswer {
    const { database, name } = this.#place(cursor);
    const { columns } = tableOf(this.#tables(database), database, name);
    return {
      columns: ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
      rows: columns.map((one) => [
        one.name,
        one.type,
        one.nullable ? 'YES' : 'NO',
        one.auto ? 'PRI' : '',
        null,
        one.auto ? 'auto_increment' : '',
      ]),
      affected: 0,
    };
  }
  #tableWork(cursor: Cursor): SqlAnswer | null {
    const act = (
      privilege: string,
      run: (tables: Tables, name: string, database: string) => number,
    ): SqlAnswer => {
      const { database, name } = this.#place(cursor);
      demand(this.account, this.client, privilege, database);
      const affected = run(this.#tables(database), name, database);
      if (!cursor.done) throw cursor.fail();
      return done(affected);
    };
    if (cursor.eat('INSERT', 'INTO') || cursor.eat('INSERT'))
      return act('INSERT', (tables, name, database) =>
        insert(tableOf(tables, database, name), cursor, this.#constants),
      );
    if (cursor.eat('UPDATE'))
      return act('UPDATE', (tables, name, database) =>
        update(tableOf(tables, database, name), cursor, this.#constants),
      );
    if (cursor.eat('DELETE', 'FROM'))
      return act('DELETE', (tables, name, database) => {
        const table = tableOf(tables, database, name);
        const gone = chosen(table, cursor, this.#constants);
        table.rows = table.rows.filter((row) => !gone.includes(row));
        return gone.length;
      });
    if (cursor.eat('TRUNCATE', 'TABLE') || cursor.eat('TRUNCATE'))
      return act('DROP', (tables, name, database) => {
        const table = tableOf(tables, database, name);
        table.rows = [];
        table.next = 1;
        return 0;
      });
    if (cursor.eat('DROP', 'TABLE')) {
      const lenient = cursor.eat('IF', 'EXISTS');
      return act('DROP', (tables, name, database) => {
        if (tables[name] === undefined && !lenient)
          throw new SqlError(1051, '42S02', `Unknown table '${database}.${name}'`);
        delete tables[name];
        return 0;
      });
    }
    if (cursor.eat('CREATE', 'TABLE')) {
      if (this.database === null) throw new SqlError(1046, '3D000', 'No database selected');
      demand(this.account, this.client, 'CREATE', this.database);
      createTable(this.#tables(this.database), cursor);
      return done();
    }
    return null;
  }
  /** Carries out one statement. @throws SqlError, NotSimulatedSql */
  run(sql: string): SqlAnswer {
    const cursor = new Cursor(sql);
    if (cursor.eat('SELECT')) return this.#select(cursor);
    if (cursor.eat('SHOW')) return this.#show(cursor);
    if (cursor.eat('DESCRIBE') || cursor.eat('DESC')) return this.#describe(cursor);
    if (cursor.eat('USE')) {
      this.use(cursor.name());
      return done();
    }
    if (
      cursor.eat('SET') ||
      cursor.eat('COMMIT') ||
      cursor.eat('START', 'TRANSACTION') ||
      cursor.eat('BEGIN')
    ) {
      // Settings of a session and transactions make no difference to what is simulated.
      cursor.skip();
      return done();
    }
    if (cursor.eat('CREATE', 'DATABASE') || cursor.eat('CREATE', 'SCHEMA')) {
      const lenient = cursor.eat('IF', 'NOT', 'EXISTS');
      const name = cursor.name();
      cursor.skip();
      demand(this.account, this.client, 'CREATE', name);
      if (this.#state.databases[name] !== undefined) {
        if (!lenient) throw new SqlError(1007, 'HY000', `Can't create database '${name}'; database exists`);
      } else this.#state.databases[name] = {};
      return done(1);
    }
    if (cursor.eat('DROP', 'DATABASE') || cursor.eat('DROP', 'SCHEMA')) {
      const lenient = cursor.eat('IF', 'EXISTS');
      const name = cursor.name();
      demand(this.account, this.client, 'DROP', name);
      if (this.#state.databases[name] === undefined && !lenient)
        throw new SqlError(1008, 'HY000', `Can't drop database '${name}'; database doesn't exist`);
      delete this.#state.databases[name];
      return done();
    }
    const tables = this.#tableWork(cursor);
    if (tables !== null) return tables;
    if (accountStatement(this.#state, cursor, this.account, this.client, this.database)) return done();
    const first = cursor.next?.text ?? '';
    if (
      /^(ALTER|WITH|CALL|LOAD|REPLACE|EXPLAIN|LOCK|UNLOCK|ANALYZE|OPTIMIZE|KILL|RENAME|CREATE|DROP|HANDLER|PREPARE)$/i.test(
        first,
      )
    )
      throw new NotSimulatedSql(`${first.toUpperCase()} …`);
    throw cursor.fail();
  }
}
