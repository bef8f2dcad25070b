/** Pictures of screens for reports: of the screen that is open, or of home as it would open. */
import type { HomeSeen, ReportPicture } from './commands/context.js';
import { misc } from './i18n/texts/misc.js';
import { pictureCaption } from './i18n/texts/report.js';
import type { Language, Text } from './lab/types.js';
import { viewOf, type Scene } from './screens/scene.js';
import { stillOf } from './screens/still.js';
import type { View } from './screens/view.js';
import { initialState } from './state/initial.js';
import { createLiveBook } from './state/live/book.js';
import { createStreamBook } from './state/live/stream.js';
import { createLogBook } from './state/logs.js';
import type { ScreenName, TerminalView } from './state/types.js';
import { update } from './state/update.js';
import { pictureSvg } from './term/svg.js';

/** Nothing is shown on it; only its picture is taken. */
const NO_TERMINAL: TerminalView = { columns: 0, rows: 0, color: true, ascii: false, linear: false };
const ADDRESSES = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
/** Screens that show the report itself: what is behind them is what a person was looking at. */
const OF_REPORTS: readonly ScreenName[] = ['journal', 'entry', 'help', 'glossary'];

function utc(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function pictureOf(
  view: View,
  screen: ScreenName,
  caption: Text,
  language: Language,
  mask: (text: string) => string,
): ReportPicture {
  const title = caption[language];
  return { svg: pictureSvg(stillOf(view, screen), { title, mask }), caption };
}

/** Home from what the computer has on record of a lab, in the language asked for. No host is asked. */
export function homePicture(seen: HomeSeen): ReportPicture {
  const { runbook, language, now, mask } = seen;
  const blank = initialState({
    lang: language,
    terminal: NO_TERMINAL,
    runbook,
    now,
    draft: {
      path: '',
      name: '',
      user: '',
      port: '',
      auth: 'agent',
      key: '',
      passphrase: '',
      password: '',
      sudoPassword: '',
      addresses: ADDRESSES,
    },
    vagrant: { addresses: ADDRESSES, user: '', publicKey: '' },
    directory: '',
    lastLab: null,
    operator: '',
  });
  const { lab, results, waivers, variants, cursor } = seen;
  const [state] = update(blank, { type: 'lab.opened', lab, results, waivers, variants, cursor, now });
  const view: View = {
    state,
    logs: createLogBook(1),
    live: createLiveBook(),
    stream: createStreamBook(),
    vagrantText: () => '',
  };
  return pictureOf(view, 'home', pictureCaption.stored(utc(now)), language, mask);
}

/** What is on the screen behind the reports, home first. */
export function screenPictures(
  scene: Scene,
  now: number,
  mask: (text: string) => string,
): readonly ReportPicture[] {
  const state = scene.store.getState();
  const view = viewOf(scene, state);
  const behind = state.ui.stack.findLast((one) => !OF_REPORTS.includes(one)) ?? 'home';
  const screens: readonly ScreenName[] = behind === 'home' ? ['home'] : ['home', behind];
  return screens.map((screen) =>
    pictureOf(view, screen, pictureCaption.screen(misc.screens[screen], utc(now)), state.lang, mask),
  );
}
