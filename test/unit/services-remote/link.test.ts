import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { AskHostKey } from '../../../src/services/ports.js';
import { orderHostKeyAlgorithms } from '../../../src/services/ssh/dial.js';
import { fingerprint, KnownHosts } from '../../../src/services/ssh/known-hosts.js';
import { newKey, until } from './server.js';
import { testHost, testLink, testLinks, troubleOf } from './support.js';

describe('logging in', () => {
  it('uses a password, and runs what it is given through bash -s alone', async () => {
    const server = await testHost();
    const result = await testLink(server).run('echo "hello $1"; exit 7', {});
    expect(result).toMatchObject({ exit: 7, stdout: 'hello \n', stderr: '', signal: null, droppedBytes: 0 });
    expect(new Set(server.commands)).toEqual(new Set(['bash -s']));
  });

  it('uses keyboard-interactive when the server asks that way', async () => {
    const server = await testHost({ password: 'sesame', keyboard: true });
    await testLink(server).open();
    expect(server.attempts).toContain('keyboard-interactive');
  });

  it('uses a key file, also with a passphrase', async () => {
    const key = newKey('open');
    const server = await testHost({ publicKey: key.public });
    const keyFile = join(server.home, 'key');
    await writeFile(keyFile, key.private, { mode: 0o600 });
    await testLink(server, { keyFile, passphrase: 'open' }).open();
    const none = await troubleOf(testLink(server, { keyFile }).open());
    expect(none).toMatchObject({ code: 'key-needs-passphrase', exit: 2 });
    const wrong = await troubleOf(testLink(server, { keyFile, passphrase: 'shut' }).open());
    expect(wrong.code).toBe('key-needs-passphrase');
    expect(wrong.what.en).toContain('does not fit');
  });

  it('refuses key files that are missing, open to others, or no keys', async () => {
    const key = newKey();
    const server = await testHost({ publicKey: key.public });
    const keyFile = join(server.home, 'key');
    expect((await troubleOf(testLink(server, { keyFile }).open())).code).toBe('key-missing');
    await writeFile(keyFile, key.private, { mode: 0o600 });
    await chmod(keyFile, 0o640);
    const open = await troubleOf(testLink(server, { keyFile }).open());
    expect(open.code).toBe('key-open-to-others');
    expect(open.remedy.id).toContain(`chmod 600 '${keyFile}'`);
    await writeFile(keyFile, key.public);
    await chmod(keyFile, 0o600);
    expect((await troubleOf(testLink(server, { keyFile }).open())).code).toBe('key-unreadable');
    expect(server.attempts).toEqual([]);
  });

  it('uses the agent, and does without one that is gone', async () => {
    const key = newKey();
    const server = await testHost({ publicKey: key.public, password: 'sesame' });
    const socket = join(server.home, 'agent');
    const agent = createServer((client) => {
      const protocol = new ssh2.AgentProtocol(false);
      protocol.on('identities', (request) => {
        const parsed = ssh2.utils.parseKey(key.private);
        if (!(parsed instanceof Error)) protocol.getIdentitiesReply(request, [parsed]);
      });
      protocol.on('sign', (request, _public, data) => {
        const parsed = ssh2.utils.parseKey(key.private);
        if (!(parsed instanceof Error)) protocol.signReply(request, parsed.sign(data));
      });
      client.pipe(protocol).pipe(client);
      client.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      agent.listen(socket, resolve);
    });
    await testLinks(server, {}, undefined, { SSH_AUTH_SOCK: socket }).link('vm-docker').open();
    expect(server.attempts).toContain('publickey');
    await new Promise((resolve) => {
      agent.close(resolve);
    });
    server.attempts.length = 0;
    await testLinks(server, { password: 'sesame' }, undefined, { SSH_AUTH_SOCK: socket })
      .link('vm-docker')
      .open();
    expect(server.attempts).toEqual(['none', 'password']);
  });

  it('says who was refused, what the server accepts and what was tried', async () => {
    const server = await testHost({
      password: 'other',
      publicKey: newKey().public,
      banner: 'Go \u001b[31maway',
    });
    const trouble = await troubleOf(testLink(server, { password: 'sesame' }).open());
    expect(trouble).toMatchObject({ code: 'ssh-auth', exit: 2, where: 'vm-docker' });
    expect(trouble.what.en).toContain('"learner"');
    expect(trouble.what.en).toContain('accepts: publickey, password');
    expect(trouble.what.en).toContain('tried: password');
    expect(trouble.what.en).toContain('"Go away"');
    expect(trouble.what.id).toContain('menolak login');
  });

  it('reads HostName, Port, User, IdentityFile and ProxyJump from ~/.ssh/config', async () => {
    const key = newKey();
    const jump = await testHost({ publicKey: key.public, forward: true });
    const server = await testHost({ publicKey: key.public });
    const config = `Host target\n  HostName 127.0.0.1\n  Port ${server.port}\n  User someone\n  IdentityFile ~/lab-key\n  ProxyJump hop\nHost hop\n  HostName 127.0.0.1\n  Port ${jump.port}\n  IdentityFile %d/lab-key\n`;
    await writeFile(join(server.home, 'lab-key'), key.private, { mode: 0o600 });
    await mkdir(join(server.home, '.ssh'));
    await writeFile(join(server.home, '.ssh', 'config'), config);
    const asked: string[] = [];
    const made = testLink(server, { sshConfigHost: 'target', forwards: {} }, async (seen) => {
      asked.push(seen.endpoint);
      return true;
    });
    expect((await made.run('echo there')).stdout).toBe('there\n');
    expect(asked).toEqual([`127.0.0.1:${jump.port}`, `127.0.0.1:${server.port}`]);
    expect(jump.attempts).toContain('publickey');
    jump.cut();
    await until(() => made.status().kind === 'down', 'the link to notice that its jump host is gone');
  });
});

