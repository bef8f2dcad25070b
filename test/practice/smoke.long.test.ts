/** The smoke test by the built program: all hosts rebooted, one left off, something broken, and what the diary says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HOST_NAMES } from '../../src/lab/types.js';
import { misfits } from '../support/documents.js';
import { Product } from './product.js';

const documentSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('smoke'),
  exit: z.number(),
  verdict: z.enum(['green', 'broken', 'out-of-time']),
  attempts: z.number(),
  first: z.object({ key: z.string(), state: z.string(), symptom: z.string().nullable() }).nullable(),
  hosts: z.array(z.object({ host: z.string(), up: z.boolean() })),
  notPartOfLab: z.array(z.object({ id: z.string() })),
  diary: z
    .object({
      rebooted: z.array(z.object({ host: z.string() })),
      differences: z.array(
        z.object({
          host: z.string(),
          kind: z.string(),
          name: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
        }),
      ),
      unread: z.array(z.string()),
    })
    .nullable(),
  recorded: z.boolean(),
  gates: z.array(z.object({ key: z.string(), verdict: z.string() })),
});
type SmokeDocument = z.infer<typeof documentSchema>;
const expirySchema = z.object({
  exit: z.number(),
  entries: z.array(
    z.object({ id: z.string(), name: z.string(), daysLeft: z.number().nullable(), level: z.string() }),
  ),
  silent: z.array(z.string()),
  unread: z.array(z.string()),
});

/** Under load boots and probes take their time; what is green sooner ends sooner. */
const PATIENT = '280s';
let product: Product;
beforeAll(async () => {
  product = await Product.open({ seed: 71, secrets: ['gitlab_runner_token', 'gitlab_api_token'] });
});
afterAll(() => product.close());

async function smoke(wait: string = PATIENT): Promise<SmokeDocument & { readonly talk: string }> {
  const { code, stdout, stderr } = await product.run('smoke', '--wait', wait, '--json');
  const found = documentSchema.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
  if (!found.success) throw new Error(`${stderr}\n${found.error.message}`);
  expect(misfits(stdout)).toBeNull();
  expect(code, stderr).toBe(found.data.exit);
  return { ...found.data, talk: stderr };
}
const notGreen = ({ gates }: SmokeDocument): readonly string[] =>
  gates.flatMap(({ key, verdict }) => (verdict === 'pass' ? [] : [`${key} ${verdict}`]));

describe('a lab without an application', () => {
  it('is green the first time, leaves out what there is not, and writes down how it is', async () => {
    const first = await smoke();
    expect(notGreen(first), first.talk).toEqual([]);
    expect(first).toMatchObject({ exit: 0, verdict: 'green', first: null, diary: null, recorded: true });
    expect(first.notPartOfLab).toEqual([expect.objectContaining({ id: 'app' })]);
    expect(first.gates.length).toBeGreaterThan(60);
  });

  it('after all three were rebooted at once waits for them and becomes green without a key', async () => {
    product.rehearsal.close();
    const back = Promise.all(HOST_NAMES.map((host) => product.lab.hosts[host].reboot()));
    const after = await smoke();
    await back;
    expect(notGreen(after), after.talk).toEqual([]);
    expect(after.verdict).toBe('green');
    expect(after.diary?.rebooted.map(({ host }) => host)).toEqual([...HOST_NAMES]);
    expect(after.diary?.differences).toEqual([]);
    expect(after.talk).toMatch(/vm-worker: green/);
  });

  it('from a cold start, hosts coming up one after the other, is green in the end', async () => {
    product.rehearsal.close();
    for (const host of HOST_NAMES) await product.lab.hosts[host].powerOff();
    const running = product.begin('smoke', '--wait', PATIENT);
    await running.until(/still booting: A0\.reachable@vm-worker/);
    for (const host of HOST_NAMES) await product.lab.hosts[host].powerOn();
    const { code, stdout, stderr } = await running.finished;
    expect(code, stderr + stdout).toBe(0);
    expect(stdout).toContain('GREEN');
    expect(stdout).toMatch(/vm-docker {2}booted/);
  });

  it('names the host that was left off', async () => {
    product.rehearsal.close();
    await product.lab.hosts['vm-worker'].powerOff();
    const found = await smoke('5s');
    expect([1, 3]).toContain(found.exit);
    expect(found.verdict).toBe('out-of-time');
    expect(found.first).toMatchObject({ key: 'A0.reachable@vm-worker', state: 'rising' });
    expect(found.first?.symptom).toMatch(/^S\d\d$/);
    expect(found.hosts).toContainEqual(expect.objectContaining({ host: 'vm-worker', up: false }));
    expect(found.diary?.unread).toEqual(['vm-worker']);
    expect(found.recorded).toBe(false);
    await product.lab.hosts['vm-worker'].powerOn();
    expect((await smoke()).verdict).toBe('green');
  });
});

