/** systemd of a virtual host: units, their states and what starting and stopping them does. */
import type { Journal } from './journal.js';

export type Enablement = 'enabled' | 'disabled' | 'static' | 'generated' | 'alias';

export interface UnitSpec {
  /** With its type: `ssh.service`. */
  readonly name: string;
  readonly description: string;
  readonly enablement: Enablement;
  readonly active: boolean;
  /** A service that runs once and is inactive afterwards. */
  readonly oneshot?: boolean;
  /** A one-shot service that stays active (exited). */
  readonly remains?: boolean;
  readonly aliases?: readonly string[];
  /** The unit a timer or socket starts. */
  readonly triggers?: string;
  /** Name in its journal lines and in ps. */
  readonly process?: string;
  readonly user?: string;
  readonly memoryKiB?: number;
  /** TCP ports it listens on while active, with the address. */
  readonly listens?: readonly { readonly address: string; readonly port: number }[];
  readonly fragment?: string;
  readonly text?: string;
}
export interface Unit {
  readonly spec: UnitSpec;
  enablement: Enablement;
  masked: boolean;
  active: 'active' | 'inactive' | 'failed' | 'activating';
  pid: number;
  /** Host's clock, epoch ms. */
  changedAt: number;
  result: string;
}
/** Behaviour of one unit: a start that throws makes it fail with those words. */
export interface UnitHooks {
  readonly start?: () => void | Promise<void>;
  readonly stop?: () => void;
  readonly reload?: () => void;
}

export class Systemd {
  readonly units = new Map<string, Unit>();
  readonly #hooks = new Map<string, UnitHooks>();
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #takePid: () => number;
  /** Called after any unit changed. */
  onChange: () => void = () => undefined;

  constructor(journal: Journal, now: () => number, takePid: () => number) {
    this.#journal = journal;
    this.#now = now;
    this.#takePid = takePid;
  }

  add(spec: UnitSpec, hooks: UnitHooks = {}): Unit {
    const unit: Unit = {
      spec,
      enablement: spec.enablement,
      masked: false,
      active: spec.active ? 'active' : 'inactive',
      pid: spec.active && this.#runs(spec) ? this.#takePid() : 0,
      changedAt: this.#now(),
      result: 'success',
    };
    this.units.set(spec.name, unit);
    this.#hooks.set(spec.name, hooks);
    return unit;
  }
  remove(name: string): void {
    this.units.delete(name);
    this.#hooks.delete(name);
  }
  #runs(spec: UnitSpec): boolean {
    return spec.name.endsWith('.service') && spec.oneshot !== true;
  }

  /** `ssh` is `ssh.service`; aliases count. */
  fullName(name: string): string {
    return /\.(service|timer|socket|target|mount|slice|scope|path|device)$/.test(name)
      ? name
      : `${name}.service`;
  }
  find(name: string): Unit | undefined {
    const full = this.fullName(name);
    return (
      this.units.get(full) ??
      [...this.units.values()].find((unit) => unit.spec.aliases?.includes(full) === true)
    );
  }
  isActive(name: string): boolean {
    return this.find(name)?.active === 'active';
  }
  subState(unit: Unit): string {
    if (unit.active === 'failed') return 'failed';
    if (unit.active === 'inactive') return 'dead';
    if (unit.active === 'activating') return 'start';
    if (unit.spec.name.endsWith('.timer')) return 'waiting';
    if (unit.spec.name.endsWith('.socket'))
      return this.isActive(unit.spec.triggers ?? '') ? 'running' : 'listening';
    if (unit.spec.name.endsWith('.target')) return 'active';
    if (unit.spec.name.endsWith('.mount')) return 'mounted';
    return unit.spec.remains === true ? 'exited' : 'running';
  }

  #log(unit: Unit, message: string, priority = 6): void {
    this.#journal.write(unit.spec.name, 'systemd', message, { priority });
  }

  /** Starts a unit. False when it failed. */
  async start(unit: Unit): Promise<boolean> {
    if (unit.active === 'active') return true;
    const label = `${unit.spec.name} - ${unit.spec.description}`;
    this.#log(unit, `Starting ${label}...`);
    try {
      await this.#hooks.get(unit.spec.name)?.start?.();
    } catch (error) {
      unit.active = 'failed';
      unit.pid = 0;
      unit.result = 'exit-code';
      unit.changedAt = this.#now();
      const words = error instanceof Error ? error.message : String(error);
      this.#journal.write(unit.spec.name, unit.spec.process ?? unit.spec.name, words, { priority: 3 });
      this.#log(unit, `${unit.spec.name}: Main process exited, code=exited, status=1/FAILURE`, 5);
      this.#log(unit, `${unit.spec.name}: Failed with result 'exit-code'.`, 4);
      this.#log(unit, `Failed to start ${label}.`, 3);
      this.onChange();
      return false;
    }
    const over = unit.spec.oneshot === true && unit.spec.remains !== true;
    unit.active = over ? 'inactive' : 'active';
    unit.result = 'success';
    unit.pid = this.#runs(unit.spec) ? this.#takePid() : 0;
    unit.changedAt = this.#now();
    this.#log(unit, over ? `Finished ${label}.` : `Started ${label}.`);
    this.onChange();
    return true;
  }
  stop(unit: Unit): void {
    if (unit.active === 'inactive') return;
    if (unit.active === 'failed') {
      unit.active = 'inactive';
      return;
    }
    this.#log(unit, `Stopping ${unit.spec.name} - ${unit.spec.description}...`);
    this.#hooks.get(unit.spec.name)?.stop?.();
    unit.active = 'inactive';
    unit.pid = 0;
    unit.changedAt = this.#now();
    this.#log(unit, `${unit.spec.name}: Deactivated successfully.`);
    this.#log(unit, `Stopped ${unit.spec.name} - ${unit.spec.description}.`);
    this.onChange();
  }
  async restart(unit: Unit): Promise<boolean> {
    this.stop(unit);
    return this.start(unit);
  }
  reload(unit: Unit): void {
    this.#hooks.get(unit.spec.name)?.reload?.();
    this.#log(unit, `Reloaded ${unit.spec.name} - ${unit.spec.description}.`);
  }
  /** Power is gone: nothing runs, nothing is logged. */
  halt(): void {
    for (const unit of this.units.values()) {
      unit.active = 'inactive';
      unit.pid = 0;
    }
  }
  /** What a boot starts: enabled and static units that were made to run at boot. */
  async boot(): Promise<void> {
    for (const unit of this.units.values()) {
      const wanted =
        unit.enablement === 'enabled' ||
        (unit.enablement === 'static' && unit.spec.active) ||
        unit.enablement === 'generated';
      if (wanted && !unit.masked && (unit.spec.oneshot !== true || unit.spec.remains === true))
        await this.start(unit);
    }
  }
  get failed(): readonly Unit[] {
    return [...this.units.values()].filter((unit) => unit.active === 'failed');
  }
}