describe('reaching a host', () => {
  it('tells refused from unknown names', async () => {
    const server = await testHost();
    const refused = await troubleOf(
      testLink(server, { forwards: { '22': { host: '127.0.0.1', port: 1 } } }).open(),
    );
    expect(refused).toMatchObject({ code: 'ssh-refused', exit: 3 });
    const name = await troubleOf(
      testLink(server, { forwards: { '22': { host: 'no-such-host.invalid', port: 22 } } }).open(),
    );
    expect(name.code).toBe('ssh-name');
  });

  it('says so when something hangs up before the login', async () => {
    const server = await testHost();
    server.refuse(true);
    expect(await troubleOf(testLink(server).open())).toMatchObject({ code: 'ssh-closed', exit: 3 });
  });
});

describe('host keys', () => {
  it('asks once, remembers in OpenSSH format with mode 0600, and does not ask again', async () => {
    const server = await testHost();
    const seen: string[] = [];
    const ask: AskHostKey = async (key) => {
      seen.push(`${key.host} ${key.endpoint} ${key.type} ${key.fingerprint}`);
      return true;
    };
    const made = testLinks(server, { password: 'sesame' }, ask);
    await made.link('vm-docker').open();
    await made.link('vm-docker').renew();
    expect(seen).toEqual([
      `vm-docker 127.0.0.1:${server.port} ssh-ed25519 ${fingerprint(server.fingerprintKey)}`,
    ]);
    const file = made.lab.knownHosts;
    expect(await readFile(file, 'utf8')).toBe(
      `192.0.2.42 ssh-ed25519 ${server.fingerprintKey.toString('base64')}\n`,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('does not log in when the person says no', async () => {
    const server = await testHost();
    const trouble = await troubleOf(testLink(server, { password: 'sesame' }, async () => false).open());
    expect(trouble).toMatchObject({ code: 'host-key-refused', exit: 2 });
    expect(server.attempts).toEqual([]);
  });

  it('stops waiting for an answer when it is closed', async () => {
    const server = await testHost();
    let asked = false;
    const made = testLink(server, { password: 'sesame' }, () => {
      asked = true;
      return new Promise(() => undefined);
    });
    const opening = troubleOf(made.open({ keep: true }));
    await until(() => asked, 'the question');
    await made.close();
    expect((await opening).code).toBe('cancelled');
    expect(made.status()).toEqual({ kind: 'idle' });
  });

  it('refuses a changed key without asking or logging in, and names the line to remove', async () => {
    const server = await testHost();
    const made = testLinks(server, { password: 'sesame' }, async () => {
      throw new Error('must not ask');
    });
    const other = newKey().public.split(' ')[1] ?? '';
    await mkdir(made.lab.stateDir, { recursive: true });
    await writeFile(made.lab.knownHosts, `# mine\n192.0.2.42 ssh-ed25519 ${other}\n`);
    const trouble = await troubleOf(made.link('vm-docker').open({ keep: true }));
    expect(trouble).toMatchObject({ code: 'host-key-changed', exit: 2 });
    expect(trouble.what.en).toContain(fingerprint(server.fingerprintKey));
    expect(trouble.what.en).toContain(fingerprint(Buffer.from(other, 'base64')));
    expect(trouble.remedy.en).toContain(`line 2 from ${made.lab.knownHosts}`);
    expect(server.attempts).toEqual([]);
    expect(made.link('vm-docker').status()).toMatchObject({ kind: 'down', retryAt: null });
  });

  it('asks the server for the type of key that it knows', () => {
    const rsa = { type: 'ssh-rsa', key: '', line: 1, revoked: false };
    expect(orderHostKeyAlgorithms([rsa]).slice(0, 4)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-rsa',
      'ssh-ed25519',
    ]);
    expect(orderHostKeyAlgorithms([])[0]).toBe('ssh-ed25519');
  });

  it('keeps every key when several are added at once', async () => {
    const server = await testHost();
    const file = join(server.home, 'kh');
    const known = new KnownHosts(file);
    const raw = server.fingerprintKey;
    await Promise.all(['a', 'b', '[c]:2222'].map((name) => known.add(name, raw)));
    for (const name of ['a', 'b', '[c]:2222']) expect(await known.lookup([name])).toHaveLength(1);
    expect(await known.lookup(['d'])).toEqual([]);
  });
});
