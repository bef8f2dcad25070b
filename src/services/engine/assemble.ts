/** Builds the services for one lab and opens a session on them. */
import type { Lab } from '../../lab/types.js';
import type { Runbook } from '../../runbook/types.js';
import type { LiveBook } from '../../state/live/book.js';
import type { LogBook } from '../../state/logs.js';
import { operatorName } from '../files/places.js';
import { openSecrets } from '../files/secrets.js';
import { createStateFile } from '../files/state-file.js';
import { createJobs } from '../jobs/jobs.js';
import { createJournal } from '../journal/journal.js';
import { createOperatorProbes } from '../operator/probes.js';
import type { AskHostKey } from '../ports.js';
import { createProbeRunner } from '../probes/probe-runner.js';
import { createProjectArchives } from '../project/archives.js';
import { createRedactor, labNames, labSecrets } from '../redaction/redactor.js';
import { createLinks } from '../ssh/links.js';
import { createTelemetry } from '../telemetry/telemetry.js';
import { createUploads } from '../uploads/uploads.js';
import { createLiveServices } from './live-services.js';
import { openSession, type Session } from './session.js';

export type LabSession = Session & {
  /** Saves what is unsaved and ends all connections. Jobs on hosts go on. */
  close(): Promise<void>;
};

/**
 * Nothing is dialled yet: links open when they are first used.
 * @param options.askHostKey asked when a host is seen for the first time
 */
export async function openLabSession(
  lab: Lab,
  runbook: Runbook,
  options: {
    readonly askHostKey: AskHostKey;
    readonly logs: LogBook;
    /** Where live facts go; absent: nobody looks at them. */
    readonly live?: LiveBook;
    readonly by?: string;
    readonly now?: () => number;
    readonly env?: NodeJS.ProcessEnv;
    /** Directories that the content was read from, laid out like assets/: ours first, then a person's pack. */
    readonly content: readonly string[];
  },
): Promise<LabSession> {
  const now = options.now ?? Date.now;
  const redactor = createRedactor(labSecrets(lab));
  const mask = (text: string): string => redactor.mask(text);
  const names = labNames(lab);
  const hide = (text: string): void => {
    if (!names.has(text)) redactor.addSecret(text);
  };
  const secrets = await openSecrets({
    lab,
    parameters: runbook.parameters,
    env: options.env ?? process.env,
    now,
    hide,
  });
  const links = createLinks(lab, {
    askHostKey: options.askHostKey,
    mask,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const { live: book } = options;
  const jobs = createJobs(links, { mask });
  const term = options.env?.['TERM'] ?? 'xterm-256color';
  const session = await openSession({
    lab,
    runbook,
    links,
    probes: createProbeRunner(links, createOperatorProbes(lab, { mask })),
    jobs,
    telemetry: createTelemetry(links),
    journal: createJournal(lab.stateDir, { mask }),
    stateFile: createStateFile(lab.stateDir),
    logs: options.logs,
    secrets,
    uploads: createUploads(links),
    projects: createProjectArchives(options.content),
    live:
      book === undefined
        ? null
        : createLiveServices(lab, {
            links,
            book,
            jobs,
            prelude: runbook.prelude,
            secrets,
            mask,
            addSecret: (secret) => redactor.addSecret(secret),
            now,
            term,
          }),
    hide,
    mask,
    by: options.by ?? operatorName(),
    now,
  });
  return Object.assign(session, {
    async close() {
      try {
        await session.memory.settled();
      } finally {
        await links.close();
      }
    },
  });
}