describe('what is broken', () => {
  it('swap that came back with the boot: told at once, as the first, with its symptom and in the diary', async () => {
    await product.rehearsal.root('vm-worker', "sed -i '/swap/s/^#//' /etc/fstab");
    product.rehearsal.close();
    await product.lab.hosts['vm-worker'].reboot();
    const found = await smoke();
    expect(found).toMatchObject({ exit: 1, verdict: 'broken' });
    expect(found.first).toMatchObject({ key: 'R4.swap@vm-worker', state: 'broken', symptom: 'S12' });
    expect(found.diary?.rebooted.map(({ host }) => host)).toEqual(['vm-worker']);
    expect(found.diary?.differences[0]).toMatchObject({ kind: 'swap', before: null, after: 'on' });
    const shown = await product.run('diary');
    expect(misfits((await product.run('diary', '--json')).stdout)).toBeNull();
    expect(shown.stdout).toMatch(/vm-worker {2}swap \/swap\.img {2}new: on/);
    expect((await product.run('run', 'D1', '--yes')).code).toBe(0);
    expect((await smoke()).verdict).toBe('green');
  });

  it('a Harbor container that was stopped: the registry behind it is blocked, not red', async () => {
    await product.lab.inject('harbor-core-down');
    const found = await smoke();
    expect(found).toMatchObject({ exit: 1, verdict: 'broken' });
    expect(found.first).toMatchObject({
      key: 'R2.harbor-containers@vm-docker',
      state: 'broken',
      symptom: 'S21',
    });
    expect(notGreen(found)).toContain('R2.registry@vm-docker blocked');
    expect(found.diary?.differences).toContainEqual(
      expect.objectContaining({
        kind: 'container',
        name: 'harbor-core',
        after: expect.stringMatching(/^exited /),
      }),
    );
    await product.lab.heal('harbor-core-down');
    expect((await smoke()).verdict).toBe('green');
  });
});

describe('what runs out', () => {
  it('is told with days left, read from the hosts', async () => {
    const { code, stdout, stderr } = await product.run('expiry', '--json');
    const found = expirySchema.parse(JSON.parse(stdout));
    expect(misfits(stdout)).toBeNull();
    expect(code, stderr).toBe(0);
    expect([found.silent, found.unread]).toEqual([[], []]);
    const of = (id: string) => found.entries.filter((entry) => entry.id === id);
    expect(of('cluster-certificate').map(({ name }) => name)).toContain('apiserver.crt');
    for (const { daysLeft } of of('cluster-certificate')) expect(daysLeft).toBeGreaterThan(300);
    expect(of('edge-certificate')).toHaveLength(1);
    expect(of('join-token')[0]?.daysLeft).toBe(0);
    expect(of('kubernetes')).toMatchObject([{ level: 'over' }]);
    expect(of('ubuntu')).toMatchObject([{ level: 'ok' }]);
  });

  it('a certificate that has run out is an error, and says what renews it', async () => {
    await product.lab.inject('certificate-expired');
    const { code, stdout } = await product.run('expiry');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^over .*the edge's certificate/m);
    expect(stdout).toContain('to renew (step B4)');
    await product.lab.heal('certificate-expired');
  });
});
