/** Services that set the kernel up at boot: modules, settings, swap. */
import type { Host } from '../host.js';
import { bootModules, loadListedModules } from './modules.js';
import { generateSwapUnits } from './swap.js';
import { applySysctlFiles } from './sysctl.js';
import { UnitFailure } from './unit.js';

export function addKernelServices(host: Host): void {
  const once = { enablement: 'static', active: true, oneshot: true, remains: true } as const;
  host.systemd.add(
    { name: 'systemd-modules-load.service', description: 'Load Kernel Modules', ...once },
    {
      start: () => {
        if (loadListedModules(host).length > 0) throw new UnitFailure(1, '1/FAILURE');
      },
    },
  );
  host.systemd.add(
    { name: 'systemd-sysctl.service', description: 'Apply Kernel Variables', ...once },
    { start: () => applySysctlFiles(host) },
  );
}
/** What the kernel is like before the first service runs. */
export function bootKernel(host: Host): void {
  bootModules(host);
  generateSwapUnits(host);
}
