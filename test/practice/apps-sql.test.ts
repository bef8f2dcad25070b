import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { go } from '../../src/practice/apps/go-tools.js';
import type { NetSpace } from '../../src/practice/apps/net.js';
import { npm } from '../../src/practice/apps/node.js';
import { php } from '../../src/practice/apps/php.js';
import { Host } from '../../src/practice/host.js';
import { Clock } from '../../src/practice/kernel/clock.js';
import { DeviceDescription, type Description } from '../../src/practice/kernel/description.js';
import { Outlet } from '../../src/practice/kernel/pipe.js';
import { World } from '../../src/practice/model/network.js';
import { Random } from '../../src/practice/model/random.js';
import { readOptions } from '../../src/practice/commands/options.js';
import { databaseText } from '../../src/practice/mysql/dump.js';
import { logIn } from '../../src/practice/mysql/rights.js';
import { Session } from '../../src/practice/mysql/session.js';
import { NotSimulatedSql, SqlError, statementsOf } from '../../src/practice/mysql/sql-words.js';
import { freshState, type State } from '../../src/practice/mysql/state.js';

const NOW = Date.parse('2026-11-22T08:00:00Z');
function server(): State {
  const state = freshState('8.4.7');
  for (const host of ['localhost', '%'])
    state.accounts.push({
      user: 'root',
      host,
      password: 'root',
      grants: [{ on: '*.*', privileges: ['ALL PRIVILEGES'] }],
    });
  return state;
}
const open = (state: State, user: string, password: string, from = '10.244.0.9') =>
  new Session(state, logIn(state, user, password, from), from, () => NOW);
const rows = (session: Session, sql: string) => session.run(sql).rows;
const mistake = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof SqlError) return error.shown;
    throw error;
  }
  return 'no mistake';
};
/** What the deploy script sends as root. */
const SETUP = `CREATE DATABASE IF NOT EXISTS \`shop_1\` CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'app'@'%' IDENTIFIED BY 'it''s; secret';
ALTER USER 'app'@'%' IDENTIFIED BY 'it''s; secret';
GRANT ALL PRIVILEGES ON \`shop\\_1\`.* TO 'app'@'%';
FLUSH PRIVILEGES;`;
function prepared(): State {
  const state = server();
  const root = open(state, 'root', 'root', 'localhost');
  for (const statement of statementsOf(SETUP)) root.run(statement);
  const app = open(state, 'app', "it's; secret");
  app.use('shop_1');
  app.run(
    'CREATE TABLE `products` (`id` bigint unsigned not null auto_increment primary key, `name` varchar(255) not null, `price` decimal(12,2) not null, `stock` int unsigned not null default 0, `created_at` timestamp null)',
  );
  app.run("INSERT INTO products (name, price) VALUES ('tea', 15), ('salt', '2.5'), ('tea', 3)");
  return state;
}
function shop(state = prepared()): Session {
  const app = open(state, 'app', "it's; secret");
  app.use('shop_1');
  return app;
}

