/** What screens are given to look at, besides the state of the moment. */
import type { LogBook } from '../state/logs.js';
import type { AppStore } from '../state/store.js';
import type { AppState } from '../state/types.js';
import type { VagrantText, View } from './view.js';

export interface Scene {
  readonly store: AppStore['state'];
  readonly logs: LogBook;
  readonly vagrantText: VagrantText;
}

export function viewOf(scene: Scene, state: AppState): View {
  return { state, logs: scene.logs, vagrantText: scene.vagrantText };
}
