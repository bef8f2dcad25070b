/** What screens are given to look at, besides the state of the moment. */
import type { LiveFacts } from '../state/live/book.js';
import type { StreamReader } from '../state/live/stream.js';
import type { LogBook } from '../state/logs.js';
import type { AppStore } from '../state/store.js';
import type { AppState } from '../state/types.js';
import type { VagrantText, View } from './view.js';

export interface Scene {
  readonly store: AppStore['state'];
  readonly logs: LogBook;
  readonly live: LiveFacts;
  readonly stream: StreamReader;
  readonly vagrantText: VagrantText;
}

export function viewOf(scene: Omit<Scene, 'store'>, state: AppState): View {
  return {
    state,
    logs: scene.logs,
    live: scene.live,
    stream: scene.stream,
    vagrantText: scene.vagrantText,
  };
}
