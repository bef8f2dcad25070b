/** Asking for secrets at a terminal. The person is a list of answers. */
import { describe, expect, it } from 'vitest';
import type { Asking } from '../../../src/commands/asking.js';
import type { CommandContext } from '../../../src/commands/context.js';
import { parseCommandLine } from '../../../src/commands/parse.js';
import { checkNeeds, provideSecrets } from '../../../src/commands/needs.js';
import type { OpenLab } from '../../../src/commands/session.js';
import { openSecrets } from '../../../src/services/files/secrets.js';
import type { Parameter } from '../../../src/runbook/types.js';
import { fakeLab } from '../engine/fakes.js';
import { scratch, troubleOf } from '../services-local/support.js';

const PARAMETERS: readonly Parameter[] = ['runner_token', 'admin_password', 'proxy_password'].map((name) => ({
  name,
  type: 'secret',
  default: '',
  optional: name === 'proxy_password',
  generate: name === 'admin_password',
  about: { id: 'Token dari GitLab.', en: 'The token of GitLab.' },
}));
const NEEDED = { secrets: ['runner_token', 'admin_password'], uploads: [], projects: [], hosts: [] };

interface Desk {
  readonly context: CommandContext;
  readonly lab: OpenLab;
  readonly said: string[];
  readonly questions: string[];
}

/** @param answers null: nobody is there */
async function desk(answers: readonly string[] | null, keep = false): Promise<Desk> {
  const said: string[] = [];
  const questions: string[] = [];
  const left = [...(answers ?? [])];
  const asking: Asking = {
    line: () => Promise.reject(new Error('not used')),
    secret(question) {
      questions.push(question.en);
      return Promise.resolve(left.shift() ?? '');
    },
    yes(question) {
      questions.push(question.en);
      return Promise.resolve(keep);
    },
  };
  const context: CommandContext = {
    line: parseCommandLine(['run', 'A1']),
    language: 'en',
    color: false,
    talkColor: false,
    ascii: false,
    env: {},
    cwd: '/',
    assets: '/',
    version: '0',
    streams: {
      result: (text) => said.push(text),
      talk: (text) => said.push(text),
      flushed: () => Promise.resolve(),
    },
    asking: answers === null ? null : asking,
    stdin: process.stdin,
    signal: new AbortController().signal,
    now: () => 0,
    drawHome: () => Promise.reject(new Error('not used')),
    problem: () => undefined,
    maskWith: () => undefined,
  };
  const { session } = await fakeLab();
  const secrets = await openSecrets({
    lab: { secrets: {}, stateDir: await scratch() },
    parameters: PARAMETERS,
    env: {},
    now: () => 0,
    hide: () => undefined,
  });
  const runbook = { ...session.runbook, parameters: PARAMETERS };
  const open = Object.assign(session, { secrets, runbook, close: () => Promise.resolve() });
  const lab: OpenLab = {
    runbook,
    session: open,
    login: () => Promise.resolve(new Map()),
    close: () => Promise.resolve(),
  };
  return { context, lab, said, questions };
}

describe('a secret that a step needs', () => {
  it('is asked for unseen, with what it is, and can be kept', async () => {
    const { context, lab, said, questions } = await desk([' glrt-0123456789 '], true);
    await checkNeeds(context, lab, NEEDED);
    expect(questions).toEqual([]);
    await provideSecrets(context, lab, NEEDED);
    const { secrets } = lab.session;
    expect(secrets.value('runner_token')).toBe('glrt-0123456789');
    expect(questions).toEqual([
      'Secret runner_token (not shown):',
      `Keep it in ${secrets.file} (mode 0600) for the next time? [y/N]`,
    ]);
    expect(said).toEqual([
      `The secret admin_password was made and is kept in ${secrets.file}. To see it: threebody-tui secret admin_password`,
      'runner_token: The token of GitLab.',
    ]);
    // Known from now on: neither made nor asked for again.
    await provideSecrets(context, lab, NEEDED);
    expect(questions).toHaveLength(2);
    expect(said).toHaveLength(2);
  });

  it('is asked for when it may stay empty, too, and Enter goes on without it', async () => {
    const { context, lab, questions } = await desk(['']);
    await provideSecrets(context, lab, { ...NEEDED, secrets: ['proxy_password'] });
    expect(questions).toEqual(['Secret proxy_password (not shown; just Enter if there is none):']);
    expect(lab.session.secrets.value('proxy_password')).toBeNull();
    const nobody = await desk(null);
    await checkNeeds(nobody.context, nobody.lab, { ...NEEDED, secrets: ['proxy_password'] });
    await provideSecrets(nobody.context, nobody.lab, { ...NEEDED, secrets: ['proxy_password'] });
  });

  it('is asked for again when it cannot be one', async () => {
    const { context, lab, said } = await desk(['short', 'glrt-0123456789']);
    await provideSecrets(context, lab, NEEDED);
    expect(said.at(-1)).toBe('This secret must have 8 to 1024 characters.');
    expect(lab.session.secrets.value('runner_token')).toBe('glrt-0123456789');
  });

  it.each([[['']], [['a', 'b', 'c']]])('that is not given ends the command: %j', async (answers) => {
    const { context, lab } = await desk(answers);
    expect(await troubleOf(provideSecrets(context, lab, NEEDED))).toMatchObject({
      code: 'secret-missing',
      exit: 2,
    });
  });

  it('is told as missing at once when there is nobody to ask', async () => {
    const { context, lab } = await desk(null);
    const { code, exit, remedy } = await troubleOf(checkNeeds(context, lab, NEEDED));
    expect([code, exit]).toEqual(['secret-missing', 2]);
    expect(remedy.id).toMatch(/terminal.*THREEBODY_SECRET_RUNNER_TOKEN.*secrets:/);
    // Nothing was made either.
    expect(lab.session.secrets.value('admin_password')).toBeNull();
  });
});
