import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readClientConfig, type ConfigEntry } from '../../../src/services/ssh/client-config.js';

/** What is known of `alias` in a home directory with these files below ~/.ssh. */
async function lookUp(files: Readonly<Record<string, string>>, alias: string): Promise<Partial<ConfigEntry>> {
  const home = await mkdtemp(join(tmpdir(), 'threebody-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, '.ssh', name)), { recursive: true });
    await writeFile(join(home, '.ssh', name), text.replaceAll('HOME', home));
  }
  return (await readClientConfig(home))(alias);
}

describe('~/.ssh/config', () => {
  it('may be absent', async () => {
    expect(await lookUp({}, 'w')).toMatchObject({ hostName: undefined, identityFiles: [] });
  });

  it('includes other files: relative, below home, absolute, with wildcards, in order of name', async () => {
    const files = {
      config:
        'Include conf.d/*.conf "more"\nInclude ~/.ssh/deep HOME/.ssh/absolute none-of-these-*\nHost *\n  User last\n',
      'conf.d/10-a.conf': 'Host w\n  Port 2201\n',
      'conf.d/20-b.conf': 'Host w\n  Port 2202\n  HostName 10.0.0.2\n',
      more: 'Host w\n  IdentityFile ~/one\n',
      deep: 'Include absolute\n',
      absolute: 'Host w\n  ProxyJump hop\n',
    };
    expect(await lookUp(files, 'w')).toEqual({
      hostName: '10.0.0.2',
      port: 2201,
      user: 'last',
      identityFiles: ['~/one'],
      proxyJump: 'hop',
    });
    expect(await lookUp(files, 'other')).toMatchObject({ port: undefined, user: 'last' });
  });

  it('goes on in the block that an Include stands in', async () => {
    const files = { config: 'Host w\n  Include more\n  Port 2200\n', more: 'Host v\n  User v\n' };
    expect(await lookUp(files, 'w')).toMatchObject({ port: 2200, user: undefined });
    expect(await lookUp(files, 'v')).toMatchObject({ port: undefined, user: 'v' });
  });

  it('that includes itself comes to an end', async () => {
    expect(await lookUp({ config: 'Include config\nHost w\n  Port 2200\n' }, 'w')).toMatchObject({
      port: 2200,
    });
  });
});
