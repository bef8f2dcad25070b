import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench, spec, watch } from './job-bench.js';
import { until } from './server.js';
import { troubleOf } from './support.js';

describe('cancelling', () => {
  it('ends the whole process group', async () => {
    const { jobs, server } = await bench();
    const job = spec('sleep 60 & echo $! > "$HOME/child"; wait');
    await jobs.start(job);
    await until(() => existsSync(join(server.home, 'child')), 'the child');
    const record = await jobs.cancel('vm-docker', job.id);
    expect(record.end).toEqual({ kind: 'cancelled', left: '' });
    const child = Number(await readFile(join(server.home, 'child'), 'utf8'));
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
    expect((await watch(jobs, job.id)).record.end?.kind).toBe('cancelled');
  });

  it('kills what ignores it, as root too, and says what that was', async () => {
    const { jobs, server } = await bench();
    const job = spec(
      'bash -c "trap \'\' TERM; touch \\"$HOME/deaf\\"; while :; do sleep 0.1; done" stubborn',
      { as: 'root' },
    );
    await jobs.start(job);
    await until(() => existsSync(join(server.home, 'deaf')), 'the stubborn one');
    const record = await jobs.cancel('vm-docker', job.id);
    expect(record.end?.kind).toBe('cancelled');
    expect(record.end?.kind === 'cancelled' ? record.end.left : '').toContain('stubborn');
  }, 20_000);

  it('does nothing to a job that has ended, and knows no others', async () => {
    const { jobs } = await bench();
    const job = spec('true');
    await jobs.start(job);
    await watch(jobs, job.id);
    expect((await jobs.cancel('vm-docker', job.id)).end).toEqual({ kind: 'exited', exit: 0 });
    expect((await troubleOf(jobs.cancel('vm-docker', 'no-such-job'))).code).toBe('job-unknown');
    expect((await troubleOf(watch(jobs, 'no-such-job'))).code).toBe('job-unknown');
  });
});

