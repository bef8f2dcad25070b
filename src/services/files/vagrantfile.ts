/** Puts a Vagrantfile into a directory of the person's choice. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { renderVagrantfile, type VagrantOptions } from '../../lab/vagrantfile.js';
import { createFile, replaceFile } from './atomic.js';

const READABLE_FILE = 0o644;

/** The text that {@link writeVagrantfile} writes, to be shown first. `templates` is the path of assets/templates. */
export async function vagrantfileText(templates: string, options: VagrantOptions): Promise<string> {
  return renderVagrantfile(await readFile(join(templates, 'Vagrantfile'), 'utf8'), options);
}

/**
 * Writes `Vagrantfile` into a directory, made when needed.
 * @param dir the directory; relative ones are taken from the working directory
 * @returns absolute path of the file
 * @throws Trouble `file-exists` unless `replace`; `file-not-written`
 */
export async function writeVagrantfile(
  dir: string,
  text: string,
  options: { readonly replace?: boolean } = {},
): Promise<string> {
  const path = join(resolve(dir), 'Vagrantfile');
  if (options.replace === true) await replaceFile(path, text, READABLE_FILE);
  else await createFile(path, text, READABLE_FILE);
  return path;
}
