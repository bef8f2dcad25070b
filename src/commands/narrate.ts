/** Telling on stderr how steps go: what jobs print, line by line behind the host's name, and how each action begins and ends. */
import { NOTHING_TO_DO } from '../services/engine/action.js';
import { actionWord } from '../i18n/texts/words.js';
import { duration } from '../i18n/format.js';
import { HOST_NAMES, type HostName } from '../lab/types.js';
import type { Runbook } from '../runbook/types.js';
import { createLogBook, type LogBook } from '../state/logs.js';
import type { ActionRun, StepRun } from '../state/types.js';
import { glyphs } from '../term/glyphs.js';
import type { CommandContext } from './context.js';
import { plainSigns } from './output/text.js';
import { stepsOf } from './selection.js';

const WIDTH = Math.max(...HOST_NAMES.map((host) => host.length));

export interface Narrator {
  /** Where the engine writes what jobs print. */
  readonly logs: LogBook;
  /** Takes every change of a run. */
  onRun(run: StepRun): void;
}

/** @param runbook knows the sentences of actions; may come later than the first line */
export function createNarrator(context: CommandContext, runbook: () => Runbook): Narrator {
  const { language, ascii, streams } = context;
  const signs = glyphs(ascii);
  const phases = new Map<string, ActionRun['phase']>();
  const line = (host: HostName, sign: string, text: string): void =>
    streams.talk(`${host.padEnd(WIDTH)} ${sign} ${text}`);
  const book = createLogBook(1);

  const sayOf = (run: StepRun, action: ActionRun): string => {
    const step = stepsOf(runbook()).find((one) => one.id === run.step);
    return step?.actions.find((one) => one.id === action.action)?.say[language] ?? '';
  };
  const told = (text: string): string => plainSigns(text, ascii);
  const tell = (run: StepRun, action: ActionRun): void => {
    const name = `${run.step}/${action.action}`;
    const word = actionWord[action.phase][language];
    switch (action.phase) {
      case 'waiting':
      case 'checking':
      case 'cancelling':
        return;
      case 'running':
        return line(run.host, signs.focus, told(`${name} · ${beginning(run, sayOf(run, action), language)}`));
      case 'ok':
      case 'satisfied':
        return line(run.host, signs.standing.pass, told(`${name} · ${word}${took(action, language)}`));
      case 'failed':
      case 'cancelled':
      case 'timed-out':
      case 'lost':
      case 'unreachable':
        line(
          run.host,
          signs.standing.fail,
          told(`${name} · ${word}${ending(action)}${took(action, language)}`),
        );
        if (action.trouble !== null) {
          line(run.host, ' ', action.trouble.what[language]);
          line(run.host, ' ', action.trouble.remedy[language]);
        }
    }
  };

  return {
    logs: {
      ...book,
      append(host, _source, text) {
        // The engine's own tick for "nothing to do" has no job behind it; `tell` says that in words.
        if (text === NOTHING_TO_DO) return;
        for (const one of text.split('\n')) line(host, signs.column, one);
      },
    },
    onRun(run) {
      for (const action of run.actions) {
        const key = `${run.step}/${action.action}@${run.host}`;
        if (phases.get(key) === action.phase) continue;
        phases.set(key, action.phase);
        tell(run, action);
      }
    },
  };
}

function beginning(run: StepRun, say: string, language: 'id' | 'en'): string {
  if (run.reattached)
    return language === 'id'
      ? 'tertinggal dari sebelumnya, diikuti lagi'
      : 'left from before, followed again';
  if (run.purpose === 'undo') return language === 'id' ? `dikembalikan: ${say}` : `being undone: ${say}`;
  return say;
}

function ending({ end }: ActionRun): string {
  if (end === null) return '';
  switch (end.kind) {
    case 'exited':
      return ` (exit ${end.exit})`;
    case 'timed-out':
    case 'flooded':
      return '';
    case 'cancelled':
      return end.left === '' ? '' : ` (${end.left})`;
    case 'lost':
      return ` (${end.reason})`;
  }
}

function took({ startedAt, endedAt }: ActionRun, language: 'id' | 'en'): string {
  return startedAt === null || endedAt === null || endedAt - startedAt < 1000
    ? ''
    : `, ${duration(language, endedAt - startedAt)}`;
}
