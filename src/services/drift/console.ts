/** The live service for files of ours; see FileConsole. */
import { Trouble, type HostName } from '../../lab/types.js';
import type { FileConsole } from '../live/types.js';
import type { Jobs, Links } from '../ports.js';
import { lookAtFiles, settleFile } from './drift.js';

function notOurs(host: HostName, path: string): Trouble {
  return new Trouble(
    'drift-not-ours',
    {
      id: `Tidak ada catatan bahwa langkah kami menulis ${path} di ${host}.`,
      en: `There is no record of a step of ours writing ${path} on ${host}.`,
    },
    {
      id: 'Mungkin langkahnya baru saja dikembalikan. Daftarnya: threebody-tui drift',
      en: 'Perhaps its step was undone just now. The list: threebody-tui drift',
    },
    host,
  );
}

/**
 * @param parts.mask hides secrets in a text
 * @param parts.prelude the functions that stand before every action script
 */
export function createFileConsole(parts: {
  readonly links: Links;
  readonly jobs: Pick<Jobs, 'list'>;
  readonly prelude: string;
  readonly mask: (text: string) => string;
}): FileConsole {
  const { links, jobs, prelude, mask } = parts;
  return {
    async describe(host, path) {
      const { files, differences } = await lookAtFiles(links.link(host), { path }, { mask });
      const file = files.find((one) => one.path === path);
      if (file === undefined) throw notOurs(host, path);
      return { file, lines: differences.get(path) ?? [] };
    },
    async settle(host, file, act) {
      await settleFile({ link: links.link(host), jobs, prelude }, file, act);
    },
  };
}
