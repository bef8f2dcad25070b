/** wget: one file, as the runbook's own lines fetch it. */
import { withOptions } from '../commands/program.js';
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { headerOf } from '../model/http.js';
import { baseName } from '../vfs/volume.js';
import { fetchFrom, NoAnswer } from './fetch.js';

const EXIT: Readonly<Record<number, number>> = { 3: 2, 6: 4, 7: 4, 28: 4, 35: 5, 52: 4, 60: 5 };

export function wget(host: Host): Program {
  return withOptions(
    {
      flags: 'qcNS4',
      values: 'OPTt',
      long: [
        'quiet',
        'continue',
        'output-document=',
        'directory-prefix=',
        'no-verbose',
        'show-progress',
        'progress=',
        'timeout=',
        'tries=',
        'no-check-certificate',
        'spider',
        'server-response',
      ],
    },
    async (process, options) => {
      const [given = ''] = options.operands;
      let url = URL.parse(/^https?:/.test(given) ? given : `http://${given}`);
      const quiet = options.has('q', 'quiet');
      const say = async (text: string) => {
        if (!quiet) await process.err(text);
      };
      for (let turn = 0; url !== null && turn < 20; turn += 1) {
        await say(`Resolving ${url.hostname} (${url.hostname})... `);
        try {
          const response = await fetchFrom(host, process, {
            method: options.has('spider') ? 'HEAD' : 'GET',
            url,
            headers: new Map([['user-agent', 'Wget/1.21.4']]),
            body: Buffer.alloc(0),
            resolve: new Map(),
            insecure: options.has('no-check-certificate'),
            authorities: [],
            connectTimeoutMs: 130_000,
            timeoutMs: 900_000,
          });
          await say(`connected.\nHTTP request sent, awaiting response... ${response.status}\n`);
          const next = headerOf(response, 'location');
          if (response.status >= 300 && response.status < 400 && next !== undefined) {
            await say(`Location: ${next} [following]\n`);
            url = URL.parse(next, url.href);
            continue;
          }
          if (response.status >= 400) {
            await process.err(`ERROR ${response.status}.\n`);
            return 8;
          }
          await process.sleep(response.takesMs ?? 0);
          const name = options.value('O', 'output-document') ?? (baseName(url.pathname) || 'index.html');
          const into = options.value('P', 'directory-prefix');
          if (options.has('spider')) return 0;
          if (name === '-') await process.out(response.body);
          else {
            process.view.write(process.path(into === undefined ? name : `${into}/${name}`), response.body);
            await say(`‘${name}’ saved [${response.body.length}/${response.body.length}]\n`);
          }
          return 0;
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          await process.err(
            error.code === 6
              ? `failed: Temporary failure in name resolution.\nwget: unable to resolve host address ‘${url?.hostname ?? given}’\n`
              : `failed: ${error.message}.\n`,
          );
          return EXIT[error.code] ?? 1;
        }
      }
      return 1;
    },
  );
}
