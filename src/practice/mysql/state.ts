/** What a MySQL server keeps: databases, tables with their rows, accounts with their grants. One file in its data directory. */
import type { Volume } from '../vfs/volume.js';

export type Value = string | number | null;
export type Row = Record<string, Value>;
export interface Column {
  readonly name: string;
  /** As SHOW COLUMNS prints it: `varchar(255)`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly auto: boolean;
  /** `now` stands for CURRENT_TIMESTAMP; undefined when there is none. */
  readonly fallback?: Value | { readonly now: true };
}
/** A key that allows each value once. */
export interface Key {
  /** `PRIMARY`, or the name of a UNIQUE key. */
  readonly name: string;
  readonly columns: readonly string[];
}
export interface Table {
  readonly columns: Column[];
  /** PRIMARY first. Undefined in data that an older practice lab wrote. */
  readonly keys?: readonly Key[];
  rows: Row[];
  /** Next value of its AUTO_INCREMENT column. */
  next: number;
}
export interface Grant {
  /** `*.*`, `threebody.*`, `threebody.products`. */
  readonly on: string;
  privileges: string[];
}
export interface Account {
  readonly user: string;
  /** `%`, `localhost`, an address, or a pattern. */
  readonly host: string;
  password: string;
  grants: Grant[];
}
export interface State {
  readonly version: string;
  readonly databases: Record<string, Record<string, Table>>;
  accounts: Account[];
}
/** An entry by a name that a person chose: `constructor` too is none unless it was made. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
/** Its name is the real one's, so that `ls` in the data directory looks as it should. */
const FILE = 'ibdata1';
const MAGIC = 'practice lab mysql 1\n';

export const SYSTEM_DATABASES = ['information_schema', 'mysql', 'performance_schema', 'sys'] as const;

export function freshState(version: string): State {
  return { version, databases: {}, accounts: [] };
}
/** What lies in a data directory; null when it was never initialised, or `damaged` for a file that is none of ours. */
export function readState(volume: Volume, directory: string): State | 'damaged' | null {
  const text = volume.text(`${directory}/${FILE}`);
  if (text === null) return null;
  if (!text.startsWith(MAGIC)) return 'damaged';
  const state: State = JSON.parse(text.slice(MAGIC.length));
  return state;
}
/** Writes a state where it will be found again; the owner is the server's user. */
export function writeState(volume: Volume, directory: string, state: State): void {
  const owner = { uid: 999, gid: 999 };
  volume.put(`${directory}/${FILE}`, `${MAGIC}${JSON.stringify(state)}\n`, { ...owner, mode: 0o640 });
}
/** The other files that an initialised data directory shows. */
export function placeFurniture(volume: Volume, directory: string, serverId: string): void {
  const owner = { uid: 999, gid: 999 };
  for (const name of ['mysql', 'performance_schema', 'sys', '#innodb_redo'])
    volume.ensureDirectory(`${directory}/${name}`, { ...owner, mode: 0o750 });
  volume.put(`${directory}/auto.cnf`, `[auto]\nserver-uuid=${serverId}\n`, { ...owner, mode: 0o640 });
}
