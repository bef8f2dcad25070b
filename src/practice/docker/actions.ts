/** Things that are done to a container, by the command line and by the API alike. */
import { signalByName, SIGNALS } from '../kernel/process.js';
import type { Container } from './container.js';
import type { Engine } from './engine.js';
import { EngineError } from './types.js';

/** Signals that end the simulated main processes; the others are only told. */
const ENDING: readonly string[] = ['KILL', 'TERM', 'INT', 'QUIT', 'ABRT'];

/**
 * `docker kill`.
 * @param word a signal by name or number
 * @throws EngineError when it does not run or there is no such signal
 */
export async function sendSignal(engine: Engine, container: Container, word: string): Promise<void> {
  const signal = signalByName(word);
  if (signal === null) throw new EngineError(`Invalid signal: ${word}`);
  if (container.status !== 'running')
    throw new EngineError(
      `cannot kill container: ${container.name}: container ${container.id} is not running`,
    );
  if (ENDING.includes(signal)) await engine.kill(container, signal);
  else engine.events.container(container, 'kill', { signal: String(SIGNALS[signal]) });
}

/** @throws EngineError when the name is taken */
export function renameContainer(engine: Engine, container: Container, name: string): void {
  const holder = engine.containers.find((one) => one.name === name);
  if (holder !== undefined)
    throw new EngineError(
      `Error when allocating new name: Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
    );
  const old = container.name;
  container.name = name;
  engine.events.container(container, 'rename', { oldName: `/${old}` });
}
