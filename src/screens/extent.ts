/** How far the screen on top scrolls, and what `y` copies from it: for the key table, which knows no layout. */
import type { Extent } from '../input/binding.js';
import { isZoomed } from '../state/live/listing.js';
import { stepTab } from '../state/tabs.js';
import { stepOf } from '../state/content.js';
import { gateCopy, gateOnScreen, gateText, GATE_CHROME_ROWS } from './gate.js';
import { LIST_CHROME_ROWS, sayingRows } from './gate-list.js';
import { describeCopy, describeRows, DESCRIBE_CHROME_ROWS } from './describe.js';
import { eventCopy, eventRoom } from './events.js';
import { hostCopy, hostPage, hostText } from './host.js';
import { kindRows } from './live/kinds.js';
import { bandsOf, ZOOMED_TOP_ROWS } from './layout.js';
import { logWindow } from './log.js';
import { entryCopy, entryText, JOURNAL_CHROME_ROWS } from './journal.js';
import { flowRows, hopText, pathCopy } from './path.js';
import { glossaryCopy, helpText, LIST_TITLE_ROWS } from './reference.js';
import { vagrantChromeRows, vagrantText } from './setup.js';
import { smokeCopy, smokeRoom } from './smoke.js';
import { outputLogRows, stepText, STEP_CHROME_ROWS } from './step.js';
import { commandText } from './step-commands.js';
import { streamCopy, STREAM_CHROME_ROWS } from './stream.js';
import { troublesCopy, troublesExtent } from './troubles.js';
import { itemCopy, listRoom } from './live/list.js';
import { bodyRows, type View } from './view.js';

function extentFor(lines: number, rows: number): Extent {
  return { max: Math.max(0, lines - rows), page: Math.max(1, rows) };
}

export function extentOf(view: View): Extent {
  const { state } = view;
  const { columns } = state.terminal;
  const rows = bodyRows(state.terminal);
  switch (state.ui.stack.at(-1) ?? 'welcome') {
    case 'step': {
      const room = rows - STEP_CHROME_ROWS;
      const step = stepOf(state, state.ui.step);
      if (step !== null && stepTab(state) === 'output') {
        return { max: 0, page: outputLogRows(view, step, columns - 3, room) };
      }
      return extentFor(stepText(view, columns - 3).length, room);
    }
    case 'gate': {
      const gate = gateOnScreen(view);
      return extentFor(gate === null ? 0 : gateText(view, gate, columns - 4).length, rows - GATE_CHROME_ROWS);
    }
    case 'help':
      return extentFor(helpText(view, columns - 4).length, rows - LIST_TITLE_ROWS);
    case 'journal':
      return { max: 0, page: Math.max(1, rows - JOURNAL_CHROME_ROWS) };
    case 'entry':
      return extentFor(entryText(view, columns - 4).length, rows - JOURNAL_CHROME_ROWS);
    case 'vagrant':
      return extentFor(vagrantText(view, columns - 4).length, rows - vagrantChromeRows(view, columns));
    case 'host': {
      const page = hostPage(view, columns, rows);
      return { max: extentFor(hostText(view, columns - 1).length, page).max, page };
    }
    case 'describe':
      return extentFor(describeRows(view, columns - 3).rows.length, rows - DESCRIBE_CHROME_ROWS);
    case 'stream':
      return { max: 0, page: Math.max(1, rows - STREAM_CHROME_ROWS) };
    case 'events':
      return { max: 0, page: eventRoom(rows) };
    case 'path':
      return extentFor(hopText(view, columns).length, rows - flowRows(view));
    case 'troubles': {
      const text = troublesExtent(view, columns, rows);
      return extentFor(text.lines, text.rows);
    }
    case 'smoke':
      return { max: 0, page: smokeRoom(rows) };
    case 'gates':
      return { max: 0, page: Math.max(1, rows - LIST_CHROME_ROWS - sayingRows(columns)) };
    case 'glossary':
      return { max: 0, page: Math.max(1, rows - LIST_TITLE_ROWS) };
    case 'home': {
      if (isZoomed(state))
        return { max: 0, page: listRoom(rows - ZOOMED_TOP_ROWS - kindRows(state.ui.focusedHost)) };
      const band = bandsOf('home', state.terminal).find((one) =>
        one.regions.some((region) => region.key === 'gates'),
      );
      return { max: 0, page: Math.max(1, (band?.rows ?? 2) - 1) };
    }
    case 'welcome':
    case 'connect':
      return { max: 0, page: 4 };
  }
}

/** Text that `y` puts on the clipboard, or null when there is none here. */
export function copyableText(view: View): string | null {
  const { state } = view;
  switch (state.ui.stack.at(-1) ?? 'welcome') {
    case 'step': {
      const step = stepOf(state, state.ui.step);
      if (step === null) return null;
      const tab = stepTab(state);
      if (tab === 'gates') return gateCopy(view);
      if (tab === 'output') {
        const { lines } = logWindow(view, state.ui.focusedHost, extentOf(view).page);
        return lines.length === 0 ? null : lines.map((line) => line.text).join('\n');
      }
      return commandText(view, step);
    }
    case 'gate':
    case 'gates':
      return gateCopy(view);
    case 'host':
      return hostCopy(view, extentOf(view).page);
    case 'describe':
      return describeCopy(view);
    case 'stream':
      return streamCopy(view, extentOf(view).page);
    case 'events':
      return eventCopy(view);
    case 'vagrant':
      return view.vagrantText(state.vagrant.plan);
    case 'glossary':
      return glossaryCopy(view);
    case 'welcome':
    case 'connect':
    case 'help':
      return null;
    case 'troubles':
      return troublesCopy(view);
    case 'smoke':
      return smokeCopy(view);
    case 'path':
      return pathCopy(view);
    case 'home':
      return isZoomed(state) ? itemCopy(view) : null;
    case 'journal':
    case 'entry':
      return entryCopy(view);
  }
}
