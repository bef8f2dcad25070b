/** Composer in images: install and dump-autoload, and what else a build calls. */
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import type { Around } from './around.js';
import { artisan } from './artisan.js';
import { reaches } from './package-tools.js';

function autoload(process: Process): void {
  process.kernel.volume.put(process.path('vendor/autoload.php'), '<?php // practice lab\n');
  process.kernel.volume.put(process.path('vendor/composer/autoload_classmap.php'), '<?php return [];\n');
}
/** Scripts that composer.json runs after the autoloader was written. */
async function scripts(around: Around, process: Process, text: string): Promise<number> {
  const block = /"post-autoload-dump"\s*:\s*\[([^\]]*)\]/.exec(text)?.[1] ?? '';
  for (const match of block.matchAll(/"@php artisan ([^"]+)"/g)) {
    await process.err(`> @php artisan ${match[1] ?? ''}\n`);
    if (process.view.peek(process.path('artisan'))?.kind !== 'file') {
      await process.out('Could not open input file: artisan\n');
      await process.err(
        `Script @php artisan ${match[1] ?? ''} handling the post-autoload-dump event returned with error code 1\n`,
      );
      return 1;
    }
    const status = await artisan(around, process, process.cwd, (match[1] ?? '').split(/\s+/));
    if (status !== 0) return status;
  }
  return 0;
}
export const composer =
  (around: Around): Program =>
  async (process, args) => {
    const flags = args.filter((arg) => arg.startsWith('-'));
    const [verb = ''] = args.filter((arg) => !arg.startsWith('-'));
    if (flags.includes('--version') || flags.includes('-V')) {
      await process.out('Composer version 2.8.12 2025-09-19 13:41:59\n');
      return 0;
    }
    const text = process.kernel.volume.text(process.path('composer.json'));
    if (text === null) {
      await process.err(
        `Composer could not find a composer.json file in ${process.cwd}\nTo initialize a project, please create a composer.json file. See https://getcomposer.org/basic-usage\n`,
      );
      return 1;
    }
    try {
      JSON.parse(text);
    } catch {
      await process.err(`"./composer.json" does not contain valid JSON\nParse error\n`);
      return 1;
    }
    switch (verb) {
      case 'install':
      case 'update': {
        const locked = process.kernel.volume.text(process.path('composer.lock')) !== null;
        await process.err(
          locked
            ? 'Installing dependencies from lock file\nVerifying lock file contents can be installed on current platform.\n'
            : 'No composer.lock file present. Updating dependencies to latest instead of installing from lock file. See https://getcomposer.org/install for more information.\nLoading composer repositories with package information\nUpdating dependencies\n',
        );
        const site = 'repo.packagist.org';
        if (
          !(await reaches(
            around,
            process,
            site,
            `\nIn CurlDownloader.php line 402:\n\n  curl error 6 while downloading https://${site}/packages.json: Could not resolve host: ${site}\n`,
          ))
        )
          return 100;
        await process.sleep(20_000);
        for (const match of text.matchAll(/"([a-z0-9-]+\/[a-z0-9-]+)"\s*:\s*"/g))
          process.kernel.volume.put(
            process.path(`vendor/${match[1] ?? ''}/composer.json`),
            `{"name":"${match[1] ?? ''}"}\n`,
          );
        process.kernel.volume.put(process.path('vendor/composer/installed.json'), '{"packages":[]}\n');
        if (flags.includes('--no-autoloader')) return 0;
        autoload(process);
        await process.err('Generating optimized autoload files\n');
        return flags.includes('--no-scripts') ? 0 : scripts(around, process, text);
      }
      case 'dump-autoload':
      case 'dumpautoload':
        autoload(process);
        await process.err('Generated optimized autoload files\n');
        return flags.includes('--no-scripts') ? 0 : scripts(around, process, text);
      case 'clear-cache':
      case 'clearcache':
      case 'validate':
      case 'config':
        return 0;
      default:
        return process.refuse(`composer ${verb}`);
    }
  };
