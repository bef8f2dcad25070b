/** Builds the live services of one lab. Nothing is dialled before they are followed or asked. */
import type { Lab } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import { createDockerConsole } from '../docker/console.js';
import { createFileConsole } from '../drift/console.js';
import { createHostConsole } from '../host/console.js';
import { createKubeConsole } from '../kube/console.js';
import type { LiveServices } from '../live/types.js';
import { createPlatformConsole } from '../platform/console.js';
import type { Jobs, Links, Secrets } from '../ports.js';

export function createLiveServices(
  lab: Lab,
  parts: {
    readonly links: Links;
    readonly book: LiveBook;
    readonly jobs: Pick<Jobs, 'list'>;
    /** The functions that stand before every action script. */
    readonly prelude: string;
    readonly secrets: Pick<Secrets, 'value'>;
    /** Replaces every known secret in a text. */
    readonly mask: (text: string) => string;
    /** From now on this text is masked as well; false when it is too short to be told from words. */
    readonly addSecret: (secret: string) => boolean;
    /** epoch ms */
    readonly now: () => number;
    /** What kind of terminal shells are told they have. */
    readonly term: string;
  },
): LiveServices {
  return {
    docker: createDockerConsole(parts),
    kube: createKubeConsole({ ...parts, stateDir: lab.stateDir }),
    host: createHostConsole(parts),
    files: createFileConsole(parts),
    platform: createPlatformConsole({ ...parts, parameters: lab.parameters }),
  };
}
