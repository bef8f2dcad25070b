/** One question to the API, and answers of which there are many. */
import { answerJson, type HttpRequest, type HttpResponse } from '../model/http.js';
import type { Gitlab } from './server.js';

export type Fields = ReadonlyMap<string, string>;
export interface Question {
  readonly gitlab: Gitlab;
  readonly request: HttpRequest;
  readonly method: string;
  /** Path below the project, `variables/KEY`, decoded piece by piece. */
  readonly parts: readonly string[];
  readonly fields: Fields;
}
export const missing = (what: string) => answerJson(404, { message: `404 ${what} Not Found` });

/** A page of a list, with the headers that tell where it is. */
export function page(fields: Fields, items: readonly unknown[]): HttpResponse {
  const size = Math.min(100, Math.max(1, Number(fields.get('per_page') ?? 20) || 20));
  const at = Math.max(1, Number(fields.get('page') ?? 1) || 1);
  const pages = Math.ceil(items.length / size);
  return answerJson(200, items.slice((at - 1) * size, at * size), [
    ['X-Total', String(items.length)],
    ['X-Total-Pages', String(pages)],
    ['X-Page', String(at)],
    ['X-Per-Page', String(size)],
    ['X-Next-Page', at < pages ? String(at + 1) : ''],
  ]);
}
