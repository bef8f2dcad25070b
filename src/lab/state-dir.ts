/** Where a lab's journal, state and logs lie. Pure. */
import { createHash } from 'node:crypto';

/**
 * Directory name of a lab: readable, and one of its own for each lab.
 * @param name the lab's name, any text
 * @param identity what makes the lab this one: the absolute path of its file, or its addresses
 */
export function stateDirName(name: string, identity: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  return `${slug === '' ? 'lab' : slug}-${hash}`;
}
