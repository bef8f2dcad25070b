/** A session on a bundle instead of a lab: the same questions are answered from what was recorded; nothing is dialled. */
import { HOST_NAMES, Trouble, type HostLogin, type HostName, type Lab } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import { createLogBook } from '../../state/logs.js';
import type { LabSession } from '../engine/assemble.js';
import { openSession } from '../engine/session.js';
import type { HostLink, LinkStatus, SavedState } from '../ports.js';
import { createRedactor } from '../redaction/redactor.js';
import type { Bundle } from './read.js';
import { replayProbes } from './record.js';

function offline(): Trouble {
  return new Trouble(
    'bundle-offline',
    {
      id: 'ini sebuah bundel, bukan lab yang dapat dihubungi',
      en: 'this is a bundle, not a lab that can be reached',
    },
    { id: 'Jalankan pada labnya: --lab FILE.', en: 'Run it on the lab: --lab FILE.' },
  );
}
const refuse = (): Promise<never> => Promise.reject(offline());

/** @throws never for what is in the bundle: that was checked when it was read */
export async function openBundleSession(bundle: Bundle, runbook: Runbook): Promise<LabSession> {
  const at = Date.parse(bundle.manifest.writtenAt);
  const lab = labOf(bundle);
  const redactor = createRedactor();
  const state: SavedState = {
    version: 1,
    results: bundle.results,
    waivers: bundle.waivers,
    variants: {},
    cursor: null,
  };
  const session = await openSession({
    lab,
    runbook,
    links: { lab, link: (host) => linkOf(bundle, host, at), close: () => Promise.resolve() },
    probes: replayProbes(bundle.recorded, at),
    jobs: { start: refuse, follow: refuse, secrets: refuse, list: refuse, cancel: refuse },
    telemetry: { follow: refuse },
    journal: {
      append: () => Promise.resolve(),
      read: () => Promise.resolve({ entries: bundle.entries, damaged: 0 }),
      follow: () => () => undefined,
    },
    stateFile: {
      load: () => Promise.resolve({ state, setAside: null }),
      update: () => Promise.resolve(),
      onOthers: () => () => undefined,
    },
    logs: createLogBook(1),
    secrets: {
      file: '',
      value: () => null,
      origin: () => null,
      missing: (names) => names,
      optional: () => [],
      prepare: refuse,
      give: refuse,
    },
    uploads: { put: refuse },
    projects: { check: refuse, make: refuse },
    live: null,
    hide: () => undefined,
    mask: (text) => redactor.mask(text),
    by: bundle.manifest.writtenBy,
    now: () => at,
  });
  return Object.assign(session, { close: () => Promise.resolve() });
}

function labOf({ lab }: Bundle): Lab {
  const login = (name: HostName): HostLogin => ({
    name,
    address: lab.addresses[name],
    port: 22,
    user: lab.user,
    forwards: {},
  });
  const [docker, k8s, worker] = HOST_NAMES;
  return {
    file: null,
    name: lab.name,
    hosts: { [docker]: login(docker), [k8s]: login(k8s), [worker]: login(worker) },
    parameters: lab.parameters,
    secrets: {},
    practice: lab.practice,
    resolve: {},
    operatorRoutes: null,
    knownHosts: '',
    stateDir: '',
  };
}

function linkOf(bundle: Bundle, host: HostName, at: number): HostLink {
  const found = bundle.manifest.hosts.find((one) => one.name === host);
  const trouble = found?.trouble ?? null;
  const status: LinkStatus =
    found?.up === true || trouble === null
      ? { kind: 'up', since: at, sudo: 'nopasswd' }
      : {
          kind: 'down',
          code: trouble.code,
          reason: trouble.what,
          remedy: trouble.remedy,
          lastSeen: null,
          retryAt: null,
        };
  return {
    host,
    status: () => status,
    onStatus: () => () => undefined,
    open: () =>
      status.kind === 'up' || trouble === null
        ? Promise.resolve()
        : Promise.reject(new Trouble(trouble.code, trouble.what, trouble.remedy, host, 3)),
    run: refuse,
    dial: refuse,
    terminal: refuse,
    renew: refuse,
    close: () => Promise.resolve(),
  };
}
