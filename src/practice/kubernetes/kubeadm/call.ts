/** One call of kubeadm: its flags, and how it says that it failed. */
import type { Host } from '../../host.js';
import type { Process } from '../../kernel/process.js';
import { OptionError, readOptions, type Options, type OptionSpec } from '../../commands/options.js';

export interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
}
/** kubeadm ends with an error. */
export class KubeadmError extends Error {
  override readonly name = 'KubeadmError';
}
/** A flag that the real program knows and this one does not do. */
export class NotCovered extends Error {
  override readonly name = 'NotCovered';
}
const COMMON = [
  'v=',
  'kubeconfig=',
  'rootfs=',
  'dry-run',
  'help',
  'skip-headers',
  'skip-log-headers',
  'one-output',
];

/** @throws KubeadmError for a flag that no kubeadm knows, NotCovered for one that is not simulated */
export function flagsOf(
  args: readonly string[],
  spec: OptionSpec,
  elsewhere: readonly string[] = [],
): Options {
  try {
    const options = readOptions(args, {
      ...spec,
      flags: `${spec.flags ?? ''}h`,
      values: `${spec.values ?? ''}v`,
      long: [...(spec.long ?? []), ...COMMON, ...elsewhere],
    });
    const refused = [...elsewhere.map((name) => name.replace('=', '')), 'rootfs'].find((name) =>
      options.has(name),
    );
    if (refused !== undefined) throw new NotCovered(`flag --${refused}`);
    return options;
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    const name = error.option.startsWith('--') ? (error.option.split('=')[0] ?? '') : error.option;
    throw new KubeadmError(
      error.message.includes('requires an argument')
        ? `flag needs an argument: ${name}`
        : name.startsWith('--')
          ? `unknown flag: ${name}`
          : `unknown shorthand flag: '${name.slice(1)}' in ${name}`,
    );
  }
}
export const say = (call: Call, text: string): Promise<void> => call.process.out(`${text}\n`);
