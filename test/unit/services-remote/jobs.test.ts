import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trouble } from '../../../src/lab/types.js';
import { bench, spec, watch } from './job-bench.js';
import { until } from './server.js';
import { troubleOf } from './support.js';

describe('a job', () => {
  it('runs with its files, is followed to its exit code, and leaves no script behind', async () => {
    const { jobs, dir, server } = await bench();
    const job = spec('cat "$TB_FILES/hosts.block"; echo "job $TB_JOB"; echo "pw sesame" >&2; exit 3', {
      files: [{ name: 'hosts.block', content: "it's\n192.0.2.42 é\n" }],
    });
    const started = await jobs.start(job);
    expect(started).toMatchObject({
      id: job.id,
      step: 'A3',
      action: 'write-block',
      by: 'me@here',
      purpose: 'run',
    });
    const { text, record, next } = await watch(jobs, job.id);
    expect(text).toBe(`it's\n192.0.2.42 é\njob ${job.id}\npw •••\n`);
    expect(record).toMatchObject({ end: { kind: 'exited', exit: 3 }, outputBytes: next });
    expect(record.endedAt).toBeGreaterThanOrEqual(record.startedAt);
    const left = (await readdir(dir(job.id))).sort();
    expect(left).toEqual(['as', 'claim', 'ended', 'group', 'output', 'rc', 'spec.json', 'started']);
    expect((await stat(join(server.home, '.threebody'))).mode & 0o777).toBe(0o700);
    expect((await stat(dir(job.id))).mode & 0o777).toBe(0o700);
  });

  it('runs as root through sudo with a password that is seen nowhere', async () => {
    const { jobs, dir, server } = await bench('sesame');
    const job = spec('id -u; read -r x || echo "no stdin"', { as: 'root' });
    await jobs.start(job);
    expect((await watch(jobs, job.id)).text).toBe('0\nno stdin\n');
    const files = (await readdir(dir(job.id))).filter((file) => file !== 'claim');
    const texts = await Promise.all(files.map((file) => readFile(join(dir(job.id), file), 'utf8')));
    expect(texts.join('\n')).not.toContain('sesame');
    expect(await readFile(join(server.home, 'sudo.log'), 'utf8')).not.toContain('sesame');
  });

  it('is refused without sudo before anything is put on the host', async () => {
    const { jobs, dir } = await bench(null);
    const job = spec('true', { as: 'root' });
    expect((await troubleOf(jobs.start(job))).code).toBe('sudo-password-wrong');
    expect(existsSync(dir(job.id))).toBe(false);
  });

  it('goes on when the connection is cut; following resumes at the exact byte', async () => {
    const { jobs, server } = await bench();
    const job = spec('for i in $(seq 1 40); do printf "line %s é" $i; sleep 0.03; echo " sesame"; done');
    await jobs.start(job);
    let text = '';
    let cuts = 0;
    const record = await jobs.follow('vm-docker', job.id, {
      fromByte: 0,
      signal: new AbortController().signal,
      onOutput: (part) => {
        text += part;
        if (cuts < 2 && text.split('\n').length > 8 * (cuts + 1)) {
          cuts += 1;
          server.cut();
        }
      },
    });
    expect(record.end).toEqual({ kind: 'exited', exit: 0 });
    expect(cuts).toBe(2);
    expect(text).toBe(Array.from({ length: 40 }, (_, index) => `line ${index + 1} é •••\n`).join(''));
  }, 20_000);

  it('can be followed by another program from where the first one stopped', async () => {
    const { jobs, another, server } = await bench();
    const job = spec(
      'printf "é"; echo one; echo two; while [ ! -e "$HOME/go" ]; do sleep 0.05; done; echo three',
    );
    await jobs.start(job);
    const stop = new AbortController();
    let seen = '';
    let at = 0;
    const first = jobs.follow('vm-docker', job.id, {
      fromByte: 0,
      signal: stop.signal,
      onOutput: (part, byte) => {
        seen += part;
        at = byte;
        if (seen.includes('two\n')) stop.abort();
      },
    });
    expect((await troubleOf(first)).code).toBe('cancelled');
    expect(at).toBe(Buffer.byteLength('éone\ntwo\n'));
    const second = another();
    expect(await second.list('vm-docker')).toMatchObject([{ id: job.id, end: null, endedAt: null }]);
    const rest = watch(second, job.id, at);
    await writeFile(join(server.home, 'go'), '');
    expect((await rest).text).toBe('three\n');
  });

  it('shows a question that waits without a newline', async () => {
    const { jobs, server } = await bench();
    const job = spec('printf "Continue? [y/N] "; while [ ! -e "$HOME/go" ]; do sleep 0.05; done; echo yes');
    await jobs.start(job);
    let seen = '';
    const followed = jobs.follow('vm-docker', job.id, {
      fromByte: 0,
      signal: new AbortController().signal,
      onOutput: (part) => {
        seen += part;
      },
    });
    await until(() => seen === 'Continue? [y/N] ', 'the question');
    await writeFile(join(server.home, 'go'), '');
    await followed;
    expect(seen).toBe('Continue? [y/N] yes\n');
  });

  it('runs exactly one of two that start at once, and says who has the host', async () => {
    const { jobs, another } = await bench();
    const other = another();
    for (let round = 0; round < 3; round += 1) {
      const a = spec('sleep 20', { by: 'a@x' });
      const b = spec('sleep 20', { by: 'b@y' });
      const outcomes = await Promise.allSettled([jobs.start(a), other.start(b)]);
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(won).toHaveLength(1);
      const winner = won[0]?.value;
      const trouble: unknown = lost[0]?.reason;
      expect(trouble).toMatchObject({ code: 'job-busy', exit: 3 });
      expect(trouble instanceof Trouble ? trouble.what.en : '').toContain(
        `by ${winner?.by ?? '?'}, since 20`,
      );
      // The one that was refused has left nothing, and can be started once the host is free.
      expect((await jobs.list('vm-docker')).filter((record) => record.end === null)).toHaveLength(1);
      await jobs.cancel('vm-docker', winner?.id ?? '');
    }
  }, 30_000);

  it('never runs twice under one id, however often it is started', async () => {
    const { jobs, another, server } = await bench();
    const job = spec('echo ran >> "$HOME/runs"; sleep 0.5');
    const records = await Promise.all([jobs.start(job), another().start(job), jobs.start(job)]);
    expect(new Set(records.map((record) => record.startedAt)).size).toBe(1);
    await watch(jobs, job.id);
    expect(await jobs.start(job)).toMatchObject({ id: job.id, end: { kind: 'exited', exit: 0 } });
    expect(await readFile(join(server.home, 'runs'), 'utf8')).toBe('ran\n');
  });

  it('frees the host when it ends, also when it leaves a daemon behind', async () => {
    const { jobs, server } = await bench();
    const job = spec(
      `setsid -f bash -c 'echo $$ > "$HOME/daemon"; exec sleep 30'; until [ -s "$HOME/daemon" ]; do sleep 0.01; done`,
    );
    await jobs.start(job);
    expect((await watch(jobs, job.id)).record.end).toEqual({ kind: 'exited', exit: 0 });
    const next = spec('echo free');
    await jobs.start(next);
    expect((await watch(jobs, next.id)).text).toBe('free\n');
    process.kill(Number(await readFile(join(server.home, 'daemon'), 'utf8')), 'SIGKILL');
  });

  it('is ended by its time limit', async () => {
    const { jobs } = await bench();
    const job = spec('echo begun; sleep 60', { timeoutMs: 1_000 });
    await jobs.start(job);
    expect((await watch(jobs, job.id)).record.end).toEqual({ kind: 'timed-out' });
  });

  it('is ended when it never stops talking', async () => {
    const { jobs } = await bench();
    const job = spec('yes "$(head -c 2000 /dev/zero | tr "\\0" y)"');
    await jobs.start(job);
    await until(async () => (await jobs.list('vm-docker'))[0]?.end !== null, 'the flood to be stopped');
    expect((await jobs.list('vm-docker'))[0]?.end).toEqual({ kind: 'flooded' });
  }, 20_000);
});
