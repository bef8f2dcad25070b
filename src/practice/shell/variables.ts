/** A shell's variables with their attributes, and the dynamic scopes that functions open. */

export interface Variable {
  value: string | undefined;
  /** Indexed array. */
  list: Map<number, string> | null;
  /** Associative array. */
  table: Map<string, string> | null;
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  letters: 'as-is' | 'lower' | 'upper';
  /** declare -n: the name that is meant. */
  reference: string | null;
}

/** Assignment to a read-only variable. */
export class ReadonlyVariable extends Error {
  override readonly name = 'ReadonlyVariable';
  constructor(name: string) {
    super(`${name}: readonly variable`);
  }
}

function blank(): Variable {
  return {
    value: undefined,
    list: null,
    table: null,
    exported: false,
    readonly: false,
    integer: false,
    letters: 'as-is',
    reference: null,
  };
}

export class Variables {
  #map = new Map<string, Variable>();
  #frames: Map<string, Variable | undefined>[] = [];

  clone(): Variables {
    const copy = new Variables();
    for (const [name, variable] of this.#map) {
      copy.#map.set(name, {
        ...variable,
        list: variable.list && new Map(variable.list),
        table: variable.table && new Map(variable.table),
      });
    }
    copy.#frames = this.#frames.map((frame) => new Map(frame));
    return copy;
  }

  #resolve(name: string): string {
    let wanted = name;
    for (let hops = 0; hops < 8; hops += 1) {
      const next = this.#map.get(wanted)?.reference;
      if (next === undefined || next === null) return wanted;
      wanted = next;
    }
    return wanted;
  }
  find(name: string): Variable | undefined {
    return this.#map.get(this.#resolve(name));
  }
  /** The variable, made when it is not there. */
  demand(name: string): Variable {
    const wanted = this.#resolve(name);
    let variable = this.#map.get(wanted);
    if (variable === undefined) {
      variable = blank();
      this.#map.set(wanted, variable);
    }
    return variable;
  }
  /** The name itself, not what it refers to. */
  demandItself(name: string): Variable {
    let variable = this.#map.get(name);
    if (variable === undefined) {
      variable = blank();
      this.#map.set(name, variable);
    }
    return variable;
  }
  get(name: string): string | undefined {
    const variable = this.find(name);
    if (variable === undefined) return undefined;
    if (variable.list !== null) return variable.list.get(0);
    if (variable.table !== null) return variable.table.get('0');
    return variable.value;
  }
  /** @throws ReadonlyVariable */
  set(name: string, value: string): void {
    const variable = this.demand(name);
    if (variable.readonly) throw new ReadonlyVariable(name);
    const cased =
      variable.letters === 'lower'
        ? value.toLowerCase()
        : variable.letters === 'upper'
          ? value.toUpperCase()
          : value;
    if (variable.list !== null) variable.list.set(0, cased);
    else if (variable.table !== null) variable.table.set('0', cased);
    else variable.value = cased;
  }
  setList(name: string, values: readonly string[]): void {
    const variable = this.demand(name);
    if (variable.readonly) throw new ReadonlyVariable(name);
    variable.value = undefined;
    variable.table = null;
    variable.list = new Map(values.map((value, index) => [index, value]));
  }
  unset(name: string): void {
    const wanted = this.#resolve(name);
    if (this.#map.get(wanted)?.readonly === true) throw new ReadonlyVariable(name);
    this.#map.delete(wanted);
  }
  names(): string[] {
    return [...this.#map.keys()].toSorted();
  }
  entries(): [string, Variable][] {
    return [...this.#map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
  /** What a program started by this shell gets as its environment. */
  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, variable] of this.#map) {
      if (variable.exported && variable.value !== undefined) env.set(name, variable.value);
    }
    return env;
  }
  import(env: ReadonlyMap<string, string>): void {
    for (const [name, value] of env) {
      const variable = this.demandItself(name);
      variable.value = value;
      variable.exported = true;
    }
  }

  enter(): void {
    this.#frames.push(new Map());
  }
  leave(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    for (const [name, old] of frame) {
      if (old === undefined) this.#map.delete(name);
      else this.#map.set(name, old);
    }
  }
  get inFunction(): boolean {
    return this.#frames.length > 0;
  }
  /** Makes a variable local to the running function. */
  localise(name: string): Variable {
    const frame = this.#frames.at(-1);
    const old = this.#map.get(name);
    if (frame === undefined || frame.has(name)) return this.demandItself(name);
    frame.set(name, old);
    const fresh = blank();
    fresh.exported = old?.exported ?? false;
    this.#map.set(name, fresh);
    return fresh;
  }
  /** Saves variables for the time of one command (`X=1 command`); call what it gives to put them back. */
  shelter(names: readonly string[]): () => void {
    const saved = names.map((name) => [name, this.#map.get(name)] as const);
    for (const name of names) {
      const old = this.#map.get(name);
      if (old !== undefined) this.#map.set(name, { ...old });
    }
    return () => {
      for (const [name, old] of saved) {
        if (old === undefined) this.#map.delete(name);
        else this.#map.set(name, old);
      }
    };
  }
}
