/** Getting the image of a container onto its node: by its pull policy, again after a failure, and in whose words. */
import { registryLogin } from './container-config.js';
import type { PodContext } from './pod-context.js';
import { imageName } from './registry.js';

/** Seconds of simulated time. */
const PULL = 3;
const TOOK = `${PULL}.004s`;
const FIRST_BACKOFF = 10;
const MAX_BACKOFF = 300;
/** How long a failed pull is shown as such before it counts as waiting for the next try. */
const ERROR_SHOWS = 3;

export class ImagePull {
  readonly #image: string;
  readonly #policy: string;
  #state: 'none' | 'under-way' | 'failed' | 'done' = 'none';
  #wait = 0;
  #backoff = 0;
  /** Why a container waits for it; null when nothing went wrong. */
  problem: { readonly reason: string; readonly message: string } | null = null;

  /** @param policy as the spec gives it; empty where the API server fills it in: a tag that moves is always asked for */
  constructor(image: string, policy: string) {
    this.#image = image;
    const fallback = imageName(image).tag === 'latest' ? 'Always' : 'IfNotPresent';
    this.#policy = policy === '' ? fallback : policy;
  }
  /** One second passes. True when the container may be made now; then the next one begins anew. */
  ready(context: PodContext): boolean {
    if (this.#wait > 0) {
      this.#wait -= 1;
      if (this.problem?.reason === 'ErrImagePull' && this.#wait < this.#backoff - ERROR_SHOWS)
        this.#backOff(context);
      return false;
    }
    const { runtime } = context.host.kube;
    const there = runtime.image(this.#image) !== undefined;
    if ((there && this.#policy !== 'Always') || this.#state === 'done') {
      if (this.#state !== 'done')
        context.log('Normal', 'Pulled', `Container image "${this.#image}" already present on machine`);
      this.#state = 'none';
      this.problem = null;
      return true;
    }
    if (this.#policy === 'Never') {
      this.problem = {
        reason: 'ErrImageNeverPull',
        message: `Container image "${this.#image}" is not present with pull policy of Never`,
      };
      return false;
    }
    if (this.#state !== 'under-way') this.#begin(context);
    return false;
  }
  #begin(context: PodContext): void {
    this.#state = 'under-way';
    this.#wait = PULL;
    context.log('Normal', 'Pulling', `Pulling image "${this.#image}"`);
    void context.host.kube.runtime
      .pull(this.#image, registryLogin(context, this.#image))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
      .then((wrong) => this.#end(context, wrong));
  }
  #end(context: PodContext, wrong: string | null): void {
    if (wrong === null) {
      this.#state = 'done';
      const bytes = context.host.kube.runtime.image(this.#image)?.bytes ?? 0;
      context.log(
        'Normal',
        'Pulled',
        `Successfully pulled image "${this.#image}" in ${TOOK} (${TOOK} including waiting). Image size: ${bytes} bytes.`,
      );
      return;
    }
    this.#state = 'failed';
    this.#backoff = Math.min(MAX_BACKOFF, Math.max(FIRST_BACKOFF, this.#backoff * 2));
    this.#wait = this.#backoff;
    this.problem = { reason: 'ErrImagePull', message: wrong };
    context.log('Warning', 'Failed', `Failed to pull image "${this.#image}": ${wrong}`);
    context.log('Warning', 'Failed', 'Error: ErrImagePull');
  }
  /** Between two tries. */
  #backOff(context: PodContext): void {
    this.problem = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${this.#image}"` };
    context.log('Normal', 'BackOff', this.problem.message);
    context.log('Warning', 'Failed', 'Error: ImagePullBackOff');
  }
}
