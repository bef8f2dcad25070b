/** What a call of curl asks for: its words as options, and of these the body and the headers. */
import { readOperand } from '../kernel/open.js';
import type { Process } from '../kernel/process.js';
import type { CurlOptions } from './curl-options.js';

/** The options of one call, asked by name. */
export class Given {
  readonly options: CurlOptions;
  constructor(options: CurlOptions) {
    this.options = options;
  }
  has(...names: readonly string[]): boolean {
    return this.options.found.some(([name]) => names.includes(name));
  }
  all(name: string): readonly string[] {
    return this.options.found.filter(([known]) => known === name).map(([, value]) => value);
  }
  last(name: string): string | undefined {
    return this.all(name).at(-1);
  }
}

/** Of `--data…` and `--json`, in their order. @returns null when nothing is sent */
export async function requestBody(process: Process, given: Given): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  for (const [name, value] of given.options.found) {
    if (!/^(data(-binary|-raw|-ascii|-urlencode)?|json)$/.test(name)) continue;
    let bytes: Buffer = Buffer.from(value);
    if (name === 'data-urlencode') bytes = await encoded(process, value);
    else if (value.startsWith('@') && name !== 'data-raw') {
      bytes = await readOperand(process, value.slice(1));
      if (name === 'data' || name === 'data-ascii')
        bytes = Buffer.from(bytes.toString('latin1').replace(/[\r\n]/g, ''), 'latin1');
    }
    if (parts.length > 0) parts.push(Buffer.from(name === 'json' ? '' : '&'));
    parts.push(bytes);
  }
  return parts.length === 0 ? null : Buffer.concat(parts);
}

/** `text`, `=text`, `name=text`, `@file` and `name@file`: what stands after the name is encoded. */
async function encoded(process: Process, value: string): Promise<Buffer> {
  const [, name = '', mark = '', rest = value] = /^([^=@]*)([=@])([\s\S]*)$/.exec(value) ?? [];
  const bytes = mark === '@' ? await readOperand(process, rest) : Buffer.from(rest);
  const text = [...bytes]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
  return Buffer.from(name === '' ? text : `${name}=${text}`);
}

/** By their names in small letters. */
export async function requestHeaders(
  process: Process,
  given: Given,
  body: Buffer | null,
): Promise<Map<string, string>> {
  const headers = new Map([
    ['user-agent', given.last('user-agent') ?? 'curl/8.5.0'],
    ['accept', '*/*'],
  ]);
  const user = given.last('user');
  if (user !== undefined) headers.set('authorization', `Basic ${Buffer.from(user).toString('base64')}`);
  if (body !== null) {
    headers.set('content-type', given.has('json') ? 'application/json' : 'application/x-www-form-urlencoded');
    headers.set('content-length', String(body.length));
  }
  for (const text of given.all('header')) {
    const lines = text.startsWith('@')
      ? (await readOperand(process, text.slice(1))).toString('utf8').split('\n')
      : [text];
    for (const line of lines) {
      const at = line.indexOf(':');
      if (at <= 0) continue;
      const value = line.slice(at + 1).trim();
      if (value === '') headers.delete(line.slice(0, at).toLowerCase());
      else headers.set(line.slice(0, at).toLowerCase(), value);
    }
  }
  return headers;
}
