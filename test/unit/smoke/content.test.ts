/** The shipped data: smoke.yaml, diary.yaml, expiry.yaml name only what there is. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { HOST_NAMES } from '../../../src/lab/types.js';
import { loadRunbook } from '../../../src/runbook/load.js';
import { knownPlaceholders, renderGates, renderScript } from '../../../src/runbook/render.js';
import type { RenderContext, Runbook } from '../../../src/runbook/types.js';
import { checkChecklist, planChecks } from '../../../src/smoke/checklist.js';
import { loadCalendar, loadChecklist, loadDiary } from '../../../src/smoke/load.js';
import type { Checklist } from '../../../src/smoke/schema.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const ASSETS = join(import.meta.dirname, '../../../assets');
let runbook: Runbook;
let checklist: Checklist;
let context: Omit<RenderContext, 'host'>;

beforeAll(async () => {
  const loaded = await loadRunbook(ASSETS);
  if (loaded.runbook === null) throw new Error('the runbook has mistakes');
  ({ runbook } = loaded);
  const ours = await loadChecklist([ASSETS], runbook);
  if (ours.value === null) throw new Error(JSON.stringify(ours.diagnostics));
  checklist = ours.value;
  context = {
    user: 'cikal',
    addresses: { 'vm-docker': '10.0.0.1', 'vm-k8s': '10.0.0.2', 'vm-worker': '10.0.0.3' },
    parameters: Object.fromEntries(runbook.parameters.map(({ name, default: value }) => [name, value])),
  };
});

const allParts = (): ReadonlySet<string> => new Set(checklist.parts.map(({ id }) => id));

describe('the checklist', () => {
  it('asks the hosts in the order in which they come up', () => {
    const order = planChecks(checklist, renderGates(runbook, context), allParts()).map(
      ({ stage }) => stage.id,
    );
    const at = (id: string): number => order.indexOf(id);
    expect(at('docker-host')).toBe(0);
    expect(at('control-plane')).toBeGreaterThan(at('edge'));
    expect(at('worker')).toBeGreaterThan(at('control-plane'));
    expect(order.at(-1)).toBe('application');
  });

  it('has everything that a restart can break', () => {
    const keys = planChecks(checklist, renderGates(runbook, context), allParts()).flatMap(({ checks }) =>
      checks.map(({ key }) => key),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of [
      ...HOST_NAMES.flatMap((host) => [
        `A0.reachable@${host}`,
        `R1.at-boot@${host}`,
        `A0.disk@${host}`,
        `A3.names@${host}`,
      ]),
      'A0.clock@lab',
      'B3.health@vm-docker',
      'B4.certificate@vm-docker',
      'R3.swap@vm-k8s',
      'R4.swap@vm-worker',
      'C5.certificates@vm-k8s',
      'C5.join-token@vm-k8s',
      'E3.mysql@vm-k8s',
      'E3.site-go@operator',
      'R5.site@lab',
    ])
      expect(keys, key).toContain(key);
  });

  it('asks every gate after those that it stands on', () => {
    const checks = planChecks(checklist, renderGates(runbook, context), allParts()).flatMap(
      (one) => one.checks,
    );
    const place = new Map(checks.map(({ key }, index) => [key, index]));
    for (const { key, gate } of checks)
      for (const need of gate.needs)
        expect(place.get(need) ?? -1, `${key} needs ${need}`).toBeLessThan(place.get(key) ?? 0);
  });

  it('paces what goes through the rate limit of the edge', () => {
    const checks = planChecks(checklist, renderGates(runbook, context), allParts()).flatMap(
      (one) => one.checks,
    );
    const limited = checks.filter(({ gate }) =>
      Object.values(gate.probes).some((probe) =>
        /\/(go|laravel)\/api/.test(
          probe.kind === 'http' ? probe.url : probe.kind === 'command' ? probe.script : '',
        ),
      ),
    );
    expect(limited.map(({ key }) => key)).toContain('E3.site-go@operator');
    // Five a second are let through; each of these asks three times at most.
    for (const { key, paceMs } of limited) expect(paceMs, key).toBeGreaterThanOrEqual(2000);
  });

  it('without an application or a cluster leaves their gates out', () => {
    const some = planChecks(checklist, renderGates(runbook, context), new Set(['docker']));
    const keys = some.flatMap(({ checks }) => checks.map(({ key }) => key));
    expect(keys).toContain('R2.docker@vm-docker');
    expect(keys.filter((key) => /^(R[345]|E3|C5|B3|R1\.at-boot)/.test(key))).toEqual([]);
  });

  it('tells a gate that there is not, with the nearest one', () => {
    const wrong: Checklist = {
      ...checklist,
      stages: checklist.stages.map((stage, index) =>
        index > 0 ? stage : { ...stage, checks: [{ with: [], steady: [], rising: ['R2.dokcer'] }] },
      ),
    };
    const found = checkChecklist(wrong, runbook, () => ({ file: 'smoke.yaml', line: 1, column: 1 }));
    expect(found.map(({ what }) => what.en)).toEqual(['there is no gate R2.dokcer']);
    expect(found[0]?.remedy.en).toContain('R2.docker');
  });
});

describe('diary and calendar', () => {
  it('can be rendered for every host', async () => {
    const [diary, calendar] = await Promise.all([loadDiary([ASSETS]), loadCalendar([ASSETS])]);
    expect([...diary.diagnostics, ...calendar.diagnostics]).toEqual([]);
    const scripts = [
      ...(diary.value?.kinds ?? []),
      ...(calendar.value?.dates ?? []),
      ...(calendar.value?.ends ?? []),
      ...checklist.parts.map(({ on, there }) => ({ on: [on], read: there })),
    ];
    expect(scripts.length).toBeGreaterThan(20);
    for (const { on, read } of scripts)
      for (const host of on)
        for (const name of knownPlaceholders([]))
          expect(renderScript(read, { ...context, host })).not.toContain(`{{${name}}}`);
  });

  it('sends people only to steps that there are', async () => {
    const { value } = await loadCalendar([ASSETS]);
    const steps = runbook.phases.flatMap((phase) => phase.steps.map(({ id }) => id));
    const named = [...(value?.dates ?? []), ...(value?.ends ?? [])].flatMap(({ renew }) => renew.step ?? []);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((step) => !steps.includes(step))).toEqual([]);
  });
});
