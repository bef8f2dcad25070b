import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ACCOUNT, quoted } from './database.js';
import { findPrograms, PACKAGES } from './programs.js';
import { must, until } from './service.js';
import { Stage } from './stage.js';

const { programs, missing } = findPrograms();
const demanded = process.env['THREEBODY_APPS'] === '1';

if (missing.length > 0)
  process.stderr.write(
    `\nNOT TESTED: the Go and Laravel back ends. Missing here: ${missing.join(', ')}\n` +
      `  apt-get install --no-install-recommends ${PACKAGES.join(' ')}\n\n`,
  );

const product = z.strictObject({
  id: z.number(),
  name: z.string(),
  price: z.union([z.number(), z.string()]).transform(Number),
  stock: z.number(),
  created_at: z.iso.datetime().nullable(),
});
const fromGo = z.strictObject({ source: z.literal('go'), data: z.array(product) });
const fromLaravel = z.strictObject({ data: z.array(product) });
const unready = z.object({ status: z.literal('unready'), reason: z.string(), message: z.string() });
const refused = z.object({ error: z.object({ reason: z.string(), message: z.string() }) });

test.runIf(demanded)('everything that the back ends are run with is installed', () => {
  expect(missing).toEqual([]);
});

describe.skipIf(missing.length > 0)('the two back ends against a real database', () => {
  let stage: Stage;

  /** Both back ends' reasons for not being ready, or "ready". */
  async function readiness(): Promise<string[]> {
    const answers = await stage.both('/readyz', '/api/ready');
    return await Promise.all(
      answers.map(async (one) => {
        if (one.ok) return 'ready';
        expect(one.status).toBe(503);
        return unready.parse(await one.json()).reason;
      }),
    );
  }

  async function alive(): Promise<void> {
    for (const one of await stage.both('/healthz', '/api/health')) expect(one.status).toBe(200);
  }

  async function products(): Promise<{ go: unknown[]; laravel: unknown[] }> {
    const [one, other] = await stage.both('/api/products');
    expect([one.status, other.status]).toEqual([200, 200]);
    return { go: fromGo.parse(await one.json()).data, laravel: fromLaravel.parse(await other.json()).data };
  }

  /** The list answers 503 and says why. */
  async function listRefused(reason: string): Promise<void> {
    for (const one of await stage.both('/api/products')) {
      expect(one.status).toBe(503);
      expect(refused.parse(await one.json()).error.reason).toBe(reason);
    }
  }

  beforeAll(async () => {
    stage = await Stage.set(programs);
  }, 180_000);

  afterAll(async () => {
    await stage?.strike();
  }, 60_000);

  test('the Go code is formatted, vetted, and its own tests pass', async () => {
    expect(await must(programs.gofmt, ['-l', '.'], { cwd: stage.go.folder })).toBe('');
    expect(await stage.go.go('vet', './...')).toBe('');
    const told = await stage.go.go('test', '-count=1', './...');
    expect(told.match(/^ok /gm)).toHaveLength(4);
    // Two cold compilations of the standard library.
  }, 180_000);

  test('every PHP file is PHP', async () => {
    const files = (await readdir(stage.laravel.folder, { recursive: true })).filter((one) =>
      one.endsWith('.php'),
    );
    expect(files.length).toBeGreaterThan(15);
    for (const one of [...files, 'artisan'])
      await must(programs.php, ['-l', one], { cwd: stage.laravel.folder });
  }, 60_000);

  test('before the migration both are ready and say that the table is missing', async () => {
    expect(await readiness()).toEqual(['ready', 'ready']);
    await listRefused('missing-table');
  });

  test('the migrate Job fills an empty table and no other, however often it runs', async () => {
    const waited = await stage.job('wait-mysql');
    expect(waited).toMatchObject({ code: 0 });
    const first = await stage.job('migrate');
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('5 rows added') });
    expect(await stage.rows()).toBe(5);
    expect(await stage.job('migrate')).toMatchObject({ code: 0 });
    expect(await stage.rows()).toBe(5);
  });

  test('seeding by hand twice adds nothing', async () => {
    for (const _ of [1, 2]) expect(await stage.artisan('db:seed', '--force')).toContain('nothing added');
    expect(await stage.rows()).toBe(5);
  });

  test('two seeders that look at an empty table at the same moment add one set', async () => {
    const table = `${ACCOUNT.database}.products`;
    const sessions = 'information_schema.processlist WHERE';
    await stage.database.sql(`DELETE FROM ${table}`);
    // Both come to a closed table, and it opens for both at once.
    const closed = stage.database.sql(`LOCK TABLES ${table} WRITE; DO SLEEP(50)`).catch(String);
    const holder = (): Promise<string> =>
      stage.database.sql(`SELECT id FROM ${sessions} info = 'DO SLEEP(50)'`);
    await until('the table to be closed', async () => (await holder()) !== '');
    const seeders = Promise.all([stage.artisan('db:seed', '--force'), stage.artisan('db:seed', '--force')]);
    await until(
      'both seeders to wait',
      async () =>
        (await stage.database.sql(`SELECT COUNT(*) FROM ${sessions} state LIKE 'Waiting for table%'`)) ===
        '2',
    );
    await stage.database.sql(`KILL ${await holder()}`);
    await closed;
    await seeders;
    expect(await stage.rows()).toBe(5);
  });

  test('both list the same products', async () => {
    const got = await products();
    expect(got.go).toHaveLength(5);
    expect(got.go).toEqual(got.laravel);
  });

  test('awkward rows come out of both unchanged: UTC times, exact prices, no date, other alphabets', async () => {
    await stage.database.sql(
      `SET time_zone = '+00:00';
       INSERT INTO ${ACCOUNT.database}.products (name, price, stock, created_at) VALUES
         (${quoted('Es "teh" <b>\\ & \'jeruk\' 茶 🍵')}, 9999999999.99, 4294967295, '2026-03-04 05:06:07'),
         ('Gratis', 0, 0, NULL);`,
    );
    const got = await products();
    expect(got.go).toEqual(got.laravel);
    expect(got.go.slice(5)).toMatchObject([
      {
        name: 'Es "teh" <b>\\ & \'jeruk\' 茶 🍵',
        price: 9_999_999_999.99,
        stock: 4_294_967_295,
        created_at: '2026-03-04T05:06:07Z',
      },
      { name: 'Gratis', price: 0, stock: 0, created_at: null },
    ]);
  });

  test('what is not there is told as JSON, and nothing is changed by a request', async () => {
    for (const one of await stage.both('/api/users')) {
      expect(one.status).toBe(404);
      expect(refused.parse(await one.json()).error.reason).toBe('not-found');
    }
    for (const url of [stage.goUrl, stage.laravel.url]) {
      const answer = await fetch(`${url}/api/products`, { method: 'POST' });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toContain('GET');
      expect(refused.parse(await answer.json()).error.reason).toBe('method-not-allowed');
    }
  });

  test('PHP runs through its one door only', async () => {
    for (const path of ['/server.php', '/../artisan', '/.env', '/vendor/autoload.php'])
      expect((await fetch(`${stage.laravel.url}${path}`)).status).toBe(404);
    await new Promise<void>((resolve, reject) => {
      const stranger = connect({ port: stage.laravel.fpmPort, host: '127.0.0.1', localAddress: '127.0.0.2' });
      stranger.once('error', reject).once('close', () => resolve());
      stranger.resume();
    });
    await until(
      'the stranger to be told of',
      () => /IP address '127\.0\.0\.2'/.test(stage.laravel.output),
      5000,
    );
  });

  test('migrate:fresh --seed resets the table, and every command of the runbook for caches works', async () => {
    expect(await stage.artisan('migrate:fresh', '--seed', '--force')).toContain('5 rows added');
    expect(await stage.rows()).toBe(5);
    for (const one of ['config:cache', 'route:cache', 'config:clear', 'route:clear', 'view:clear'])
      await stage.artisan(one);
    for (const one of ['cache:clear', 'optimize:clear', 'migrate:status']) await stage.artisan(one);
    const got = await products();
    expect(got.go).toEqual(got.laravel);
  });

  test('a password that is no longer right is told as such, by the Job too', async () => {
    const set = (password: string): Promise<string> =>
      stage.database.sql(
        `ALTER USER '${ACCOUNT.username}'@'%' IDENTIFIED BY ${quoted(password)}; KILL USER '${ACCOUNT.username}'`,
      );
    await set('another');
    await until('both to notice', async () => (await readiness()).every((one) => one === 'access-denied'));
    await alive();
    await listRefused('access-denied');
    const waited = await stage.job('wait-mysql');
    expect(waited.code).not.toBe(0);
    expect(waited.output).toContain('Access denied');
    await set(ACCOUNT.password);
    await until('both to recover', async () => (await readiness()).every((one) => one === 'ready'));
  });

  test('a database that is down makes both unready, not dead, and both recover by themselves', async () => {
    await stage.database.stop();
    await until('both to notice', async () => (await readiness()).every((one) => one === 'unreachable'));
    await alive();
    await listRefused('unreachable');
    await stage.database.start();
    await until('both to recover', async () => (await readiness()).every((one) => one === 'ready'));
    expect((await products()).go).toHaveLength(5);
  });

  test('a host that has no address and a database that is not there have reasons of their own', async () => {
    const { service, url } = await stage.go.start({ ...stage.env, DB_HOST: 'mysql.invalid' });
    try {
      const answer = await fetch(`${url}/readyz`);
      expect(unready.parse(await answer.json()).reason).toBe('unknown-host');
    } finally {
      await service.stop();
    }
    await stage.database.sql(`GRANT ALL ON gone.* TO '${ACCOUNT.username}'@'%'`);
    const other = await stage.go.start({ ...stage.env, DB_DATABASE: 'gone' });
    try {
      const answer = await fetch(`${other.url}/readyz`);
      expect(unready.parse(await answer.json()).reason).toBe('unknown-database');
    } finally {
      await other.service.stop();
    }
  });

  test('the Go API without its settings says which, and ends', async () => {
    const begun = stage.go.start({ ...stage.env, DB_HOST: '', DB_USERNAME: '' });
    await expect(begun).rejects.toThrow(/not set: DB_HOST, DB_USERNAME/);
  });

  test('SIGTERM: the Go API gets unready first, then ends well', async () => {
    const { service, url } = await stage.go.start(stage.env);
    service.signal('SIGTERM');
    await until('unready', async () => {
      const answer = await fetch(`${url}/readyz`);
      return answer.status === 503 && unready.parse(await answer.json()).reason === 'stopping';
    });
    expect(await service.end()).toBe(0);
    const lines = service.output.trim().split('\n');
    expect(lines.map((one) => z.object({ message: z.string() }).parse(JSON.parse(one)).message)).toEqual(
      expect.arrayContaining(['listening', 'stopping', 'stopped']),
    );
  });

  test('the logs are JSON and hold no password', () => {
    expect(stage.laravel.output).toContain('"channel":"production"');
    for (const log of [stage.goLog, stage.laravel.output]) {
      expect(log).toContain('Access denied');
      expect(log).not.toContain(ACCOUNT.password);
      expect(log).not.toContain(JSON.stringify(ACCOUNT.password).slice(1, -1));
    }
    for (const line of stage.goLog.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('time');
  });
});
