/** A frame as lines, built the way the root component lays it out, for looking at every screen without a terminal. */
import { formTexts } from '../../src/i18n/texts/form.js';
import { dialogBox } from '../../src/screens/dialog.js';
import { footerLines, headerLines } from '../../src/screens/frame.js';
import { bandsOf, buildRegion } from '../../src/screens/layout.js';
import { fullLine, type Line } from '../../src/screens/ui/line.js';
import { bodyRows, type View } from '../../src/screens/view.js';
import type { JournalEntry } from '../../src/services/ports.js';
import type { LiveFacts } from '../../src/state/live/book.js';
import { HOST_TABS, isZoomed } from '../../src/state/live/listing.js';
import type { LiveTarget } from '../../src/state/live/targets.js';
import type { StreamReader } from '../../src/state/live/stream.js';
import type { LogBook } from '../../src/state/logs.js';
import type { AppState, ScreenName } from '../../src/state/types.js';
import type { Language } from '../../src/lab/types.js';
import { CLOSED, DIFF, EDITED, lookedInto } from './drift-data.js';
import { after, busyLab, opened, result, run, start, viewOn, NOW } from './fixture.js';

export interface Frame {
  readonly lines: readonly Line[];
  readonly dialog: readonly Line[];
  readonly view: View;
}

export function frameOf(state: AppState, logs?: LogBook, live?: LiveFacts, stream?: StreamReader): Frame {
  const view = viewOn(state, logs, live, stream);
  const { columns } = state.terminal;
  const lines: Line[] = [...headerLines(view, columns)];
  for (const band of bandsOf(state.ui.stack.at(-1) ?? 'welcome', state.terminal, isZoomed(state))) {
    const cells = band.regions.map((region) =>
      buildRegion(view, region, band.rows).map((line) => fullLine(line, region.columns)),
    );
    for (let row = 0; row < band.rows; row += 1) lines.push(cells.flatMap((cell) => cell[row] ?? []));
  }
  lines.push(...footerLines(view, columns));
  return { lines, dialog: dialogBox(view, columns, bodyRows(state.terminal))?.lines ?? [], view };
}

const JOB: Extract<JournalEntry, { kind: 'job' }> = {
  kind: 'job',
  at: NOW - 90_000_000,
  by: 'guru@meja-1',
  host: 'vm-docker',
  step: 'A1',
  action: 'needrestart-list',
  variant: 'ours',
  purpose: 'run',
  job: '20261121T070229-A1.needrestart-list-k3x9',
  scriptHash: 'd2a84f4b8b650937ec8f73cd8be2c74add5a911ba64df27458ed8229da804a26',
  startedAt: NOW - 90_012_000,
  endedAt: NOW - 90_000_000,
  end: { kind: 'exited', exit: 1 },
  outputTail: Array.from({ length: 60 }, (_, i) => `baris ${i + 1} ${'x'.repeat(i * 3)}`).join('\n'),
};
/** Something of every kind that a journal holds, oldest first. */
export const ENTRIES: readonly JournalEntry[] = [
  JOB,
  { ...JOB, purpose: 'undo', end: { kind: 'exited', exit: 0 }, outputTail: '' },
  { ...JOB, end: { kind: 'cancelled', left: 'sleep 600' } },
  { ...JOB, end: { kind: 'timed-out' } },
  { ...JOB, end: { kind: 'flooded' } },
  { ...JOB, end: { kind: 'lost', reason: 'rebooted' } },
  { kind: 'satisfied', at: NOW, by: 'guru@meja-1', host: 'vm-k8s', step: 'A1', action: 'stop-timers' },
  {
    kind: 'waiver',
    at: NOW,
    withdrawn: false,
    waiver: {
      key: 'A4.public-dns@vm-k8s',
      reason: 'jaringan sekolah menutup port 53 ke luar, dan yang bisa mengubahnya baru ada hari Senin',
      by: 'guru@meja-1',
      until: '2026-11-30',
      madeAt: NOW,
    },
  },
  { kind: 'gate', at: NOW, result: result('A2.hostname@vm-docker', 'fail') },
];

/** A pod to look into, and what is told of it. */
export const POD: LiveTarget = {
  kind: 'object',
  object: 'Pod',
  namespace: 'threebody-prod',
  name: 'go-7d9f8c6b5-x2x4z',
  container: '',
};
export const DETAIL: readonly string[] = [
  'Name:         go-7d9f8c6b5-x2x4z',
  'Namespace:    threebody-prod',
  'Status:       Running',
  ...Array.from({ length: 60 }, (_, i) => `  line ${i + 1} of the answer, ${'word '.repeat(i)}`),
  'Events:',
  '  Warning  BackOff  12s (x5 over 1m)  kubelet  Back-off restarting failed container',
];

