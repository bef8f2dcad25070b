import { describe, expect, it } from 'vitest';
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
    app.run('CREATE TABLE codes (code varchar(9) not null, owner int, primary key (code), unique key one_owner (owner))');
    app.run("INSERT INTO codes VALUES ('a', 1), ('b', NULL), ('c', NULL)");
    expect(mistake(() => app.run("INSERT INTO codes VALUES ('d', 4), ('A', 5)"))).toBe(
      "ERROR 1062 (23000): Duplicate entry 'A' for key 'codes.PRIMARY'",
    );
    expect(mistake(() => app.run('UPDATE codes SET owner = 7'))).toBe(
      "ERROR 1062 (23000): Duplicate entry '7' for key 'codes.one_owner'",
    );
    expect(rows(app, 'SELECT COUNT(*), SUM(owner) FROM codes')).toEqual([[3, 1]]);
    expect(mistake(() => app.run("INSERT INTO products (id, name, price) VALUES (1, 'x', 1)"))).toContain('1062');
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
});
