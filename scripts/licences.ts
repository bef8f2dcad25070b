/** The licences of the packages that stand in the bundle, found from what esbuild says it put there. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

interface BundledPackage {
  readonly directory: string;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly author: string;
  readonly texts: readonly string[];
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/** Directories (`node_modules/ink`, `node_modules/a/node_modules/b`) of all packages with at least one byte in the bundle. */
function packageDirectories(metafile: Metafile): string[] {
  const found = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const directory = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (bytesInOutput > 0 && directory !== undefined) found.add(directory);
    }
  }
  return [...found].toSorted();
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'name' in value) return text(value.name);
  if (typeof value === 'object' && value !== null && 'type' in value) return text(value.type);
  return '';
}

async function readPackage(root: string, directory: string): Promise<BundledPackage> {
  const raw: unknown = JSON.parse(await readFile(join(root, directory, 'package.json'), 'utf8'));
  const manifest: Record<string, unknown> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const older: unknown = Array.isArray(manifest['licenses']) ? manifest['licenses'][0] : undefined;
  const names = (await readdir(join(root, directory))).filter((name) => LICENCE_FILE.test(name)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(root, directory, name), 'utf8')));
  return {
    directory,
    name: text(manifest['name']),
    version: text(manifest['version']),
    licence: text(manifest['license']) || text(older),
    author: text(manifest['author']),
    texts: texts.map((licence) => licence.trim()),
  };
}

/** The text of a licence that a package names but does not carry; the licence asks for the text to go with the copy. */
function declared(licence: string, author: string): string {
  if (licence !== 'MIT') return `(The package carries no licence text of its own; it declares ${licence}.)`;
  return [
    'MIT License',
    `Copyright (c) ${author === '' ? 'the authors' : author}`,
    `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:`,
    `The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.`,
    `THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`,
  ].join('\n\n');
}

function section({ name, version, licence, author, texts }: BundledPackage): string {
  const title = `${name} ${version} · ${licence}${author === '' ? '' : ` · ${author}`}`;
  const body = texts.length > 0 ? texts.join('\n\n') : declared(licence, author);
  return `${'-'.repeat(80)}\n${title}\n${'-'.repeat(80)}\n\n${body}\n`;
}

/**
 * @param root directory of package.json
 * @returns one text with the licence of every bundled package
 * @throws Error naming the packages that neither carry nor declare a licence
 */
export async function thirdPartyLicences(root: string, metafile: Metafile): Promise<string> {
  const packages = await Promise.all(
    packageDirectories(metafile).map((directory) => readPackage(root, directory)),
  );
  const silent = packages.filter(({ licence, texts }) => licence === '' && texts.length === 0);
  if (silent.length > 0)
    throw new Error(`no licence found for ${silent.map(({ directory }) => directory).join(', ')}`);
  const intro = `threebody-tui contains the following ${packages.length} packages by other people, each under its own licence.\n`;
  return [intro, ...packages.map(section)].join('\n');
}
