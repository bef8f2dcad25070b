/** HTTP over streams that a link opens: one place for what Node wants of such connections. */
import { Agent } from 'node:http';
import type { ClientRequestArgs } from 'node:http';
import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';

export abstract class LinkAgent extends Agent {
  /** Dials; what it throws becomes the error of the request. */
  protected abstract open(): Promise<Duplex>;

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): null {
    this.open().then(
      (stream) => callback?.(null, stream),
      (error: unknown) => {
        // Node looks at nothing beside the error; its types want a stream all the same.
        callback?.(error instanceof Error ? error : new Error(String(error)), new PassThrough());
      },
    );
    return null;
  }
}
