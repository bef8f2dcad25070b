/** How control leaves a command: the ways out that the interpreter throws and catches. */

export class BreakRequest extends Error {
  override readonly name = 'BreakRequest';
  readonly kind: 'break' | 'continue';
  readonly levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}
export class ReturnRequest extends Error {
  override readonly name = 'ReturnRequest';
  readonly status: number;
  constructor(status: number) {
    super('return');
    this.status = status;
  }
}
export class ExitRequest extends Error {
  override readonly name = 'ExitRequest';
  readonly status: number;
  constructor(status: number) {
    super('exit');
    this.status = status;
  }
}
/** A statement that the parser could not make sense of: ends a script, not somebody's session. */
export class WrongStatement extends ExitRequest {
  constructor() {
    super(2);
  }
}
/** An expansion that cannot be done (unset variable under nounset, bad arithmetic): ends a non-interactive shell. */
export class ExpansionError extends Error {
  override readonly name = 'ExpansionError';
  readonly fatal: boolean;
  constructor(message: string, fatal = true) {
    super(message);
    this.fatal = fatal;
  }
}
/** Ctrl-C at the terminal: an interactive shell gives up what it runs and prompts anew. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
