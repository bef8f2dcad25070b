/** The lab file on disk: read with everything wrong in it told at once, and written from answers. */
import { constants, type Stats } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { inFileOrder, parseLabFile, type KeyReference, type ParameterDefault } from '../../lab/parse-lab.js';
import { renderLabFile, type LabDraft } from '../../lab/lab-draft.js';
import { Trouble, type Diagnostic, type Lab, type Language, type SourcePlace } from '../../lab/types.js';
import { createFile, errorCode, fileReason, PRIVATE_FILE, replaceFile } from './atomic.js';
import { stateRoot } from './places.js';

export { configLabFile, findLabFile, stateRoot } from './places.js';

/** Longest lab file that is read, in bytes: more is a wrong file. */
const MAX_BYTES = 256 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks a lab file and the key files it names.
 * @param path the lab file; relative paths are taken from the working directory
 * @param options.parameters the runbook's parameters with defaults
 * @throws Trouble `lab-file` that tells every mistake with file:line:column and what to do about it
 */
export async function readLabFile(
  path: string,
  options: {
    readonly parameters: readonly ParameterDefault[];
    readonly env: Environment;
    readonly home?: string;
  },
): Promise<Lab> {
  const file = resolve(path);
  const home = options.home ?? homedir();
  const { text, mode } = await readText(file);
  const { lab, diagnostics, keyFiles } = parseLabFile(text, file, {
    parameters: options.parameters,
    home,
    stateRoot: stateRoot(options.env, home),
    fileMode: mode,
  });
  const keys = await Promise.all(keyFiles.map(checkKeyFile));
  const all = [...diagnostics, ...keys.filter((one) => one !== null)];
  if (all.length > 0 || lab === null) throw labFileTrouble(file, inFileOrder(all));
  return lab;
}

/** One error for all mistakes of a lab file: a single one is told as itself, more as a list, each with its place. */
export function labFileTrouble(file: string, diagnostics: readonly Diagnostic[]): Trouble {
  const [first] = diagnostics;
  if (first !== undefined && diagnostics.length === 1)
    return new Trouble('lab-file', first.what, first.remedy, told(file, first.place));
  const list = (language: Language): string =>
    diagnostics
      .map((one) => `\n  ${told(file, one.place)}: ${one.what[language]}. ${one.remedy[language]}`)
      .join('');
  return new Trouble(
    'lab-file',
    {
      id: `berkas lab ini punya ${diagnostics.length} kesalahan:${list('id')}`,
      en: `this lab file has ${diagnostics.length} mistakes:${list('en')}`,
    },
    {
      id: 'Betulkan baris-baris itu, lalu coba lagi. Belum ada yang diubah.',
      en: 'Correct those lines, then try again. Nothing has been changed.',
    },
    file,
  );
}

function told(file: string, place: SourcePlace | null): string {
  return place === null ? file : `${place.file}:${place.line}:${place.column}`;
}

/**
 * Writes a lab file with comments in the person's language, mode 0600, whole or not at all.
 * @throws Trouble `file-exists` unless `replace`; `file-not-written`
 */
export async function writeLabFile(
  path: string,
  draft: LabDraft,
  options: { readonly language: Language; readonly replace?: boolean },
): Promise<void> {
  const text = renderLabFile(draft, options.language);
  // Always private: whoever adds a password later need not think of the mode.
  if (options.replace === true) await replaceFile(path, text, PRIVATE_FILE);
  else await createFile(path, text, PRIVATE_FILE);
}

