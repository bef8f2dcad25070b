/** curl over the simulated network. */
import { OptionError } from '../commands/options.js';
import type { Host } from '../host.js';
import { readOperand } from '../kernel/open.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { headerOf, type HttpResponse } from '../model/http.js';
import { SystemError } from '../vfs/inode.js';
import { baseName } from '../vfs/volume.js';
import { clientCertificate } from './client-certificate.js';
import { configWords, readCurl } from './curl-options.js';
import { headText, writeContent } from './curl-output.js';
import { Given, requestBody, requestHeaders } from './curl-request.js';
import { writeOut } from './curl-write-out.js';
import { fetchFrom, NoAnswer, portOf, type Question } from './fetch.js';

const MAX_REDIRECTS = 50;

class Curl {
  readonly #host: Host;
  readonly #process: Process;
  readonly #given: Given;
  constructor(host: Host, process: Process, given: Given) {
    this.#host = host;
    this.#process = process;
    this.#given = given;
  }
  get #loud(): boolean {
    return !this.#given.has('silent') || this.#given.has('show-error');
  }

  async run(): Promise<number> {
    const { urls } = this.#given.options;
    if (urls.length === 0) {
      await this.#process.err(
        "curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
      );
      return 2;
    }
    let status = 0;
    for (const [index, url] of urls.entries()) status = (await this.#withRetries(url, index)) || status;
    return status;
  }
  async #withRetries(url: string, index: number): Promise<number> {
    let left = Number(this.#given.last('retry') ?? 0);
    let pause = 1000;
    for (;;) {
      const { status, transient } = await this.#transfer(url, index, left > 0);
      if (status === 0 && !transient) return 0;
      const again =
        transient ||
        (this.#given.has('retry-connrefused') && status === 7) ||
        (this.#given.has('retry-all-errors') && status !== 0);
      if (left <= 0 || !again) return status;
      left -= 1;
      const wait =
        this.#given.last('retry-delay') === undefined
          ? pause
          : Number(this.#given.last('retry-delay')) * 1000;
      if (this.#loud)
        await this.#process.err(
          `Warning: Problem: ${status === 28 ? 'timeout' : 'transient error'}. Will retry in ${wait / 1000} seconds. ${left} retries left.\n`,
        );
      await this.#process.sleep(wait);
      pause *= 2;
    }
  }

  async #transfer(
    given: string,
    index: number,
    mayRetry: boolean,
  ): Promise<{ status: number; transient: boolean }> {
    const process = this.#process;
    const failed = async (error: NoAnswer, url: string) => {
      if (this.#loud && !(mayRetry && this.#given.has('silent')))
        await process.err(
          `curl: (${error.code}) ${error.message}\n${error.code === 60 ? 'More details here: https://curl.se/docs/sslcerts.html\n' : ''}`,
        );
      await this.#writeOut('000', url, null, 0, error);
      return { status: error.code, transient: error.code === 28 };
    };
    if (!/^https?:/.test(given) && /^\w+:\/\//.test(given))
      return failed(new NoAnswer(1, `Protocol "${given.split(':')[0]}" not supported`), given);
    let url = URL.parse(/^https?:/.test(given) ? given : `http://${given}`);
    if (url === null) return failed(new NoAnswer(3, 'URL using bad/illegal format or missing URL'), given);
    const target = this.#target(url, index);
    let body = await requestBody(process, this.#given);
    if (body !== null && this.#given.has('get')) {
      url.search = `${url.search === '' ? '?' : `${url.search}&`}${body.toString('utf8')}`;
      body = null;
    }
    const headers = await requestHeaders(process, this.#given, body);
    const offset = this.#offset(target);
    if (offset > 0) headers.set('range', `bytes=${offset}-`);
    const seconds = (name: string, fallback: number) => Number(this.#given.last(name) ?? fallback) * 1000;
    const resolve = new Map(
      this.#given.all('resolve').map((entry) => {
        const [name = '', port = '', ...address] = entry.replace(/^\+/, '').split(':');
        return [`${name}:${port}`, address.join(':').split(',')[0] ?? ''] as const;
      }),
    );
    let certificate: string | null;
    try {
      certificate = clientCertificate(this.#given.last('cert'), this.#given.last('key'), (path) =>
        this.#readText(path),
      );
    } catch (error) {
      if (error instanceof NoAnswer) return failed(error, url.href);
      throw error;
    }
    let method =
      this.#given.last('request') ?? (this.#given.has('head') ? 'HEAD' : body === null ? 'GET' : 'POST');
    let redirects = 0;
    for (;;) {
      const question: Question = {
        method,
        url,
        headers,
        body: body ?? Buffer.alloc(0),
        resolve,
        insecure: this.#given.has('insecure'),
        authorities: this.#given.all('cacert').map((path) => this.#readText(path)),
        ...(certificate === null ? {} : { certificate }),
        connectTimeoutMs: seconds('connect-timeout', 130),
        timeoutMs: seconds('max-time', 1e9),
      };
      let response: HttpResponse;
      try {
        response = await fetchFrom(this.#host, process, question);
      } catch (error) {
        if (error instanceof NoAnswer) return failed(error, url.href);
        throw error;
      }
      if (this.#given.has('verbose')) await this.#narrate(question, response);
      const next = headerOf(response, 'location');
      if (
        this.#given.has('location') &&
        next !== undefined &&
        response.status >= 300 &&
        response.status < 400
      ) {
        redirects += 1;
        if (redirects > Number(this.#given.last('max-redirs') ?? MAX_REDIRECTS))
          return failed(new NoAnswer(47, `Maximum (${MAX_REDIRECTS}) redirects followed`), url.href);
        if (this.#given.has('include', 'head')) await process.out(headText(response));
        const to: URL | null = URL.parse(next, url.href);
        if (to === null) return failed(new NoAnswer(3, 'URL using bad/illegal format or missing URL'), next);
        if (to.host !== url.host) headers.delete('authorization');
        if (response.status <= 303 && method === 'POST' && this.#given.last('request') === undefined) {
          method = 'GET';
          body = null;
        }
        url = to;
        continue;
      }
      const status = await this.#deliver(response, method, target, offset, url);
      return { status, transient: [408, 429, 500, 502, 503, 504].includes(response.status) && mayRetry };
    }
  }
  #readText(path: string): string {
    try {
      return this.#process.view.readText(this.#process.path(path));
    } catch {
      return '';
    }
  }
  #target(url: URL, index: number): string | null {
    const into = this.#given.last('output-dir');
    const named = this.#given.all('output')[index] ?? (index > 0 ? undefined : this.#given.last('output'));
    const name = named ?? (this.#given.has('remote-name') ? baseName(url.pathname) : undefined);
    if (name === undefined || name === '-') return null;
    return this.#process.path(into === undefined ? name : `${into}/${name}`);
  }
  #offset(target: string | null): number {
    const from = this.#given.last('continue-at');
    if (from === undefined) return 0;
    if (from !== '-') return Number(from);
    const inode = target === null ? undefined : this.#process.view.peek(target);
    return inode?.kind === 'file' ? inode.size : 0;
  }

  async #deliver(
    response: HttpResponse,
    method: string,
    target: string | null,
    offset: number,
    url: URL,
  ): Promise<number> {
    const process = this.#process;
    const dump = this.#given.last('dump-header');
    if (dump !== undefined) {
      if (dump === '-') await process.out(headText(response));
      else process.view.write(process.path(dump), headText(response));
    }
    // A range that begins at the end means that all is there already.
    const complete = response.status === 416 && offset > 0;
    const refused = response.status >= 400 && !complete && this.#given.has('fail', 'fail-with-body');
    const drop = complete || method === 'HEAD' || (refused && !this.#given.has('fail-with-body'));
    const head = this.#given.has('include', 'head') ? Buffer.from(headText(response)) : Buffer.alloc(0);
    if (offset > 0 && response.status === 200) {
      await process.err("curl: (33) HTTP server doesn't seem to support byte ranges. Cannot resume.\n");
      return 33;
    }
    const content = Buffer.concat([
      refused && drop ? Buffer.alloc(0) : head,
      drop ? Buffer.alloc(0) : response.body,
    ]);
    try {
      await writeContent(process, this.#given, {
        content,
        target,
        append: response.status === 206 && offset > 0,
        nothing: drop && head.length === 0,
        takesMs: response.takesMs ?? 0,
      });
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      if (this.#loud) await process.err(`curl: (23) Failure writing output to destination\n`);
      return 23;
    }
    const error = refused ? new NoAnswer(22, `The requested URL returned error: ${response.status}`) : null;
    if (error !== null && this.#loud) await process.err(`curl: (22) ${error.message}\n`);
    await this.#writeOut(String(response.status), url.href, response, content.length, error);
    return error === null ? 0 : 22;
  }
  async #narrate(question: Question, response: HttpResponse): Promise<void> {
    const { url, method } = question;
    await this.#process.err(
      `* Connected to ${url.hostname} port ${portOf(url)}\n> ${method} ${url.pathname}${url.search} HTTP/1.1\n> Host: ${url.host}\n>\n${headText(
        response,
      )
        .trimEnd()
        .split('\r\n')
        .map((line) => `< ${line}\n`)
        .join('')}< \n`,
    );
  }
  async #writeOut(
    code: string,
    url: string,
    response: HttpResponse | null,
    size: number,
    error: NoAnswer | null,
  ): Promise<void> {
    const given = this.#given.last('write-out');
    if (given === undefined) return;
    const format = given.startsWith('@')
      ? (await readOperand(this.#process, given.slice(1))).toString('utf8')
      : given;
    await this.#process.out(writeOut(format, { code, url, response, size, error }));
  }
}

export function curl(host: Host): Program {
  return async (process, args) => {
    if (args[0] === '--version' || args[0] === '-V') {
      await process.out(
        'curl 8.5.0 (x86_64-pc-linux-gnu) libcurl/8.5.0 OpenSSL/3.0.13\nProtocols: http https\n',
      );
      return 0;
    }
    try {
      const options = readCurl(args);
      for (const [name, path] of [...options.found]) {
        if (name !== 'config') continue;
        const text = (await readOperand(process, path)).toString('utf8');
        readCurl(configWords(text), options);
      }
      return await new Curl(host, process, new Given(options)).run();
    } catch (error) {
      if (error instanceof OptionError) {
        await process.err(
          `curl: ${error.message}\ncurl: try 'curl --help' or 'curl --manual' for more information\n`,
        );
        return 2;
      }
      if (error instanceof SystemError && error.path !== null) {
        await process.err(`curl: option -K: error encountered when reading a file\n`);
        return 26;
      }
      throw error;
    }
  };
}
