/** What a call of curl writes: heads, bodies, and the meter beside a file that grows. */
import type { Process } from '../kernel/process.js';
import { reasonOf, type HttpResponse } from '../model/http.js';
import { dirName } from '../vfs/volume.js';
import type { Given } from './curl-request.js';

/** Parts in which a body is handed on, so that the meter moves and a kill finds something half done. */
const PARTS = 12;

export function headText(response: HttpResponse): string {
  const reason = reasonOf(response.status);
  return `HTTP/1.1 ${response.status}${reason === '' ? '' : ` ${reason}`}\r\n${response.headers
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

const short = (bytes: number): string =>
  (bytes >= 10_000 ? `${Math.floor(bytes / 1024)}k` : String(bytes)).padStart(5);

interface Content {
  readonly content: Buffer;
  /** Null is standard output. */
  readonly target: string | null;
  readonly append: boolean;
  /** There is nothing to write, not even an empty file. */
  readonly nothing: boolean;
  readonly takesMs: number;
}

/** @throws SystemError when the file cannot be written */
export async function writeContent(
  process: Process,
  given: Given,
  { content, target, append, nothing, takesMs }: Content,
): Promise<void> {
  if (target === null) {
    await process.sleep(takesMs);
    if (content.length > 0) await process.out(content);
    return;
  }
  if (nothing) return;
  if (target === '/dev/null') {
    await process.sleep(takesMs);
    return;
  }
  if (given.has('create-dirs')) {
    let walked = '';
    for (const part of dirName(target)
      .split('/')
      .filter((name) => name !== '')) {
      walked += `/${part}`;
      if (process.view.peek(walked) === undefined) process.view.makeDirectory(walked, 0o750);
    }
  }
  if (!append) process.view.write(target, '');
  const meter = !given.has('silent', 'no-progress-meter') && takesMs > 0;
  if (meter)
    await process.err(
      '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n',
    );
  const step = Math.max(1, Math.ceil(content.length / (takesMs > 0 ? PARTS : 1)));
  for (let at = 0; at < content.length; at += step) {
    process.view.write(target, content.subarray(at, at + step), { append: true });
    if (takesMs > 0) await process.sleep(takesMs / PARTS);
    if (meter) {
      const done = Math.min(at + step, content.length);
      const share = String(Math.floor((done / content.length) * 100)).padStart(3);
      await process.err(
        `\r${share} ${short(content.length)} ${share} ${short(done)}    0     0  3906k      0 --:--:-- --:--:-- --:--:-- 3906k`,
      );
    }
  }
  if (meter) await process.err('\n');
}
