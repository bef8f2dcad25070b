/** Notices when the health of containers changes, so that it becomes an event. */
import type { Container } from './container.js';

/** How often it looks, real ms. */
const EVERY_MS = 200;

/**
 * Watches until the signal is aborted.
 * @param containers asked at each look
 * @param changed called with a running container whose health check gives another result than before
 */
export function watchHealth(
  containers: () => readonly Container[],
  changed: (container: Container) => void,
  signal: AbortSignal,
): void {
  const known = new WeakMap<Container, { readonly startedAt: number; readonly health: string }>();
  const look = () => {
    for (const container of containers()) {
      const { health, startedAt } = container;
      if (health === 'none' || container.status !== 'running') continue;
      const before = known.get(container);
      known.set(container, { startedAt, health });
      // A start sets it to `starting` without an event.
      const was = before?.startedAt === startedAt ? before.health : 'starting';
      if (was !== health) changed(container);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
