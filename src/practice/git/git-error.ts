/** What ends a git command early: its words on stderr and its exit status. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly status: number;
  /** @param words everything that is printed, with `fatal: ` or `error: ` and without the last line break */
  constructor(words: string, status = 128) {
    super(words);
    this.status = status;
  }
}
export const fatal = (words: string): GitError => new GitError(`fatal: ${words}`);
