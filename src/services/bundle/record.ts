/** Probes on their way into a bundle and out of it again: recorded while a lab is looked at, replayed without one. */
import { createHash } from 'node:crypto';
import type { Recording, RenderedProbe } from '../../gates/types.js';
import type { ProbeRunner } from '../ports.js';
import type { Recorded } from './format.js';

function hashOf(probe: RenderedProbe): string {
  return createHash('sha256').update(JSON.stringify(probe)).digest('hex').slice(0, 32);
}

export interface Recorder {
  readonly probes: ProbeRunner;
  /** In the order in which they came back. */
  readonly recorded: readonly Recorded[];
}

/** A runner that also keeps what it hands out. */
export function recordProbes(probes: ProbeRunner): Recorder {
  const recorded: Recorded[] = [];
  return {
    recorded,
    probes: {
      async run(requests, options) {
        const recordings = await probes.run(requests, options);
        for (const { id, probe } of requests) {
          const recording = recordings.get(id);
          if (recording !== undefined) recorded.push({ id, probe: hashOf(probe), recording });
        }
        return recordings;
      },
    },
  };
}

const NOT_THERE = {
  id: 'Ini tidak ditanyakan ketika bundel dibuat.',
  en: 'This was not asked when the bundle was made.',
};

/**
 * Answers from recordings. A question that is worded differently now (by another version of the program) gets the answer to
 * the one of its name; one that was never asked gets none, and says so.
 */
export function replayProbes(recorded: readonly Recorded[], now: number): ProbeRunner {
  const exact = new Map(recorded.map((one) => [`${one.id} ${one.probe}`, one.recording]));
  const named = new Map(recorded.map((one) => [one.id, one.recording]));
  return {
    run(requests, { onRecording } = {}) {
      const answers = new Map<string, Recording>();
      for (const { id, probe } of requests) {
        const recording = exact.get(`${id} ${hashOf(probe)}`) ?? named.get(id) ?? missing(probe, now);
        answers.set(id, recording);
        onRecording?.(id, recording);
      }
      return Promise.resolve(answers);
    },
  };
}

function missing(probe: RenderedProbe, now: number): Recording {
  return {
    place: probe.on,
    asked: probe.kind,
    exit: null,
    stdout: '',
    stderr: '',
    error: NOT_THERE,
    startedAt: now,
    durationMs: 0,
  };
}
