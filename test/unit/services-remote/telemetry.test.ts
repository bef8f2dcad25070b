import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../src/services/ports.js';
import { parseSample, telemetryScript } from '../../../src/services/telemetry/script.js';
import { createTelemetry } from '../../../src/services/telemetry/telemetry.js';
import { until } from './server.js';
import { testHost, testLinks } from './support.js';

/** systemctl as it answers for a running, a stopped, an unknown and a failed unit. */
const SYSTEMCTL = `#!/bin/bash
case $1 in
is-active) shift; for unit in "$@"; do case $unit in ssh) echo active;; docker) echo inactive;; gone) echo inactive;; bad) echo failed;; esac; done; exit 3;;
show) for unit in "$@"; do case $unit in -*|show) ;; gone) echo not-found; echo;; *) echo loaded; echo;; esac; done;;
esac
`;

describe('telemetry', () => {
  it('reads a host, tells absent units from stopped ones, and comes back after a cut', async () => {
    const server = await testHost();
    await writeFile(join(server.home, 'bin', 'systemctl'), SYSTEMCTL);
    await chmod(join(server.home, 'bin', 'systemctl'), 0o755);
    const samples: Sample[] = [];
    const stop = new AbortController();
    const following = createTelemetry(testLinks(server)).follow('vm-docker', {
      units: ['ssh', 'docker', 'gone', 'bad'],
      intervalSeconds: 1,
      signal: stop.signal,
      onSample: (sample) => samples.push(sample),
    });
    await until(() => samples.length === 2, 'two samples');
    const [sample] = samples;
    expect(sample?.units).toEqual({ ssh: 'active', docker: 'inactive', gone: 'absent', bad: 'failed' });
    expect(sample?.memTotalBytes).toBeGreaterThan(sample?.memAvailableBytes ?? Infinity);
    expect(sample?.diskTotalBytes).toBeGreaterThan(0);
    expect(sample?.os).toMatch(/^[A-Z][^"]+$/);
    expect(Math.abs((sample?.hostClock ?? 0) * 1000 - (sample?.at ?? 0))).toBeLessThan(5_000);
    expect(sample?.bootId).toMatch(/^[0-9a-f-]{36}$/);
    server.cut();
    await until(() => samples.length === 4, 'samples after the cut');
    stop.abort();
    await following;
  }, 15_000);

  it('believes no line that is not exactly one of ours', () => {
    const good =
      'T\tclock=1795311699\thostname=a\u001b[31mb\tos=Ubuntu 24.04.1 LTS\tkernel=6.8\tboot=x\tuptime=10.5\tload=0.10\tcpus=2\ttotal=100\tfree=50\tdisk=10\tused=5\treboot=yes\tstates=active\tloaded=';
    expect(parseSample(good, ['ssh'], 7)).toMatchObject({
      at: 7,
      hostname: 'ab',
      rebootPending: true,
      units: { ssh: 'active' },
      memTotalBytes: 102_400,
    });
    expect(parseSample(good.replace('load=0.10', 'load=lots'), [], 7)).toBeNull();
    expect(parseSample(good.replace('\tcpus=2', ''), [], 7)).toBeNull();
    expect(parseSample('Welcome', [], 7)).toBeNull();
  });

  it('refuses unit names that could leave their quotes', () => {
    expect(() => telemetryScript(["x'; reboot; '"], 1)).toThrow(RangeError);
  });
});
