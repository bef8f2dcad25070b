/** sysctl over the kernel settings of the model. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { readSysctlFile, setSysctl, sysctlFiles } from '../model/sysctl.js';
import { matchesPattern } from '../shell/patterns.js';
import { SystemError } from '../vfs/inode.js';
import type { Options } from './options.js';
import { withOptions } from './program.js';

interface Call {
  readonly host: Host;
  readonly process: Process;
  readonly options: Options;
}
const shown = ({ options }: Call, key: string, value: string) =>
  options.has('n', 'values') ? `${value}\n` : options.has('N', 'names') ? `${key}\n` : `${key} = ${value}\n`;

async function unknown({ process, options }: Call, key: string): Promise<void> {
  if (!options.has('e', 'ignore'))
    await process.err(
      `sysctl: cannot stat /proc/sys/${key.replaceAll('.', '/')}: No such file or directory\n`,
    );
}
async function write(call: Call, key: string, value: string): Promise<boolean> {
  const { host, process, options } = call;
  if (!host.machine.sysctl.has(key)) {
    await unknown(call, key);
    return options.has('e', 'ignore');
  }
  if (process.credentials.uid !== 0) {
    await process.err(
      `sysctl: permission denied on key "${key}"${options.has('e', 'ignore') ? ', ignoring' : ''}\n`,
    );
    return false;
  }
  setSysctl(host, key, value);
  if (!options.has('q', 'quiet')) await process.out(shown(call, key, value));
  return true;
}
/** Applies files in order; all names first, as procps 4 says them. */
async function load(call: Call, paths: readonly string[], announce: boolean): Promise<number> {
  const { process } = call;
  if (announce && !call.options.has('q', 'quiet'))
    for (const path of paths) await process.out(`* Applying ${path} ...\n`);
  let status = 0;
  for (const path of paths) {
    let text: string;
    try {
      text = process.view.readText(process.path(path));
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.err(`sysctl: cannot open "${path}": ${error.message}\n`);
      status = 1;
      continue;
    }
    for (const { key, value, lenient } of readSysctlFile(text)) {
      if (lenient && !call.host.machine.sysctl.has(key)) continue;
      if (!(await write(call, key, value))) status = 1;
    }
  }
  return status;
}

export function sysctl(host: Host): Program {
  return withOptions(
    {
      flags: 'nwqeaANbp',
      values: 'fr',
      long: ['system', 'values', 'all', 'write', 'quiet', 'ignore', 'names', 'load', 'load=', 'pattern='],
    },
    async (process, options) => {
      const call: Call = { host, process, options };
      const values = host.machine.sysctl;
      if (options.has('a', 'A', 'all')) {
        for (const [key, value] of [...values].toSorted(([a], [b]) => (a < b ? -1 : 1)))
          await process.out(shown(call, key, value));
        return 0;
      }
      if (options.has('system')) return load(call, [...sysctlFiles(host), '/etc/sysctl.conf'], true);
      if (options.has('p', 'load', 'f')) {
        const given = options.value('load') ?? options.value('f') ?? '';
        const files = [...(given === '' ? [] : [given]), ...options.operands];
        return load(call, files.length === 0 ? ['/etc/sysctl.conf'] : files, false);
      }
      let failures = 0;
      for (const operand of options.operands) {
        const at = operand.indexOf('=');
        const key = (at < 0 ? operand : operand.slice(0, at)).trim().replaceAll('/', '.');
        if (at >= 0) {
          if (!(await write(call, key, operand.slice(at + 1).trim()))) failures += 1;
          continue;
        }
        const below = [...values.keys()].filter(
          (known) =>
            known === key || known.startsWith(`${key}.`) || (/[*?]/.test(key) && matchesPattern(known, key)),
        );
        if (below.length === 0) {
          await unknown(call, key);
          if (!options.has('e', 'ignore')) failures += 1;
        }
        for (const one of below) await process.out(shown(call, one, values.get(one) ?? ''));
      }
      return failures;
    },
  );
}
