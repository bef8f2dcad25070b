/** Jobs on a test host, for the tests of jobs. */
import { join } from 'node:path';
import { createJobs } from '../../../src/services/jobs/jobs.js';
import type { JobRecord, Jobs, JobSpec } from '../../../src/services/ports.js';
import type { TestHost } from './server.js';
import { mask, testHost, testLinks } from './support.js';

export interface Bench {
  readonly server: TestHost;
  readonly jobs: Jobs;
  /** A second program on another computer. */
  readonly another: () => Jobs;
  /** The directory of a job. */
  readonly dir: (id: string) => string;
}

export async function bench(sudo: string | null = 'nopasswd'): Promise<Bench> {
  const server = await testHost({ password: 'sesame', sudo });
  const connect = (): Jobs => createJobs(testLinks(server), { mask });
  return {
    server,
    jobs: connect(),
    another: connect,
    dir: (id) => join(server.home, '.threebody', 'jobs', id),
  };
}

let counter = 0;
export function spec(script: string, more: Partial<JobSpec> = {}): JobSpec {
  counter += 1;
  return {
    id: `20261122T0145${String(counter).padStart(2, '0')}-A3.write-block-k3x9`,
    host: 'vm-docker',
    step: 'A3',
    action: 'write-block',
    variant: 'ours',
    purpose: 'run',
    as: 'user',
    script,
    files: [],
    timeoutMs: 60_000,
    by: 'me@here',
    ...more,
  };
}

/** Follows a job to its end. */
export async function watch(
  jobs: Jobs,
  id: string,
  fromByte = 0,
): Promise<{ text: string; record: JobRecord; next: number }> {
  let text = '';
  let next = fromByte;
  const record = await jobs.follow('vm-docker', id, {
    fromByte,
    signal: new AbortController().signal,
    onOutput: (part, byte) => {
      text += part;
      next = byte;
    },
  });
  return { text, record, next };
}
