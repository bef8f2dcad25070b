/** helm ends with these words after `Error: `. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
}
