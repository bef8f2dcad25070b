/** modprobe, lsmod, modinfo, rmmod. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { KERNEL_RELEASE } from '../model/machine.js';
import {
  loadModule,
  moduleChain,
  modulePath,
  moduleSpec,
  procModules,
  unloadModule,
} from '../model/modules.js';
import { withOptions } from './program.js';

const lost = (name: string) => `Module ${name} not found in directory /lib/modules/${KERNEL_RELEASE}`;

function modprobe(host: Host): Program {
  return withOptions(
    {
      flags: 'arnvqD',
      long: ['all', 'remove', 'dry-run', 'verbose', 'quiet', 'show-depends', 'first-time', 'version'],
    },
    async (process, options) => {
      if (options.has('version')) {
        await process.out('kmod version 31\n');
        return 0;
      }
      const names = options.has('a', 'all', 'r', 'remove') ? options.operands : options.operands.slice(0, 1);
      if (names.length === 0) {
        await process.err('modprobe: ERROR: missing parameters. See -h.\n');
        return 1;
      }
      const quiet = options.has('q', 'quiet');
      let status = 0;
      for (const name of names) {
        if (moduleSpec(name) === undefined) {
          if (!quiet)
            await process.err(
              options.has('a', 'all')
                ? `modprobe: WARNING: ${lost(name)}\n`
                : `modprobe: FATAL: ${lost(name)}\n`,
            );
          status = 1;
          continue;
        }
        if (options.has('D', 'show-depends')) {
          for (const one of moduleChain(name)) await process.out(`insmod ${modulePath(one)} \n`);
          continue;
        }
        if (options.has('n', 'dry-run')) continue;
        if (process.credentials.uid !== 0) {
          await process.err(
            `modprobe: ERROR: could not ${options.has('r', 'remove') ? 'remove' : 'insert'} '${name}': Operation not permitted\n`,
          );
          status = 1;
          continue;
        }
        if (options.has('r', 'remove')) {
          const wrong = unloadModule(host, name);
          if (wrong !== null) {
            await process.err(`modprobe: FATAL: ${wrong}\n`);
            status = 1;
          }
        } else loadModule(host, name);
      }
      return status;
    },
  );
}

export function modulePrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    modprobe: modprobe(host),
    rmmod: async (process, args) => {
      for (const name of args.filter((arg) => !arg.startsWith('-'))) {
        if (process.credentials.uid !== 0) {
          await process.err(
            `rmmod: ERROR: ../libkmod/libkmod-module.c:856 kmod_module_remove_module() could not remove '${name}': Operation not permitted\n`,
          );
          return 1;
        }
        const wrong = host.machine.modules.has(name)
          ? unloadModule(host, name)
          : `Module ${name} is not currently loaded`;
        if (wrong === null) continue;
        await process.err(`rmmod: ERROR: ${wrong}\n`);
        return 1;
      }
      return 0;
    },
    lsmod: async (process) => {
      await process.out('Module                  Size  Used by\n');
      for (const line of procModules(host).split('\n')) {
        const [name = '', size = '', users = '', by = '-'] = line.split(' ');
        if (name === '') continue;
        const names = by === '-' ? '' : ` ${by.replace(/,$/, '')}`;
        await process.out(`${name.padEnd(19)} ${size.padStart(8)}  ${users}${names}\n`);
      }
      return 0;
    },
    modinfo: withOptions(
      { flags: 'nadl', values: 'F', long: ['filename', 'field='] },
      async (process, options) => {
        let status = 0;
        for (const name of options.operands) {
          if (moduleSpec(name) === undefined) {
            await process.err(`modinfo: ERROR: Module ${name} not found.\n`);
            status = 1;
            continue;
          }
          await process.out(
            options.has('n', 'filename')
              ? `${modulePath(name)}\n`
              : `filename:       ${modulePath(name)}\nname:           ${name}\nvermagic:       ${KERNEL_RELEASE} SMP preempt mod_unload modversions \n`,
          );
        }
        return status;
      },
    ),
  };
}
