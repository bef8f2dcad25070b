/**
 * A bash of ours over the parser of just-bash. just-bash's own interpreter gives output when a script has ended and runs
 * nothing side by side; here every command is a process of the host, output goes where it goes at once, pipes, background
 * jobs, traps and signals behave as on Linux.
 */
import { makePipe } from '../kernel/pipe.js';
import { readAll, type Description } from '../kernel/description.js';
import { Killed, type Process, type SignalName } from '../kernel/process.js';
import { SystemError } from '../vfs/inode.js';
import type { CommandNode, PipelineNode, ScriptNode, StatementNode } from './ast.js';
import { parseScript } from './ast.js';
import { BUILTINS } from './builtins/table.js';
import { runCompound } from './compound.js';
import { expander } from './expansion.js';
import { assign, printFile } from './assignment.js';
import {
  BreakRequest,
  ExitRequest,
  ExpansionError,
  Interrupted,
  ReturnRequest,
  WrongStatement,
} from './flow.js';
import type { Names } from './arithmetic.js';
import { RedirectionError } from './redirection.js';
import { runSimple } from './simple.js';
import { ShellState } from './state.js';
import { ReadonlyVariable } from './variables.js';

/** Commands after which the event loop gets a turn, so that a busy script cannot freeze the program. */
const TURN = 64;

export class Shell extends ShellState {
  readonly process: Process;
  readonly names: Names;
  readonly builtins = BUILTINS;
  readonly expander = expander;
  #sinceTurn = 0;

  constructor(process: Process, name: string) {
    super();
    this.process = process;
    this.name = name;
    this.shellPid = process.pid;
    this.names = {
      get: (variable, subscript) => this.element(variable, subscript),
      set: (variable, subscript, value) => this.store(variable, subscript, value),
    };
    process.onSignal = (signal) => this.#caught(signal);
    process.lastWords = (signal) => this.#lastWords(signal);
  }

  /** Takes over the environment and sets what every shell has. */
  begin(): void {
    this.vars.import(this.process.env);
    this.vars.set('PWD', this.process.cwd);
    for (const [name, value] of [
      ['IFS', ' \t\n'],
      ['OPTIND', '1'],
      ['BASH_VERSION', '5.2.21(1)-release'],
      ['HOSTTYPE', 'x86_64'],
      ['OSTYPE', 'linux-gnu'],
      ['MACHTYPE', 'x86_64-pc-linux-gnu'],
    ] as const) {
      this.vars.set(name, value);
    }
    this.vars.setList('BASH_VERSINFO', ['5', '2', '21', '1', 'release', 'x86_64-pc-linux-gnu']);
    if (this.vars.get('PATH') === undefined) {
      this.vars.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    }
    const shlvl = this.vars.demand('SHLVL');
    shlvl.value = String(Number(shlvl.value ?? '0') + 1);
    shlvl.exported = true;
    this.vars.demand('PWD').exported = true;
  }

  // ------------------------------------------------------------ running

