/** What happens on our own side, into the lab's timeline: steps, gates that turn, links that come and go. */
import { form, say } from '../../i18n/text.js';
import { gateKey, type GateKey, type GateResult, type Verdict } from '../../gates/types.js';
import { HOST_NAMES, type HostName, type Place, type Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { Health, LabEvent } from '../../state/live/rows.js';
import type { ServiceMessage, StepRun } from '../../state/types.js';

const steps = {
  run: {
    running: say('langkah dimulai', 'step started'),
    gating: say('perintahnya selesai, gate diperiksa', 'its commands are done, gates are being checked'),
    done: say('langkah selesai', 'step done'),
    failed: say('langkah gagal', 'step failed'),
    cancelled: say('langkah dibatalkan', 'step cancelled'),
  },
  undo: {
    running: say('pengembalian dimulai', 'undoing started'),
    gating: say('sudah dikembalikan, gate diperiksa', 'put back, gates are being checked'),
    done: say('sudah dikembalikan', 'put back'),
    failed: say('pengembalian gagal', 'undoing failed'),
    cancelled: say('pengembalian dibatalkan', 'undoing cancelled'),
  },
} as const;
const linkUp = say('tersambung', 'connected');
const linkDown = form<{ why: Text }>(
  (p) => `terputus: ${p.why.id}`,
  (p) => `lost: ${p.why.en}`,
);

const STEP_HEALTH: Readonly<Record<StepRun['phase'], Health>> = {
  running: 'busy',
  gating: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'warn',
};

function hostOf(place: GateResult['subject'] | Place): HostName | null {
  return HOST_NAMES.find((host) => host === place) ?? null;
}

/** Whether a verdict opens the way. */
function isGreen(verdict: Verdict): boolean {
  return verdict === 'pass' || verdict === 'warn';
}

/**
 * What a verdict is worth telling: that it turned red, or green after it was not.
 * @param before undefined: it was not judged before
 * @returns null where there is no news
 */
export function verdictTurn(before: Verdict | undefined, now: Verdict): 'good' | 'bad' | null {
  if (now === 'fail') return before === 'fail' ? null : 'bad';
  return isGreen(now) && before !== undefined && !isGreen(before) ? 'good' : null;
}

/**
 * Writes what messages tell of our own side into the timeline. A gate is an event when it turns: red, or green after it
 * was red; the first green of a hundred gates is no news.
 * @param now epoch ms
 * @returns what is to hear every message
 */
export function createTimeline(book: LiveBook, now: () => number): (message: ServiceMessage) => void {
  const verdicts = new Map<GateKey, Verdict>();
  const phases = new Map<string, StepRun['phase']>();
  const links = new Map<HostName, 'up' | 'down'>();
  const add = (event: Omit<LabEvent, 'seq' | 'count' | 'text'> & { readonly say: Text }): void =>
    book.addEvent({ ...event, text: '', count: 1 });

  const judged = (result: GateResult): void => {
    const key = gateKey(result.gate, result.subject);
    const before = verdicts.get(key);
    verdicts.set(key, result.verdict);
    const health = verdictTurn(before, result.verdict);
    if (health === null) return;
    const { judgedAt: at, say: words, verdict: what } = result;
    add({ at, source: 'gate', host: hostOf(result.subject), health, about: result.gate, what, say: words });
  };
  const ran = (run: StepRun): void => {
    const key = `${run.step}@${run.host}`;
    if (phases.get(key) === run.phase) return;
    phases.set(key, run.phase);
    add({
      at: run.endedAt ?? (run.phase === 'running' ? run.startedAt : now()),
      source: 'step',
      host: run.host,
      health: STEP_HEALTH[run.phase],
      about: run.step,
      what: run.phase,
      say: steps[run.purpose][run.phase],
    });
  };

  return (message) => {
    switch (message.type) {
      case 'lab.opened':
        verdicts.clear();
        phases.clear();
        links.clear();
        for (const { gate, subject, verdict } of message.results)
          verdicts.set(gateKey(gate, subject), verdict);
        return;
      case 'gate.judged':
        return judged(message.result);
      case 'run':
        return ran(message.run);
      case 'link': {
        const { host, status } = message;
        if (status.kind !== 'up' && status.kind !== 'down') return;
        if (links.get(host) === status.kind) return;
        links.set(host, status.kind);
        const up = status.kind === 'up';
        add({
          at: now(),
          source: 'link',
          host,
          health: up ? 'good' : 'bad',
          about: host,
          what: status.kind,
          say: up ? linkUp : linkDown({ why: status.reason }),
        });
        return;
      }
      default:
        return;
    }
  };
}
