/** Slice: what of the live facts is looked at, followed and acted upon. */
import { form } from '../i18n/text.js';
import { contentOf } from './content.js';
import { openDialog, withUi } from './dialogs.js';
import { actRisk, actSentence, targetName } from './live/acts.js';
import { beginFollowing, isFollowed, settleFollowing } from './live/following.js';
import type { LiveServiceMessage, LiveUiMessage, ShellEnd } from './live/state.js';
import { targetKey, type LiveAct, type LiveTarget } from './live/targets.js';
import type { Transition } from './messages.js';
import { standing } from './standing.js';
import type { AppState, Notice, ScreenName } from './types.js';

const ended = {
  exited: form<{ where: string; exit: number }>(
    (p) => `Shell di ${p.where} selesai (kode ${p.exit})`,
    (p) => `The shell on ${p.where} has ended (exit ${p.exit})`,
  ),
  signalled: form<{ where: string; signal: string }>(
    (p) => `Shell di ${p.where} diakhiri oleh sinyal ${p.signal}`,
    (p) => `The shell on ${p.where} was ended by signal ${p.signal}`,
  ),
  lost: form<{ where: string }>(
    (p) => `Koneksi ke ${p.where} terputus; shell-nya ikut berakhir`,
    (p) => `The connection to ${p.where} broke, and the shell with it`,
  ),
  left: form<{ where: string }>(
    (p) => `Shell di ${p.where} ditinggalkan; yang masih berjalan di dalamnya ikut diakhiri`,
    (p) => `The shell on ${p.where} was left; what still ran in it is ended with it`,
  ),
};
const acted = form<{ what: string }>(
  (p) => `${p.what}: sudah. Gate yang terkait sedang diperiksa lagi`,
  (p) => `${p.what}: done. The gates it touches are being checked again`,
);

const noted = form<{ what: string }>(
  (p) => `${p.what}: sudah dicatat`,
  (p) => `${p.what}: noted`,
);

function change(state: AppState, part: Partial<AppState['live']>): AppState {
  return { ...state, live: { ...state.live, ...part } };
}

function sameTarget(a: LiveTarget | undefined, b: LiveTarget): boolean {
  return a !== undefined && targetKey(a) === targetKey(b);
}

function sameAct(a: LiveAct, b: LiveAct): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * A screen on top of where one is; from a screen of the same name on, the way back stays as long as it is.
 * @param fresh another thing is shown on it: scroll position, search and hits of the one before are forgotten
 */
