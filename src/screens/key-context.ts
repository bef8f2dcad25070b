/** What the key table is told of the screens: it knows no layout. */
import type { KeyContext } from '../input/binding.js';
import { describeRows } from './describe.js';
import { copyableText, extentOf } from './extent.js';
import { viewOf, type Scene } from './scene.js';

export function keyContextOf(scene: Omit<Scene, 'store'>): KeyContext {
  return {
    logs: scene.logs,
    live: scene.live,
    stream: scene.stream,
    extent: (state) => extentOf(viewOf(scene, state)),
    copyable: (state) => copyableText(viewOf(scene, state)),
    rowOf: (state, line) => describeRows(viewOf(scene, state), state.terminal.columns - 3).starts[line] ?? 0,
  };
}
