/** B3 gets Harbor's archive: from a server on loopback that breaks off, lies or refuses, and from the operator's computer. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Parameters } from '../../../src/lab/types.js';
import type { RenderedAction } from '../../../src/runbook/types.js';
import { ourRunbook } from './content.js';
import { actionOf, probeOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const VERSION = 'v2.14.1';
const NAME = `harbor-offline-installer-${VERSION}.tgz`;
const DOWNLOADS = '/var/lib/threebody/downloads';

let box: Sandbox;
afterEach(() => box.remove());

describe('the archive', () => {
  let server: Server;
  let base: string;
  let archive: Buffer;
  let sha256: string;
  let asked: string[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const fetching = (parameters: Parameters): RenderedAction => actionOf(runbook, 'B3', 'fetch', parameters);
  const there = (suffix = ''): string => join(box.root, DOWNLOADS, NAME + suffix);

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`.trim());
      answer(request, response);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    box = new Sandbox(runbook, ['/var/lib/threebody', '/opt/harbor'], {
      'https://github.com/goharbor/harbor/releases/download': base,
    });
    box.stub('sleep() { command sleep 0.02; }');
    for (const name of ['prepare', 'install.sh', 'harbor.yml.tmpl', `harbor.${VERSION}.tar.gz`])
      box.write(`src/harbor/${name}`, name.repeat(2000));
    spawnSync('tar', ['-czf', join(box.root, 'a.tgz'), '-C', join(box.root, 'src'), 'harbor']);
    archive = readFileSync(join(box.root, 'a.tgz'));
    sha256 = createHash('sha256').update(archive).digest('hex');
    answer = serve();
  });
  afterEach(() => new Promise((closed) => server.close(closed)));

  /** @param cuts how many times the connection breaks half-way first */
  function serve(cuts = 0, md5: string | null = null): typeof answer {
    let left = cuts;
    return (request, response) => {
      if (request.url?.endsWith('/md5sum') === true) {
        response.statusCode = md5 === null ? 404 : 200;
        response.end(md5 === null ? '' : `${md5}  ${NAME}\nffff  other.tgz\n`);
        return;
      }
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const part = archive.subarray(from);
      response.writeHead(from > 0 ? 206 : 200, {
        'content-length': part.length,
        ...(from > 0 ? { 'content-range': `bytes ${from}-${archive.length - 1}/${archive.length}` } : {}),
      });
      if (request.method === 'HEAD') response.end();
      else if (left > 0) {
        left -= 1;
        response.write(part.subarray(0, Math.ceil(part.length / 2)), () => response.destroy());
      } else response.end(part);
    };
  }

  test('is fetched, checked against harbor_sha256, and not fetched again', async () => {
    const fetch = fetching({ harbor_sha256: sha256.toUpperCase() });
    expect(await box.run(fetch, 'satisfied')).not.toMatchObject({ code: 0 });
    expect(await box.run(fetch)).toMatchObject({ code: 0 });
    expect(readFileSync(there())).toEqual(archive);
    expect(await box.run(fetch, 'satisfied')).toMatchObject({ code: 0 });
    const { output } = await box.probe(probeOf(runbook, 'B3.archive'));
    expect(output).toBe(`sha256 ${sha256} checked-against harbor_sha256\n`);
    expect(await box.run(fetching({ harbor_sha256: 'ab'.repeat(32) }), 'satisfied')).not.toMatchObject({
      code: 0,
    });
    expect(await box.run(fetch, 'undo')).toMatchObject({ code: 0 });
    expect(existsSync(there())).toBe(false);
  });

  test('goes on from half a download, of an earlier run and of this one', async () => {
    box.write(`${DOWNLOADS}/${NAME}.part`, '');
    writeFileSync(there('.part'), archive.subarray(0, 100));
    answer = serve(2);
    expect(await box.run(fetching({ harbor_sha256: sha256 }))).toMatchObject({ code: 0 });
    expect(readFileSync(there())).toEqual(archive);
    expect(asked.filter((one) => one.startsWith('GET') && one.includes('bytes=')).length).toBe(3);
    expect(asked.find((one) => one.startsWith('GET'))).toContain('bytes=100-');
  });

  test('is given up after five tries, and what came is kept for the next run', async () => {
    answer = serve(99);
    const { code, output } = await box.run(fetching({}));
    expect(code).not.toBe(0);
    expect(output).toContain('could not be fetched whole');
    expect(existsSync(there('.part'))).toBe(true);
    expect(existsSync(there())).toBe(false);
  });

  test('is started over where the server cannot go on', async () => {
    box.write(`${DOWNLOADS}/${NAME}.part`, 'x'.repeat(50));
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': archive.length });
      response.end(request.method === 'HEAD' ? undefined : archive);
    };
    expect(await box.run(fetching({ harbor_sha256: sha256 }))).toMatchObject({ code: 0 });
    expect(readFileSync(there())).toEqual(archive);
  });

  test.each([
    ['a wrong checksum', { harbor_sha256: 'ab'.repeat(32) }, null, 'wrong checksum: sha256'],
    ['another md5 than Harbor publishes', {}, 'ab'.repeat(16), 'wrong checksum: md5'],
  ])('with %s is refused and removed', async (_name, parameters, md5, said) => {
    answer = serve(0, md5);
    const { code, output } = await box.run(fetching(parameters));
    expect(code).not.toBe(0);
    expect(output).toContain(said);
    expect([there(), there('.part'), there('.checked')].filter((file) => existsSync(file))).toEqual([]);
  });

  test("is compared with Harbor's own md5sum when nothing else is known, and told when there is none", async () => {
    answer = serve(0, createHash('md5').update(archive).digest('hex'));
    expect((await box.run(fetching({}))).output).toContain('checked against published-md5');
    await box.run(fetching({}), 'undo');
    answer = serve();
    expect((await box.run(fetching({}))).output).toContain('nobody vouches for it');
    expect((await box.probe(probeOf(runbook, 'B3.archive'))).output).toContain('checked-against nothing');
  });

  test("from the operator's computer needs no internet", async () => {
    const uploaded = { 'harbor.tgz': `@${join(box.root, 'a.tgz')}` };
    expect(await box.run(fetching({ harbor_sha256: sha256 }), 'script', uploaded)).toMatchObject({ code: 0 });
    expect(asked).toEqual([]);
    expect(readFileSync(there())).toEqual(archive);
  });

  test('that is something else, or a refusal, is told as what it is', async () => {
    const junk = box.write('junk.tgz', 'not an archive');
    const { code, output } = await box.run(fetching({}), 'script', { 'harbor.tgz': `@${junk}` });
    expect([code === 0, output]).toEqual([false, expect.stringContaining('not a whole .tgz archive')]);
    answer = (_request, response) => response.writeHead(404).end();
    const refused = await box.run(fetching({}));
    expect([refused.code === 0, refused.output]).toEqual([false, expect.stringContaining('refuses')]);
  });

  test('is unpacked whole, and nothing that is there is replaced', async () => {
    const unpack = actionOf(runbook, 'B3', 'unpack');
    await box.run(fetching({ harbor_sha256: sha256 }));
    expect(await box.run(unpack, 'satisfied')).not.toMatchObject({ code: 0 });
    box.write('opt/harbor/harbor.yml.tmpl', 'mine');
    expect(await box.run(unpack)).toMatchObject({ code: 0 });
    expect(readFileSync(join(box.root, 'opt/harbor/harbor.yml.tmpl'), 'utf8')).toBe('mine');
    expect(await box.run(unpack, 'satisfied')).toMatchObject({ code: 0 });
    box.write('opt/harbor/harbor.v2.13.0.tar.gz', '');
    expect((await box.run(unpack)).output).toContain('Another version of Harbor');
  });
});
