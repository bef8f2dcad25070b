/** What a person does, as messages. Together with ServiceMessage this is all that can change the state. */
import type { GateKey } from '../gates/types.js';
import type { HostName, Text } from '../lab/types.js';
import type { StepId } from '../runbook/types.js';
import type { FaultsUiMessage } from './faults-types.js';
import type { LiveUiMessage } from './live/state.js';
import type { PathUiMessage } from './path.js';
import type { ReportUiMessage } from './report-types.js';
import type { SmokeUiMessage } from './smoke-types.js';
import type { TroublesUiMessage } from './troubles-types.js';
import type { AppState, Effect, ScreenName, ServiceMessage } from './types.js';

/** One change to the text being typed. */
export type Edit =
  | { readonly kind: 'insert'; readonly text: string }
  | {
      readonly kind: 'backspace' | 'delete' | 'left' | 'right' | 'home' | 'end' | 'clear' | 'word';
    };

export type CheckScope = Extract<Effect, { type: 'gates.check' }>['scope'];
export type LabSource = Extract<Effect, { type: 'lab.open' }>['source'];

export type UiMessage =
  | LiveUiMessage
  | PathUiMessage
  | TroublesUiMessage
  | SmokeUiMessage
  | FaultsUiMessage
  | ReportUiMessage
  | { readonly type: 'ui.open'; readonly screen: ScreenName }
  | { readonly type: 'ui.back' }
  | { readonly type: 'ui.focus'; readonly by: 1 | -1 }
  | { readonly type: 'ui.host'; readonly host: HostName }
  /** Opens a host at its files of ours. */
  | { readonly type: 'ui.files'; readonly host: HostName }
  | { readonly type: 'ui.phase'; readonly by: 1 | -1 }
  | { readonly type: 'ui.step'; readonly step: StepId }
  | { readonly type: 'ui.gate'; readonly key: GateKey }
  /** The journal entry at that row of its list. */
  | { readonly type: 'ui.entry'; readonly at: number }
  | { readonly type: 'ui.position'; readonly name: string; readonly value: number }
  /** The cursor of a list goes to an item, which stands at that row now. */
  | { readonly type: 'ui.pick'; readonly name: string; readonly key: string; readonly at: number }
  | { readonly type: 'ui.type'; readonly name: string }
  | { readonly type: 'ui.edit'; readonly edit: Edit }
  | { readonly type: 'ui.submit' }
  | { readonly type: 'ui.abandon' }
  | { readonly type: 'ui.language' }
  | { readonly type: 'ui.refuse'; readonly why: Text }
  | { readonly type: 'ask.run'; readonly step: StepId; readonly force: boolean }
  | { readonly type: 'ask.undo'; readonly step: StepId }
  | { readonly type: 'ask.cancel'; readonly step: StepId }
  | { readonly type: 'ask.waive'; readonly key: GateKey }
  | { readonly type: 'ask.quit' }
  | { readonly type: 'dialog.accept' }
  | { readonly type: 'dialog.reject' }
  | { readonly type: 'dialog.move'; readonly by: number }
  /** Neither yes nor no: another place for the file. */
  | { readonly type: 'dialog.elsewhere' }
  | { readonly type: 'check'; readonly scope: CheckScope }
  | { readonly type: 'gate.unwaive'; readonly key: GateKey }
  | { readonly type: 'variant.toggle'; readonly step: StepId; readonly action: string }
  | { readonly type: 'lab.choose'; readonly source: LabSource }
  | { readonly type: 'lab.leave' }
  | { readonly type: 'draft.auth'; readonly by: 1 | -1 }
  | { readonly type: 'draft.try' }
  | { readonly type: 'draft.save' }
  | { readonly type: 'vagrant.save' }
  | { readonly type: 'link.again'; readonly host: HostName }
  | { readonly type: 'copy'; readonly text: string };

export type Message = ServiceMessage | UiMessage;

/** What every slice gives back: the next state, and what is asked of the world. */
export type Transition = readonly [AppState, readonly Effect[]];