  /** Runs to the end of the shell: catches `exit`, runs the EXIT trap. Gives the exit status. */
  async live(body: () => Promise<void>): Promise<number> {
    try {
      await body();
    } catch (error) {
      this.status = await this.#statusOf(error);
    }
    try {
      await this.runPendingTraps();
    } catch (error) {
      this.status = await this.#statusOf(error);
    }
    const trap = this.traps.get('EXIT');
    this.traps.delete('EXIT');
    if (trap !== undefined && trap !== '') {
      const status = this.status;
      try {
        await this.runText(trap);
        this.status = status;
      } catch (error) {
        this.status = await this.#statusOf(error);
      }
    }
    return this.status;
  }
  async #statusOf(error: unknown): Promise<number> {
    if (error instanceof ExitRequest || error instanceof ReturnRequest) return error.status;
    if (error instanceof BreakRequest) return 0;
    if (error instanceof Killed) throw error;
    if (error instanceof ExpansionError || error instanceof ReadonlyVariable) {
      await this.complain(error.message);
      return error instanceof ExpansionError ? this.expansionStatus : 1;
    }
    throw error;
  }

  /** Parses and runs a text in this shell. A syntax error is said on stderr, status 2. */
  async runText(text: string): Promise<void> {
    let script: ScriptNode;
    try {
      script = parseScript(text);
    } catch (error) {
      await this.syntaxError(error);
      return;
    }
    await this.runStatements(script.statements);
  }
  async syntaxError(error: unknown): Promise<void> {
    const words = error instanceof Error ? error.message : String(error);
    const match = /^(?:Parse error at |line )(\d+)(?::\d+)?: ([\s\S]*)$/.exec(words);
    await this.process.err(`${this.name}: line ${match?.[1] ?? this.line}: ${match?.[2] ?? words}\n`);
    this.status = 2;
  }

  async runStatements(statements: readonly StatementNode[]): Promise<void> {
    for (const statement of statements) await this.runStatement(statement);
  }

  async runStatement(node: StatementNode): Promise<void> {
    if (node.deferredError !== undefined) {
      await this.process.err(`${this.name}: line ${this.line}: ${node.deferredError.message}\n`);
      throw new WrongStatement();
    }
    if (this.options.verbose && node.sourceText !== undefined) await this.process.err(`${node.sourceText}\n`);
    if (node.background) {
      await this.#background(node);
      return;
    }
    await this.runList(node);
  }

  /** `a && b || c`: failures of all but the last do not end the shell. */
  async runList(node: StatementNode): Promise<void> {
    for (const [index, pipeline] of node.pipelines.entries()) {
      const operator = node.operators[index - 1];
      if (operator === '&&' && this.status !== 0) continue;
      if (operator === '||' && this.status === 0) continue;
      const guarded = index < node.pipelines.length - 1;
      if (guarded) this.tolerant += 1;
      try {
        await this.runPipeline(pipeline);
      } finally {
        if (guarded) this.tolerant -= 1;
      }
    }
  }

  async #background(node: StatementNode): Promise<void> {
    const descriptors = new Map(this.process.descriptors);
    descriptors.set(0, this.nothing);
    const only = node.pipelines.length === 1 ? node.pipelines[0] : undefined;
    const child = this.fork({ descriptors }, async (shell) => {
      const command = only?.commands.length === 1 && !only.negated ? only.commands[0] : undefined;
      if (command !== undefined) await shell.#inOwnProcess(command);
      else await shell.runList(node);
    });
    this.lastBackground = child.pid;
    this.children.set(child.pid, child);
    void child.exited.then((status) => {
      this.finished.set(child.pid, status);
      this.interrupts.wake();
    });
    this.status = 0;
  }

  async runPipeline(node: PipelineNode): Promise<void> {
    const started = performance.now();
    if (node.negated) this.tolerant += 1;
    try {
      const [only] = node.commands;
      if (node.commands.length === 1 && only !== undefined) {
        await this.runCommand(only);
        this.pipeStatus = [this.status];
      } else {
        await this.#runPipes(node);
        await this.check();
      }
    } finally {
      if (node.negated) this.tolerant -= 1;
    }
    if (node.negated) this.status = this.status === 0 ? 1 : 0;
    if (node.timed === true) {
      const seconds = (performance.now() - started) / 1000;
      await this.process.err(`\nreal\t0m${seconds.toFixed(3)}s\nuser\t0m0.000s\nsys\t0m0.000s\n`);
    }
  }

  async #runPipes(node: PipelineNode): Promise<void> {
    const children: Process[] = [];
    let input: Description | null = null;
    for (const [index, command] of node.commands.entries()) {
      const descriptors = new Map(this.process.descriptors);
      if (input !== null) descriptors.set(0, input);
      let next: Description | null = null;
      if (index < node.commands.length - 1) {
        const pipe = makePipe();
        descriptors.set(1, pipe.writer);
        if (node.pipeStderr?.[index] === true) descriptors.set(2, pipe.writer);
        next = pipe.reader;
      }
      children.push(this.fork({ descriptors }, (shell) => shell.#inOwnProcess(command)));
      input = next;
    }
    const statuses: number[] = [];
    for (const child of children) statuses.push(await this.process.until(child.exited));
    this.pipeStatus = statuses;
    const last = statuses.at(-1) ?? 0;
    this.status = this.options.pipefail ? (statuses.findLast((status) => status !== 0) ?? 0) : last;
    await this.runPendingTraps();
  }

  /** A forked shell with one command to run becomes that command, as bash does by exec. */
  async #inOwnProcess(command: CommandNode): Promise<void> {
    if (command.type === 'SimpleCommand') await runSimple(this, command, true);
    else await this.runCommand(command);
  }

  async runCommand(node: CommandNode): Promise<void> {
    this.process.signal.throwIfAborted();
    if (this.interrupted) throw new Interrupted();
    this.#sinceTurn += 1;
    if (this.#sinceTurn >= TURN) {
      this.#sinceTurn = 0;
      await this.process.kernel.clock.sleep(0, this.process.signal);
    }
    if (node.line !== undefined && node.line > 0) this.line = node.line + this.lineOffset;
    try {
      if (node.type === 'SimpleCommand') await runSimple(this, node, false);
      else await runCompound(this, node);
    } catch (error) {
      if (
        error instanceof RedirectionError ||
        (error instanceof SystemError && node.type !== 'SimpleCommand')
      ) {
        await this.complain(error.message);
        this.status = 1;
      } else if (error instanceof ExpansionError && !error.fatal) {
        await this.complain(error.message);
        this.status = 1;
      } else throw error;
    }
    await this.runPendingTraps();
    const judged = ['SimpleCommand', 'Subshell', 'ArithmeticCommand', 'ConditionalCommand'].includes(
      node.type,
    );
    if (judged) await this.check();
  }

  /** After a command: the ERR trap, and the end of the shell under errexit. */
  async check(): Promise<void> {
    if (this.status === 0 || this.tolerant > 0) return;
    const trap = this.traps.get('ERR');
    if (trap !== undefined && trap !== '' && !this.inTrap) {
      const status = this.status;
      this.inTrap = true;
      await this.runText(trap);
      this.inTrap = false;
      this.status = status;
    }
    if (this.options.errexit) throw new ExitRequest(this.status);
  }

  /** `bash: line 3: words` on stderr. */
  async complain(words: string): Promise<void> {
    await this.process.err(`${this.name}: line ${this.line}: ${words}\n`);
  }

  /** Assigns to `name` or `name[subscript]` as written in a script. @throws ReadonlyVariable, ExpansionError */
  assign(target: string, value: string, append: boolean): Promise<void> {
    return assign(this, target, value, append);
  }

  // ------------------------------------------------------------ subshells

  /** Starts a copy of this shell as a process of its own. */
  fork(
    options: { readonly descriptors?: ReadonlyMap<number, Description> },
    body: (shell: Shell) => Promise<void>,
  ): Process {
    return this.process.kernel.spawn(
      {
        parent: this.process,
        argv: this.process.argv,
        descriptors: options.descriptors ?? this.process.descriptors,
      },
      (process) => {
        const copy = new Shell(process, this.name);
        copy.inherit(this);
        return copy.live(() => body(copy));
      },
    );
  }

  /** `$(…)`: what it prints, without the line feeds at the end. */
  async substitute(script: ScriptNode): Promise<string> {
    const pipe = makePipe();
    const descriptors = new Map(this.process.descriptors);
    descriptors.set(1, pipe.writer);
    pipe.reader.retain();
    const child = this.fork({ descriptors }, async (shell) => {
      if (!this.shopt.has('inherit_errexit')) shell.options.errexit = false;
      const [statement] = script.statements;
      const only = script.statements.length === 1 ? statement : undefined;
      const pipeline = only?.pipelines.length === 1 && !only.background ? only.pipelines[0] : undefined;
      const command = pipeline?.commands.length === 1 && !pipeline.negated ? pipeline.commands[0] : undefined;
      if (command?.type === 'SimpleCommand' && command.name === null && command.redirections.length === 1) {
        await printFile(shell, command);
      } else if (command !== undefined) await shell.#inOwnProcess(command);
      else await shell.runStatements(script.statements);
    });
    try {
      const bytes = await readAll(pipe.reader, this.process.signal);
      this.status = await this.process.until(child.exited);
      this.substituted = true;
      return bytes.toString('utf8').replaceAll('\0', '').replace(/\n+$/, '');
    } finally {
      pipe.reader.close();
    }
  }

  /** `<(…)` and `>(…)`: a path under /dev/fd. */
  async connect(script: ScriptNode, direction: 'input' | 'output'): Promise<string> {
    const pipe = makePipe();
    const descriptors = new Map(this.process.descriptors);
    if (direction === 'input') descriptors.set(1, pipe.writer);
    else descriptors.set(0, pipe.reader);
    let fd = 63;
    while (this.process.descriptors.has(fd)) fd -= 1;
    this.fork({ descriptors }, (shell) => shell.runStatements(script.statements));
    this.process.setDescriptor(fd, direction === 'input' ? pipe.reader : pipe.writer);
    this.connections.push(fd);
    return `/dev/fd/${fd}`;
  }
  /** Closes the ends of `<(…)` that the last command was given. */
  disconnect(from: number): void {
    for (const fd of this.connections.splice(from)) this.process.closeDescriptor(fd);
  }

  /** Opens a TCP connection in the simulated network. @throws RedirectionError */
  async dial(host: string, port: string): Promise<Description> {
    const { dial } = this.process.kernel;
    if (dial === null) throw new RedirectionError('networking is not simulated here');
    try {
      return await dial(this.process, host, port);
    } catch (error) {
      if (error instanceof SystemError) {
        await this.complain(`connect: ${error.message}`);
        throw new RedirectionError(`/dev/tcp/${host}/${port}: ${error.message}`);
      }
      throw error;
    }
  }

  // ------------------------------------------------------------ signals

  #caught(signal: SignalName): boolean {
    if (!this.traps.has(signal)) return false;
    this.pendingTraps.push(signal);
    this.interrupts.wake();
    return true;
  }
  async #lastWords(_signal: SignalName): Promise<void> {
    const trap = this.traps.get('EXIT');
    if (trap === undefined || trap === '') return;
    this.traps.delete('EXIT');
    // This process can wait for nothing any more, so a copy of it says the last words.
    await this.fork({}, (shell) => shell.runText(trap)).exited;
  }
  async runPendingTraps(): Promise<void> {
    for (let signal = this.pendingTraps.shift(); signal !== undefined; signal = this.pendingTraps.shift()) {
      const status = this.status;
      await this.runText(this.traps.get(signal) ?? '');
      this.status = status;
    }
  }
}
