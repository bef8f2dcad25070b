/** What the tests of this folder share: hosts and links that go away with the test, and what a person would be told. */
import { afterEach } from 'vitest';
import { Trouble } from '../../../src/lab/types.js';
import type { HostLogin } from '../../../src/lab/types.js';
import type { AskHostKey, HostLink } from '../../../src/services/ports.js';
import { createLinks } from '../../../src/services/ssh/links.js';
import type { MaskedLinks } from '../../../src/services/ssh/links.js';
import { labFor, startHost } from './server.js';
import type { TestHost, TestHostOptions } from './server.js';

const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo();
});

/** The password of every test host, as it may be seen. */
export function mask(text: string): string {
  return text.replaceAll('sesame', '•••');
}

/** A host for one test; the password is `sesame`. */
export async function testHost(options: TestHostOptions = { password: 'sesame' }): Promise<TestHost> {
  const started = await startHost(options);
  cleanup.push(() => started.stop());
  return started;
}

/** Links of one program to the host, closed after the test. */
export function testLinks(
  server: TestHost,
  login: Partial<HostLogin> = { password: 'sesame' },
  ask: AskHostKey = async () => true,
  env: Readonly<Record<string, string>> = {},
): MaskedLinks {
  const made = createLinks(labFor(server, login), {
    askHostKey: ask,
    mask,
    env: { HOME: server.home, ...env },
  });
  cleanup.push(() => made.close());
  return made;
}

export function testLink(server: TestHost, login?: Partial<HostLogin>, ask?: AskHostKey): HostLink {
  return testLinks(server, login, ask).link('vm-docker');
}

/** The Trouble that a promise is rejected with. */
export async function troubleOf(work: Promise<unknown>): Promise<Trouble> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
  throw new Error('expected a Trouble');
}
