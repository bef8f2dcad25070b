/** Container images of the simulated world: what an image is, as registries, archives and engines hand it on. */
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { TreeEntry } from './tree.js';

export interface ImageHealth {
  /** What is run, for `docker inspect`. */
  readonly test: readonly string[];
  /** When the first check comes, simulated ms after the start. */
  readonly firstMs: number;
}
export interface ImageSpec {
  /** 64 hex digits. */
  readonly id: string;
  /** Digest of its manifest in a registry, 64 hex digits. */
  readonly digest: string;
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Which simulated program its containers run; `shell` runs commands of the image's file system. */
  readonly program: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly exposed: readonly number[];
  readonly workdir: string;
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly health: ImageHealth | null;
  readonly files: Readonly<Record<string, string>>;
  /** Sets of programs that its file system holds, by the names in `apps/toolsets.ts`. */
  readonly tools: readonly string[];
  /** Files that were built into it, the newest state of each. */
  readonly tree: readonly TreeEntry[];
}
export type ImageInit = Partial<Omit<ImageSpec, 'id' | 'digest'>> & { readonly program: string };

/** An image whose id follows from its name and content, as the same bytes give the same id everywhere. */
export function makeImage(name: string, init: ImageInit): ImageSpec {
  const content = {
    createdAt: '2025-10-28T21:04:11Z',
    sizeBytes: 8_000_000,
    entrypoint: [],
    command: [],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    exposed: [],
    workdir: '',
    user: '',
    labels: {},
    health: null,
    files: {},
    tools: [],
    tree: [],
    ...init,
  };
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const id = hash(JSON.stringify([name, content]));
  return { ...content, id, digest: hash(`manifest ${id}`) };
}
/** An image that was built: the same content has the same id, whatever its name and whenever it was made. */
export function builtImage(init: ImageInit): ImageSpec {
  const { createdAt, ...rest } = init;
  const made = makeImage('', { ...rest, createdAt: '' });
  return { ...made, createdAt: createdAt ?? '' };
}

/** A parsed image reference. */
export interface Reference {
  /** Registry with port, `docker.io` when none is named. */
  readonly registry: string;
  /** Path in the registry, `library/nginx`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
  /** The short form that docker shows: `nginx`, `goharbor/harbor-core`, `harbor.local:8080/a/b`. */
  readonly familiar: string;
}
/** Reads `nginx:alpine`, `harbor.local:8080/threebody/go:1`. Null for what is no reference. */
export function readReference(text: string): Reference | null {
  const match = /^([a-zA-Z0-9._:/-]+?)(?::([\w][\w.-]{0,127}))?(?:@sha256:([0-9a-f]{64}))?$/.exec(text);
  if (match === null) return null;
  const [, name = '', tag, digest] = match;
  const [first = '', ...rest] = name.split('/');
  const named = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = named && first !== 'index.docker.io' ? first : 'docker.io';
  const path = named ? rest.join('/') : name;
  if (!/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(path)) return null;
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  const short = registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  return { registry, repository, tag: tag ?? 'latest', digest: digest ?? null, familiar: short };
}

const MAGIC = 'practice lab images 1\n';
/** Images in one file, for `docker load`. @param padding bytes that make it as bulky as a download should be */
export function packImages(
  images: readonly { readonly name: string; readonly image: ImageSpec }[],
  padding: Buffer,
): Buffer {
  return gzipSync(Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(images)}\n`), padding]));
}
/** The images of such a file; null when it is damaged or something else. */
export function unpackImages(bytes: Buffer): { readonly name: string; readonly image: ImageSpec }[] | null {
  try {
    const text = gunzipSync(bytes).toString('latin1');
    if (!text.startsWith(MAGIC)) return null;
    const end = text.indexOf('\n', MAGIC.length);
    return JSON.parse(Buffer.from(text.slice(MAGIC.length, end), 'latin1').toString('utf8'));
  } catch {
    return null;
  }
}
