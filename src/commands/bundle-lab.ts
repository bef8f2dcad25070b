/** A bundle where a command expects a lab: everything is answered from what was recorded in it. */
import { resolve } from 'node:path';
import { HOST_NAMES, Trouble } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import { talk, type CommandContext } from './context.js';
import { usageTrouble } from './parse.js';
import type { OpenLab } from './session.js';

/** @throws Trouble `usage` for options that need a lab, those of `readBundle` */
export async function openBundle(context: CommandContext, runbook: Runbook, file: string): Promise<OpenLab> {
  const { options } = context.line;
  for (const name of ['fix', 'paste', 'lab', 'practice'] as const)
    if (options.has(name))
      throw usageTrouble(
        {
          id: `--bundle dan --${name} tidak dapat bersamaan`,
          en: `--bundle and --${name} exclude each other`,
        },
        {
          id: 'Sebuah bundel hanya dibaca. Perbaikan dijalankan pada labnya: threebody-tui diagnose --fix',
          en: 'A bundle is only read. Fixes are run on the lab itself: threebody-tui diagnose --fix',
        },
      );
  const [{ readBundle }, { openBundleSession }] = await Promise.all([
    import('../services/bundle/read.js'),
    import('../services/bundle/offline.js'),
  ]);
  const bundle = await readBundle(resolve(context.cwd, file));
  const session = await openBundleSession(bundle, runbook);
  context.maskWith(session.mask);
  const { lab, tool, writtenAt } = bundle.manifest;
  talk(context, {
    id: `Bundel lab ${lab.name}, ditulis ${writtenAt} oleh versi ${tool.version}. Tidak ada yang dihubungi.`,
    en: `Bundle of the lab ${lab.name}, written ${writtenAt} by version ${tool.version}. Nothing is contacted.`,
  });
  if (tool.version !== context.version)
    talk(context, {
      id: `Program ini versi ${context.version}: pertanyaan yang berubah sejak itu dijawab seadanya.`,
      en: `This program is version ${context.version}: questions that changed since are answered as well as can be.`,
    });
  return {
    runbook,
    session,
    login() {
      const troubles = bundle.manifest.hosts.flatMap(({ name, trouble }) =>
        trouble === null
          ? []
          : [[name, new Trouble(trouble.code, trouble.what, trouble.remedy, name, 3)] as const],
      );
      const found = new Map(troubles);
      return Promise.resolve(
        new Map(
          HOST_NAMES.flatMap((host) => {
            const trouble = found.get(host);
            return trouble === undefined ? [] : [[host, trouble] as const];
          }),
        ),
      );
    },
    close: () => session.close(),
  };
}
