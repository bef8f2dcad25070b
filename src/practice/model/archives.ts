/** Package archives: what the lists of sources name, and whose signatures are trusted. */
import type { Host } from '../host.js';
import { readKeys } from './openpgp.js';
import type { Package } from './packages.js';

export interface Source {
  readonly url: string;
  readonly site: string;
  readonly suite: string;
  /** Path of the keyring that may sign it; null means apt's own. */
  readonly signedBy: string | null;
}
/** An archive of packages that is not the distribution's. */
export interface Archive {
  /** Id of the key that signs its lists, 16 hex digits. */
  readonly keyId: string;
  /** Paths of its repositories; every path when absent. */
  readonly paths?: RegExp;
  /** Epoch ms; null when the key does not expire. */
  readonly keyExpires: number | null;
}

function oneLine(line: string): readonly Source[] {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)/.exec(line);
  if (match === null) return [];
  const [, options = '', url = '', suite = ''] = match;
  const signedBy = /signed-by=(\S+)/.exec(options)?.[1] ?? null;
  return [{ url: url.replace(/\/$/, ''), site: siteOf(url), suite, signedBy }];
}
const siteOf = (url: string): string => URL.parse(url)?.hostname ?? '';

function stanzas(text: string): readonly Source[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'mi').exec(stanza)?.[1]?.trim();
    if (/^no$/i.test(field('Enabled') ?? '')) return [];
    if (!/\bdeb\b/.test(field('Types') ?? '')) return [];
    const suites = (field('Suites') ?? '').split(/\s+/).filter((word) => word !== '');
    return (field('URIs') ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')
      .flatMap((url) =>
        suites.map((suite) => ({
          url: url.replace(/\/$/, ''),
          site: siteOf(url),
          suite,
          signedBy: field('Signed-By') ?? null,
        })),
      );
  });
}

/** All sources of a host, the distribution's own first. @param only one list, as `Dir::Etc::sourcelist` names it */
export function sourcesOf(host: Host, only?: string): readonly Source[] {
  if (only !== undefined) {
    const text = host.volume.text(only) ?? '';
    return only.endsWith('.sources') ? stanzas(text) : text.split('\n').flatMap(oneLine);
  }
  const dir = host.volume.find('/etc/apt/sources.list.d');
  const names = dir?.kind === 'directory' ? [...dir.entries.keys()].toSorted() : [];
  const listed = names.flatMap((name) => {
    const text = host.volume.text(`/etc/apt/sources.list.d/${name}`) ?? '';
    if (name.endsWith('.sources')) return stanzas(text);
    return name.endsWith('.list') ? text.split('\n').flatMap(oneLine) : [];
  });
  const old = (host.volume.text('/etc/apt/sources.list') ?? '').split('\n').flatMap(oneLine);
  const own = (source: Source) => (source.site.endsWith('ubuntu.com') ? 0 : 1);
  return [...old, ...listed].toSorted((a, b) => own(a) - own(b));
}

/** Why a source's lists are not believed; null when they are. */
export function trustOf(host: Host, source: Source): string | null {
  const archive = host.world.archives.get(source.site);
  if (archive === undefined) return null;
  const trusted = host.volume.find('/etc/apt/trusted.gpg.d');
  const files =
    source.signedBy !== null
      ? [source.signedBy]
      : trusted?.kind === 'directory'
        ? [...trusted.entries.keys()].map((name) => `/etc/apt/trusted.gpg.d/${name}`)
        : [];
  const keys = files.flatMap((path) => {
    const inode = host.volume.find(path);
    if (inode?.kind !== 'file') return [];
    const bytes = inode.bytes.subarray(0, inode.size);
    // Apt reads armour only in files that are named so.
    const armoured = bytes.subarray(0, 5).toString('latin1') === '-----';
    if (armoured !== path.endsWith('.asc')) return [];
    return readKeys(bytes);
  });
  if (!keys.some((key) => key.id === archive.keyId))
    return `The following signatures couldn't be verified because the public key is not available: NO_PUBKEY ${archive.keyId}`;
  if (archive.keyExpires !== null && archive.keyExpires < host.machine.now())
    return `The following signatures were invalid: EXPKEYSIG ${archive.keyId}`;
  return null;
}

/** Where a package comes from, as apt names it. */
export function originOf(host: Host, entry: Package): string {
  const source = sourcesOf(host).find((one) => one.site === entry.spec.archive);
  if (source === undefined) return 'http://archive.ubuntu.com/ubuntu noble/main amd64';
  return `${source.url} ${source.suite === '/' ? '' : source.suite}/main amd64`.replace(' /main', ' ');
}
