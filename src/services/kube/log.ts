/** The log of a container, followed. */
import type { LogOptions } from '../live/types.js';
import { RemoteTextDecoder } from '../text/clean.js';
import type { ApiClient, Query } from './client.js';
import { objectPath } from './resources.js';

/**
 * Hands on the text until the log ends or the signal fires. That of a life before does not go on: it ends by itself.
 * @throws what the client throws
 */
export async function readLog(
  client: ApiClient,
  pod: { readonly namespace: string; readonly name: string; readonly container: string },
  options: LogOptions & { readonly previous?: boolean },
  mask: (text: string) => string,
): Promise<void> {
  const { tail, signal, onText, previous = false } = options;
  const query: Query = {
    container: pod.container,
    tailLines: tail,
    ...(previous ? { previous: true } : { follow: true }),
  };
  const path = `${objectPath('Pod', pod.namespace, pod.name)}/log`;
  const decoder = new RemoteTextDecoder({ mask });
  const hand = (text: string): void => {
    if (text !== '' && !signal.aborted) onText(text);
  };
  for await (const chunk of await client.stream(path, { query, signal })) hand(decoder.push(chunk));
  hand(decoder.end());
}
