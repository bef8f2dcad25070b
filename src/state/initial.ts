import { HOST_NAMES, type HostName, type Language } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import { NO_FAULTS } from './faults-types.js';
import { NO_LIVE } from './live/state.js';
import { NO_PATH } from './path.js';
import { NO_SMOKE } from './smoke-types.js';
import { NO_TROUBLES } from './troubles-types.js';
import type { AppState, HostView, LabDraft, LoginTest, TerminalView, VagrantPlan } from './types.js';

/** The same value for each host. */
export function perHost<T>(make: (host: HostName) => T): Readonly<Record<HostName, T>> {
  const [docker, k8s, worker] = HOST_NAMES;
  return { [docker]: make(docker), [k8s]: make(k8s), [worker]: make(worker) };
}

export const UNKNOWN_HOST: HostView = { link: { kind: 'idle' }, sample: null, logRevision: 0 };
export const UNTESTED: LoginTest = { kind: 'untested' };

export interface InitialOptions {
  readonly lang: Language;
  readonly terminal: TerminalView;
  readonly runbook: Runbook;
  /** epoch ms */
  readonly now: number;
  /** What the connect screen starts with, e.g. from track defaults and a proposed file name. */
  readonly draft: LabDraft;
  /** What a Vagrantfile would make; has nothing to do with what is typed into the form. */
  readonly vagrant: VagrantPlan;
  /** Where a Vagrantfile is proposed to be written. */
  readonly directory: string;
  readonly lastLab: string | null;
  /** `user@computer` */
  readonly operator: string;
}

/** The state before anything has happened: welcome screen, no lab, nothing dialled. */
export function initialState(options: InitialOptions): AppState {
  const first = options.runbook.phases.find((phase) => phase.steps.length > 0) ?? options.runbook.phases[0];
  return {
    lang: options.lang,
    terminal: options.terminal,
    runbook: options.runbook,
    now: options.now,
    lab: null,
    opening: null,
    hosts: perHost(() => UNKNOWN_HOST),
    gates: {},
    runs: {},
    variants: {},
    connect: { draft: options.draft, tests: perHost(() => UNTESTED), problem: null, left: [], key: null },
    vagrant: { plan: options.vagrant, keyFound: null, written: null },
    cancelling: {},
    live: NO_LIVE,
    path: NO_PATH,
    troubles: NO_TROUBLES,
    smoke: NO_SMOKE,
    faults: NO_FAULTS,
    ui: {
      stack: ['welcome'],
      dialog: null,
      waiting: [],
      notice: null,
      lastLab: options.lastLab,
      operator: options.operator,
      journal: null,
      focus: 'wizard',
      focusedHost: HOST_NAMES[0],
      phase: first?.id ?? 'A',
      step: first?.steps[0]?.id ?? null,
      gate: null,
      positions: {},
      picks: {},
      inputs: { 'vagrant.path': options.directory },
      typing: null,
      caret: 0,
    },
  };
}
