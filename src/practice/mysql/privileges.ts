/** The privileges that MySQL knows, and what ALL PRIVILEGES stands for. */

const ON_TABLES = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
] as const;
const ON_DATABASES = [
  ...ON_TABLES,
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EVENT',
] as const;
const EVERYWHERE = [
  ...ON_DATABASES,
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'SHOW DATABASES',
  'SUPER',
  'REPLICATION SLAVE',
  'REPLICATION CLIENT',
  'CREATE USER',
  'CREATE TABLESPACE',
  'CREATE ROLE',
  'DROP ROLE',
] as const;

/**
 * What ALL PRIVILEGES stands for at a place (`*.*`, `shop.*`, `shop.products`).
 * Source: https://dev.mysql.com/doc/refman/8.4/en/grant.html
 */
export function allAt(on: string): readonly string[] {
  // An account that has everything may pass it on as well.
  if (on === '*.*') return [...EVERYWHERE, 'GRANT OPTION'];
  return on.endsWith('.*') ? ON_DATABASES : ON_TABLES;
}
export const isPrivilege = (word: string): boolean =>
  ['ALL PRIVILEGES', 'GRANT OPTION', 'USAGE', ...EVERYWHERE].includes(word);
