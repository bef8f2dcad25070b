/** The only places where lines become text on a terminal. A pane is a selector from state to text: it renders when its text changes. */
import { Box, Text } from 'ink';
import { createContext, use, type ReactElement } from 'react';
import { useStore } from 'zustand';
import type { AppStore } from '../../state/store.js';
import type { LogBook } from '../../state/logs.js';
import type { AppState } from '../../state/types.js';
import type { VagrantText, View } from '../view.js';
import { paint, type Line } from './line.js';

/** What every screen is given. */
export interface Scene {
  readonly store: AppStore['state'];
  readonly logs: LogBook;
  readonly vagrantText: VagrantText;
}
const SceneContext = createContext<Scene | null>(null);
export const SceneProvider = SceneContext.Provider;

export function useScene(): Scene {
  const scene = use(SceneContext);
  if (scene === null) throw new Error('a screen stands outside of its scene');
  return scene;
}

export function viewOf(scene: Scene, state: AppState): View {
  return { state, logs: scene.logs, vagrantText: scene.vagrantText };
}

/** A narrow look at the state: renders anew only when what the selector gives is another value. */
export function useView<T extends string | number | boolean | object | null>(select: (view: View) => T): T {
  const scene = useScene();
  return useStore(scene.store, (state) => select(viewOf(scene, state)));
}

export interface PaneProps {
  readonly columns: number;
  readonly rows: number;
  readonly build: (view: View, columns: number, rows: number) => readonly Line[];
}

/** A rectangle of fixed size with one `<Text>` in it. */
export function Pane({ columns, rows, build }: PaneProps): ReactElement {
  const text = useView((view) => {
    return paint(build(view, columns, rows), columns, rows, view.state.terminal);
  });
  return (
    <Box width={columns} height={rows} flexShrink={0}>
      <Text wrap="hard">{text}</Text>
    </Box>
  );
}
