/** Questions to an API on a host, over the host's link, answered in JSON. */
import { request } from 'node:http';
import type { Agent } from 'node:http';
import { Trouble } from '../../lab/types.js';
import type { HostName } from '../../lab/types.js';
import { errorText } from '../ssh/errors.js';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const ANSWER_MS = 15_000;

export interface JsonAnswer {
  readonly status: number;
  /** null: no JSON. */
  readonly body: unknown;
}
export type AskJson = (path: string, authorization: string | null) => Promise<JsonAnswer>;

/**
 * @param agent opens the streams; what it throws is thrown on
 * @param name of the service, for a person
 */
export function createAskJson(
  agent: Agent,
  parts: {
    readonly host: HostName;
    readonly name: string;
    readonly port: number;
    readonly signal: AbortSignal;
  },
): AskJson {
  const { host, name, port, signal } = parts;
  return async (path, authorization) => {
    try {
      return await ask(agent, `127.0.0.1:${port}`, path, authorization, signal);
    } catch (error) {
      if (error instanceof Trouble) throw error;
      const detail = errorText(error);
      throw new Trouble(
        'platform-silent',
        {
          id: `${name} di ${host} memutus jawabannya (${detail}).`,
          en: `${name} on ${host} broke off its answer (${detail}).`,
        },
        {
          id: `Lihat container-nya, lalu tanyakan sendiri di ${host}: curl -i http://127.0.0.1:${port}${path}`,
          en: `Look at its containers, then ask it yourself on ${host}: curl -i http://127.0.0.1:${port}${path}`,
        },
        host,
        3,
        { cause: error },
      );
    }
  };
}

function ask(
  agent: Agent,
  authority: string,
  path: string,
  authorization: string | null,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        agent,
        path,
        host: '127.0.0.1',
        headers: {
          host: authority,
          accept: 'application/json',
          'user-agent': 'threebody-tui',
          ...(authorization === null ? {} : { authorization }),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BODY_BYTES) response.destroy(new Error('the answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