/** Ends processes of a job's session as a power cut or an impatient administrator would. */
function killSession(leader: string, which: RegExp = /./): void {
  const listing = execFileSync('ps', ['-o', 'pid=,args=', '-s', leader], { encoding: 'utf8' });
  for (const line of listing.trim().split('\n')) {
    const pid = Number(/^\s*(\d+)/.exec(line)?.[1]);
    if (!which.test(line) || !(pid > 1)) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // It ended by itself meanwhile.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

async function leaderOf(dir: string): Promise<string> {
  return (await readlink(join(dir, 'claim'))).split('/')[1] ?? '';
}

describe('a job that was lost', () => {
  it('is told as killed when its wrapper is gone, and as rebooted when the host has a new boot id', async () => {
    const { jobs, dir } = await bench();
    const killed = spec('echo before; sleep 60');
    await jobs.start(killed);
    await until(() => existsSync(join(dir(killed.id), 'group')), 'the group');
    const followed = watch(jobs, killed.id);
    killSession(await leaderOf(dir(killed.id)));
    expect(await followed).toMatchObject({
      text: 'before\n',
      record: { end: { kind: 'lost', reason: 'killed' } },
    });

    const rebooted = spec('sleep 60');
    await jobs.start(rebooted);
    const leader = await leaderOf(dir(rebooted.id));
    await rm(join(dir(rebooted.id), 'claim'));
    await symlink(`another-boot/${leader}`, join(dir(rebooted.id), 'claim'));
    expect((await watch(jobs, rebooted.id)).record.end).toEqual({ kind: 'lost', reason: 'rebooted' });
    killSession(leader);
  }, 20_000);

  it('leaves no script and no file behind, which may hold secrets, once its loss is noticed', async () => {
    const { jobs, another, dir, server } = await bench();
    const lost = spec('sleep 60', {
      files: [
        { name: 'words', content: 'plain' },
        { name: 'password', content: 'hush-hush\nsecond line', secret: true },
      ],
    });
    await jobs.start(lost);
    await until(() => existsSync(join(dir(lost.id), 'group')), 'the group');
    // Another program that follows it knows what not to show.
    expect(await another().secrets('vm-docker', lost.id)).toEqual(['hush-hush\nsecond line']);
    expect((await stat(join(dir(lost.id), 'files', 'password'))).mode & 0o777).toBe(0o600);
    killSession(await leaderOf(dir(lost.id)));
    await until(
      async () => (await jobs.list('vm-docker'))[0]?.end?.kind === 'lost',
      'the job to be told as lost',
    );
    expect(
      (await readdir(dir(lost.id))).filter((one) => /^(script|files|launch|wrap|run)$/.test(one)),
    ).toEqual([]);

    expect(await jobs.secrets('vm-docker', lost.id)).toEqual([]);

    // Uploaded, but the connection was lost before it began, and nobody tried again.
    const never = join(server.home, '.threebody', 'jobs', '20261122T000000-A3.never-0000');
    await mkdir(join(never, 'files'), { recursive: true });
    await writeFile(join(never, 'files', 'password'), 'hush-hush');
    await jobs.list('vm-docker');
    expect(existsSync(never)).toBe(true);
    const then = new Date(Date.now() - 11 * 60_000);
    await utimes(never, then, then);
    await jobs.list('vm-docker');
    expect(existsSync(never)).toBe(false);
  }, 20_000);

  it('stages a file that is on the host already as a link, and leaves the file itself', async () => {
    const { jobs, server } = await bench();
    const path = join(server.home, "kept 'here'");
    await writeFile(path, 'large');
    const job = spec('cat "$TB_FILES/large.tgz"', { files: [{ name: 'large.tgz', path }] });
    await jobs.start(job);
    expect((await watch(jobs, job.id)).text).toBe('large');
    expect(await readFile(path, 'utf8')).toBe('large');
  });

  it('keeps the host to itself as long as its script lives, though its wrapper is gone', async () => {
    const { jobs, dir } = await bench();
    const orphan = spec('sleep 60');
    await jobs.start(orphan);
    await until(() => existsSync(join(dir(orphan.id), 'group')), 'the group');
    const group = Number(await readFile(join(dir(orphan.id), 'group'), 'utf8'));
    killSession(await leaderOf(dir(orphan.id)), /\/(run|wrap) |flock/);
    expect((await troubleOf(jobs.start(spec('true')))).code).toBe('job-busy');
    process.kill(-group, 'SIGKILL');
    await until(
      async () => (await jobs.list('vm-docker'))[0]?.end?.kind === 'lost',
      'the orphan to be told as lost',
    );
    await jobs.start(spec('true'));
  }, 20_000);
});

describe('the list of jobs', () => {
  it('has the newest first, skips what makes no sense, and is pruned', async () => {
    const { jobs, dir, server } = await bench();
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const job = spec('true');
      ids.push(job.id);
      await jobs.start(job);
      await watch(jobs, job.id);
    }
    await writeFile(join(dir(ids[1] ?? ''), 'spec.json'), '{"step": 1}');
    expect((await jobs.list('vm-docker')).map((record) => record.id)).toEqual([ids[2], ids[0]]);
    const old = new Date(Date.now() - 20 * 24 * 3600 * 1000);
    await utimes(dir(ids[0] ?? ''), old, old);
    const last = spec('true');
    await jobs.start(last);
    expect((await readdir(join(server.home, '.threebody', 'jobs'))).sort()).toEqual([
      ids[1],
      ids[2],
      last.id,
    ]);
  });

  it('refuses names that could leave their place', async () => {
    const { jobs } = await bench();
    await expect(jobs.start(spec('true', { id: '../x' }))).rejects.toThrow(RangeError);
    await expect(jobs.start(spec('true', { files: [{ name: 'a/../b', content: '' }] }))).rejects.toThrow(
      RangeError,
    );
  });
});
