/** Telemetry: one loop a host, over as many connections as it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Links, Telemetry } from '../ports.js';
import { runLines } from '../ssh/lines.js';
import { isPassing, waitForLink } from '../ssh/wait.js';
import { parseSample, telemetryScript } from './script.js';

/** Between two loops when one broke off though the link is up. */
const PAUSE_MS = 1_000;

/** Follows hosts until told to stop; see the port. Throws only what needs a person (a changed host key …). */
export function createTelemetry(links: Links): Telemetry {
  return {
    async follow(host, { units, intervalSeconds, signal, onSample }) {
      const script = telemetryScript(units, Math.max(1, Math.round(intervalSeconds)));
      const link = links.link(host);
      const onLine = (line: string): void => {
        const sample = parseSample(line, units, Date.now());
        if (sample !== null && !signal.aborted) onSample(sample);
      };
      while (!signal.aborted) {
        try {
          await waitForLink(link, signal);
          await runLines(link, script, onLine, { signal });
        } catch (error) {
          if (signal.aborted) return;
          if (!isPassing(error)) throw error;
        }
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
