/** What programs need of memory, as far as anybody sees it: less than that, and the kernel ends them. */
import { textAt, type JsonMap } from './json.js';
import { quantity } from './scheduler.js';

const MIB = 2 ** 20;
/** No program of this world lives in less. */
const LEAST = 8 * MIB;

/** Whether a container grows past its memory limit soon after its start. */
export function outgrowsLimit(container: JsonMap): boolean {
  const limit = textAt(container, 'resources', 'limits', 'memory');
  return limit !== '' && quantity(limit) < LEAST;
}
