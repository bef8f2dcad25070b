/** Keys of the screens that show text of one thing: details, a followed log; and of the timeline. */
import { say } from '../i18n/text.js';
import { eventsText, liveReasons } from '../i18n/texts/live-screens.js';
import { HOST_NAMES, type Text } from '../lab/types.js';
import { describeHits, nextHit, typedIn } from '../state/live/search.js';
import {
  firstHit,
  STREAM_FILTER,
  STREAM_LINE,
  STREAM_SEARCH,
  streamAround,
  streamEnd,
  streamHits,
  streamInSight,
} from '../state/live/stream-window.js';
import { fileActs } from '../state/live/items.js';
import type { LiveAct, LiveTarget } from '../state/live/targets.js';
import {
  EVENT_SOURCES,
  EVENTS_HELD,
  eventCursor,
  heldFrom,
  isHeld,
  timeline,
} from '../state/live/timeline.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { askActs } from './ask-acts.js';
import { bind, type KeyBinding, type KeyContext } from './binding.js';

const ON_JOURNAL = say('di tab journal', 'on the journal tab');
const top = (state: AppState): string => state.ui.stack.at(-1) ?? '';

/** Why there is no match to go to: nothing is searched for, or nothing holds it. */
function noHit(state: AppState, field: string): Message {
  const needle = typedIn(state, field);
  return { type: 'ui.refuse', why: needle === '' ? liveReasons.noSearch : liveReasons.noHit({ needle }) };
}

/** To the next match of the search on the screen, around its ends. */
function toHit(state: AppState, context: KeyContext, by: 1 | -1): Message {
  if (top(state) === 'describe') {
    const half = Math.floor(context.extent(state).page / 2);
    const name = 'describe.scroll';
    const hit = nextHit(describeHits(state), Number(state.ui.picks[name] ?? -1), by);
    if (hit === null) return noHit(state, 'describe.search');
    const row = context.rowOf(state, hit);
    return { type: 'ui.pick', name, key: String(hit), at: Math.max(0, row - half) };
  }
  const { stream } = context;
  const { page } = context.extent(state);
  const hits = streamHits(state, stream);
  const picked = state.ui.picks[STREAM_LINE];
  const known = picked !== undefined && hits.includes(Number(picked)) ? Number(picked) : null;
  // The first time: what is in sight or nearest to it, not the other end of a long log.
  const hit =
    known === null && by > 0
      ? firstHit(state, stream, page, hits)
      : nextHit(hits, known ?? streamEnd(state, stream, page), by);
  if (hit === null) return noHit(state, STREAM_SEARCH);
  return {
    type: 'ui.pick',
    name: STREAM_LINE,
    key: String(hit),
    at: streamAround(stream, page, hit),
  };
}

/** Whether a target has a log of its own. */
function noLogOf(target: LiveTarget | undefined): Text | null {
  if (target === undefined) return liveReasons.noDetailNow;
  if (target.kind === 'file') return liveReasons.noLog;
  return target.kind === 'object' && target.object !== 'Pod' ? liveReasons.noLog : null;
}
function noShellIn(target: LiveTarget | undefined): Text | null {
  if (target === undefined) return liveReasons.noDetailNow;
  return target.kind === 'object' && target.object !== 'Pod' ? liveReasons.noShell : null;
}

const ofDetail = (state: AppState, make: (target: LiveTarget) => Message): Message | null => {
  const target = state.live.detail?.target;
  return target === undefined ? null : make(target);
};

/** Follow the newest, or stay where one is. */
function holdStream(state: AppState, { stream }: KeyContext): Message {
  const held = (state.ui.positions[STREAM_LINE] ?? 0) > 0;
  return { type: 'ui.position', name: STREAM_LINE, value: held ? 0 : stream.total() };
}
function holdEvents(state: AppState, { live }: KeyContext): Message {
  const rows = timeline(state, live);
  const key = rows[eventCursor(state, rows)]?.key ?? '';
  return { type: 'ui.pick', name: EVENTS_HELD, key, at: isHeld(state) ? 0 : heldFrom(state, live) };
}

/** Steps through the values of a filter; the first one lets everything through. */
function turn(state: AppState, name: string, values: number): Message {
  return { type: 'ui.position', name, value: ((state.ui.positions[name] ?? 0) + 1) % values };
}