async function readText(file: string): Promise<{ readonly text: string; readonly mode: number }> {
  const fail = (what: Diagnostic['what'], remedy: Diagnostic['remedy']): Trouble =>
    labFileTrouble(file, [{ place: null, what, remedy }]);
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT')
      throw fail(
        { id: 'berkas lab ini tidak ada', en: 'this lab file does not exist' },
        {
          id: 'Periksa namanya, atau buat dengan `threebody-tui init`.',
          en: 'Check its name, or make one with `threebody-tui init`.',
        },
      );
    const reason = fileReason(error);
    throw fail(
      {
        id: `berkas lab ini tidak dapat dibuka: ${reason.id}`,
        en: `this lab file cannot be opened: ${reason.en}`,
      },
      { id: `Periksa dengan: ls -l ${file}`, en: `Look at it with: ls -l ${file}` },
    );
  });
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw fail(...notAFile(facts));
    if (facts.size > MAX_BYTES)
      throw fail(
        { id: 'berkas ini terlalu besar untuk berkas lab', en: 'this file is too large for a lab file' },
        { id: 'Periksa namanya dengan `ls -l`.', en: 'Check its name with `ls -l`.' },
      );
    const bytes = await handle.readFile();
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), mode: facts.mode };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw fail(
      { id: 'berkas ini bukan teks UTF-8', en: 'this file is not UTF-8 text' },
      {
        id: 'Simpan ulang sebagai UTF-8, atau pilih berkas yang benar.',
        en: 'Save it again as UTF-8, or choose the right file.',
      },
    );
  } finally {
    await handle.close();
  }
}

function notAFile(facts: Stats): readonly [Diagnostic['what'], Diagnostic['remedy']] {
  if (facts.isDirectory())
    return [
      { id: 'ini direktori, bukan berkas lab', en: 'this is a directory, not a lab file' },
      {
        id: 'Sebut berkas di dalamnya, mis. threebody.yaml.',
        en: 'Name the file in it, e.g. threebody.yaml.',
      },
    ];
  return [
    { id: 'ini bukan berkas biasa', en: 'this is not a regular file' },
    {
      id: 'Simpan isinya sebagai berkas, lalu sebut berkas itu.',
      en: 'Save its text as a file and name that.',
    },
  ];
}

/** What is wrong with a private key file that a person named; null when nothing is. @param path absolute */
export async function keyFileProblem(path: string): Promise<Diagnostic | null> {
  return checkKeyFile({ path, place: { file: path, line: 1, column: 1 } });
}

/** What is wrong with a private key file, as ssh would see it; null when nothing is. */
async function checkKeyFile({ path, place }: KeyReference): Promise<Diagnostic | null> {
  const facts = await stat(path).catch((error: unknown) => errorCode(error) ?? 'unknown');
  if (typeof facts === 'string') {
    return {
      place,
      what:
        facts === 'ENOENT'
          ? { id: `berkas kunci ${path} tidak ada`, en: `key file ${path} does not exist` }
          : {
              id: `berkas kunci ${path} tidak dapat dilihat (${facts})`,
              en: `key file ${path} cannot be looked at (${facts})`,
            },
      remedy: {
        id: 'Periksa path-nya, atau buat kunci dengan `ssh-keygen -t ed25519`.',
        en: 'Check the path, or make a key with `ssh-keygen -t ed25519`.',
      },
    };
  }
  if (!facts.isFile())
    return {
      place,
      what: { id: `${path} bukan berkas kunci`, en: `${path} is not a key file` },
      remedy: {
        id: 'Sebut berkas kunci privat di dalamnya, mis. id_ed25519.',
        en: 'Name the private key file in it, e.g. id_ed25519.',
      },
    };
  if ((facts.mode & 0o077) !== 0)
    return {
      place,
      what: {
        id: `berkas kunci ${path} terbuka bagi pengguna lain (mode ${octal(facts.mode)})`,
        en: `key file ${path} is open to others (mode ${octal(facts.mode)})`,
      },
      remedy: { id: `Jalankan: chmod 600 ${path}`, en: `Run: chmod 600 ${path}` },
    };
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (!readable)
    return {
      place,
      what: { id: `berkas kunci ${path} tidak dapat dibaca`, en: `key file ${path} cannot be read` },
      remedy: { id: `Periksa pemiliknya: ls -l ${path}`, en: `Check who owns it: ls -l ${path}` },
    };
  if (await isPublicKey(path))
    return {
      place,
      what: { id: `${path} adalah kunci publik`, en: `${path} is a public key` },
      remedy: {
        id: 'Sebut kunci privatnya: biasanya nama yang sama tanpa `.pub`.',
        en: 'Name the private key: usually the same name without `.pub`.',
      },
    };
  return null;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

async function isPublicKey(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return /^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA/.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}
