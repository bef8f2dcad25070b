/** Options of Dockerfile instructions: which ones there are, and which the practice lab carries out. */
import { BuildError } from './build-error.js';

/** Of BuildKit's Dockerfile frontend: https://docs.docker.com/reference/dockerfile/ */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  FROM: ['platform'],
  RUN: ['mount', 'network', 'security', 'device'],
  COPY: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'],
  ADD: ['chown', 'chmod', 'link', 'keep-git-dir', 'checksum', 'exclude', 'unpack'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
};
/** Flags that change nothing here or are carried out; the others would be ignored in silence. */
function isSimulated(flag: string, value: string): boolean {
  switch (flag) {
    case 'mount':
      // A cache mount only saves time, and what stays in it is not part of the image.
      return /(^|,)type=cache(,|$)/.test(value);
    case 'network':
      return value === 'default';
    case 'security':
    case 'device':
    case 'parents':
    case 'exclude':
    case 'keep-git-dir':
    case 'checksum':
    case 'unpack':
      return false;
    default:
      return true;
  }
}
/**
 * @param line of the Dockerfile, from 1
 * @throws BuildError in BuildKit's words for a flag that the instruction does not have, in the lab's for one that it does not simulate
 */
export function checkFlag(instruction: string, flag: string, value: string, line: number): void {
  if (KNOWN[instruction]?.includes(flag) !== true)
    throw new BuildError(`dockerfile parse error on line ${line}: unknown flag: --${flag}`);
  if (!isSimulated(flag, value))
    throw new BuildError(
      `practice lab: ${instruction} --${flag}${value === '' ? '' : `=${value}`} on line ${line} is not simulated`,
    );
}
/** The mode of `--chmod`. @throws BuildError for what is not octal */
export function modeOf(text: string): number {
  if (!/^0*[0-7]{1,4}$/.test(text))
    throw new BuildError(
      `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`,
    );
  return Number.parseInt(text, 8);
}