export const DESCRIBE_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'describe.search',
    keys: ['/'],
    places: ['describe'],
    label: say('cari', 'search'),
    describe: say('Cari di penjelasan ini.', 'Search in these details.'),
    footer: 25,
    act: () => ({ type: 'ui.type', name: 'describe.search' }),
  }),
  bind({
    id: 'text.next-hit',
    keys: ['n'],
    places: ['describe', 'stream', 'host'],
    label: say('berikutnya', 'next match'),
    describe: say('Ke tempat berikutnya yang cocok.', 'To the next match.'),
    footer: 26,
    when: (state) => top(state) === 'describe' || streamInSight(state),
    where: ON_JOURNAL,
    act: (state, context) => toHit(state, context, 1),
  }),
  bind({
    id: 'text.hit-before',
    keys: ['N'],
    places: ['describe', 'stream', 'host'],
    label: say('sebelumnya', 'match before'),
    describe: say('Ke tempat sebelumnya yang cocok.', 'To the match before.'),
    when: (state) => top(state) === 'describe' || streamInSight(state),
    where: ON_JOURNAL,
    act: (state, context) => toHit(state, context, -1),
  }),
  bind({
    id: 'describe.again',
    keys: ['r'],
    places: ['describe'],
    label: say('tanya lagi', 'ask again'),
    describe: say('Tanyakan lagi sekarang.', 'Ask again now.'),
    footer: 20,
    disabled: (state) => (state.live.detail === null ? liveReasons.noDetailNow : null),
    act: (state) => ofDetail(state, (target) => ({ type: 'live.describe', target })),
  }),
  bind({
    id: 'describe.acts',
    keys: ['a'],
    places: ['describe'],
    label: say('putuskan', 'decide'),
    describe: say(
      'Berkas kami yang berubah: pulihkan, biarkan, atau adopsi; ditanyakan dulu.',
      'A file of ours that has changed: restore, keep or adopt it; asked first.',
    ),
    footer: 10,
    dangerous: true,
    when: (state) => state.live.detail?.target.kind === 'file',
    where: say('pada berkas kami', 'on a file of ours'),
    disabled: (state) => (actsOnDetail(state).length === 0 ? liveReasons.asLeft : null),
    act: (state) => askActs(actsOnDetail(state)),
  }),
  bind({
    id: 'describe.follow',
    keys: ['f'],
    places: ['describe'],
    label: say('ikuti log', 'follow log'),
    describe: say('Ikuti lognya.', 'Follow its log.'),
    footer: 21,
    disabled: (state) => noLogOf(state.live.detail?.target),
    act: (state) => ofDetail(state, (target) => ({ type: 'live.follow', target, previous: false })),
  }),
  bind({
    id: 'describe.shell',
    keys: ['s'],
    places: ['describe'],
    label: say('shell', 'shell'),
    describe: say('Shell di dalamnya.', 'A shell in it.'),
    footer: 22,
    disabled: (state) => noShellIn(state.live.detail?.target),
    act: (state) =>
      ofDetail(state, (target) => ({
        type: 'shell.open',
        target:
          target.kind === 'unit' || target.kind === 'file' ? { kind: 'host', host: target.host } : target,
      })),
  }),
];

/** What can be decided about the file that is looked at. */
function actsOnDetail(state: AppState): readonly LiveAct[] {
  const { detail } = state.live;
  if (detail?.target.kind !== 'file' || detail.file === null) return [];
  return fileActs(detail.target.host, detail.file);
}