describe('the SQL of practice hosts', () => {
  it('makes databases and users twice without a complaint, and splits at semicolons outside of quotes', () => {
    const state = prepared();
    const root = open(state, 'root', 'root');
    for (const statement of statementsOf(SETUP)) root.run(statement);
    expect(rows(root, "SHOW DATABASES LIKE 'shop%'")).toEqual([['shop_1']]);
    expect(rows(root, 'SHOW GRANTS FOR app')).toContainEqual([
      'GRANT ALL PRIVILEGES ON `shop\\_1`.* TO `app`@`%`',
    ]);
  });

  it('counts, chooses, orders and changes rows', () => {
    const app = shop();
    expect(rows(app, 'SELECT COUNT(*), COUNT(DISTINCT name) FROM products')).toEqual([[3, 2]]);
    expect(
      rows(
        app,
        "SELECT id, name, price FROM products WHERE price > 2.75 AND name IN ('tea') ORDER BY id DESC",
      ),
    ).toEqual([
      [3, 'tea', '3.00'],
      [1, 'tea', '15.00'],
    ]);
    expect(app.run("UPDATE products SET stock = stock + 4 WHERE name = 'salt'").affected).toBe(1);
    expect(rows(app, 'SELECT SUM(stock) AS stock FROM products')).toEqual([[4]]);
    expect(
      rows(
        app,
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'shop_1' AND table_name = 'products'",
      ),
    ).toEqual([[1]]);
    expect(app.run('DELETE FROM products WHERE id = 2').affected).toBe(1);
    expect(rows(app, 'SHOW TABLES')).toEqual([['products']]);
    app.run('TRUNCATE TABLE products');
    app.run("INSERT INTO products (name, price) VALUES ('first again', 1)");
    expect(rows(app, 'SELECT id FROM products')).toEqual([[1]]);
  });

  it.each([
    ['SELECT * FROM nothing', "ERROR 1146 (42S02): Table 'shop_1.nothing' doesn't exist"],
    ['SELECT colour FROM products', "ERROR 1054 (42S22): Unknown column 'colour' in 'field list'"],
    [
      "INSERT INTO products (name) VALUES ('x')",
      "ERROR 1364 (HY000): Field 'price' doesn't have a default value",
    ],
    ['CREATE DATABASE other', "ERROR 1044 (42000): Access denied for user 'app'@'%' to database 'other'"],
    [
      'CREATE USER eve',
      'ERROR 1227 (42000): Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation',
    ],
    ['USE mysql', "ERROR 1044 (42000): Access denied for user 'app'@'%' to database 'mysql'"],
    [
      'SELEC 1',
      "ERROR 1064 (42000): You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near 'SELEC 1' at line 1",
    ],
  ])('refuses %s as MySQL does', (sql, words) => {
    const app = shop();
    expect(mistake(() => app.run(sql))).toBe(words);
  });

  it('lets nobody in with a wrong password, and says from where', () => {
    const state = prepared();
    expect(mistake(() => open(state, 'app', 'guess'))).toBe(
      "ERROR 1045 (28000): Access denied for user 'app'@'10.244.0.9' (using password: YES)",
    );
    expect(mistake(() => open(state, 'nobody', '', 'localhost'))).toBe(
      "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: NO)",
    );
  });

  it('takes back what a transaction did, and keeps what was committed', () => {
    const app = shop();
    const count = () => rows(app, 'SELECT COUNT(*) FROM products')[0]?.[0];
    for (const sql of ['START TRANSACTION', 'DELETE FROM products', 'ROLLBACK']) app.run(sql);
    expect(count()).toBe(3);
    app.run('BEGIN');
    app.run("UPDATE products SET name = 'coffee' WHERE id = 1");
    app.run('COMMIT');
    app.run('ROLLBACK');
    expect(rows(app, 'SELECT name FROM products WHERE id = 1')).toEqual([['coffee']]);
    app.run('BEGIN');
    app.run('DELETE FROM products');
    app.close();
    expect(count()).toBe(3);
  });

  it('changes a password with SET PASSWORD, and takes only settings that it keeps', () => {
    const state = prepared();
    const app = shop(state);
    app.run("SET PASSWORD = 'new'");
    expect(mistake(() => open(state, 'app', "it's; secret"))).toContain('1045');
    expect(open(state, 'app', 'new').account.user).toBe('app');
    app.run('SET NAMES utf8mb4');
    app.run("SET SESSION sql_mode = '', time_zone = '+07:00', autocommit = 1");
    expect(rows(app, 'SELECT @@sql_mode')).toEqual([['']]);
    for (const sql of ['SET GLOBAL max_connections = 5', 'SET autocommit = 0', 'SET @a = 1'])
      expect(() => app.run(sql)).toThrow(NotSimulatedSql);
  });

  it('keeps PRIMARY KEY and UNIQUE, and leaves nothing of a statement that breaks them', () => {
    const app = shop();
    app.run(
      'CREATE TABLE codes (code varchar(9) not null, owner int, primary key (code), unique key one_owner (owner))',
    );
    app.run("INSERT INTO codes VALUES ('a', 1), ('b', NULL), ('c', NULL)");
    expect(mistake(() => app.run("INSERT INTO codes VALUES ('d', 4), ('A', 5)"))).toBe(
      "ERROR 1062 (23000): Duplicate entry 'A' for key 'codes.PRIMARY'",
    );
    expect(mistake(() => app.run('UPDATE codes SET owner = 7'))).toBe(
      "ERROR 1062 (23000): Duplicate entry '7' for key 'codes.one_owner'",
    );
    expect(rows(app, 'SELECT COUNT(*), SUM(owner) FROM codes')).toEqual([[3, 1]]);
    expect(mistake(() => app.run("INSERT INTO products (id, name, price) VALUES (1, 'x', 1)"))).toContain(
      '1062',
    );
  });

  it('gives and takes privileges one by one, on one table too', () => {
    const state = prepared();
    const root = open(state, 'root', 'root');
    root.run('REVOKE DELETE ON `shop\\_1`.* FROM app');
    const app = shop(state);
    expect(mistake(() => app.run('DELETE FROM products'))).toContain("DELETE command denied to user 'app'");
    expect(rows(app, 'SELECT COUNT(*) FROM products')).toEqual([[3]]);
    app.run('CREATE TABLE secrets (word text)');
    root.run("CREATE USER eve IDENTIFIED BY 'e'");
    root.run('GRANT SELECT ON shop_1.products TO eve');
    const eve = open(state, 'eve', 'e');
    eve.use('shop_1');
    expect(rows(eve, 'SHOW TABLES')).toEqual([['products']]);
    expect(rows(eve, 'SELECT COUNT(*) FROM products')).toEqual([[3]]);
    expect(mistake(() => eve.run('SELECT * FROM secrets'))).toBe(
      "ERROR 1142 (42000): SELECT command denied to user 'eve'@'10.244.0.9' for table 'secrets'",
    );
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])('knows no database or table %s', (name) => {
    const root = open(prepared(), 'root', 'root');
    expect(mistake(() => root.use(name))).toBe(`ERROR 1049 (42000): Unknown database '${name}'`);
    root.run(`CREATE DATABASE ${name}`);
    root.use(name);
    root.run(`CREATE TABLE ${name} (${name} int)`);
    root.run(`INSERT INTO ${name} VALUES (1)`);
    expect(rows(root, `SELECT ${name} FROM ${name}`)).toEqual([[1]]);
  });

  it.each([
    ['SELECT 1 OR 0 AND 0', 1],
    ['SELECT 2 + 3 * 4 - 6 / 2', 11],
    ['SELECT NOT 1 = 2', 1],
    ['SELECT NULL OR 1', 1],
    ['SELECT NULL AND 1', null],
    ['SELECT 3 BETWEEN 1 AND 5 AND 0', 0],
  ])('reckons %s as MySQL does', (sql, value) => {
    expect(rows(shop(), sql)).toEqual([[value]]);
  });

  it('orders by several columns and cuts out a part', () => {
    const app = shop();
    const ids = (rest: string) => rows(app, `SELECT id FROM products AS p ${rest}`).map(([id]) => id);
    expect(ids('ORDER BY name DESC, price ASC')).toEqual([3, 1, 2]);
    expect(ids('ORDER BY price DESC LIMIT 1, 2')).toEqual([3, 2]);
    expect(ids('ORDER BY p.id LIMIT 1 OFFSET 2')).toEqual([3]);
  });

  it.each([
    'SELECT name FROM products GROUP BY name',
    'SELECT * FROM products JOIN others ON 1 = 1',
    'SELECT * FROM products UNION SELECT 1',
    'SELECT (SELECT 1)',
    'SELECT CASE WHEN 1 THEN 2 END',
    "SELECT * FROM products WHERE name REGEXP 'x'",
    'DELETE FROM products LIMIT 1',
    "INSERT IGNORE INTO products (name, price) VALUES ('x', 1)",
    "INSERT INTO products (name, price) VALUES ('x', 1) ON DUPLICATE KEY UPDATE price = 2",
    'CREATE TABLE other LIKE products',
    'CREATE TABLE other (a int, FOREIGN KEY (a) REFERENCES products (id))',
    'SAVEPOINT one',
    'ALTER TABLE products ADD colour text',
  ])('says that it does not simulate %s instead of pretending', (sql) => {
    const app = shop();
    expect(() => app.run(sql)).toThrow(NotSimulatedSql);
    expect(rows(app, 'SELECT COUNT(*) FROM products')).toEqual([[3]]);
  });

  it('dumps a database so that it can be read back and goes on with inserts', () => {
    const app = shop();
    app.run(
      "CREATE TABLE codes (code varchar(9) not null default '007', n int default 5, made timestamp null default current_timestamp, primary key (code), unique key one_n (n))",
    );
    app.run('INSERT INTO codes (n) VALUES (1)');
    app.run("INSERT INTO codes (code, n) VALUES ('it''s\n', NULL)");
    const root = open(prepared(), 'root', 'root');
    const script = databaseText(app, 'shop_1', [], readOptions(['--databases'], { long: ['databases'] }));
    for (const statement of statementsOf(script.join('\n'))) root.run(statement);
    expect(rows(root, 'SELECT * FROM codes')).toEqual(rows(app, 'SELECT * FROM codes'));
    expect(rows(root, 'DESCRIBE codes')).toEqual(rows(app, 'DESCRIBE codes'));
    expect(rows(root, 'SHOW CREATE TABLE products')).toEqual(rows(app, 'SHOW CREATE TABLE products'));
    expect(script.join('')).toContain("VALUES ('007',1,");
    expect(mistake(() => root.run('INSERT INTO codes (n) VALUES (2)'))).toContain(
      "Duplicate entry '007' for key 'codes.PRIMARY'",
    );
    root.run("INSERT INTO products (name, price) VALUES ('next', 1)");
    expect(rows(root, "SELECT id, stock FROM products WHERE name = 'next'")).toEqual([[4, 0]]);
  });
});

