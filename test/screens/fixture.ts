/** States to look at: the real runbook, a lab with something of everything, and the sizes and modes of the design. */
import { fileURLToPath } from 'node:url';
import type { Evidence, GateKey, GateResult, Verdict } from '../../src/gates/types.js';
import { HOST_NAMES, type HostName, type Language } from '../../src/lab/types.js';
import { loadRunbook } from '../../src/runbook/load.js';
import type { Runbook } from '../../src/runbook/types.js';
import type { Sample } from '../../src/services/ports.js';
import type { View } from '../../src/screens/view.js';
import { contentOf } from '../../src/state/content.js';
import { initialState } from '../../src/state/initial.js';
import { createLiveBook, type LiveFacts } from '../../src/state/live/book.js';
import { createStreamBook, type StreamReader } from '../../src/state/live/stream.js';
import { createLogBook, type LogBook } from '../../src/state/logs.js';
import type { Message } from '../../src/state/messages.js';
import type { AppState, Effect, LabDraft, LabView, StepRun, TerminalView } from '../../src/state/types.js';
import { update } from '../../src/state/update.js';

/** 22 November 2026, 14:02:29 local time: ages and clocks in frames are then the same everywhere. */
export const NOW = new Date(2026, 10, 22, 14, 2, 29).getTime();

const loaded = await loadRunbook(fileURLToPath(new URL('../../assets', import.meta.url)));
if (loaded.runbook === null) throw new Error(JSON.stringify(loaded.diagnostics[0]));
export const RUNBOOK: Runbook = loaded.runbook;

export const TERMINAL: TerminalView = { columns: 120, rows: 40, color: false, ascii: false, linear: false };
export const DRAFT: LabDraft = {
  path: 'kelas-a.yaml',
  name: 'kelas-a',
  user: 'ubuntu',
  port: '22',
  auth: 'key',
  key: '~/.ssh/id_ed25519',
  passphrase: '',
  password: '',
  sudoPassword: '',
  addresses: { 'vm-docker': '192.168.56.42', 'vm-k8s': '192.168.56.43', 'vm-worker': '192.168.56.44' },
};

export function lab(practice = true): LabView {
  return {
    file: practice ? null : 'kelas-a.yaml',
    name: 'kelas-a',
    practice,
    user: 'ubuntu',
    addresses: DRAFT.addresses,
    parameters: Object.fromEntries(RUNBOOK.parameters.map((one) => [one.name, one.default])),
  };
}

export function start(
  options: { lang?: Language; terminal?: Partial<TerminalView>; lastLab?: string } = {},
): AppState {
  return initialState({
    lang: options.lang ?? 'id',
    terminal: { ...TERMINAL, ...options.terminal },
    runbook: RUNBOOK,
    now: NOW,
    draft: DRAFT,
    vagrant: { addresses: DRAFT.addresses, user: 'guru', publicKey: '~/.ssh/id_ed25519.pub' },
    directory: 'lab',
    lastLab: options.lastLab ?? null,
    operator: 'guru@meja-1',
  });
}

/** Messages one after another; effects are dropped. */
export function after(state: AppState, ...messages: readonly Message[]): AppState {
  return messages.reduce((now, message) => update(now, message)[0], state);
}
/** What the last of these messages asks of the world. */
export function effectsOf(state: AppState, message: Message): readonly Effect[] {
  return update(state, message)[1];
}

export function opened(state: AppState, practice = true): AppState {
  return after(state, {
    type: 'lab.opened',
    lab: lab(practice),
    results: [],
    waivers: [],
    variants: {},
    cursor: null,
    now: NOW,
  });
}

export function sample(host: HostName, over: Partial<Sample> = {}): Sample {
  const GiB = 1024 ** 3;
  return {
    at: NOW - 3000,
    hostClock: (NOW - 3000) / 1000,
    hostname: host,
    os: 'Ubuntu 24.04.3 LTS',
    kernel: '6.8.0-87-generic',
    bootId: 'b1',
    uptimeSeconds: 3 * 3600 + 12 * 60,
    load1: 0.42,
    cpus: 2,
    memTotalBytes: 3.8 * GiB,
    memAvailableBytes: 1.9 * GiB,
    diskTotalBytes: 38 * GiB,
    diskUsedBytes: 12 * GiB,
    units: {
      ssh: 'active',
      docker: host === 'vm-docker' ? 'failed' : 'absent',
      'systemd-resolved': 'active',
    },
    rebootPending: host === 'vm-k8s',
    ...over,
  };
}

export function evidence(place: Evidence['place'] = 'vm-docker'): Evidence {
  return {
    place,
    asked: 'hostnamectl --static',
    exit: 0,
    excerpt: 'ubuntu',
    startedAt: NOW - 12_000,
    durationMs: 38,
  };
}

