/** The whole frame: header, the regions of the screen on top, notice and keys, a question over it. Never more rows than there are. */
import { Box, Text, useApp, useInput, usePaste } from 'ink';
import Spinner from 'ink-spinner';
import { useEffect, type ReactElement } from 'react';
import { words } from '../i18n/texts/words.js';
import type { KeyContext, LocalAct } from '../input/binding.js';
import { keyOutcome, type KeyOutcome } from '../input/keys.js';
import { keyName } from '../input/names.js';
import type { Dispatch } from '../state/store.js';
import { runningRuns } from '../state/standing.js';
import { isTyping } from '../state/typing.js';
import { dialogBox } from './dialog.js';
import { copyableText, extentOf } from './extent.js';
import { footerLines, headerLines, SPINNER_COLUMNS } from './frame.js';
import { bandsOf, buildRegion } from './layout.js';
import { paint } from './ui/line.js';
import { Pane, useScene, useView, viewOf, type Scene } from './ui/pane.js';
import { block, line, type Line } from './ui/line.js';
import { bodyRows, FOOTER_ROWS, HEADER_ROWS, inLang, layoutOf, type View } from './view.js';

/** What keys know besides the state, for the screens as they are laid out now. */
export function keyContext(scene: Scene): KeyContext {
  return {
    logs: scene.logs,
    extent: (state) => extentOf(viewOf(scene, state)),
    copyable: (state) => copyableText(viewOf(scene, state)),
  };
}

/** Keys that leave even a screen on which nothing can be read. */
const BLIND_KEYS = new Set(['ctrl-c', 'q', 'ctrl-z', 'ctrl-l']);

interface RootProps {
  readonly dispatch: Dispatch;
  /** What the terminal side does itself: drawing anew, going to the shell. */
  readonly onLocal: (act: LocalAct['local']) => void;
  /** Told how the terminal can be lent to the shell, as soon as there is a terminal. */
  readonly onReady: (suspend: (during: () => Promise<void>) => Promise<void>) => void;
}

export function Root({ dispatch, onLocal, onReady }: RootProps): ReactElement {
  const scene = useScene();
  const { suspendTerminal } = useApp();
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
  const context = keyContext(scene);
  const carryOut = (outcome: KeyOutcome): void => {
    if (outcome === null) return;
    if ('local' in outcome) onLocal(outcome.local);
    else dispatch(outcome);
  };
  const press = (name: string): void => {
    // The state at the moment of the key, not of the last render: keys come in batches.
    const state = scene.store.getState();
    const tiny = layoutOf(state.terminal) === 'tiny';
    if (tiny && !BLIND_KEYS.has(name)) return;
    carryOut(keyOutcome(state, name, context));
  };
  useInput((input, key) => {
    const special = keyName('', key);
    if (special !== null || key.ctrl || key.meta) {
      const name = special ?? keyName(input, key);
      if (name !== null) press(name);
      return;
    }
    // Fast typing arrives as one piece; each character is a key of its own.
    for (const char of input) press(char === ' ' ? 'space' : char);
  });
  usePaste((text) => {
    // Pasted text is text. Where no text is taken it must not turn into commands.
    if (!isTyping(scene.store.getState())) return;
    dispatch({ type: 'ui.edit', edit: { kind: 'insert', text: text.replaceAll(/[\r\n]+/g, ' ').trim() } });
  });
  return <Frame />;
}

function Frame(): ReactElement {
  const terminal = useView((view) => view.state.terminal);
  const screen = useView((view) => view.state.ui.stack.at(-1) ?? 'welcome');
  const { columns, rows } = terminal;
  if (layoutOf(terminal) === 'tiny') return <Pane columns={columns} rows={rows} build={tooSmall} />;
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Pane columns={columns} rows={HEADER_ROWS} build={headerLines} />
      {bandsOf(screen, terminal).map((band) => (
        <Box
          key={`${screen}.${band.regions[0]?.key ?? ''}`}
          height={band.rows}
          width={columns}
          flexShrink={0}
        >
          {band.regions.map((region) => (
            <Pane
              key={region.key}
              columns={region.columns}
              rows={band.rows}
              build={(view) => buildRegion(view, region, band.rows)}
            />
          ))}
        </Box>
      ))}
      <Pane columns={columns} rows={FOOTER_ROWS} build={footerLines} />
      <Question columns={columns} rows={bodyRows(terminal)} />
      <Busy left={columns - SPINNER_COLUMNS} ascii={terminal.ascii} />
    </Box>
  );
}

export function tooSmall(view: View, columns: number, rows: number): Line[] {
  const { terminal } = view.state;
  const lines = [
    line(inLang(view, words.tooSmall), 'title'),
    line(inLang(view, words.tooSmallHow(terminal))),
    line(inLang(view, words.tooSmallQuit), 'dim'),
  ];
  return block(columns < 1 ? [] : lines, rows);
}

/** Drawn over the screen: what was being looked at stays in sight around it. */
function Question({
  columns,
  rows,
}: {
  readonly columns: number;
  readonly rows: number;
}): ReactElement | null {
  const text = useView((view) => {
    const box = dialogBox(view, columns, rows);
    if (box === null) return '';
    return paint(box.lines, box.columns, box.lines.length, view.state.terminal);
  });
  const place = useView((view) => {
    const box = dialogBox(view, columns, rows);
    return box === null ? '' : `${box.left} ${box.top} ${box.columns} ${box.lines.length}`;
  });
  if (place === '') return null;
  const [left = 0, top = 0, width = columns, height = 1] = place.split(' ').map(Number);
  return (
    <Box position="absolute" top={top + HEADER_ROWS} left={left} width={width} height={height}>
      <Text wrap="hard">{text}</Text>
    </Box>
  );
}

/** The one thing that moves, and only while something is under way. */
function Busy({ left, ascii }: { readonly left: number; readonly ascii: boolean }): ReactElement | null {
  const busy = useView(
    ({ state }) =>
      state.opening !== null ||
      runningRuns(state).length > 0 ||
      Object.values(state.gates).some((gate) => gate?.running === true) ||
      Object.values(state.connect.tests).some((test) => test.kind === 'testing'),
  );
  if (!busy) return null;
  return (
    <Box position="absolute" top={0} left={left} width={SPINNER_COLUMNS} height={1}>
      <Text wrap="hard">
        <Spinner type={ascii ? 'simpleDots' : 'toggle'} />
      </Text>
    </Box>
  );
}
