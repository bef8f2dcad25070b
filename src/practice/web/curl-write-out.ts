/** `curl --write-out`: what a format's variables become. */
import { headerOf, type HttpResponse } from '../model/http.js';
import type { NoAnswer } from './fetch.js';

export interface Transfer {
  /** `000` when nothing answered. */
  readonly code: string;
  readonly url: string;
  readonly response: HttpResponse | null;
  readonly size: number;
  readonly error: NoAnswer | null;
}
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

export function writeOut(format: string, { code, url, response, size, error }: Transfer): string {
  const header = (name: string) => (response === null ? undefined : headerOf(response, name)) ?? '';
  const next = header('location');
  const values: Readonly<Record<string, string>> = {
    http_code: code,
    response_code: code,
    size_download: String(size),
    content_type: header('content-type'),
    url_effective: url,
    redirect_url: next === '' ? '' : (URL.parse(next, url)?.href ?? next),
    num_redirects: '0',
    time_total: '0.012345',
    time_connect: '0.001234',
    time_appconnect: '0.004567',
    time_starttransfer: '0.011111',
    http_version: '1.1',
    scheme: url.startsWith('https') ? 'HTTPS' : 'HTTP',
    ssl_verify_result: error?.code === 60 ? '18' : '0',
    exitcode: String(error?.code ?? 0),
    errormsg: error?.message ?? '',
  };
  return format
    .replace(/%header\{([^}]+)\}/g, (_whole, name: string) => header(name))
    .replace(/%\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '')
    .replaceAll('%%', '%')
    .replace(/\\([nrt])/g, (_whole, letter: string) => LETTERS[letter] ?? '');
}