/** The tools of an image on a host of its own, with the database of these tests behind DB_HOST. */
function tools(state: State, files: Readonly<Record<string, string>>) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const host = new Host({
    name: 'vm-docker',
    address: '192.168.56.42',
    sizes: { cpus: 2, memoryMiB: 4096, diskGiB: 20 },
    user: 'cikal',
    password: 'x',
    authorizedKey: 'ssh-ed25519 AAAA x',
    hostKey: { privateKey, publicKey },
    world: new World(),
    random: new Random(1),
    clock: new Clock(0),
    bootMs: 0,
  });
  const net: NetSpace = {
    address: '10.244.0.9',
    listen: () => () => undefined,
    lookUp: () => '10.96.0.9',
    dial: () => ({
      reach: 'open',
      server: { sql: (user, password, from) => open(state, user, password, from) },
      from: '10.244.0.9',
    }),
  };
  for (const [path, text] of Object.entries(files))
    host.volume.put(path.startsWith('/') ? path : `/app/${path}`, text);
  const programs = new Map([
    ['php', php({ host, net })],
    ['go', go({ host, net })],
    ['npm', npm({ host, net })],
  ]);
  return async (call: string): Promise<{ readonly code: number; readonly said: string }> => {
    const argv = call.split(' ');
    const said: string[] = [];
    const outlet = () =>
      new Outlet('test', async (bytes) => {
        said.push(bytes.toString('utf8'));
      });
    const process = host.kernel.spawn(
      {
        argv,
        cwd: '/app',
        env: new Map([
          ['DB_HOST', 'mysql'],
          ['DB_DATABASE', 'shop_1'],
          ['DB_USERNAME', 'app'],
          ['DB_PASSWORD', "it's; secret"],
        ]),
        descriptors: new Map<number, Description>([
          [0, new DeviceDescription('null')],
          [1, outlet()],
          [2, outlet()],
        ]),
      },
      (running) => programs.get(argv[0] ?? '')?.(running, argv.slice(1)) ?? 127,
    );
    const code = await process.exited;
    return { code, said: said.join('') };
  };
}
const migration = (body: string) =>
  `<?php\npublic function up(): void {\n${body}\n}\npublic function down(): void {}\n`;