export const STREAM_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'stream.search',
    keys: ['/'],
    places: ['stream', 'host'],
    label: say('cari', 'search'),
    describe: say(
      'Cari di log ini; baris lain tetap tampak.',
      'Search in this log; other lines stay in sight.',
    ),
    footer: 11.4,
    when: streamInSight,
    where: ON_JOURNAL,
    act: () => ({ type: 'ui.type', name: STREAM_SEARCH }),
  }),
  bind({
    id: 'stream.filter',
    keys: ['&'],
    places: ['stream', 'host'],
    label: say('saring', 'filter'),
    describe: say(
      'Hanya baris log yang memuat teks ini; yang baru juga disaring.',
      'Only the lines of this log that hold this text; new ones too.',
    ),
    footer: 11.5,
    when: streamInSight,
    where: ON_JOURNAL,
    act: () => ({ type: 'ui.type', name: STREAM_FILTER }),
  }),
  bind({
    id: 'stream.hold',
    keys: ['space', 'f'],
    places: ['stream', 'host'],
    label: say('ikuti/tahan', 'follow/hold'),
    describe: say(
      'Ikuti baris terbaru, atau tahan di sini; yang baru tetap dikumpulkan.',
      'Follow the newest line, or hold here; newer ones are still kept.',
    ),
    footer: 10,
    when: streamInSight,
    where: ON_JOURNAL,
    disabled: (state) => (state.live.stream === null ? liveReasons.noStream : null),
    act: holdStream,
  }),
  bind({
    id: 'stream.again',
    keys: ['r'],
    places: ['stream', 'host'],
    label: say('ikuti lagi', 'follow again'),
    describe: say(
      'Log yang berakhir atau terputus: ikuti lagi dari baris-baris terakhirnya.',
      'A log that ended or broke off: follow it again from its last lines on.',
    ),
    footer: 11,
    when: (state) => streamInSight(state) && state.live.stream?.ended === true,
    where: say('setelah log berakhir', 'after the log has ended'),
    act: () => ({ type: 'live.follow-again' }),
  }),
  bind({
    id: 'stream.previous',
    keys: ['p'],
    places: ['stream'],
    label: say('log sebelumnya', 'log before'),
    describe: say(
      'Log kontainer sebelum mulai ulang terakhir, dan kembali.',
      'The log of the container before its last restart, and back.',
    ),
    footer: 20,
    disabled: (state) => {
      const target = state.live.stream?.target;
      if (target === undefined) return liveReasons.noStream;
      return target.kind === 'object' ? null : liveReasons.noPrevious;
    },
    act: (state) => {
      const now = state.live.stream;
      return now === null ? null : { type: 'live.follow', target: now.target, previous: !now.previous };
    },
  }),
  bind({
    id: 'stream.leave',
    keys: ['esc'],
    places: ['stream'],
    label: say('kembali', 'back'),
    describe: say('Berhenti mengikuti dan kembali.', 'Stop following and go back.'),
    footer: 85,
    act: () => ({ type: 'live.leave-stream' }),
  }),
];

export const EVENT_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'events.hold',
    keys: ['space', 'f'],
    places: ['events'],
    label: say('ikuti/tahan', 'follow/hold'),
    describe: say('Ikuti kejadian terbaru, atau tahan di sini.', 'Follow the newest event, or hold here.'),
    footer: 10,
    act: holdEvents,
  }),
  bind({
    id: 'events.filter',
    keys: ['/'],
    places: ['events'],
    label: say('saring', 'filter'),
    describe: say('Hanya kejadian yang memuat teks ini.', 'Only the events that hold this text.'),
    footer: 25,
    act: () => ({ type: 'ui.type', name: 'events.filter' }),
  }),
  bind({
    id: 'events.bad',
    keys: ['b'],
    places: ['events'],
    label: say('hanya masalah', 'only trouble'),
    describe: say(
      'Hanya peringatan dan yang rusak, atau semua.',
      'Only warnings and what is broken, or all.',
    ),
    footer: 20,
    act: (state) => turn(state, 'events.bad', 2),
  }),
  bind({
    id: 'events.source',
    keys: ['o'],
    places: ['events'],
    label: eventsText.source,
    describe: say(
      'Satu sumber saja: docker, kubernetes, systemd, langkah, gate, sambungan; lalu semua.',
      'One source only: docker, kubernetes, systemd, step, gate, link; then all.',
    ),
    footer: 21,
    act: (state) => turn(state, 'events.source', EVENT_SOURCES.length + 1),
  }),
  bind({
    id: 'events.host',
    keys: ['h'],
    places: ['events'],
    label: eventsText.host,
    describe: say('Satu host saja, lalu semua.', 'One host only, then all.'),
    footer: 22,
    act: (state) => turn(state, 'events.host', HOST_NAMES.length + 1),
  }),
  bind({
    id: 'events.green',
    keys: ['g'],
    places: ['events'],
    label: say('sejak hijau', 'since green'),
    describe: say(
      'Hanya yang terjadi sejak uji asap, atau semua gate yang sudah diperiksa, terakhir kali hijau.',
      'Only what happened since the smoke test, or all gates asked so far, were green last.',
    ),
    footer: 23,
    disabled: (state) =>
      state.live.lastGreenAt === null && (state.ui.positions['events.green'] ?? 0) === 0
        ? liveReasons.neverGreen
        : null,
    act: (state) => turn(state, 'events.green', 2),
  }),
];
