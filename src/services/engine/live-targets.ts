/** Which service answers for which target. */
import { Trouble } from '../../lab/types.js';
import type { LiveFacts } from '../../state/live/book.js';
import type { OurFile } from '../../drift/files.js';
import { fileActOf } from '../../state/live/file-acts.js';
import type { LiveAct, LiveTarget } from '../../state/live/targets.js';
import { targetName } from '../../state/live/acts.js';
import type { LiveServices, LogOptions } from '../live/types.js';
import type { RemoteTerminal, TerminalSize } from '../ports.js';

/** What is said when something is asked of a target that it does not have. */
function nothingThere(target: LiveTarget, what: 'log' | 'shell' | 'description'): Trouble {
  const name = targetName(target);
  const words = {
    log: { id: 'tidak punya log sendiri', en: 'has no log of its own' },
    shell: { id: 'tidak dapat dimasuki shell', en: 'cannot be entered with a shell' },
    description: { id: 'tidak dapat dijelaskan dari sini', en: 'cannot be described from here' },
  }[what];
  return new Trouble(
    'live-nothing-there',
    { id: `${name} ${words.id}.`, en: `${name} ${words.en}.` },
    {
      id: 'Pilih host, unit, kontainer, atau pod.',
      en: 'Choose a host, a unit, a container or a pod.',
    },
    null,
    3,
  );
}

type PodTarget = { readonly namespace: string; readonly name: string; readonly container: string };

/** The pod of a target with one of its containers: the named one, or the first that is no init container. */
function podOf(live: LiveFacts, target: LiveTarget, what: 'log' | 'shell'): PodTarget {
  if (target.kind !== 'object' || target.object !== 'Pod') throw nothingThere(target, what);
  const { namespace, name } = target;
  if (target.container !== '') return { namespace, name, container: target.container };
  const row = live.objects('Pod').find((one) => one.namespace === namespace && one.name === name);
  const containers = row?.kind === 'Pod' ? row.containers : [];
  const first = containers.find((one) => !one.init) ?? containers[0];
  return { namespace, name, container: first?.name ?? '' };
}

/** What is known of a target, and of a file of ours what became of it. @throws Trouble */
export async function describeTarget(
  live: LiveServices,
  target: LiveTarget,
): Promise<{ readonly lines: readonly string[]; readonly file?: OurFile }> {
  if (target.kind === 'file') return live.files.describe(target.host, target.path);
  return { lines: await linesOf(live, target) };
}

function linesOf(
  live: LiveServices,
  target: Exclude<LiveTarget, { kind: 'file' }>,
): Promise<readonly string[]> {
  switch (target.kind) {
    case 'host':
      return live.host.describe(target.host, null);
    case 'unit':
      return live.host.describe(target.host, target.unit);
    case 'container':
      return live.docker.describe(target.host, target.id);
    case 'object':
      return live.kube.describe(target.object, target.namespace, target.name);
  }
}

/**
 * Follows a target's log; see LogOptions.
 * @throws Trouble
 */
export async function followTarget(
  live: LiveServices,
  facts: LiveFacts,
  target: LiveTarget,
  previous: boolean,
  log: LogOptions,
): Promise<void> {
  switch (target.kind) {
    case 'host':
      return live.host.journal(target.host, null, log);
    case 'unit':
      return live.host.journal(target.host, target.unit, log);
    case 'file':
      throw nothingThere(target, 'log');
    case 'container':
      return live.docker.log(target.host, target.id, log);
    case 'object': {
      const pod = podOf(facts, target, 'log');
      return live.kube.log(pod, { ...log, previous });
    }
  }
}

/** @throws Trouble */
export async function openShellIn(
  live: LiveServices,
  facts: LiveFacts,
  target: LiveTarget,
  size: TerminalSize,
  signal: AbortSignal,
): Promise<RemoteTerminal> {
  switch (target.kind) {
    case 'host':
      return live.host.shell(target.host, size, signal);
    case 'unit':
    case 'file':
      throw nothingThere(target, 'shell');
    case 'container':
      return live.docker.shell(target.host, target.id, size, signal);
    case 'object':
      return live.kube.shell(podOf(facts, target, 'shell'), size, signal);
  }
}

/** @throws Trouble in the words of whoever refused */
export async function carryOut(live: LiveServices, act: LiveAct): Promise<void> {
  switch (act.act) {
    case 'restart-unit':
      return live.host.restartUnit(act.host, act.unit);
    case 'restart-container':
      return live.docker.act(act.host, act.id, 'restart');
    case 'stop-container':
      return live.docker.act(act.host, act.id, 'stop');
    case 'start-container':
      return live.docker.act(act.host, act.id, 'start');
    case 'delete-pod':
      return live.kube.deletePod(act.namespace, act.name);
    case 'scale':
      return live.kube.scale(act.object, act.namespace, act.name, act.to);
    case 'restart-rollout':
      return live.kube.restartRollout(act.object, act.namespace, act.name);
    case 'restore-file':
    case 'keep-file':
    case 'adopt-file':
      return live.files.settle(act.host, act.file, fileActOf(act));
  }
}
