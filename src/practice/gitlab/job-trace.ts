/** What a job has printed, as GitLab keeps and shows it. */
import type { Description } from '../kernel/description.js';
import { Outlet } from '../kernel/pipe.js';
import type { Job } from './ci/pipeline.js';

/** The log of one job. Secrets are taken out line by line, so none is cut in two. */
export class Trace {
  readonly #job: Job;
  #secrets: readonly string[] = [];
  #rest = '';
  constructor(job: Job) {
    this.#job = job;
  }
  hide(secrets: readonly string[]): void {
    this.#secrets = secrets.toSorted((a, b) => b.length - a.length);
  }
  #masked(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, '[MASKED]'), text);
  }
  write(text: string): void {
    const whole = this.#rest + text;
    const at = whole.lastIndexOf('\n') + 1;
    this.#rest = whole.slice(at);
    this.#job.trace += this.#masked(whole.slice(0, at));
  }
  flush(): void {
    this.#job.trace += this.#masked(this.#rest);
    this.#rest = '';
  }
  get outlet(): Description {
    return new Outlet('trace', async (bytes) => this.write(bytes.toString('utf8')));
  }
}
