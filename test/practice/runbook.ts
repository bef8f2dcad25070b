/** The real runbook, run on practice hosts over a plain SSH client: its scripts and gates, unchanged. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'ssh2';
import { judgeGate } from '../../src/gates/judge.js';
import type { GateKey, GateResult, Recording, Verdict } from '../../src/gates/types.js';
import { HOST_NAMES, type HostName, type Place } from '../../src/lab/types.js';
import type { Lab } from '../../src/lab/types.js';
import { parseLabFile } from '../../src/lab/parse-lab.js';
import type { PracticeLab } from '../../src/practice/lab.js';
import { createOperatorProbes } from '../../src/services/operator/probes.js';
import { createProjectArchives } from '../../src/services/project/archives.js';
import { loadRunbook } from '../../src/runbook/load.js';
import { renderActions, renderGates, renderText } from '../../src/runbook/render.js';
import type { RenderContext, RenderedAction, RenderedGate, Runbook } from '../../src/runbook/types.js';
import { connect, run, type Answer } from './ssh.js';

const ASSETS = join(import.meta.dirname, '../../assets');

export class Rehearsal {
  readonly runbook: Runbook;
  readonly context: Omit<RenderContext, 'host'>;
  readonly lab: PracticeLab;
  /** Values of parameters of type secret, by name. */
  readonly secrets = new Map<string, string>();
  readonly #clients = new Map<HostName, Client>();

  private constructor(runbook: Runbook, lab: PracticeLab, parameters: RenderContext['parameters']) {
    this.runbook = runbook;
    this.lab = lab;
    this.context = {
      user: 'cikal',
      addresses: {
        'vm-docker': lab.hosts['vm-docker'].address,
        'vm-k8s': lab.hosts['vm-k8s'].address,
        'vm-worker': lab.hosts['vm-worker'].address,
      },
      parameters: {
        ...Object.fromEntries(runbook.parameters.map(({ name, default: value }) => [name, value])),
        ...parameters,
      },
    };
  }
  /** @param parameters values that the lab file gives instead of the runbook's */
  static async open(lab: PracticeLab, parameters: RenderContext['parameters'] = {}): Promise<Rehearsal> {
    const { runbook } = await loadRunbook(ASSETS);
    if (runbook === null) throw new Error('the runbook has mistakes');
    return new Rehearsal(runbook, lab, parameters);
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
  /** The lines that stage an action's files; secrets and what other hosts print are got now, as the product does. */
  async #staging(action: RenderedAction): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const { name, source } of action.files) {
      let content: string;
      if (source.kind === 'template') content = source.content;
      else if (source.kind === 'secret') {
        const value = this.secrets.get(source.parameter);
        if (value === undefined) continue;
        content = value;
      } else if (source.kind === 'fetched') {
        const answer = await (source.as === 'root'
          ? this.root(source.from, source.script)
          : this.shell(source.from, source.script));
        if (answer.code !== 0) throw new Error(`${name} from ${source.from}: ${answer.stderr}`);
        content = answer.stdout;
      } else if (source.kind === 'project') {
        const archive = await createProjectArchives([ASSETS]).make(
          source.path,
          (text) => renderText(text, { ...this.context, host: null }),
          AbortSignal.timeout(60_000),
        );
        const bytes = await readFile(archive.path);
        await archive.remove();
        lines.push(
          `base64 -d >"$TB_FILES/${name}" <<<'${bytes.toString('base64')}'`,
          `echo ${archive.format} >"$TB_FILES/${name}.format"`,
        );
        continue;
      } else continue;
      lines.push(`base64 -d >"$TB_FILES/${name}" <<<'${Buffer.from(content).toString('base64')}'`);
    }
    return lines;
  }
  /** Runs one of an action's scripts as its user, with the prelude before it and its files staged. */
  async act(host: HostName, action: RenderedAction, script: string, strict = true): Promise<Answer> {
    const text = [
      'set -euo pipefail',
      `export TB_STEP=${action.step} TB_ACTION=${action.action} TB_BACKUPS=${action.as === 'root' ? '/var/lib/threebody/backups' : '~/.threebody/backups'} TB_FILES="$(mktemp -d)"`,
      this.runbook.prelude,
      ...(await this.#staging(action)),
      strict ? '' : 'set +euo pipefail',
      script,
    ].join('\n');
    return action.as === 'root' ? this.root(host, text) : this.shell(host, `{ :\n${text}\n} </dev/null\n`);
  }

  /** Runs a step's own scripts on a host, with a new login where an action asks for one. Throws at the first failure. */
  async perform(step: string, host: HostName): Promise<void> {
    for (const action of this.actions(step, host)) {
      const answer = await this.act(host, action, action.script);
      if (answer.code !== 0)
        throw new Error(
          `${step}/${action.action} on ${host} ended with ${answer.code}\n${answer.stdout}\n${answer.stderr}`,
        );
      if (action.reconnect) this.close();
    }
  }
  /** A lab whose phases A and B are done. */
  async performAB(): Promise<void> {
    this.secrets.set('harbor_admin_password', 'PracticeAdmin2026');
    this.secrets.set('harbor_db_password', 'PracticeDatabase2026');
    this.secrets.set('gitlab_runner_token', 'glrt-practiceRunner01');
    for (const step of STEPS) for (const host of HOSTS) await this.perform(step, host);
    for (const step of STEPS_B) await this.perform(step, 'vm-docker');
  }

  gates(select: (gate: RenderedGate) => boolean): readonly RenderedGate[] {
    return renderGates(this.runbook, this.context).filter(select);
  }
  #labFile(): Lab {
    const { lab, diagnostics } = parseLabFile(this.lab.labFileText, null, {
      parameters: this.runbook.parameters,
      home: '/nonexistent',
      stateRoot: '/nonexistent',
      fileMode: null,
    });
    if (lab === null) throw new Error(diagnostics.map((one) => JSON.stringify(one)).join('\n'));
    return lab;
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
      } else if (probe.on === 'operator' && (probe.kind === 'http' || probe.kind === 'tcp')) {
        recordings.set(
          probe.on,
          await createOperatorProbes(this.#labFile(), { mask: (text) => text })(probe),
        );
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
  /** Verdicts of the gates that ask hosts, or their ports from the operator's computer. */
  async verdicts(select: (gate: RenderedGate) => boolean): Promise<ReadonlyMap<GateKey, Verdict>> {
    const found = await this.results(select);
    return new Map([...found].map(([key, result]) => [key, result.verdict]));
  }
  /** The same with all that a person reads beside a verdict. */
  async results(select: (gate: RenderedGate) => boolean): Promise<ReadonlyMap<GateKey, GateResult>> {
    const found = new Map<GateKey, GateResult>();
    for (const gate of this.gates(select)) {
      const askable = Object.values(gate.probes).every((probe) =>
        ['command', 'routes', 'http', 'tcp'].includes(probe.kind),
      );
      if (askable) found.set(gate.key, judgeGate(gate, await this.#record(gate), 0));
    }
    return found;
  }
}
export const STEPS = ['A1', 'A2', 'A3', 'A4'] as const;
export const STEPS_B = ['B1', 'B2', 'B3', 'B4', 'B5', 'B6', 'B7'] as const;
export const HOSTS = HOST_NAMES;
