/** A Laravel application as its files tell it: tables of its migrations, rows of its seeders, routes of its API. */
import type { Session } from '../mysql/session.js';
import type { Value } from '../mysql/state.js';
import type { Volume } from '../vfs/volume.js';
import type { DatabaseAddress, Failure } from './database.js';
import { databaseOf } from './database.js';

export interface Migration {
  /** File name without `.php`. */
  readonly name: string;
  /** Tables that its `up` makes, as SQL. */
  readonly creates: readonly { readonly table: string; readonly sql: string }[];
  /** The first thing in its `up` that is not simulated; null when all of it is. */
  readonly beyond: string | null;
}
const CACHED = 'bootstrap/cache/config.php';

function phpFiles(volume: Volume, directory: string): readonly (readonly [name: string, text: string])[] {
  const found = volume.find(directory);
  if (found?.kind !== 'directory') return [];
  return [...found.entries.keys()]
    .filter((name) => name.endsWith('.php'))
    .toSorted()
    .map((name) => [name, volume.text(`${directory}/${name}`) ?? ''] as const);
}
/** Texts between `'` or `"` and plain words among the arguments of a call. */
const argumentsOf = (text: string): readonly string[] =>
  [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([\w.-]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
const TYPES: Readonly<Record<string, string>> = {
  text: 'text',
  longText: 'longtext',
  mediumText: 'mediumtext',
  integer: 'int',
  unsignedInteger: 'int unsigned',
  bigInteger: 'bigint',
  unsignedBigInteger: 'bigint unsigned',
  tinyInteger: 'tinyint',
  unsignedTinyInteger: 'tinyint unsigned',
  smallInteger: 'smallint',
  unsignedSmallInteger: 'smallint unsigned',
  foreignId: 'bigint unsigned',
  boolean: 'tinyint(1)',
  timestamp: 'timestamp',
  dateTime: 'datetime',
  date: 'date',
  json: 'json',
  float: 'float',
  double: 'double',
  uuid: 'char(36)',
};
/** The columns of one `$table->…;` line. */
function columnsOf(line: string): readonly string[] {
  const call = /\$table->(\w+)\(([^)]*)\)(.*)$/s.exec(line);
  if (call === null) return [];
  const [, kind = '', inside = '', rest = ''] = call;
  const [first = '', second, third] = argumentsOf(inside);
  const end = /->nullable\((?!false)/.test(rest)
    ? ' null'
    : /->useCurrent\(/.test(rest)
      ? ' not null default current_timestamp'
      : ' not null';
  const given = /->default\(([^)]*)\)/.exec(rest)?.[1];
  const unique = /->primary\(/.test(rest) ? ' primary key' : /->unique\(/.test(rest) ? ' unique' : '';
  const fallback =
    given === undefined ? unique : ` default ${/^['"\d]/.test(given.trim()) ? given : `'${given}'`}${unique}`;
  switch (kind) {
    case 'id':
    case 'increments':
    case 'bigIncrements':
      return [`\`${first === '' ? 'id' : first}\` bigint unsigned not null auto_increment primary key`];
    case 'timestamps':
    case 'timestampsTz':
      return ['`created_at` timestamp null', '`updated_at` timestamp null'];
    case 'softDeletes':
      return ['`deleted_at` timestamp null'];
    case 'rememberToken':
      return ['`remember_token` varchar(100) null'];
    case 'string':
    case 'char':
      return [`\`${first}\` ${kind === 'char' ? 'char' : 'varchar'}(${second ?? 255})${end}${fallback}`];
    case 'decimal':
    case 'unsignedDecimal':
      return [`\`${first}\` decimal(${second ?? 8},${third ?? 2})${end}${fallback}`];
    default: {
      const type = TYPES[kind];
      return type === undefined ? [] : [`\`${first}\` ${type}${end}${fallback}`];
    }
  }
}
/** Calls on `$table` that make no column: keys of whole tables, and what is not seen in the database. */
const TABLE_WORDS = /^(index|fullText|spatialIndex|comment|engine|charset|collation)$/;

/** What of a migration's `up` would be lost if it ran here; null when nothing would. */
function beyond(up: string): string | null {
  const schema = [...up.matchAll(/\b(?:Schema|DB)::(\w+)/g)].find(([, word]) => word !== 'create');
  if (schema !== undefined) return schema[0];
  for (const [line, kind = ''] of up.matchAll(/\$table->(\w+)\([^;]*;/g)) {
    if (/->(constrained|references|storedAs|virtualAs|useCurrentOnUpdate)\(/.test(line))
      return `$table->${kind}(…) with a foreign key or a value that is reckoned`;
    if (columnsOf(line).length === 0 && !TABLE_WORDS.test(kind)) return `$table->${kind}(…)`;
  }
  return null;
}
/** All migrations of an application in the order in which they run. */
export function migrationsOf(volume: Volume, app: string): readonly Migration[] {
  return phpFiles(volume, `${app}/database/migrations`).map(([file, text]) => {
    const up = text.split(/function\s+down\b/)[0] ?? '';
    const creates = up
      .split(/Schema::create\(/)
      .slice(1)
      .map((part) => {
        const table = /^\s*['"](\w+)['"]/.exec(part)?.[1] ?? '';
        const columns = part.split(';').flatMap(columnsOf);
        return { table, sql: `CREATE TABLE \`${table}\` (${columns.join(', ')})` };
      });
    return { name: file.replace(/\.php$/, ''), creates, beyond: beyond(up) };
  });
}
export interface Seeds {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, Value>>[];
  /** It leaves a table alone that holds rows. */
  readonly onlyWhenEmpty: boolean;
}
const PAIR = /['"](\w+)['"]\s*=>\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?[\d_.]+)/g;
/** Rows that the seeders of an application put into the table `products`. */
export function seedsOf(volume: Volume, app: string): Seeds {
  const texts = phpFiles(volume, `${app}/database/seeders`).map(([, text]) => text);
  const rows = texts.flatMap((text) =>
    [...text.matchAll(/\[([^[\]]*['"]name['"]\s*=>[^[\]]*)\]/g)].map((match) =>
      Object.fromEntries(
        [...(match[1] ?? '').matchAll(PAIR)].map((pair) => {
          const [, key = '', value = ''] = pair;
          return [
            key,
            /^['"]/.test(value)
              ? value.slice(1, -1).replace(/\\(.)/g, '$1')
              : Number(value.replaceAll('_', '')),
          ];
        }),
      ),
    ),
  );
  return {
    table: 'products',
    rows,
    onlyWhenEmpty: texts.some((text) => /(exists|doesntExist|count|isEmpty|isNotEmpty)\(\)/.test(text)),
  };
}
/** Paths below the root that the application's API answers. */
export function routesOf(volume: Volume, app: string): readonly string[] {
  const start = volume.text(`${app}/bootstrap/app.php`) ?? '';
  const prefix = /apiPrefix:\s*['"]([^'"]*)['"]/.exec(start)?.[1] ?? 'api';
  const text = volume.text(`${app}/routes/api.php`) ?? '';
  const health = /health:\s*['"]([^'"]+)['"]/.exec(start)?.[1];
  return [
    ...[
      ...text.matchAll(
        /Route::(?:get|match|apiResource|resource)\(\s*(?:\[[^\]]*\],\s*)?['"]\/?([^'"]*)['"]/g,
      ),
    ].map((match) => `/${[prefix, match[1] ?? ''].filter((part) => part !== '').join('/')}`),
    ...(health === undefined ? [] : [health]),
  ];
}
/** The database's settings: from a cached configuration when there is one, else from the environment. */
export function settingsOf(volume: Volume, app: string, env: ReadonlyMap<string, string>): DatabaseAddress {
  const cached = volume.text(`${app}/${CACHED}`);
  const found = cached === null ? null : /^\/\/ practice lab (.*)$/m.exec(cached)?.[1];
  if (found === undefined || found === null) return databaseOf(env);
  const kept: Record<string, string> = JSON.parse(found);
  return databaseOf(new Map(Object.entries(kept)));
}
export function cacheSettings(volume: Volume, app: string, env: ReadonlyMap<string, string>): void {
  const kept = Object.fromEntries([...env].filter(([name]) => /^(DB_|APP_)/.test(name)));
  volume.put(`${app}/${CACHED}`, `<?php\n// practice lab ${JSON.stringify(kept)}\nreturn [];\n`);
}
export function clearSettings(volume: Volume, app: string): void {
  volume.drop(`${app}/${CACHED}`);
}
/** The framework's version: what composer.json asks for, filled up to three numbers. */
export function versionOf(volume: Volume, app: string): string {
  const asked = /"laravel\/framework"\s*:\s*"[^\d"]*(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(
    volume.text(`${app}/composer.json`) ?? '',
  );
  return `${asked?.[1] ?? '12'}.${asked?.[2] ?? '0'}.${asked?.[3] ?? '0'}`;
}
/** Why the application cannot start at all; null when it can. */
export function brokenApp(volume: Volume, app: string): string | null {
  if (volume.text(`${app}/vendor/autoload.php`) === null)
    return `PHP Fatal error:  Uncaught Error: Failed opening required '${app}/vendor/autoload.php' (include_path='.:/usr/local/lib/php') in ${app}/artisan`;
  if (volume.text(`${app}/bootstrap/app.php`) === null)
    return `PHP Fatal error:  Uncaught Error: Failed opening required '${app}/bootstrap/app.php'`;
  return null;
}
/** Whether PHP can speak to MySQL: the extension was installed into its image. */
export const hasDriver = (volume: Volume): boolean =>
  ['pdo_mysql', 'docker-php-ext-pdo_mysql'].some(
    (name) => volume.find(`/usr/local/etc/php/conf.d/${name}.ini`) !== undefined,
  );
/** PDO's words for a failure. */
export function pdoWords(failure: Failure, place: DatabaseAddress): string {
  switch (failure.kind) {
    case 'no-such-host':
      return `SQLSTATE[HY000] [2002] php_network_getaddresses: getaddrinfo for ${place.host} failed: Name or service not known`;
    case 'refused':
      return 'SQLSTATE[HY000] [2002] Connection refused';
    case 'timeout':
      return 'SQLSTATE[HY000] [2002] Operation timed out';
    case 'unreachable':
      return 'SQLSTATE[HY000] [2002] No route to host';
    case 'sql':
      return `SQLSTATE[HY000] [${failure.error.code}] ${failure.error.message}`;
  }
}
export const sqlText = (value: Value): string =>
  value === null
    ? 'NULL'
    : typeof value === 'number'
      ? String(value)
      : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Puts the seeds into their table. Gives how many rows. @throws SqlError */
export function seed(session: Session, { table, rows, onlyWhenEmpty }: Seeds, now: string): number {
  if (onlyWhenEmpty && Number(session.run(`SELECT COUNT(*) FROM ${table}`).rows[0]?.[0] ?? 0) > 0) return 0;
  for (const row of rows) {
    const full: Record<string, Value> = {
      ...row,
      created_at: row['created_at'] ?? now,
      updated_at: row['updated_at'] ?? now,
    };
    session.run(
      `INSERT INTO ${table} (${Object.keys(full)
        .map((key) => `\`${key}\``)
        .join(', ')}) VALUES (${Object.values(full).map(sqlText).join(', ')})`,
    );
  }
  return rows.length;
}
