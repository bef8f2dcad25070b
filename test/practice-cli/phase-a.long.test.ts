/** Phase A by the command line alone, on a practice lab served by another process: red, green, unchanged, undone, broken. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createDesk, STACK_LINE, type Desk, type Ended } from '../unit/commands/program.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const STEPS = ['A1', 'A2', 'A3', 'A4'];
const documentSchema = z.object({
  schemaVersion: z.literal(1),
  exit: z.number(),
  summary: z.record(z.string(), z.number()),
  gates: z.array(z.object({ key: z.string(), verdict: z.string() })),
  runs: z
    .array(z.object({ actions: z.array(z.object({ action: z.string(), phase: z.string() })) }))
    .optional(),
});

const planSchema = z.object({
  steps: z.array(z.object({ actions: z.array(z.object({ id: z.string(), risk: z.string() })) })),
});

interface Served {
  readonly file: string;
  stop(): Promise<number | null>;
}

let desk: Desk;
async function serve(...args: readonly string[]): Promise<Served> {
  const child = desk.start(['practice', ...args]);
  const { stdout } = child;
  if (stdout === null) throw new Error('no stdout');
  stdout.setEncoding('utf8');
  const first: unknown[] = await once(stdout, 'data');
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve);
  });
  return {
    file: String(first[0]).trim(),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

beforeAll(async () => {
  desk = await createDesk();
});
afterAll(() => desk.clear());

describe('phase A on a practice lab', () => {
  let lab: Served;
  const tui = (...args: readonly string[]): Promise<Ended> => desk.run([...args, '--lab', lab.file]);
  const documentOf = ({ stdout }: Ended): z.infer<typeof documentSchema> =>
    documentSchema.parse(JSON.parse(stdout));
  /** Actions that were carried out, not found done already. */
  const doneBy = (ended: Ended): readonly string[] =>
    (documentOf(ended).runs ?? []).flatMap((run) =>
      run.actions.filter(({ phase }) => phase !== 'satisfied').map(({ action }) => action),
    );

  beforeAll(async () => {
    lab = await serve();
  });
  afterAll(() => lab.stop());

  it('asks for the host keys to be accepted, as any lab does', async () => {
    expect((await tui('check', 'A0.reachable')).code).toBe(2);
    expect((await tui('connect', '--accept-host-keys')).code).toBe(0);
  });

  it('is red at first', async () => {
    const before = await tui('check', ...STEPS, '--json');
    expect(before.code, before.stderr).toBe(1);
    expect(documentOf(before).summary['fail']).toBeGreaterThan(0);
  });

  it('becomes green, and stays as it is when run again', async () => {
    const first = await tui('run', ...STEPS, '--yes', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(doneBy(first)).toContain('write-block');
    const second = await tui('run', ...STEPS, '--yes', '--json');
    expect(second.code, second.stderr).toBe(0);
    const plan = planSchema.parse(JSON.parse((await tui('plan', ...STEPS, '--json')).stdout));
    const changing = plan.steps.flatMap(({ actions }) =>
      actions.filter(({ risk }) => risk !== 'safe').map(({ id }) => id),
    );
    expect(changing).toContain('write-block');
    expect(doneBy(second).filter((action) => changing.includes(action))).toEqual([]);
    expect((await tui('check', ...STEPS)).code).toBe(0);
  });

  it('becomes red again when it is undone', async () => {
    const undone = await tui('undo', ...STEPS.toReversed(), '--yes');
    expect(undone.code, undone.stderr).toBe(0);
    expect((await tui('check', ...STEPS)).code).toBe(1);
  });
});

describe('serving a practice lab', () => {
  it('ends in order when it is told to, and leaves no lab file behind', async () => {
    const lab = await serve();
    expect(await lab.stop()).toBe(0);
    await expect(stat(lab.file)).rejects.toThrow('ENOENT');
  });

  it('shows it: a host that is off cannot be checked', async () => {
    const lab = await serve('--fault', 'sshd-stopped');
    const { code, stdout, stderr } = await desk.run(['connect', '--accept-host-keys', '--lab', lab.file]);
    await lab.stop();
    expect(code).toBe(3);
    expect(stdout).toContain('vm-worker');
    expect(stderr).not.toMatch(STACK_LINE);
  });

  it('knows its faults by name', async () => {
    const listed = await desk.run(['list', 'faults', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ schemaVersion: 1, kind: 'faults' });
    const unknown = await desk.run(['practice', '--fault', 'no-such-fault']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('no-such-fault');
  });

  it('serves one command in its own process, asking nothing', async () => {
    const { code, stdout, stderr } = await desk.run(['check', 'A0.reachable', '--practice', '--json']);
    expect(code, stderr).toBe(0);
    expect(documentSchema.parse(JSON.parse(stdout)).summary['pass']).toBe(3);
  });
});
