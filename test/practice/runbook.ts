/** The real runbook, run on practice hosts over a plain SSH client: its scripts and gates, unchanged. */
import { join } from 'node:path';
import type { Client } from 'ssh2';
import { judgeGate } from '../../src/gates/judge.js';
import type { GateKey, Recording, Verdict } from '../../src/gates/types.js';
import { HOST_NAMES, type HostName, type Place } from '../../src/lab/types.js';
import type { PracticeLab } from '../../src/practice/lab.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { renderActions, renderGates } from '../../src/runbook/render.js';
import type { RenderContext, RenderedAction, RenderedGate, Runbook } from '../../src/runbook/types.js';
import { connect, run, type Answer } from './ssh.js';

export class Rehearsal {
  readonly runbook: Runbook;
  readonly context: Omit<RenderContext, 'host'>;
  readonly lab: PracticeLab;
  readonly #clients = new Map<HostName, Client>();

  private constructor(runbook: Runbook, lab: PracticeLab) {
    this.runbook = runbook;
    this.lab = lab;
    this.context = {
      user: 'cikal',
      addresses: {
        'vm-docker': lab.hosts['vm-docker'].address,
        'vm-k8s': lab.hosts['vm-k8s'].address,
        'vm-worker': lab.hosts['vm-worker'].address,
      },
      parameters: Object.fromEntries(runbook.parameters.map(({ name, default: value }) => [name, value])),
    };
  }
  static async open(lab: PracticeLab): Promise<Rehearsal> {
    const { runbook } = await loadRunbook(join(import.meta.dirname, '../../assets'));
    if (runbook === null) throw new Error('the runbook has mistakes');
    return new Rehearsal(runbook, lab);
  }
  async client(host: HostName): Promise<Client> {
    const known = this.#clients.get(host);
    if (known !== undefined) return known;
    const client = await connect(this.lab, host);
    client.once('close', () => this.#clients.delete(host));
    this.#clients.set(host, client);
    return client;
  }
  async shell(host: HostName, script: string): Promise<Answer> {
    return run(await this.client(host), script);
  }
  root(host: HostName, script: string): Promise<Answer> {
    return this.shell(
      host,
      `sudo -n -- bash -s <<'END_OF_ROOT_SCRIPT'\n{ :\n${script}\n} </dev/null\nEND_OF_ROOT_SCRIPT\n`,
    );
  }
  /** Ends the connections; the next question makes new ones. */
  close(): void {
    for (const client of this.#clients.values()) client.end();
    this.#clients.clear();
  }

  actions(step: string, host: HostName, variant: 'ours' | 'runbook' = 'ours'): readonly RenderedAction[] {
    const found = this.runbook.phases.flatMap((phase) => phase.steps).find((entry) => entry.id === step);
    if (found === undefined) throw new Error(`no step ${step}`);
    const variants = Object.fromEntries(found.actions.map((action) => [`${step}/${action.id}`, variant]));
    return renderActions(this.runbook, this.context, found, host, variants);
  }
  /** Runs one of an action's scripts as root, with the prelude before it and its files staged. */
  act(host: HostName, action: RenderedAction, script: string, strict = true): Promise<Answer> {
    const staged = action.files.map(
      (file) =>
        `cat >"$TB_FILES/${file.name}" <<'END_OF_FILE'\n${file.content.replace(/\n?$/, '\n')}END_OF_FILE\n`,
    );
    return this.root(
      host,
      [
        strict ? 'set -euo pipefail' : '',
        `export TB_STEP=${action.step} TB_ACTION=${action.action} TB_BACKUPS=/var/lib/threebody/backups TB_FILES="$(mktemp -d)"`,
        this.runbook.prelude,
        ...staged,
        script,
      ].join('\n'),
    );
  }

  gates(select: (gate: RenderedGate) => boolean): readonly RenderedGate[] {
    return renderGates(this.runbook, this.context).filter(select);
  }
  async #record(gate: RenderedGate): Promise<ReadonlyMap<Place, Recording>> {
    const recordings = new Map<Place, Recording>();
    for (const probe of Object.values(gate.probes)) {
      const base = { place: probe.on, stderr: '', error: null, startedAt: 0, durationMs: 0 };
      if (probe.kind === 'command') {
        const answer = await (probe.as === 'root'
          ? this.root(probe.on, probe.script)
          : this.shell(probe.on, `{ :\n${probe.script}\n} </dev/null\n`));
        recordings.set(probe.on, {
          ...base,
          asked: probe.script,
          exit: answer.code,
          stdout: answer.stdout,
          stderr: answer.stderr,
        });
      } else if (probe.kind === 'routes') {
        recordings.set(probe.on, {
          ...base,
          asked: 'routes',
          exit: 0,
          stdout: '192.168.56.0/24\n10.0.2.0/24\n',
        });
      }
    }
    return recordings;
  }
  /** Verdicts of the gates that ask hosts (not those that only the operator's computer answers). */
  async verdicts(select: (gate: RenderedGate) => boolean): Promise<ReadonlyMap<GateKey, Verdict>> {
    const found = new Map<GateKey, Verdict>();
    for (const gate of this.gates(select)) {
      const askable = Object.values(gate.probes).every(
        (probe) => probe.kind === 'command' || probe.kind === 'routes',
      );
      if (askable) found.set(gate.key, judgeGate(gate, await this.#record(gate), 0).verdict);
    }
    return found;
  }
}
export const STEPS = ['A1', 'A2', 'A3', 'A4'] as const;
export const HOSTS = HOST_NAMES;
