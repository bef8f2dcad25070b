/** What a transaction changed, so that ROLLBACK can take it back. */
import type { Row, Table } from './state.js';

export class Transaction {
  readonly #before = new Map<Table, Row[]>();
  /** Remembers the rows of a table before its first change. */
  keep(table: Table): void {
    if (!this.#before.has(table))
      this.#before.set(
        table,
        table.rows.map((row) => ({ ...row })),
      );
  }
  /** Puts the rows back. Numbers that AUTO_INCREMENT gave out stay used, as in InnoDB. */
  undo(): void {
    for (const [table, rows] of this.#before) table.rows = rows;
    this.#before.clear();
  }
}
