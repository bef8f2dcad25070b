/** `bundle`: the state of the lab as one archive without secrets. Reads hosts, changes nothing on them. */
import { resolve } from 'node:path';
import { bytes } from '../i18n/format.js';
import { HOST_NAMES } from '../lab/types.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { catalogueIfAny } from './catalogue.js';
import { jsonDocument } from './output/document.js';
import { plainSigns } from './output/text.js';
import { usageTrouble } from './parse.js';
import { openLab } from './session.js';

export async function bundle(context: CommandContext): Promise<ExitCode> {
  const { line, signal, language, ascii } = context;
  const path = resolve(context.cwd, fileName(line.words[0] ?? ''));
  const replace = line.options.has('replace');
  const [{ gatherBundle }, { mustBeFree, writeBundle }, { stateRoot }] = await Promise.all([
    import('../services/bundle/contents.js'),
    import('../services/bundle/write.js'),
    import('../services/files/places.js'),
  ]);
  if (!replace) await mustBeFree(path);
  const lab = await openLab(context);
  try {
    const catalogue = await catalogueIfAny(context, lab.runbook);
    const troubles = await lab.login(HOST_NAMES, { root: true });
    for (const trouble of troubles.values()) context.problem(trouble);
    const contents = await gatherBundle(lab.session, catalogue, {
      version: context.version,
      signal,
      logDirectory: stateRoot(context.env),
      troubles,
      onProgress: (text) => context.streams.talk(plainSigns(text[language], ascii)),
      onUnwritten: context.problem,
    });
    if (contents === null) return 3;
    const { manifest, files } = contents;
    const written = await writeBundle(path, files, { replace, writtenAt: context.now(), signal });
    const silent = manifest.hosts.filter((one) => !one.up).map((one) => one.name);
    context.streams.result(
      line.options.has('json')
        ? jsonDocument('bundle', { path, bytes: written, manifest }, lab.session.mask)
        : `${path}\n`,
    );
    talk(context, {
      id: `Bundel ditulis: ${files.length} berkas, ${bytes('id', written)}; ${manifest.masked.total} tempat disamarkan, ${manifest.leftOut.length} hal tidak ikut (lihat manifest.json).`,
      en: `The bundle is written: ${files.length} files, ${bytes('en', written)}; ${manifest.masked.total} places masked, ${manifest.leftOut.length} things left out (see manifest.json).`,
    });
    talk(context, {
      id: `Lihat dulu sebelum dikirim: tar -tzf ${path}`,
      en: `Have a look before you send it: tar -tzf ${path}`,
    });
    if (silent.length === 0) return 0;
    talk(context, {
      id: `Tidak menjawab: ${silent.join(', ')}. Itu pun ada di dalamnya.`,
      en: `No answer from: ${silent.join(', ')}. That is in it as well.`,
    });
    return 3;
  } finally {
    await lab.close();
  }
}

/** A name that says what it is: whoever gets the file opens it with the right program. */
function fileName(word: string): string {
  if (/\.(?:tar\.gz|tgz)$/i.test(word)) return word;
  throw usageTrouble(
    { id: `${word} bukan nama .tar.gz`, en: `${word} is no .tar.gz name` },
    { id: `Tulis: threebody-tui bundle ${word}.tar.gz`, en: `Write: threebody-tui bundle ${word}.tar.gz` },
  );
}
