/** Why an image cannot be built, in BuildKit's words. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}
