/** The live service for Kubernetes; see KubeConsole. */
import type { LiveBook } from '../../state/live/book.js';
import type { KubeKind } from '../../state/live/rows.js';
import type { KubeConsole } from '../live/types.js';
import type { Links } from '../ports.js';
import type { ApiClient } from './client.js';
import { describeObject } from './describe.js';
import { EventLedger } from './event-ledger.js';
import { followCluster } from './follow.js';
import { readLog } from './log.js';
import { objectPath } from './resources.js';
import { listAt, textAt } from './rows/fields.js';
import { createWords } from './rows/words.js';
import { ANSWER_MS, QUIET_MS } from './session.js';
import { openShell } from './shell.js';
import { ApiRefusal, asKubeTrouble, closedTrouble } from './troubles.js';

const ABSENT_MS = 15_000;
const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';
/** The annotation that `kubectl rollout restart` sets. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

export interface KubeConsoleParts {
  readonly links: Links;
  readonly book: LiveBook;
  /** Hides secrets in a text. */
  readonly mask: (text: string) => string;
  /** Takes the kubeconfig's key and token, to be hidden from then on. */
  readonly addSecret: (secret: string) => boolean;
  /** Where the kubeconfig is kept (0600): the lab's own directory. */
  readonly stateDir: string;
  /** Operator's clock, epoch ms. */
  readonly now: () => number;
  /** Spreads retries, 0 to 1. */
  readonly random?: () => number;
  /** Times in ms that tests make shorter. */
  readonly patience?: { readonly absentMs?: number; readonly quietMs?: number; readonly answerMs?: number };
}

/** The service for one lab. Nothing is dialled before `follow`; what is asked for needs a session that stands. */
export function createKubeConsole(parts: KubeConsoleParts): KubeConsole {
  const { book, mask, now, patience = {} } = parts;
  const closing = new AbortController();
  const words = createWords(mask);
  const ledger = new EventLedger(book);
  const running = new Set<Promise<void>>();
  let client: ApiClient | null = null;

  /** Asks on behalf of a person; whatever goes wrong is a Trouble. */
  async function ask<T>(question: (api: ApiClient) => Promise<T>): Promise<T> {
    if (client === null) throw closedTrouble();
    try {
      return await question(client);
    } catch (error) {
      throw asKubeTrouble(error, mask);
    }
  }
  const patch = (path: string, body: unknown, contentType: string): Promise<void> =>
    ask(async (api) => {
      await api.json('PATCH', path, { body, contentType, signal: closing.signal });
    });

  /** Events of one object. A node's name their object by its name alone, so identities do not find them. */
  async function eventsOf(api: ApiClient, kind: KubeKind, namespace: string, name: string): Promise<unknown> {
    const space = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
    try {
      return await api.json('GET', `/api/v1${space}/events`, {
        query: { fieldSelector, limit: 500 },
        signal: closing.signal,
      });
    } catch (error) {
      if (error instanceof ApiRefusal) return null;
      throw error;
    }
  }

  /** The container asked for, else the pod's first one that does not only prepare. */
  async function containerOf(
    api: ApiClient,
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    signal: AbortSignal,
  ): Promise<typeof pod> {
    if (pod.container !== '') return pod;
    const object = await api.json('GET', objectPath('Pod', pod.namespace, pod.name), { signal });
    const marked = textAt(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
    return { ...pod, container: marked || textAt(listAt(object, 'spec', 'containers')[0], 'name') };
  }

  return {
    follow(signal) {
      const both = AbortSignal.any([signal, closing.signal]);
      const work = followCluster(
        {
          ...parts,
          random: parts.random ?? Math.random,
          absentMs: patience.absentMs ?? ABSENT_MS,
          quietMs: patience.quietMs ?? QUIET_MS,
          answerMs: patience.answerMs ?? ANSWER_MS,
          words,
          ledger,
          onClient: (next) => {
            client = next;
          },
        },
        both,
      );
      running.add(work);
      return work.finally(() => running.delete(work));
    },
    describe: (kind, namespace, name) =>
      ask(async (api) => {
        const [object, events] = await Promise.all([
          api.json('GET', objectPath(kind, namespace, name), { signal: closing.signal }),
          eventsOf(api, kind, namespace, name),
        ]);
        return describeObject(object, events, now(), mask, words);
      }),
    log: (pod, options) =>
      ask(async (api) => {
        const signal = AbortSignal.any([options.signal, closing.signal]);
        try {
          await readLog(api, await containerOf(api, pod, signal), { ...options, signal }, mask);
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }),
    deletePod: (namespace, name) =>
      ask(async (api) => {
        await api.json('DELETE', objectPath('Pod', namespace, name), { signal: closing.signal });
      }),
    scale: (kind, namespace, name, replicas) =>
      patch(`${objectPath(kind, namespace, name)}/scale`, { spec: { replicas } }, MERGE),
    restartRollout: (kind, namespace, name) =>
      patch(
        objectPath(kind, namespace, name),
        // Without milliseconds, as kubectl writes it.
        {
          spec: {
            template: {
              metadata: {
                annotations: { [RESTARTED_AT]: new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z') },
              },
            },
          },
        },
        STRATEGIC,
      ),
    shell: (pod, size, signal) =>
      ask(async (api) => {
        const both = AbortSignal.any([signal, closing.signal]);
        return openShell(api, await containerOf(api, pod, both), size, both);
      }),
    async close() {
      closing.abort();
      await Promise.allSettled(running);
    },
  };
}