export function result(
  key: GateKey,
  verdict: Exclude<Verdict, 'waived'>,
  over: Partial<GateResult> = {},
): GateResult {
  const [gate = '', subject = ''] = key.split('@');
  const named = [...HOST_NAMES, 'operator' as const, 'lab' as const].find((one) => one === subject) ?? 'lab';
  return {
    gate,
    subject: named,
    verdict,
    say: {
      id: `Nama host ini ubuntu, seharusnya ${subject}.`,
      en: `This host calls itself ubuntu, it should be ${subject}.`,
    },
    hints: [
      { id: 'Lihat apa kata hostnamectl.', en: 'See what hostnamectl says.' },
      { id: 'Jalankan langkah A2 di host ini.', en: 'Run step A2 on this host.' },
    ],
    symptom: null,
    evidence: [evidence(named === 'lab' ? 'operator' : named)],
    blockedBy: [],
    judgedAt: NOW - 12_000,
    ...over,
  };
}

export function run(step: string, host: HostName, over: Partial<StepRun> = {}): StepRun {
  return {
    step,
    host,
    purpose: 'run',
    phase: 'running',
    startedAt: NOW - 102_000,
    endedAt: null,
    reattached: false,
    actions: (
      RUNBOOK.phases.flatMap((phase) => phase.steps).find((one) => one.id === step)?.actions ?? []
    ).map((action, i) => ({
      action: action.id,
      phase: i === 0 ? 'ok' : i === 1 ? 'running' : 'waiting',
      variant: 'ours',
      job: null,
      startedAt: i < 2 ? NOW - 60_000 : null,
      endedAt: i === 0 ? NOW - 50_000 : null,
      end: i === 0 ? { kind: 'exited', exit: 0 } : null,
      trouble: null,
    })),
    ...over,
  };
}

/** A lab in the middle of things: two hosts up, one refused; A0 mostly green, A2 red, one gate waived, a step running. */
export function busyLab(state: AppState): AppState {
  let now = opened(state);
  now = after(
    now,
    { type: 'link', host: 'vm-docker', status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
    { type: 'sample', host: 'vm-docker', sample: sample('vm-docker') },
    { type: 'link', host: 'vm-k8s', status: { kind: 'up', since: NOW, sudo: 'nopasswd' } },
    { type: 'sample', host: 'vm-k8s', sample: sample('vm-k8s', { load1: 12.1, uptimeSeconds: 420 }) },
    {
      type: 'link',
      host: 'vm-worker',
      status: {
        kind: 'down',
        code: 'ssh-refused',
        reason: { id: 'koneksi ditolak di 192.168.56.44:22', en: 'connection refused at 192.168.56.44:22' },
        remedy: {
          id: 'Nyalakan VM-nya, lalu periksa sshd di konsolnya.',
          en: 'Start the VM, then check sshd on its console.',
        },
        lastSeen: NOW - 80_000,
        retryAt: NOW + 8000,
      },
    },
  );
  for (const gate of contentOf(now).gates) {
    if (gate.step === 'A0' && gate.subject !== 'vm-worker') {
      now = after(now, { type: 'gate.judged', result: result(gate.key, 'pass') });
    }
    if (gate.step === 'A2' && gate.subject === 'vm-docker') {
      now = after(now, { type: 'gate.judged', result: result(gate.key, 'fail') });
    }
    if (gate.step === 'A2' && gate.subject === 'vm-worker') {
      const blockedBy = [contentOf(now).gates[0]?.key ?? gate.key];
      now = after(now, {
        type: 'gate.judged',
        result: result(gate.key, 'blocked', { blockedBy, judgedAt: NOW - 90_000 }),
      });
    }
    if (gate.step === 'A4' && gate.subject === 'vm-k8s') {
      const waiver = {
        key: gate.key,
        reason: 'jaringan sekolah',
        by: 'guru@meja-1',
        until: '2026-11-30',
        madeAt: NOW,
      };
      now = after(now, { type: 'waiver', key: gate.key, waiver });
    }
  }
  return after(now, { type: 'run', run: run('A1', 'vm-docker') });
}

export function someLogs(lines = 40): LogBook {
  const logs = createLogBook(200);
  for (let i = 1; i <= lines; i += 1) {
    logs.append(
      'vm-docker',
      'A1/stop-updates',
      `Reading package lists... line ${i}`,
      NOW - (lines - i) * 1000,
    );
    logs.append(
      'vm-k8s',
      'A1/stop-updates',
      `Removed "/etc/systemd/system/timers.target.wants/apt-daily.timer" ${i}`,
      NOW,
    );
  }
  return logs;
}

export function viewOn(
  state: AppState,
  logs: LogBook = someLogs(),
  live: LiveFacts = createLiveBook(),
  stream: StreamReader = createStreamBook(),
): View {
  return {
    state,
    logs,
    live,
    stream,
    vagrantText: ({ addresses }) =>
      [
        'Vagrant.configure("2") do |config|',
        ...HOST_NAMES.map((host) => `  # ${host} ${addresses[host]}`),
        ...Array.from({ length: 40 }, (_, i) => `  # ${i}`),
        'end',
        '',
      ].join('\n'),
  };
}
