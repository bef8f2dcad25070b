/** monitoring.sh: what it checks first, what it installs, and that Grafana's password is for one pair of eyes. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Delivery, type Ended } from './delivery.js';
import { deliveryFiles } from './rendered.js';

vi.setConfig({ testTimeout: 60_000 });

const files = deliveryFiles();
const last = (output: string): string => output.trimEnd().split('\n').at(-1) ?? '';
const PASSWORD = 'gr4fana secret';
const given = { GRAFANA_ADMIN_PASSWORD: PASSWORD };

/** Sum of all memory requests in a values file, in MiB, by a walk through the parsed YAML. */
function requested(value: unknown): number {
  const quantity = z.object({ requests: z.object({ memory: z.string() }) }).safeParse(value);
  const here = quantity.success ? Number.parseInt(quantity.data.requests.memory, 10) : 0;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, one: unknown) => sum + requested(one), here)
    : here;
}

describe.concurrent('monitoring', () => {
  it('goes through all stages and installs each chart in a pinned version, waiting for it', async ({
    expect,
  }) => {
    const lab = new Delivery(files);
    const { code, output } = await lab.run('monitoring.sh', [], given);
    expect(code, output).toBe(0);
    expect(output.match(/^ok .+$/gm)).toEqual(
      'tools memory repos prometheus loki promtail datasource nodeports password'
        .split(' ')
        .map((stage) => `ok ${stage}`),
    );
    const installed = lab.argv.filter((line) => line.includes('upgrade --install'));
    expect(
      installed.map(
        (line) =>
          /--install (\S+ \S+) --version \d+\.\d+\.\d+ --namespace monitoring .* --wait --timeout 20m$/.exec(
            line,
          )?.[1],
      ),
    ).toEqual(['kps prometheus-community/kube-prometheus-stack', 'loki grafana/loki', 'alloy grafana/alloy']);
    expect(lab.argv.some((line) => line.includes('http://192.168.56.44:30100/loki/api/v1/labels'))).toBe(
      true,
    );
  });

  it('adds up what the values files ask for, and stops where that does not fit', async ({ expect }) => {
    const wanted =
      128 +
      ['kps', 'loki', 'alloy'].reduce(
        (sum, name) => sum + requested(parse(files.get(`deploy/monitoring/${name}-values.yaml`) ?? '')),
        0,
      );
    const lab = new Delivery(files);
    lab.has(
      'requests',
      'threebody-prod Running 384Mi 32Mi\nkube-system Running 70Mi\nmonitoring Running 2Gi\nthreebody-prod Succeeded 96Mi\n',
    );
    lab.has('allocatable', `${String((486 + wanted) * 1024)}Ki`);
    const fits = await lab.run('monitoring.sh', ['memory']);
    expect(fits.output).toContain(
      `486 MiB asked for by others, ${String(wanted)} MiB left; monitoring asks for ${String(wanted)} MiB`,
    );
    expect(fits.code).toBe(0);
    lab.has('allocatable', `${String((485 + wanted) * 1024)}Ki`);
    const tight = await lab.run('monitoring.sh', [], given);
    expect(tight.code).toBe(1);
    expect(last(tight.output)).toContain('FAILED memory: monitoring does not fit on vm-worker');
    expect(lab.argv.some((line) => line.startsWith('helm upgrade'))).toBe(false);
  });

  it('installs Promtail only when asked, says that it has ended, and never both', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('releases/alloy', 'deployed');
    const { output } = await lab.run('monitoring.sh', ['promtail'], { LOG_AGENT: 'promtail' });
    expect(output).toContain('!! Promtail ended on 2 March 2026');
    expect(lab.seen('releases/promtail')).toContain('deployed');
    expect(lab.seen('releases/alloy')).toBe('');
    expect(last((await lab.run('monitoring.sh', ['tools'], { LOG_AGENT: 'fluentd' })).output)).toBe(
      'FAILED tools: LOG_AGENT is fluentd; set it to alloy or promtail',
    );
  });

  it('clears away an installation that was killed before it tries again', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('releases/loki', 'pending-install');
    const { code } = await lab.run('monitoring.sh', ['loki']);
    expect(code).toBe(0);
    expect(lab.argv.filter((line) => line.startsWith('helm')).map((line) => line.split(' ')[1])).toEqual([
      'version',
      'status',
      'uninstall',
      'upgrade',
    ]);
  });

  it('says what a helm that gives up means, and shows the Pods', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('helm-fails');
    const { output, code } = await lab.run('monitoring.sh', ['prometheus'], given);
    expect(code).toBe(1);
    expect(output).toContain('-- events, the latest last');
    expect(last(output)).toContain(
      'FAILED prometheus: helm could not bring prometheus-community/kube-prometheus-stack up',
    );
    expect(lab.argv.some((line) => line.includes('-n monitoring get events'))).toBe(true);
  });

  it('tells a door that does not open', async ({ expect }) => {
    const lab = new Delivery(files);
    lab.has('answers', 'http://192.168.56.44:30090/-/ready 7\n');
    expect(last((await lab.run('monitoring.sh', ['nodeports'])).output)).toContain(
      'FAILED nodeports: Prometheus does not answer at 192.168.56.44:30090',
    );
  });
});

describe.concurrent("Grafana's password", () => {
  const secretOf = (lab: Delivery): string =>
    Buffer.from(
      /admin-password: (.*)/.exec(lab.seen('secret-grafana-admin.yaml'))?.[1] ?? '',
      'base64',
    ).toString();

  it('is in no output and no argument list; it lies in a file for one user', async ({ expect }) => {
    const lab = new Delivery(files);
    const kept = join(lab.root, 'kept/grafana');
    const { output } = await lab.run('monitoring.sh', ['prometheus', 'password'], {
      ...given,
      GRAFANA_PASSWORD_FILE: kept,
    });
    expect(readFileSync(kept, 'utf8')).toBe(`${PASSWORD}\n`);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(output).toContain(`its password is in ${kept} on this host`);
    expect([output, ...lab.argv].some((text) => text.includes(PASSWORD) || text.includes('gr4fana'))).toBe(
      false,
    );
  });

  it('is made up once when none is given, and stays', async ({ expect }) => {
    const lab = new Delivery(files);
    const both: Ended[] = [];
    for (const _ of [1, 2]) both.push(await lab.run('monitoring.sh', ['prometheus']));
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(secretOf(lab).length).toBeGreaterThanOrEqual(20);
    expect(lab.argv.filter((line) => line.includes('create secret generic grafana-admin'))).toHaveLength(1);
  });
});