function onTop(state: AppState, screen: ScreenName, fresh: boolean): AppState {
  const { stack } = state.ui;
  const known = stack.indexOf(screen);
  const kept = <T>(named: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
    fresh
      ? Object.fromEntries(Object.entries(named).filter(([name]) => !name.startsWith(`${screen}.`)))
      : named;
  return withUi(state, {
    stack: known >= 0 ? stack.slice(0, known + 1) : [...stack, screen],
    positions: kept(state.ui.positions),
    picks: kept(state.ui.picks),
    inputs: kept(state.ui.inputs),
    typing: null,
    notice: null,
  });
}

function shellNotice(
  state: AppState,
  target: LiveTarget,
  end: Exclude<ShellEnd, { kind: 'failed' }>,
): Notice {
  const where = targetName(target);
  const at = state.now;
  switch (end.kind) {
    case 'exited':
      return { tone: 'plain', text: ended.exited({ where, exit: end.exit }), at };
    case 'signalled':
      return { tone: 'plain', text: ended.signalled({ where, signal: end.signal }), at };
    case 'lost':
      return { tone: 'bad', text: ended.lost({ where }), at };
    case 'left':
      return { tone: 'plain', text: ended.left({ where }), at };
  }
}

export function live(state: AppState, message: LiveServiceMessage | LiveUiMessage): Transition {
  const { detail, stream, acting, shell } = state.live;
  switch (message.type) {
    case 'live':
      return [change(state, { revision: message.revision }), []];
    case 'live.describe': {
      if (state.lab === null) return [state, []];
      const { target } = message;
      // Looked at anew: what is there stays until the answer comes.
      const known = sameTarget(detail?.target, target) ? detail : null;
      const lines = known?.lines ?? null;
      const next = onTop(state, 'describe', lines === null);
      return [
        change(next, { detail: { target, lines, trouble: null, file: known?.file ?? null } }),
        [{ type: 'live.describe', target }],
      ];
    }
    case 'live.detail':
      if (detail === null || !sameTarget(detail.target, message.target)) return [state, []];
      return [
        change(state, {
          detail: { ...detail, lines: message.lines, trouble: null, file: message.file ?? null },
        }),
        [],
      ];
    case 'live.detail-failed':
      if (detail === null || !sameTarget(detail.target, message.target)) return [state, []];
      return [change(state, { detail: { ...detail, trouble: message.trouble } }), []];
    case 'live.follow': {
      if (state.lab === null) return [state, []];
      const { target, previous } = message;
      // What the journal tab follows goes on as it is, only higher.
      if (isFollowed(state, target, previous)) return [onTop(state, 'stream', false), []];
      return beginFollowing(onTop(state, 'stream', true), target, previous);
    }
    case 'live.follow-again':
      return stream === null ? [state, []] : beginFollowing(state, stream.target, stream.previous);
    case 'live.leave-stream': {
      const { stack } = state.ui;
      if (stack.at(-1) !== 'stream') return [state, []];
      return [withUi(state, { stack: stack.slice(0, -1), typing: null, notice: null }), []];
    }
    case 'live.green':
      return [wasGreen(state, message.at), []];
    case 'live.stream':
      return [
        stream === null ? state : change(state, { stream: { ...stream, revision: message.revision } }),
        [],
      ];
    case 'live.stream-ended':
      if (stream === null || !sameTarget(stream.target, message.target)) return [state, []];
      return [change(state, { stream: { ...stream, ended: true, trouble: message.trouble } }), []];
    case 'ask.act':
      // Twice the same at once helps nobody.
      if (state.lab === null || acting.some((one) => sameAct(one, message.act))) return [state, []];
      return [
        openDialog(state, {
          kind: 'confirm-act',
          act: message.act,
          risk: actRisk(message.act, state.runbook),
        }),
        [],
      ];
    case 'ask.acts':
      if (state.lab === null || message.acts.length === 0) return [state, []];
      return [openDialog(state, { kind: 'choose-act', acts: message.acts, cursor: 0 }), []];
    case 'ask.container':
      return [state.lab === null ? state : openDialog(state, message.dialog), []];
    case 'live.acted': {
      const next = change(state, { acting: acting.filter((one) => !sameAct(one, message.act)) });
      if (message.trouble !== null) {
        return [openDialog(next, { kind: 'trouble', trouble: message.trouble }), []];
      }
      const { id, en } = actSentence(message.act);
      const { act } = message;
      const done = act.act === 'keep-file' || act.act === 'adopt-file' ? noted : acted;
      const text = { id: done({ what: id }).id, en: done({ what: en }).en };
      const told = withUi(next, { notice: { tone: 'good', text, at: state.now } });
      // What is said of a file on the screen is not so any more.
      if (detail?.target.kind !== 'file' || !('file' in act)) return [told, []];
      return [told, [{ type: 'live.describe', target: detail.target }]];
    }
    case 'shell.open':
      if (state.lab === null || shell !== null) return [state, []];
      return [change(state, { shell: message.target }), [{ type: 'shell.open', target: message.target }]];
    case 'shell.ended': {
      const next = change(state, { shell: null });
      const { target, end } = message;
      if (end.kind === 'failed') return [openDialog(next, { kind: 'trouble', trouble: end.trouble }), []];
      return [withUi(next, { notice: shellNotice(next, target, end) }), []];
    }
    case 'live.looking':
      if (state.lab === null) return [state, []];
      return [state, [{ type: 'live.measure', host: message.host, ids: message.ids }]];
  }
}

/**
 * What any message brings with it for the live slice: what is not looked at any more is let go of, and when everything was
 * green last is kept.
 */
export function settleLive(before: AppState, [state, effects]: Transition): Transition {
  let next = state;
  if (state.live.detail !== null && !state.ui.stack.includes('describe'))
    next = change(next, { detail: null });
  if (state.gates !== before.gates || state.lab !== before.lab) {
    const green = lastGreen(next);
    if (green !== null) next = wasGreen(next, green);
  }
  return settleFollowing(before, [next, effects]);
}

function wasGreen(state: AppState, at: number): AppState {
  return at > (state.live.lastGreenAt ?? 0) ? change(state, { lastGreenAt: at }) : state;
}

/**
 * When the last of the gates that have been judged was judged, if all of them were green then; else null. epoch ms.
 * What was green then may be old by now: the moment stays.
 */
function lastGreen(state: AppState): number | null {
  const judged = contentOf(state).gates.flatMap((gate) => {
    const view = state.gates[gate.key];
    return view === undefined || view.result === null ? [] : [{ gate, view, at: view.result.judgedAt }];
  });
  if (judged.length === 0) return null;
  const newest = Math.max(...judged.map(({ at }) => at));
  const green = judged.every(({ gate, view }) => {
    // Being asked again does not take back what was said last.
    const then = standing({ ...view, running: false }, gate.freshMs, newest);
    return then === 'pass' || then === 'warn' || then === 'waived';
  });
  return green ? newest : null;
}