const LARAVEL = {
  artisan: '',
  'vendor/autoload.php': '',
  'bootstrap/app.php': '',
  '/usr/local/etc/php/conf.d/pdo_mysql.ini': '',
};

describe('tools of applications', () => {
  it.each([
    'migrate --force --pretend',
    'migrate --force --step',
    'migrate --force --path=x',
    'db:seed --force --class=Foo',
  ])('artisan %s is refused and changes nothing', async (words) => {
    const state = prepared();
    const run = tools(state, {
      ...LARAVEL,
      'database/migrations/1_a.php': migration("Schema::create('a', function ($table) { $table->id(); });"),
    });
    const answer = await run(`php artisan ${words}`);
    expect([answer.code, answer.said]).toEqual([64, expect.stringContaining('is not simulated')]);
    expect(rows(shop(state), 'SHOW TABLES')).toEqual([['products']]);
  });
  it('artisan tells the batch in which a migration ran, and runs none that it cannot carry out', async () => {
    const state = prepared();
    const files: Record<string, string> = {
      ...LARAVEL,
      'database/migrations/1_a.php': migration(
        "Schema::create('a', function ($table) { $table->id(); $table->string('mail')->unique(); });",
      ),
    };
    expect((await tools(state, files)('php artisan migrate --force')).code).toBe(0);
    files['database/migrations/2_b.php'] = migration(
      "Schema::create('b', function ($table) { $table->id(); });",
    );
    await tools(state, files)('php artisan migrate --force');
    const { said } = await tools(state, files)('php artisan migrate:status');
    expect(said).toMatch(/1_a \.+ \[1\] Ran\n {2}2_b \.+ \[2\] Ran\n/);
    files['database/migrations/3_c.php'] = migration(
      "Schema::table('a', function ($table) { $table->string('x'); });",
    );
    const answer = await tools(state, files)('php artisan migrate --force');
    expect([answer.code, answer.said]).toEqual([
      64,
      'practice lab: php: migration 3_c: Schema::table is not simulated\n',
    ]);
  });
  it('tests that are not run are told to be not run', async () => {
    const run = tools(server(), {
      'go.mod': 'module shop\n\ngo 1.25\n',
      'main_test.go': 'package main\n',
      'package.json': '{"name":"shop","version":"1.0.0","scripts":{"test":"vitest run"}}',
      'node_modules/vitest/package.json': '{}',
    });
    for (const call of ['go test ./...', 'npm test']) {
      const answer = await run(call);
      expect([answer.code, answer.said]).toEqual([
        0,
        expect.stringMatching(/these tests are not run.*tes ini tidak dijalankan/),
      ]);
      expect(answer.said).not.toMatch(/^ok|passed/m);
    }
    expect((await run('go vet ./...')).said).toContain('the sources are not examined');
  });
  it('go mod tidy does not advise itself', async () => {
    const run = tools(server(), { 'go.mod': 'module shop\n\ngo 1.25\n\nrequire example.com/x v1.0.0\n' });
    expect(await run('go mod tidy')).toEqual({
      code: 64,
      said: 'practice lab: go: go mod tidy that has something to add to go.mod or go.sum is not simulated\n',
    });
  });
});
