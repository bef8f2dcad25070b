/** systemd of a virtual host: units, their states and what starting and stopping them does. */
import type { Clock } from '../kernel/clock.js';
import type { SignalName } from '../kernel/process.js';
import type { Journal } from './journal.js';
import { UnitFailure, type Unit, type UnitHooks, type UnitSpec } from './unit.js';

export type { Enablement, Unit, UnitHooks, UnitSpec } from './unit.js';

export class Systemd {
  readonly units = new Map<string, Unit>();
  readonly #hooks = new Map<string, UnitHooks>();
  readonly #journal: Journal;
  readonly #now: () => number;
  readonly #takePid: () => number;
  readonly #clock: Clock;
  readonly #starting = new Map<Unit, Promise<boolean>>();
  /** Ends with the power: what was under way then must not come back. */
  #life = new AbortController();
  /** Called after any unit changed. */
  onChange: () => void = () => undefined;

  constructor(journal: Journal, now: () => number, takePid: () => number, clock: Clock) {
    this.#journal = journal;
    this.#now = now;
    this.#takePid = takePid;
    this.#clock = clock;
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
      exitStatus: 0,
      restarts: 0,
    };
    this.units.set(spec.name, unit);
    this.#hooks.set(spec.name, hooks);
    return unit;
  }
  /** A unit file was read (again): what runs goes on running. */
  define(spec: UnitSpec, hooks: UnitHooks): void {
    const old = this.units.get(spec.name);
    const unit = this.add({ ...spec, active: false }, hooks);
    if (old === undefined) return;
    // However often it is read meanwhile: what runs is stopped as it was started.
    const running = this.#kept.get(old);
    if (running !== undefined) this.#kept.set(unit, running);
    Object.assign(unit, {
      masked: old.masked,
      active: old.active,
      pid: old.pid,
      changedAt: old.changedAt,
      result: old.result,
      exitStatus: old.exitStatus,
      restarts: old.restarts,
    });
  }
  /** Those that a unit was started with last. */
  readonly #kept = new WeakMap<Unit, UnitHooks>();

  remove(name: string): void {
    this.units.delete(name);
    this.#hooks.delete(name);
    this.onChange();
  }
  #runs(spec: UnitSpec): boolean {
    return spec.name.endsWith('.service') && spec.oneshot !== true;
  }

  /** `ssh` is `ssh.service`; aliases count. */
  fullName(name: string): string {
    return /\.(service|timer|socket|target|mount|slice|scope|path|device|swap)$/.test(name)
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
    if (unit.active === 'activating') return unit.sub ?? 'start';
    if (unit.spec.name.endsWith('.timer')) return 'waiting';
    if (unit.spec.name.endsWith('.socket'))
      return this.isActive(unit.spec.triggers ?? '') ? 'running' : 'listening';
    if (unit.spec.name.endsWith('.target')) return 'active';
    if (unit.spec.name.endsWith('.mount')) return 'mounted';
    if (unit.spec.name.endsWith('.swap')) return 'active';
    return unit.spec.remains === true && unit.pid === 0 ? 'exited' : 'running';
  }
  /** Whether anything is still being started. */
  get busy(): boolean {
    return this.#starting.size > 0;
  }

  #log(unit: Unit, message: string, priority = 6): void {
    this.#journal.write(unit.spec.name, 'systemd', message, { priority });
  }
  #label(unit: Unit): string {
    return `${unit.spec.name} - ${unit.spec.description}`;
  }

  /** Starts a unit and what it requires. False when it failed. */
  start(unit: Unit): Promise<boolean> {
    if (unit.active === 'active') return Promise.resolve(true);
    const under = this.#starting.get(unit);
    if (under !== undefined) return under;
    const work = this.#start(unit).finally(() => {
      if (this.#starting.get(unit) === work) this.#starting.delete(unit);
    });
    this.#starting.set(unit, work);
    return work;
  }
  async #start(unit: Unit): Promise<boolean> {
    const life = this.#life.signal;
    for (const name of unit.spec.wants ?? []) {
      const other = this.units.get(name);
      if (other !== undefined && other !== unit && other.active !== 'active') await this.start(other);
    }
    for (const name of unit.spec.requires ?? []) {
      const other = this.find(name);
      if (other === unit) continue;
      if (other === undefined || other.masked || !(await this.start(other))) {
        this.#log(unit, `Dependency failed for ${this.#label(unit)}.`, 4);
        this.#log(unit, `${unit.spec.name}: Job ${unit.spec.name}/start failed with result 'dependency'.`, 5);
        return false;
      }
    }
    if (life.aborted) return false;
    this.#log(unit, `Starting ${this.#label(unit)}...`);
    const hooks = this.#hooks.get(unit.spec.name);
    if (unit.spec.oneshot === true && hooks?.start !== undefined) {
      unit.active = 'activating';
      unit.changedAt = this.#now();
    }
    try {
      await this.#limited(unit, hooks);
    } catch (error) {
      if (life.aborted) return false;
      this.#failed(unit, error);
      return false;
    }
    if (life.aborted) return false;
    const over = unit.spec.oneshot === true && unit.spec.remains !== true;
    unit.active = over ? 'inactive' : 'active';
    unit.result = 'success';
    unit.exitStatus = 0;
    unit.pid = hooks?.pid !== undefined ? hooks.pid() : this.#runs(unit.spec) ? this.#takePid() : 0;
    unit.changedAt = this.#now();
    if (hooks !== undefined) this.#kept.set(unit, hooks);
    const pulled = [...this.units.values()].filter(
      (other) =>
        other.enablement === 'enabled' &&
        !other.masked &&
        other.spec.wantedBy?.includes(unit.spec.name) === true,
    );
    for (const other of pulled) void this.#afterOthers(other, pulled);
    this.#log(
      unit,
      over || unit.spec.oneshot === true ? `Finished ${this.#label(unit)}.` : `Started ${this.#label(unit)}.`,
    );
    this.onChange();
    return true;
  }
  /** A start that takes longer than it may is broken off. */
  async #limited(unit: Unit, hooks: UnitHooks | undefined): Promise<void> {
    const work = hooks?.start?.();
    if (work === undefined) return;
    const limit = hooks?.timeoutMs;
    if (limit === undefined || !Number.isFinite(limit) || this.#clock.scale === 0) {
      await work;
      return;
    }
    const done = new AbortController();
    const late = this.#clock.sleep(limit, done.signal).then(
      () => {
        hooks?.abort?.('TERM');
        throw new UnitFailure(
          15,
          '15/TERM',
          [`${unit.spec.name}: start operation timed out. Terminating.`],
          'TERM',
        );
      },
      () => undefined,
    );
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }
  #failed(unit: Unit, error: unknown): void {
    const failure =
      error instanceof UnitFailure
        ? error
        : new UnitFailure(1, '1/FAILURE', [error instanceof Error ? error.message : String(error)]);
    unit.active = 'failed';
    unit.pid = 0;
    unit.exitStatus = failure.status;
    unit.result = failure.signal === null ? 'exit-code' : 'signal';
    unit.changedAt = this.#now();
    const own = unit.spec.process ?? unit.spec.name;
    for (const line of failure.lines)
      this.#journal.write(unit.spec.name, line.startsWith(unit.spec.name) ? 'systemd' : own, line, {
        priority: 3,
      });
    const how = failure.signal === null ? 'exited' : 'killed';
    this.#log(unit, `${unit.spec.name}: Main process exited, code=${how}, status=${failure.words}`, 5);
    this.#log(unit, `${unit.spec.name}: Failed with result '${unit.result}'.`, 4);
    this.#log(unit, `Failed to start ${this.#label(unit)}.`, 3);
    this.onChange();
    this.#again(unit);
  }
  /** The main process of a running service went away by itself. */
  ended(name: string, status: number, signal: SignalName | null): void {
    const unit = this.units.get(name);
    if (unit === undefined || this.#life.signal.aborted) return;
    const clean = status === 0 || signal === 'TERM';
    unit.pid = 0;
    unit.exitStatus = status;
    unit.changedAt = this.#now();
    if (clean) {
      unit.active = 'inactive';
      unit.result = 'success';
      this.#log(unit, `${name}: Deactivated successfully.`);
    } else {
      const failure = UnitFailure.ofExit(status, signal);
      unit.active = 'failed';
      unit.result = signal === null ? 'exit-code' : 'signal';
      this.#log(
        unit,
        `${name}: Main process exited, code=${signal === null ? 'exited' : 'killed'}, status=${failure.words}`,
        5,
      );
      this.#log(unit, `${name}: Failed with result '${unit.result}'.`, 4);
    }
    this.onChange();
    const when = this.#hooks.get(name)?.restart?.when;
    if (when === 'always' || !clean) this.#again(unit);
  }
  /** `Restart=`: tries again after its pause, until the start limit is hit. */
  #again(unit: Unit): void {
    const restart = this.#hooks.get(unit.spec.name)?.restart;
    if (restart === undefined || !['always', 'on-failure', 'on-abnormal'].includes(restart.when)) return;
    // Slower ones may go on for ever, as with systemd.
    if (
      unit.restarts + 1 >= restart.burst &&
      restart.burst * restart.afterMs < (restart.intervalMs ?? 10_000)
    ) {
      this.#log(unit, `${unit.spec.name}: Start request repeated too quickly.`, 4);
      return;
    }
    const life = this.#life.signal;
    // However compressed the lab's time is, a service that fails at once must not keep the program busy.
    const breath = new Promise((resolve) => setTimeout(resolve, 50).unref());
    Promise.all([this.#clock.sleep(Math.max(restart.afterMs, 20), life), breath])
      .then(async () => {
        if (life.aborted) return;
        if (this.units.get(unit.spec.name)?.active !== 'failed' && restart.when !== 'always') return;
        unit.restarts += 1;
        this.#log(unit, `${unit.spec.name}: Scheduled restart job, restart counter is at ${unit.restarts}.`);
        await this.start(unit);
      })
      // A start that fails has said so in the journal and in the unit's state; the lab's end breaks the wait off.
      .catch(() => undefined);
  }
  /** Units that are stopped when this one is: they require it. */
  #dependents(unit: Unit): readonly Unit[] {
    return [...this.units.values()].filter(
      (other) =>
        other !== unit &&
        (other.active === 'active' || other.active === 'activating') &&
        other.spec.requires?.some((name) => this.find(name) === unit) === true,
    );
  }
  /** Stops a unit and what requires it. Without hooks that wait, it is done when this returns. */
  async stop(unit: Unit): Promise<void> {
    if (unit.active === 'inactive') return;
    if (unit.active === 'failed') {
      unit.active = 'inactive';
      return;
    }
    for (const other of this.#dependents(unit)) await this.stop(other);
    this.#log(unit, `Stopping ${this.#label(unit)}...`);
    const work = (this.#kept.get(unit) ?? this.#hooks.get(unit.spec.name))?.stop?.();
    if (work !== undefined) await work;
    if (this.#life.signal.aborted) return;
    unit.active = 'inactive';
    unit.pid = 0;
    unit.restarts = 0;
    unit.changedAt = this.#now();
    this.#log(unit, `${unit.spec.name}: Deactivated successfully.`);
    this.#log(unit, `Stopped ${this.#label(unit)}.`);
    this.onChange();
  }
  /** Stops and starts; what requires it and was running is restarted with it. */
  async restart(unit: Unit): Promise<boolean> {
    const others = this.#dependents(unit);
    await this.stop(unit);
    const began = await this.start(unit);
    for (const other of others) if (began) await this.start(other);
    return began;
  }
  reload(unit: Unit): void {
    (this.#kept.get(unit) ?? this.#hooks.get(unit.spec.name))?.reload?.();
    this.#log(unit, `Reloaded ${this.#label(unit)}.`);
  }
  /** Power is gone: nothing runs, nothing is logged. */
  halt(): void {
    this.#life.abort();
    this.#starting.clear();
    for (const unit of this.units.values()) {
      unit.active = 'inactive';
      unit.pid = 0;
      unit.restarts = 0;
      if (unit.enablement === 'transient') this.units.delete(unit.spec.name);
    }
  }
  /**
   * What a boot starts: enabled and static units that were made to run at boot. Units of files of one's own go side by side
   * and are not waited for, as a real boot does not wait for them either before people can log in.
   */
  async boot(): Promise<void> {
    this.#life = new AbortController();
    const wanted = [...this.units.values()].filter(
      (unit) =>
        (unit.enablement === 'enabled' ||
          (unit.enablement === 'static' && unit.spec.active) ||
          unit.enablement === 'generated') &&
        !unit.masked &&
        (unit.spec.oneshot !== true || unit.spec.remains === true || unit.spec.type !== undefined),
    );
    const own = (unit: Unit) => unit.spec.fragment?.startsWith('/etc/systemd/system/') === true;
    // Swap belongs to what every service comes after.
    const swap = (unit: Unit) => unit.spec.name.endsWith('.swap');
    for (const unit of wanted) if (swap(unit)) await this.start(unit);
    for (const unit of wanted) if (!own(unit)) await this.start(unit);
    for (const unit of wanted) if (own(unit)) void this.#afterOthers(unit, wanted);
  }
  /** Starts a unit once those of the others have been started that it comes after. */
  async #afterOthers(unit: Unit, wanted: readonly Unit[]): Promise<void> {
    for (const name of unit.spec.after ?? []) {
      const other = wanted.find((one) => one.spec.name === name);
      if (other !== undefined && other !== unit && other.active !== 'active') await this.start(other);
    }
    await this.start(unit);
  }
  get failed(): readonly Unit[] {
    return [...this.units.values()].filter((unit) => unit.active === 'failed');
  }
}
