/** The live service for what runs on vm-docker beside plain containers: Harbor, the edge, GitLab Runner. */
import { Trouble } from '../../lab/types.js';
import type { HostName, Parameters, Text } from '../../lab/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { HarborFacts } from '../../state/live/rows.js';
import { StreamAgent } from '../docker/agent.js';
import type { PlatformConsole } from '../live/types.js';
import type { HostLink, Links, Secrets } from '../ports.js';
import { readEdge } from './edge.js';
import { readHarbor } from './harbor.js';
import type { TagCache } from './harbor.js';
import { createAskJson } from './http.js';
import type { AskJson } from './http.js';
import { Bell, keepAsking } from './keep.js';
import type { Reading } from './keep.js';
import { readRunner } from './runner.js';

const HOST: HostName = 'vm-docker';
const HARBOR_EVERY_MS = 20_000;
const EDGE_EVERY_MS = 30_000;
const RUNNER_EVERY_MS = 60_000;
/** GitLab itself is asked rarely: it counts requests. */
const VERIFY_EVERY_MS = 5 * 60_000;
const LOOK_MS = 15_000;

const NO_HARBOR: Text = {
  id: 'Harbor belum terpasang di sini; langkah B3 memasangnya.',
  en: 'Harbor is not installed here yet; step B3 does that.',
};

/**
 * @param parts.parameters of the lab, the runbook's defaults among them: `harbor_port` and `site_host` are used
 * @param parts.secrets Harbor's password is taken when it is known, and never made
 * @param parts.mask hides secrets in a text
 * @param parts.now operator's clock, epoch ms
 */
export function createPlatformConsole(parts: {
  readonly links: Links;
  readonly book: LiveBook;
  readonly parameters: Parameters;
  readonly secrets: Pick<Secrets, 'value'>;
  readonly mask: (text: string) => string;
  readonly now: () => number;
}): PlatformConsole {
  const { links, book, parameters, secrets, mask, now } = parts;
  const port = Number(parameters['harbor_port']);
  const siteHost = String(parameters['site_host']);
  return {
    async follow(signal) {
      const link = links.link(HOST);
      const bells = { harbor: new Bell(), edge: new Bell() };
      const stopListening = listen(book, bells);
      const agent = new StreamAgent(() => link.dial({ kind: 'port', address: '127.0.0.1', port }, signal));
      const ask = createAskJson(agent, { host: HOST, name: 'Harbor', port, signal });
      const common = { link, book, now };
      let verifiedAt = -Infinity;
      try {
        await Promise.all([
          keepAsking(
            {
              ...common,
              source: 'harbor',
              bell: bells.harbor,
              everyMs: HARBOR_EVERY_MS,
              read: createHarborReader(link, ask, { secrets, mask, now }),
              put: (facts) => book.setHarbor(facts),
            },
            signal,
          ),
          keepAsking(
            {
              ...common,
              source: 'edge',
              bell: bells.edge,
              everyMs: EDGE_EVERY_MS,
              read: (reading) => readEdge(link, { siteHost, now, signal: reading }),
              put: (facts) => book.setEdge(facts),
            },
            signal,
          ),
          keepAsking(
            {
              ...common,
              source: 'runner',
              bell: new Bell(),
              everyMs: RUNNER_EVERY_MS,
              read: (reading) => {
                const verify = now() - verifiedAt >= VERIFY_EVERY_MS;
                if (verify) verifiedAt = now();
                return readRunner(link, { verify, before: book.runner(), now, signal: reading });
              },
              put: (facts) => book.setRunner(facts),
            },
            signal,
          ),
        ]);
      } finally {
        stopListening();
        agent.destroy();
      }
    },
  };
}

/** Asks as admin while the password is known and good; a refused one is not tried again before it changes. */
function createHarborReader(
  link: HostLink,
  ask: AskJson,
  parts: {
    readonly secrets: Pick<Secrets, 'value'>;
    readonly mask: (text: string) => string;
    readonly now: () => number;
  },
): (signal: AbortSignal) => Promise<Reading<HarborFacts>> {
  const { secrets, mask, now } = parts;
  const tags: TagCache = new Map();
  let refused: string | null = null;
  return async (signal) => {
    const password = secrets.value('harbor_admin_password');
    const admin =
      password === null || password === refused
        ? null
        : `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
    try {
      const facts = await readHarbor(ask, { admin, tags, now, mask });
      if (facts.access === 'refused') refused = password;
      const access = password !== null && password === refused ? 'refused' : facts.access;
      return { kind: 'facts', facts: access === undefined ? facts : { ...facts, access } };
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'stream-refused') throw error;
      if (await isInstalled(link, signal)) throw error;
      return { kind: 'absent', why: NO_HARBOR };
    }
  };
}

async function isInstalled(link: HostLink, signal: AbortSignal): Promise<boolean> {
  const { stdout } = await link.run('[ -e /opt/harbor/docker-compose.yml ] && echo yes', {
    timeoutMs: LOOK_MS,
    signal,
  });
  return stdout.trim() === 'yes';
}

/** Rings when Docker tells of a container of Harbor or of the edge. @returns how to stop */
function listen(book: LiveBook, bells: { readonly harbor: Bell; readonly edge: Bell }): () => void {
  // The rows of containers that were removed are gone when their last events are read.
  const owners = new Map<string, Bell>();
  let read = book.events().at(-1)?.seq ?? 0;
  return book.subscribe(() => {
    for (const { name, project } of book.containers(HOST)) {
      if (project === 'harbor') owners.set(name, bells.harbor);
      else if (project === 'edge' || name === 'edge-nginx') owners.set(name, bells.edge);
    }
    const events = book.events();
    const newest = events.at(-1)?.seq ?? 0;
    // Another lab begins to count anew.
    if (newest < read) read = 0;
    for (let index = events.length - 1; index >= 0; index -= 1) {
      const event = events[index];
      if (event === undefined || event.seq <= read) break;
      if (event.source === 'docker' && event.host === HOST) owners.get(event.about)?.ring();
    }
    read = newest;
  });
}
