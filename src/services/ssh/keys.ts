/** Private key files: where they stand, who may read them, whether they can be used. */
import { readFile, stat } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import { Trouble } from '../../lab/types.js';
import { errorCode } from './errors.js';

/** A private key is a few kilobytes; a larger file is something else. */
const MAX_KEY_BYTES = 256 * 1024;

function missing(path: string): Trouble {
  return new Trouble(
    'key-missing',
    { id: `Berkas kunci ${path} tidak ada.`, en: `The key file ${path} does not exist.` },
    {
      id: 'Perbaiki letaknya di berkas lab, atau buat kunci dengan: ssh-keygen -t ed25519',
      en: 'Correct its path in the lab file, or make a key with: ssh-keygen -t ed25519',
    },
    path,
  );
}

function unreadable(path: string, detail: string, cause?: unknown): Trouble {
  return new Trouble(
    'key-unreadable',
    {
      id: `Berkas ${path} tidak dapat dipakai sebagai kunci privat: ${detail}.`,
      en: `The file ${path} cannot be used as a private key: ${detail}.`,
    },
    {
      id: 'Tunjuk kunci privat (bukan berkas .pub) yang boleh Anda baca; periksa dengan: ssh-keygen -y -f BERKAS',
      en: 'Name a private key (not the .pub file) that you may read; check it with: ssh-keygen -y -f FILE',
    },
    path,
    2,
    cause === undefined ? undefined : { cause },
  );
}

function openToOthers(path: string, mode: number): Trouble {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return new Trouble(
    'key-open-to-others',
    {
      id: `Berkas kunci ${path} dapat dibaca orang lain (mode ${octal}).`,
      en: `The key file ${path} can be read by others (mode ${octal}).`,
    },
    { id: `Tutup dengan: chmod 600 '${path}'`, en: `Close it with: chmod 600 '${path}'` },
    path,
  );
}

function needsPassphrase(path: string, given: boolean): Trouble {
  return new Trouble(
    'key-needs-passphrase',
    given
      ? {
          id: `Frasa sandi untuk kunci ${path} tidak cocok.`,
          en: `The passphrase given for the key ${path} does not fit.`,
        }
      : {
          id: `Kunci ${path} dilindungi frasa sandi, dan tidak ada yang diberikan.`,
          en: `The key ${path} is protected by a passphrase, and none was given.`,
        },
    {
      id: `Beri frasa sandinya saat ditanya atau di berkas lab, atau muat kuncinya ke agen: ssh-add '${path}'`,
      en: `Give its passphrase when asked or in the lab file, or load the key into the agent: ssh-add '${path}'`,
    },
    path,
  );
}

/** Turns the text of a private key into a key. The error is that of the parser. */
export type KeyParser = (text: Buffer, passphrase?: string) => ParsedKey | Error;

/** A key that a passphrase opened, and the text that it was opened from. */
interface Opened {
  readonly text: Buffer;
  readonly passphrase: string;
  readonly key: ParsedKey;
}

/**
 * By path. To open such a key is made slow on purpose (bcrypt, in JavaScript) and holds up everything else meanwhile: the
 * handshake of the next host, and the screen at every new connection. So it is done once.
 */
const opened = new Map<string, Opened>();

/**
 * Reads and opens one private key file. One with a passphrase is opened once, and again only when the file or the passphrase
 * is another.
 *
 * @param path absolute
 * @throws Trouble `key-missing`, `key-open-to-others`, `key-needs-passphrase`, `key-unreadable`
 */
export async function loadKey(
  path: string,
  passphrase: string | undefined,
  parse: KeyParser,
): Promise<ParsedKey> {
  let text: Buffer;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw unreadable(path, 'not a file');
    if (facts.size > MAX_KEY_BYTES) throw unreadable(path, 'too large for a key');
    // The same rule as OpenSSH's: only the owner's own files are judged, and Windows has no such modes.
    if (process.platform !== 'win32' && facts.uid === process.getuid?.() && (facts.mode & 0o077) !== 0) {
      throw openToOthers(path, facts.mode);
    }
    text = await readFile(path);
  } catch (error) {
    if (error instanceof Trouble) throw error;
    const code = errorCode(error);
    throw code === 'ENOENT' || code === 'ENOTDIR' ? missing(path) : unreadable(path, code ?? 'I/O', error);
  }
  const before = opened.get(path);
  if (before !== undefined && before.passphrase === passphrase && before.text.equals(text)) return before.key;
  const key = parse(text, passphrase);
  if (key instanceof Error) {
    // The wording is the parser's: "Encrypted … no passphrase given", "… bad passphrase?".
    if (/no passphrase given|bad passphrase/i.test(key.message)) {
      throw needsPassphrase(path, passphrase !== undefined);
    }
    throw unreadable(path, key.message, key);
  }
  if (!key.isPrivateKey()) throw unreadable(path, 'it holds a public key only');
  if (passphrase !== undefined) opened.set(path, { text, passphrase, key });
  return key;
}
