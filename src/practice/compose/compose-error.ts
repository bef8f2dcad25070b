/** What docker compose says when it cannot go on. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';
}
