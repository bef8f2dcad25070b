/** dockerd as people call it by hand: its version, its options, and the check of a configuration. */
import { ConfigError, readDaemonConfig } from '../../docker/daemon-config.js';
import type { Host } from '../../host.js';
import type { Program } from '../../kernel/kernel.js';
import { withOptions } from '../program.js';
import { engineVersion } from './call.js';

const DEFAULT = '/etc/docker/daemon.json';
const HELP = `
Usage:	dockerd [OPTIONS]

A self-sufficient runtime for containers.

Options:
      --config-file string                    Daemon configuration file (default "/etc/docker/daemon.json")
      --data-root string                      Root directory of persistent Docker state (default "/var/lib/docker")
  -D, --debug                                 Enable debug mode
      --help                                  Print usage
      --insecure-registry list                Enable insecure registry communication
      --live-restore                          Enable live restore of docker when containers are still running
      --validate                              Validate daemon configuration and exit
  -v, --version                               Print version information and quit
`;

export function dockerd(host: Host): Program {
  return withOptions(
    {
      flags: 'vD',
      values: 'H',
      long: ['version', 'validate', 'config-file=', 'help', 'debug', 'host=', 'containerd='],
    },
    async (process, options) => {
      if (options.has('help')) {
        await process.out(HELP);
        return 0;
      }
      if (options.has('v', 'version')) {
        await process.out(`Docker version ${engineVersion(host)}, build 89c5e8f\n`);
        return 0;
      }
      if (!options.has('validate'))
        return process.refuse('running the daemon by hand (systemctl start docker is)');
      const file = options.value('config-file') ?? DEFAULT;
      const path = process.path(file);
      const there = process.view.peek(path) !== undefined;
      if (!there && options.has('config-file')) {
        await process.err(
          `unable to configure the Docker daemon with file ${file}: open ${file}: no such file or directory\n`,
        );
        return 1;
      }
      try {
        readDaemonConfig(there ? process.view.readText(path) : null, file);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        await process.err(`${error.message}\n`);
        return 1;
      }
      await process.err('configuration OK\n');
      return 0;
    },
  );
}
