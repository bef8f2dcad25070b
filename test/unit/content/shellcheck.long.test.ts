/** Every script and probe in front of shellcheck. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderHops } from '../../../src/runbook/path.js';
import { renderActions, renderGates, renderScript } from '../../../src/runbook/render.js';
import { loadFaults, loadSymptoms } from '../../../src/symptoms/load.js';
import { ASSETS } from '../project/support.js';
import { labContext, ourRunbook } from './content.js';
import { has } from './sandbox.js';

const runbook = await ourRunbook();
const context = labContext(runbook);
const steps = runbook.phases.flatMap((phase) => phase.steps);
const { catalogue } = await loadSymptoms([ASSETS], runbook);
const faults = catalogue === null ? [] : ((await loadFaults([ASSETS], runbook, catalogue)).faults ?? []);

/** `state done` and `a= b=` are meant: a word that is also a keyword, and two variables made empty on one line. */
const WORDS = 'SC1007,SC1010';

/** Every text that bash runs on a host, by a name that says where it comes from. */
function scripts(): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const step of steps)
    for (const host of step.hosts)
      for (const action of renderActions(runbook, context, step, host, {}))
        for (const part of ['script', 'satisfied', 'keep', 'undo'] as const) {
          const text = action[part];
          if (text !== null) out.set(`${action.step}.${action.action}.${part}`, `set -euo pipefail\n${text}`);
        }
  for (const gate of renderGates(runbook, context))
    for (const probe of Object.values(gate.probes))
      if (probe.kind === 'command') out.set(`${gate.gate}.probe`, probe.script);
  for (const { id, probe } of renderHops(runbook, context))
    if (probe.kind === 'command') out.set(`path.${id}`, probe.script);
  for (const { id, hosts } of faults)
    hosts?.actions.forEach(({ on, script, undo = '' }, index) => {
      for (const [part, text] of Object.entries({ script, undo }))
        out.set(
          `fault.${id}.${index + 1}.${part}`,
          `set -euo pipefail\n${renderScript(text, { ...context, host: on })}`,
        );
    });
  return out;
}

describe.skipIf(!has('shellcheck', '--version'))('shellcheck finds nothing to say', () => {
  test('about any script, probe, or the functions before them', { timeout: 120_000 }, () => {
    const directory = mkdtempSync(join(tmpdir(), 'shellcheck-'));
    try {
      for (const [name, text] of scripts())
        writeFileSync(
          join(directory, `${name}.sh`),
          `# shellcheck shell=bash disable=SC1091,SC2154\n${text}\n`,
        );
      writeFileSync(join(directory, 'prelude.sh'), runbook.prelude);
      const names = [...scripts().keys(), 'prelude'].map((name) => `${name}.sh`);
      const { stdout, stderr } = spawnSync(
        'shellcheck',
        ['-f', 'gcc', '-S', 'warning', '-e', WORDS, ...names],
        {
          cwd: directory,
          encoding: 'utf8',
          maxBuffer: 16 * 1024 * 1024,
        },
      );
      expect(stderr).toBe('');
      expect(stdout.split('\n').filter((line) => line !== '')).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

describe.skipIf(!has('shellcheck', '--version'))(
  'shellcheck, down to matters of style, finds nothing to say',
  () => {
    test.each(['B3', 'B4', 'B7'])("about %s's scripts and probes", { timeout: 60_000 }, (id) => {
      const step = runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === id);
      const actions = step === undefined ? [] : renderActions(runbook, context, step, 'vm-docker', {});
      const probes = renderGates(runbook, context)
        .filter((one) => one.step === id)
        .flatMap((gate) => Object.values(gate.probes));
      const texts = [
        ...actions.flatMap((one) => [one.script, one.satisfied, one.undo, one.keep]),
        ...probes.map((probe) => (probe.kind === 'command' ? probe.script : null)),
        runbook.templates['harbor-compose-up.sh'] ?? null,
      ].filter((one) => one !== null);
      expect(texts.length).toBeGreaterThan(5);
      // In functions of one file: shellcheck reads the prelude once.
      const functions = texts.map((script, index) => `part${index}() {\n${script}\n}\npart${index}`);
      const { stdout } = spawnSync(
        'shellcheck',
        ['-s', 'bash', '-e', 'SC2016,SC2034,SC2154,SC2119,SC2120', '-'],
        {
          input: ['#!/bin/bash', 'set -euo pipefail', runbook.prelude, ...functions, ''].join('\n'),
          encoding: 'utf8',
        },
      );
      expect(stdout).toBe('');
    });
  },
);
