/** Slice: the lab that is open, its links and what its hosts report. */
import { HOST_NAMES } from '../lab/types.js';
import { gateKey, type GateKey } from '../gates/types.js';
import { contentFor } from './content.js';
import { dropQuestions, openDialog, saveEffect, withUi } from './dialogs.js';
import { NO_FAULTS } from './faults-types.js';
import { NO_LIVE } from './live/state.js';
import { NO_PATH } from './path.js';
import { NO_SMOKE } from './smoke-types.js';
import { NO_TROUBLES } from './troubles-types.js';
import { perHost, UNKNOWN_HOST } from './initial.js';
import type { Message, Transition } from './messages.js';
import type { AppState, GateView } from './types.js';

type Of<T extends Message['type']> = Extract<Message, { type: T }>;
export type ConnectionMessage = Of<
  | 'lab.opened'
  | 'lab.failed'
  | 'lab.closed'
  | 'link'
  | 'host-key.ask'
  | 'secret.ask'
  | 'sample'
  | 'logs'
  | 'lab.choose'
  | 'lab.leave'
  | 'link.again'
>;

export function connection(state: AppState, message: ConnectionMessage): Transition {
  switch (message.type) {
    case 'lab.choose':
      if (state.opening !== null) return [state, []];
      return [
        { ...state, opening: { practice: message.source.kind === 'practice', since: state.now } },
        [{ type: 'lab.open', source: message.source }],
      ];
    case 'lab.opened':
      return [opened(state, message), []];
    case 'lab.failed':
      return [
        openDialog(dropQuestions({ ...state, opening: null }), { kind: 'trouble', trouble: message.trouble }),
        [],
      ];
    case 'lab.leave':
      return [state, state.lab === null ? [] : [saveEffect(state), { type: 'lab.close' }]];
    case 'lab.closed':
      return [closed(state), []];
    case 'link':
      return [
        {
          ...state,
          hosts: { ...state.hosts, [message.host]: { ...state.hosts[message.host], link: message.status } },
        },
        [],
      ];
    case 'link.again':
      return [state, [{ type: 'link.retry', host: message.host }]];
    case 'host-key.ask':
      return [openDialog(state, { kind: 'host-key', ask: message.ask, key: message.key }), []];
    case 'secret.ask': {
      const { type: _type, ...question } = message;
      return [openDialog(state, { kind: 'secret', ...question, input: '', keep: false, problem: null }), []];
    }
    case 'sample':
      return [
        {
          ...state,
          hosts: { ...state.hosts, [message.host]: { ...state.hosts[message.host], sample: message.sample } },
        },
        [],
      ];
    case 'logs': {
      const hosts = perHost((host) => {
        const revision = message.revisions[host];
        const view = state.hosts[host];
        return revision === undefined || revision === view.logRevision
          ? view
          : { ...view, logRevision: revision };
      });
      const same = HOST_NAMES.every((host) => hosts[host] === state.hosts[host]);
      return [same ? state : { ...state, hosts }, []];
    }
  }
}

function opened(state: AppState, message: Of<'lab.opened'>): AppState {
  const { lab, runbook } = { lab: message.lab, runbook: state.runbook };
  const results = new Map(message.results.map((result) => [gateKey(result.gate, result.subject), result]));
  const waivers = new Map(message.waivers.map((waiver) => [waiver.key, waiver]));
  const gates: Partial<Record<GateKey, GateView>> = {};
  for (const { key } of contentFor(runbook, lab).gates) {
    gates[key] = {
      key,
      result: results.get(key) ?? null,
      running: false,
      waiver: waivers.get(key) ?? null,
    };
  }
  const first = runbook.phases.find((phase) => phase.steps.length > 0) ?? runbook.phases[0];
  const phase = runbook.phases.find((one) => one.id === message.cursor?.phase) ?? first;
  const step = phase?.steps.find((one) => one.id === message.cursor?.step) ?? phase?.steps[0];
  return withUi(
    {
      ...state,
      now: Math.max(state.now, message.now),
      lab,
      opening: null,
      hosts: perHost(() => UNKNOWN_HOST),
      gates,
      runs: {},
      cancelling: {},
      live: NO_LIVE,
      path: NO_PATH,
      troubles: NO_TROUBLES,
      smoke: NO_SMOKE,
      faults: NO_FAULTS,
      variants: message.variants,
    },
    {
      stack: ['home'],
      focus: 'wizard',
      phase: phase?.id ?? state.ui.phase,
      step: step?.id ?? null,
      gate: null,
      positions: {},
      typing: null,
      journal: null,
    },
  );
}

function closed(state: AppState): AppState {
  return withUi(
    {
      ...dropQuestions(state),
      lab: null,
      opening: null,
      hosts: perHost(() => UNKNOWN_HOST),
      gates: {},
      runs: {},
      cancelling: {},
      live: NO_LIVE,
      path: NO_PATH,
      troubles: NO_TROUBLES,
      smoke: NO_SMOKE,
      faults: NO_FAULTS,
    },
    {
      stack: ['welcome'],
      typing: null,
      gate: null,
      positions: {},
      journal: null,
      // The way back, whichever way it was opened.
      lastLab: state.lab?.file ?? state.ui.lastLab,
    },
  );
}
