/** What a pod's status says of one of its containers. */
import { instant } from './access.js';
import type { JsonMap } from './json.js';
import { imageName } from './registry.js';
import { hexOf } from './runtime.js';

export type ContainerState = 'waiting' | 'running' | 'terminated';
export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  /** Null before it was made. */
  readonly id: string | null;
  /** Of its image's manifest; empty where that is not simulated. */
  readonly digest: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly state: ContainerState;
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number;
  /** The kernel ended it: it had grown past its memory limit. */
  readonly outgrown: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly last: JsonMap | null;
}
/** Exit code of a container whose program could not be started at all. */
export const START_FAILED = 128;

function endReason({ exitCode, outgrown }: ContainerFacts): string {
  if (exitCode === 0) return 'Completed';
  if (outgrown) return 'OOMKilled';
  return exitCode === START_FAILED ? 'StartError' : 'Error';
}
export function terminated(facts: ContainerFacts): JsonMap {
  const failed = facts.exitCode === START_FAILED;
  return {
    terminated: {
      exitCode: facts.exitCode,
      reason: endReason(facts),
      ...(failed && facts.message !== '' ? { message: facts.message } : {}),
      startedAt: instant(facts.startedAt),
      finishedAt: instant(facts.finishedAt),
      containerID: `containerd://${facts.id ?? ''}`,
    },
  };
}
function stateOf(facts: ContainerFacts): JsonMap {
  switch (facts.state) {
    case 'running':
      return { running: { startedAt: instant(facts.startedAt) } };
    case 'waiting':
      return {
        waiting: { reason: facts.reason, ...(facts.message === '' ? {} : { message: facts.message }) },
      };
    case 'terminated':
      return terminated(facts);
  }
}
export function statusOf(facts: ContainerFacts): JsonMap {
  const made = facts.id !== null;
  const image = made ? imageName(facts.image).full : facts.image;
  const digest = facts.digest === '' ? hexOf('image', image) : facts.digest;
  return {
    name: facts.name,
    image,
    imageID: made ? `${image.replace(/[:@][^/]*$/, '')}@sha256:${digest}` : '',
    ready: facts.ready,
    restartCount: facts.restarts,
    started: facts.state === 'running',
    ...(made ? { containerID: `containerd://${facts.id ?? ''}` } : {}),
    lastState: facts.last ?? {},
    state: stateOf(facts),
  };
}
/** `10s`, `2m40s`: how Go writes a time span. @param seconds whole ones */
export function goDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}
