/** What Docker says of a container, as a row. */
import { z } from 'zod';
import type { ContainerRow } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';

const MAX_WORD = 300;

/** As far as it is used; everything else that `inspect` tells is left unread. */
const inspectSchema = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  RestartCount: z.number().int().default(0),
  State: z.object({
    Status: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
    ExitCode: z.number().int(),
    StartedAt: z.string().default(''),
    FinishedAt: z.string().default(''),
    Health: z.object({ Status: z.string() }).nullish(),
  }),
  Config: z.object({
    Image: z.string(),
    Tty: z.boolean().default(false),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
  HostConfig: z.object({ Memory: z.number().default(0) }).default({ Memory: 0 }),
  NetworkSettings: z
    .object({
      Ports: z
        .record(
          z.string(),
          z.array(z.object({ HostIp: z.string().default(''), HostPort: z.string() })).nullable(),
        )
        .nullish(),
    })
    .default({}),
});

/** A container as it was last read. */
export interface SeenContainer {
  readonly row: ContainerRow;
  /** Its log and shell are one stream of a terminal, without Docker's frames. */
  readonly tty: boolean;
  /** It has a memory limit of its own. */
  readonly limited: boolean;
}

/** Epoch ms of Docker's time; null for its year 1, which means never. */
function timeOf(text: string): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= 0 ? null : at;
}

const HEALTHS = ['starting', 'healthy', 'unhealthy'] as const;
const EVERYWHERE = new Set(['', '0.0.0.0', '::']);

function published(ports: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>) {
  const shown = Object.entries(ports).flatMap(([inside, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) =>
      EVERYWHERE.has(HostIp) ? `${HostPort}->${inside}` : `${HostIp}:${HostPort}->${inside}`,
    ),
  );
  // The same port on IPv4 and IPv6 is one to a reader.
  return [...new Set(shown)].toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

/**
 * Reads the answer of `inspect`.
 * @param mask hides secrets in a text
 * @throws ZodError when it is none
 */
export function readContainer(answer: unknown, mask: (text: string) => string): SeenContainer {
  const seen = inspectSchema.parse(answer);
  const word = (text: string): string =>
    cleanRemoteText(text, { mask }).replaceAll('\n', ' ').slice(0, MAX_WORD);
  const { State: state, Config: config } = seen;
  const over = state.Status === 'exited' || state.Status === 'dead' || state.Status === 'restarting';
  const project = config.Labels?.['com.docker.compose.project'];
  return {
    tty: config.Tty,
    limited: seen.HostConfig.Memory > 0,
    row: {
      id: word(seen.Id),
      name: word(seen.Name.replace(/^\//, '')),
      image: word(config.Image),
      state: state.Status,
      health: HEALTHS.find((one) => one === state.Health?.Status) ?? null,
      exitCode: over ? state.ExitCode : null,
      restarts: seen.RestartCount,
      ports: published(seen.NetworkSettings.Ports ?? {}).map(word),
      project: project === undefined ? null : word(project),
      createdAt: timeOf(seen.Created) ?? 0,
      startedAt: timeOf(state.StartedAt),
      finishedAt: timeOf(state.FinishedAt),
    },
  };
}
