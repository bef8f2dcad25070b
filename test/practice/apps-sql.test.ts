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

  it('says what it does not simulate instead of pretending', () => {
    expect(() => shop().run('ALTER TABLE products ADD colour text')).toThrow(NotSimulatedSql);
    expect(() => shop().run('SELECT name FROM products GROUP BY name')).toThrow(NotSimulatedSql);
  });
});
