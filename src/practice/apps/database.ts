/** How an application comes to its database, and why it does not. */
import type { Session } from '../mysql/session.js';
import { SqlError } from '../mysql/sql-words.js';
import type { Around } from './around.js';

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}
export type Failure =
  | { readonly kind: 'no-such-host' }
  | { readonly kind: 'refused' | 'timeout' | 'unreachable'; readonly address: string }
  | { readonly kind: 'sql'; readonly error: SqlError };

/** From the variables that both back ends read. */
export function databaseOf(env: ReadonlyMap<string, string>): DatabaseAddress {
  const of = (name: string, fallback = '') => env.get(name) ?? fallback;
  return {
    host: of('DB_HOST', '127.0.0.1'),
    port: Number(of('DB_PORT', '3306')),
    database: of('DB_DATABASE'),
    user: of('DB_USERNAME'),
    password: of('DB_PASSWORD'),
  };
}
/** Logs in, or says why that fails. */
export function openDatabase(around: Around, place: DatabaseAddress): Session | Failure {
  const address = around.net.lookUp(place.host);
  if (address === null) return { kind: 'no-such-host' };
  const { reach, server, from } = around.net.dial(address, place.port);
  if (reach === 'silent') return { kind: 'timeout', address };
  if (reach === 'unreachable') return { kind: 'unreachable', address };
  if (reach === 'refused' || server?.sql === undefined) return { kind: 'refused', address };
  try {
    const session = server.sql(place.user, place.password, from);
    if (place.database !== '') session.use(place.database);
    return session;
  } catch (error) {
    if (error instanceof SqlError) return { kind: 'sql', error };
    throw error;
  }
}
export const failed = (made: Session | Failure): made is Failure => 'kind' in made;