type Sized = {
  readonly lang: Language;
  readonly columns: number;
  readonly rows: number;
  readonly ascii?: boolean;
};

function on(state: AppState, screen: ScreenName, tab = 0): AppState {
  return after(state, { type: 'ui.open', screen }, { type: 'ui.position', name: 'step.tab', value: tab });
}

/** The host screen on one of its tabs. */
export function hostTabOf(state: AppState, tab: (typeof HOST_TABS)[number]): AppState {
  const value = HOST_TABS.indexOf(tab);
  return after(on(state, 'host'), { type: 'ui.position', name: 'host.tab', value });
}

/** Every screen and every question, with something on it. */
export function everyScreen({
  lang,
  columns,
  rows,
  ascii = false,
}: Sized): Readonly<Record<string, AppState>> {
  const first = start({ lang, terminal: { columns, rows, ascii }, lastLab: '/home/guru/kelas-a.yaml' });
  const lab = busyLab(first);
  const a1 = after(lab, { type: 'ui.step', step: 'A1' });
  const a2 = after(lab, { type: 'ui.step', step: 'A2' });
  const gate = after(a2, { type: 'ui.gate', key: 'A2.hostname@vm-docker' });
  const trouble = {
    code: 'ssh-refused',
    what: { id: 'sambungan ditolak', en: 'connection refused' },
    remedy: { id: 'Nyalakan VM-nya.', en: 'Start the VM.' },
    where: '192.168.56.44:22',
  };
  const failed = run('A1', 'vm-docker', { phase: 'failed', endedAt: NOW });
  return {
    welcome: first,
    opening: after(first, { type: 'lab.choose', source: { kind: 'practice' } }),
    connect: on(first, 'connect'),
    'connect tried': after(
      on(first, 'connect'),
      {
        type: 'draft.test',
        host: 'vm-docker',
        test: { kind: 'ok', hostname: 'ubuntu', os: 'Ubuntu 24.04', sudo: 'none' },
      },
      { type: 'draft.test', host: 'vm-k8s', test: { kind: 'failed', trouble } },
      { type: 'draft.test', host: 'vm-worker', test: { kind: 'testing' } },
      { type: 'draft.failed', trouble },
    ),
    'connect wrong': after(
      on(first, 'connect'),
      { type: 'ui.edit', edit: { kind: 'insert', text: 'harbor.local' } },
      { type: 'ui.position', name: 'connect.field', value: 4 },
      { type: 'ui.edit', edit: { kind: 'clear' } },
      {
        type: 'draft.key',
        path: '~/.ssh/id_ed25519',
        problem: {
          short: formTexts.key.unusable,
          detail: { id: 'tidak ada', en: 'does not exist' },
        },
        submitted: true,
      },
    ),
    vagrant: on(first, 'vagrant'),
    'vagrant without key': after(on(first, 'vagrant'), { type: 'vagrant.key', found: null }),
    'vagrant written': after(
      on(first, 'vagrant'),
      { type: 'vagrant.key', found: null },
      { type: 'vagrant.written', path: '/home/guru/lab tiga/Vagrantfile' },
    ),
    'ask replace': after(on(first, 'vagrant'), {
      type: 'vagrant.exists',
      path: '/home/guru/lab/Vagrantfile',
    }),
    'home empty': opened(first),
    home: lab,
    'home, later phase': after(lab, { type: 'ui.phase', by: 1 }),
    'home, gates': after(lab, { type: 'ui.focus', by: 1 }),
    'home, down host': after(lab, { type: 'ui.host', host: 'vm-worker' }),
    'step explained': on(a1, 'step', 0),
    'step commands': on(a2, 'step', 1),
    'step output': on(a1, 'step', 2),
    secret: after(
      on(a1, 'step', 1),
      {
        type: 'secret.ask',
        ask: 1,
        name: 'harbor_admin_password',
        about: { id: 'Kata sandi admin Harbor.', en: "The password of Harbor's admin." },
        file: '/home/guru/.local/state/threebody-tui/kelas-a-0123456789ab/secrets.json',
        optional: false,
      },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'pendek' } },
      { type: 'dialog.move', by: 1 },
      { type: 'dialog.accept' },
    ),
    'step output failed': on(
      after(a1, {
        type: 'run',
        run: {
          ...failed,
          actions: failed.actions.map((one, i) => (i === 1 ? { ...one, phase: 'failed', trouble } : one)),
        },
      }),
      'step',
      2,
    ),
    'step gates': on(a2, 'step', 3),
    gates: on(lab, 'gates'),
    'gates filtered': after(
      on(lab, 'gates'),
      { type: 'ui.type', name: 'gates.filter' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'zzz' } },
    ),
    gate: on(gate, 'gate'),
    'gate with hints': after(on(gate, 'gate'), {
      type: 'ui.position',
      name: 'hints.A2.hostname@vm-docker',
      value: 2,
    }),
    'gate never': after(on(lab, 'gate'), { type: 'ui.gate', key: 'A1.dpkg-clean@vm-docker' }),
    'gate stale': after(on(gate, 'gate'), {
      type: 'gate.judged',
      result: result('A2.hostname@vm-docker', 'pass', { judgedAt: NOW - 90_000_000 }),
    }),
    host: hostTabOf(lab, 'log'),
    'host down': on(after(lab, { type: 'ui.host', host: 'vm-worker' }), 'host'),
    'host search': after(
      hostTabOf(lab, 'log'),
      { type: 'ui.type', name: 'log.search' },
      { type: 'ui.edit', edit: { kind: 'insert', text: 'line 2' } },
    ),
    'hop choices': after(on(lab, 'path'), { type: 'path.choose' }),
    glossary: on(lab, 'glossary'),
    help: on(lab, 'help'),
    journal: after(on(lab, 'journal'), { type: 'journal', damaged: 1, entries: ENTRIES }),
    ...Object.fromEntries(
      ENTRIES.map((entry, i) => [
        `entry ${entry.kind} ${i}`,
        on(
          after(
            on(lab, 'journal'),
            { type: 'journal', damaged: 0, entries: ENTRIES },
            { type: 'ui.entry', at: ENTRIES.length - 1 - i },
          ),
          'entry',
        ),
      ]),
    ),
    'home zoomed': after(lab, { type: 'ui.position', name: 'home.zoom', value: 1 }),
    ...Object.fromEntries(HOST_TABS.map((tab) => [`host ${tab}`, hostTabOf(lab, tab)])),
    'host kinds': hostTabOf(after(lab, { type: 'ui.host', host: 'vm-k8s' }), 'workloads'),
    describe: after(
      lab,
      { type: 'live.describe', target: POD },
      { type: 'live.detail', target: POD, lines: DETAIL },
    ),
    'describe file': lookedInto(lab, EDITED, DIFF),
    'describe hidden file': lookedInto(lab, CLOSED, []),
    'ask file act': after(lab, {
      type: 'ask.act',
      act: { act: 'adopt-file', host: 'vm-docker', file: EDITED },
    }),
    'describe asked': after(lab, { type: 'live.describe', target: POD }),
    'describe failed': after(
      lab,
      { type: 'live.describe', target: POD },
      { type: 'live.detail-failed', target: POD, trouble },
    ),
    stream: after(lab, { type: 'live.follow', target: POD, previous: false }),
    'stream ended': after(
      lab,
      { type: 'live.follow', target: POD, previous: true },
      { type: 'live.stream-ended', target: POD, trouble },
    ),
    events: on(lab, 'events'),
    'ask which act': after(lab, {
      type: 'ask.acts',
      acts: [
        { act: 'restart-container', host: 'vm-docker', id: 'c1', name: 'harbor-core' },
        { act: 'stop-container', host: 'vm-docker', id: 'c1', name: 'harbor-core' },
      ],
    }),
    'ask act': after(lab, {
      type: 'ask.act',
      act: { act: 'scale', object: 'Deployment', namespace: 'threebody-prod', name: 'go', from: 2, to: 0 },
    }),
    'ask act typed': after(
      lab,
      {
        type: 'ask.act',
        act: { act: 'delete-pod', namespace: 'threebody-prod', name: 'debug', owner: '' },
      },
      { type: 'dialog.accept' },
    ),
    cancelling: after(a1, { type: 'ask.cancel', step: 'A1' }, { type: 'clock', now: NOW + 9000 }),
    'ask where': after(a2, { type: 'ask.run', step: 'A2', force: false }),
    'ask plan': after(a2, { type: 'ask.run', step: 'A2', force: false }, { type: 'dialog.accept' }),
    'ask undo': after(a2, { type: 'ask.undo', step: 'A2' }, { type: 'dialog.accept' }),
    'ask waiver': after(on(gate, 'gate'), { type: 'ask.waive', key: 'A2.hostname@vm-docker' }),
    'ask key': after(first, {
      type: 'host-key.ask',
      ask: 1,
      key: {
        host: 'vm-docker',
        endpoint: '192.168.56.42:22',
        type: 'ssh-ed25519',
        fingerprint: 'SHA256:4sN0m1tPz7Q0S8kQxGJ9vK1o0C2y3tB5uLr6dHwXeYc',
      },
    }),
    'ask quit': after(lab, { type: 'ask.quit' }),
    trouble: after(lab, { type: 'trouble', trouble }),
  };
}
