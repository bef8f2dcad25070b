/** Filters of lists: which containers somebody asks for. */
import type { Container } from './container.js';
import { EngineError } from './types.js';

/** Whether labels hold what `label` filters ask: each of them, by name or with its value. */
export function labelsFit(labels: Readonly<Record<string, string>>, wanted: readonly string[]): boolean {
  return wanted.every((filter) => {
    const [label = '', text] = filter.split(/=(.*)/s);
    const own = labels[label];
    return own !== undefined && (text === undefined || own === text);
  });
}
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

/**
 * Whether a container passes: one of the values of each key, and every label.
 * @throws EngineError for a key that the daemon does not know
 */
export function isWanted(container: Container, filters: ReadonlyMap<string, readonly string[]>): boolean {
  const fits = (key: string, value: string): boolean => {
    switch (key) {
      case 'name':
        return matches(value, container.name) || matches(value, `/${container.name}`);
      case 'id':
        return container.id.startsWith(value);
      case 'status':
        return container.status === value;
      case 'health':
        return container.health === value;
      case 'publish':
      case 'expose':
        return container.spec.ports.some((port) => String(port.hostPort) === value.replace(/\/tcp$/, ''));
      case 'network':
        return container.spec.networks.some(({ name }) => name === value);
      case 'ancestor':
        return container.spec.image === value || container.image.id.startsWith(value);
      case 'volume':
        return container.spec.mounts.some((mount) => mount.source === value || mount.target === value);
      case 'exited':
        return container.status === 'exited' && String(container.exitCode) === value;
      default:
        throw new EngineError(`invalid filter '${key}'`);
    }
  };
  return [...filters].every(([key, values]) =>
    key === 'label'
      ? labelsFit({ ...container.image.labels, ...container.spec.labels }, values)
      : values.some((value) => fits(key, value)),
  );
}
