/**
 * The remote services against real hosts: real sshd, sudo, systemd. Skipped unless THREEBODY_LAB names a lab file. Changes
 * nothing on the hosts but our own directory, which is left with the jobs of this test pruned away.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST_NAMES } from '../../src/lab/types.js';
import type { ProbeRequest } from '../../src/gates/types.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { ROOT } from '../support/cli.js';
import { readLabFile } from '../../src/services/files/lab-file.js';
import { createJobs } from '../../src/services/jobs/jobs.js';
import type { Jobs, JobSpec, Sample } from '../../src/services/ports.js';
import { createProbeRunner } from '../../src/services/probes/probe-runner.js';
import { createLinks } from '../../src/services/ssh/links.js';
import type { MaskedLinks } from '../../src/services/ssh/links.js';
import { createTelemetry } from '../../src/services/telemetry/telemetry.js';

const file = process.env['THREEBODY_LAB'];

function mask(text: string): string {
  return text;
}

function spec(name: string, script: string, as: 'root' | 'user' = 'root'): JobSpec {
  return {
    id: `00000000T000000-LAB.${name}-${process.pid}`,
    host: 'vm-docker',
    step: 'A0',
    action: name,
    variant: 'ours',
    purpose: 'run',
    as,
    script,
    files: [{ name: 'words', content: 'one é\n' }],
    timeoutMs: 60_000,
    by: 'lab-test',
  };
}

async function watch(jobs: Jobs, id: string): Promise<string> {
  let text = '';
  await jobs.follow('vm-docker', id, {
    fromByte: 0,
    signal: AbortSignal.timeout(60_000),
    onOutput: (part) => {
      text += part;
    },
  });
  return text;
}

describe.skipIf(file === undefined)('real hosts', () => {
  let home = '';
  const open: MaskedLinks[] = [];
  const connect = async (): Promise<MaskedLinks> => {
    const { runbook } = await loadRunbook(join(ROOT, 'assets'));
    if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
    const lab = await readLabFile(file ?? '', {
      parameters: runbook.parameters,
      env: { ...process.env, XDG_STATE_HOME: home },
    });
    const links = createLinks(lab, { askHostKey: async () => true, mask });
    open.push(links);
    return links;
  };
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'threebody-remote-'));
  });
  afterAll(async () => {
    await open.at(-1)?.link('vm-docker').run('rm -rf "$HOME"/.threebody/jobs/00000000T000000-LAB.*');
    await Promise.all(open.map((links) => links.close()));
    await rm(home, { recursive: true, force: true });
  });

  it('opens all three and becomes root without a word lost', async () => {
    const links = await connect();
    for (const host of HOST_NAMES) {
      const result = await links.link(host).run('id -u; read -r line || echo empty; exit 5', { as: 'root' });
      expect(result).toMatchObject({ exit: 5, stdout: '0\nempty\n', stderr: '' });
    }
  });

  it('asks twenty things of each host in one round', async () => {
    const links = await connect();
    const probes = createProbeRunner(links, () =>
      Promise.reject(new Error('nothing is asked of the operator')),
    );
    const requests = HOST_NAMES.flatMap((on) =>
      Array.from({ length: 20 }, (_, index): ProbeRequest => ({
        id: `${on}.${index}`,
        probe: {
          kind: 'command',
          on,
          script: `echo ${index}; id -u`,
          as: index % 2 === 0 ? 'root' : 'user',
          timeoutMs: 15_000,
        },
      })),
    );
    const answers = await probes.run(requests);
    for (const { id } of requests) expect(answers.get(id)).toMatchObject({ exit: 0, error: null });
    expect(answers.get('vm-k8s.4')?.stdout).toBe('4\n0\n');
    const left = await links.link('vm-k8s').run('ls -d "${TMPDIR:-/tmp}"/threebody.* 2>/dev/null | wc -l');
    expect(left.stdout.trim()).toBe('0');
  });

  it('keeps a job going when every connection to the host is gone, and picks it up again', async () => {
    const first = await connect();
    const job = spec(
      'survive',
      'cat "$TB_FILES/words"; for i in 1 2 3 4 5 6; do sleep 0.5; echo $i; done; exit 4',
    );
    const started = await createJobs(first, { mask }).start(job);
    expect(started).toMatchObject({ id: job.id, end: null });
    await Promise.all(open.map((links) => links.close()));
    const jobs = createJobs(await connect(), { mask });
    expect(await jobs.list('vm-docker')).toContainEqual(
      expect.objectContaining({ id: job.id, by: 'lab-test' }),
    );
    expect(await watch(jobs, job.id)).toBe('one é\n1\n2\n3\n4\n5\n6\n');
    expect(await jobs.list('vm-docker')).toContainEqual(
      expect.objectContaining({ id: job.id, end: { kind: 'exited', exit: 4 } }),
    );
  });

  it('lets one job at a time have a host, and cancels it', async () => {
    const jobs = createJobs(await connect(), { mask });
    const long = spec('long', 'sleep 300 & wait');
    await jobs.start(long);
    await expect(jobs.start(spec('second', 'true', 'user'))).rejects.toMatchObject({ code: 'job-busy' });
    expect((await jobs.cancel('vm-docker', long.id)).end).toEqual({ kind: 'cancelled', left: '' });
    const next = spec('next', 'id -u', 'user');
    await jobs.start(next);
    expect(await watch(jobs, next.id)).not.toBe('0\n');
  });

  it('reads how a host is', async () => {
    const stop = new AbortController();
    const samples: Sample[] = [];
    await createTelemetry(await connect()).follow('vm-worker', {
      units: ['ssh', 'no-such-unit-of-ours'],
      intervalSeconds: 1,
      signal: stop.signal,
      onSample: (sample) => {
        samples.push(sample);
        if (samples.length === 2) stop.abort();
      },
    });
    expect(samples[1]?.units).toEqual({ ssh: 'active', 'no-such-unit-of-ours': 'absent' });
    expect(samples[1]?.cpus).toBeGreaterThan(0);
  });
});
