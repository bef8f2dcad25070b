/** One call of systemctl, and the units its words mean. */
import type { Host } from '../host.js';
import type { Process } from '../kernel/process.js';
import { matchesPattern } from '../shell/patterns.js';
import type { Options } from './options.js';

export interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
  readonly quiet: boolean;
}

export type Verb = (call: Call, units: readonly string[]) => Promise<number> | number;

export function select(call: Call, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (!/[*?[]/.test(name)) return [name];
    return [...call.host.systemd.units.keys()].filter(
      (known) => matchesPattern(known, call.host.systemd.fullName(name)) || matchesPattern(known, name),
    );
  });
}
