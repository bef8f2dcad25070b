/** Runs our scripts for real, in a directory that stands for a host's root, with stand-ins for what they call. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HostName, Parameters } from '../../../src/lab/types.js';
import { renderActions, renderGates } from '../../../src/runbook/render.js';
import type { RenderedAction, Runbook } from '../../../src/runbook/types.js';
import { labContext } from './content.js';

export interface Ended {
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
}

/** Whether this machine has a program; checks by the real thing are skipped where it is missing. */
export function has(program: string, ...args: readonly string[]): boolean {
  const { error, status } = spawnSync(program, args);
  return error === undefined && status === 0;
}

export function actionOf(
  runbook: Runbook,
  step: string,
  action: string,
  parameters: Parameters = {},
  host: HostName = 'vm-docker',
): RenderedAction {
  const source = runbook.phases.flatMap((phase) => phase.steps).find((one) => one.id === step);
  const found =
    source === undefined
      ? undefined
      : renderActions(runbook, labContext(runbook, parameters), source, host, {}).find(
          (one) => one.action === action,
        );
  if (found === undefined) throw new Error(`no action ${step}/${action}`);
  return found;
}

export function probeOf(runbook: Runbook, gate: string, parameters: Parameters = {}): string {
  const found = renderGates(runbook, labContext(runbook, parameters)).find((one) => one.gate === gate);
  const probe = Object.values(found?.probes ?? {})[0];
  if (probe?.kind !== 'command') throw new Error(`${gate} has no command`);
  return probe.script;
}

export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'sandbox-'));
  readonly #runbook: Runbook;
  /** Absolute paths (and addresses) in scripts → what stands for them here. */
  readonly #places: ReadonlyMap<string, string>;
  #stubs = '';

  constructor(runbook: Runbook, places: readonly string[], addresses: Readonly<Record<string, string>> = {}) {
    this.#runbook = runbook;
    this.#places = new Map([
      ...places.map((place) => [place, join(this.root, place)] as const),
      ...Object.entries(addresses),
    ]);
  }

  /** Bash functions that stand in for programs. */
  stub(functions: string): void {
    this.#stubs += `${functions}\n`;
  }

  write(path: string, content: string, mode = 0o644): string {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  }

  /** Runs a part of an action as the program would: strict, with the prelude, its files staged. */
  async run(
    action: RenderedAction,
    part: 'script' | 'satisfied' | 'undo' = 'script',
    files: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const staged = join(this.root, 'staged');
    rmSync(staged, { recursive: true, force: true });
    mkdirSync(staged, { recursive: true });
    for (const { name, source } of action.files)
      if (source.kind === 'template') writeFileSync(join(staged, name), source.content, { mode: 0o600 });
    for (const [name, content] of Object.entries(files))
      if (content.startsWith('@')) cpSync(content.slice(1), join(staged, name));
      else writeFileSync(join(staged, name), content, { mode: 0o600 });
    const script = action[part];
    if (script === null) throw new Error(`${action.step}/${action.action} has no ${part}`);
    const secret = action.files.filter(({ source }) => source.kind === 'secret' || source.kind === 'fetched');
    const strict = `set -euo pipefail\nexport TB_STEP=${action.step} TB_ACTION=${action.action} TB_FILES='${staged}' TB_BACKUPS='${this.root}/backups' TB_SECRETS='${secret.map(({ name }) => name).join(' ')}'`;
    return this.#bash([strict, this.#runbook.prelude, this.#stubs, this.#moved(script)].join('\n'));
  }

  /** Asks what a probe asks. */
  probe(script: string): Promise<Ended> {
    return this.#bash([this.#stubs, this.#moved(script)].join('\n'));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #moved(script: string): string {
    let text = script;
    for (const [place, here] of this.#places) text = text.replaceAll(place, here);
    return text;
  }

  #bash(script: string): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-s'], { cwd: this.root });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code: code ?? -1, output }));
      child.stdin.end(script);
    });
  }
}
