import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LinkStatus } from '../../../src/services/ports.js';
import { backoffMs } from '../../../src/services/ssh/link.js';
import { newKey, until } from './server.js';
import { testHost, testLink, troubleOf } from './support.js';

describe('running scripts', () => {
  it('gives scripts an empty stdin, as user and as root, so that they cannot swallow themselves', async () => {
    const server = await testHost();
    const made = testLink(server);
    const script = 'read -r line && echo "ate $line"\necho whole; id -u';
    expect((await made.run(script)).stdout).toBe('whole\n1000\n');
    expect((await made.run(script, { as: 'root' })).stdout).toBe('whole\n0\n');
    const both = await made.run("id -u; tb_root <<'X'\nid -u\nread -r line && echo ate\nX\nid -u", {
      withRoot: true,
    });
    expect(both.stdout).toBe('1000\n0\n1000\n');
  });

  it('feeds the sudo password on stdin only, and never into the script', async () => {
    const server = await testHost({ password: 'sesame', sudo: 'sesame' });
    const made = testLink(server);
    await made.open();
    expect(made.status()).toMatchObject({ kind: 'up', sudo: 'password' });
    const probe = 'id -u; read -r line; echo "[$line]"; cat /proc/$$/cmdline | tr "\\0" " "; env';
    const asked = await made.run(probe, { as: 'root' });
    expect(asked.stdout).toContain('0\n[]\n');
    expect(asked.stdout).not.toContain('•••');
    // The rule changes to NOPASSWD behind our back: sudo leaves the password line unread.
    await writeFile(join(server.home, 'sudo.mode'), 'nopasswd');
    const unasked = await made.run(probe, { as: 'root' });
    expect(unasked).toMatchObject({ exit: 0, stderr: '' });
    expect(unasked.stdout).toContain('0\n[]\n');
    expect(await readFile(join(server.home, 'sudo.log'), 'utf8')).not.toContain('sesame');
  });

  it('refuses to run as root without sudo, before anything is sent', async () => {
    const server = await testHost({ password: 'sesame', sudo: null });
    const made = testLink(server);
    expect(await troubleOf(made.run('id', { as: 'root' }))).toMatchObject({
      code: 'sudo-password-wrong',
      exit: 2,
    });
    expect((await made.run('echo still')).stdout).toBe('still\n');
    const key = newKey();
    const asking = await testHost({ publicKey: key.public, sudo: 'unknown' });
    const keyFile = join(asking.home, 'key');
    await writeFile(keyFile, key.private, { mode: 0o600 });
    const trouble = await troubleOf(testLink(asking, { keyFile }).run('id', { as: 'root' }));
    expect(trouble.code).toBe('sudo-none');
    expect(trouble.remedy.en).toContain('sudoPassword');
    expect(trouble.remedy.en).toContain('NOPASSWD');
  });

  it('reports a sudo that stopped working as what it is, not as the exit code of the script', async () => {
    const server = await testHost();
    const made = testLink(server);
    await made.open();
    await writeFile(join(server.home, 'sudo.mode'), 'never');
    const trouble = await troubleOf(made.run('true', { as: 'root' }));
    expect(trouble.code).toBe('sudo-none');
    expect(trouble.what.en).toContain('not allowed');
  });

  it('tells a syntax error from a missing bash, and drops what login scripts say', async () => {
    const server = await testHost({ password: 'sesame', noise: 'Welcome to my .bashrc' });
    const made = testLink(server);
    expect((await made.run('echo clean')).stdout).toBe('clean\n');
    const broken = await made.run('if true; then');
    expect(broken.exit).toBe(2);
    expect(broken.stderr).toContain('syntax error');
    expect((await made.run('if true; then', { as: 'root' })).exit).toBe(2);
  });

  it('cleans, masks and bounds what comes back', async () => {
    const server = await testHost();
    const made = testLink(server);
    const nasty = await made.run(
      `printf 'a\\033[31mred\\033]0;title\\007\\xff\\n'; printf 'pw=sesame\\n' >&2`,
    );
    expect(nasty.stdout).toBe('ared\ufffd\n');
    expect(nasty.stderr).toBe('pw=•••\n');
    const huge = await made.run("head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end", {
      maxBytes: 1_000,
    });
    expect(huge.stdout.length).toBeLessThanOrEqual(1_001);
    expect(huge.droppedBytes).toBe(10_000_000 + 5 - 1_000);
  });

  it('streams cleaned lines and holds none of them', async () => {
    const server = await testHost();
    const lines: string[] = [];
    const result = await testLink(server).run(
      "head -c 3000000 /dev/zero | tr '\\0' x; echo; echo pw ses; echo sesame",
      {
        onStdout: (text) => lines.push(text),
      },
    );
    expect(result.stdout).toBe('');
    expect(
      lines
        .join('')
        .split('\n')
        .map((line) => line.slice(-6)),
    ).toEqual(['xxxxx…', 'pw ses', '•••', '']);
  });

  it('ends a script at its time limit, on the host too', async () => {
    const server = await testHost();
    const made = testLink(server);
    const trouble = await troubleOf(made.run('echo $$ > "$HOME/pid"; sleep 60', { timeoutMs: 1_000 }));
    expect(trouble).toMatchObject({ code: 'run-timeout', exit: 3 });
    const gone = await made.run('kill -0 "$(cat "$HOME/pid")"');
    expect(gone.exit).not.toBe(0);
  });

  it('opens at most eight channels at a time and lets the others wait', async () => {
    const server = await testHost();
    const made = testLink(server);
    await made.open();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => made.run(`sleep 0.05; echo ${index}`)),
    );
    expect(results.map((result) => result.stdout)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index}\n`),
    );
    expect(server.channels.most).toBeLessThanOrEqual(8);
  });

  it('can be aborted', async () => {
    const server = await testHost();
    const made = testLink(server);
    await made.open();
    const controller = new AbortController();
    const work = troubleOf(
      made.run('echo begun; sleep 4', { signal: controller.signal, onStdout: () => controller.abort() }),
    );
    expect((await work).code).toBe('cancelled');
    expect(made.status().kind).toBe('up');
  });
});

describe('a link that is lost', () => {
  it('fails what was running, publishes when it will retry, and comes back', async () => {
    const server = await testHost();
    const made = testLink(server);
    const seen: LinkStatus[] = [];
    made.onStatus((status) => seen.push(status));
    await made.open({ keep: true });
    const running = troubleOf(made.run('echo on; sleep 4', { onStdout: () => server.cut() }));
    expect((await running).code).toBe('link-lost');
    await until(() => made.status().kind !== 'up', 'the loss to show');
    const down = seen.find((status) => status.kind === 'down');
    expect(down).toMatchObject({ code: 'link-lost' });
    expect(down?.kind === 'down' ? down.retryAt : null).toBeGreaterThan(Date.now() - 5_000);
    expect((await troubleOf(made.run('true'))).code).toBe('link-lost');
    await until(() => made.status().kind === 'up', 'the link to come back');
    expect((await made.run('echo again')).stdout).toBe('again\n');
  });

  it('does not retry by itself unless asked to keep it up', async () => {
    const server = await testHost();
    const made = testLink(server);
    await made.open();
    server.cut();
    await until(() => made.status().kind === 'down', 'the loss to show');
    expect(made.status()).toMatchObject({ kind: 'down', retryAt: null });
  });

  it('waits 1 s to 30 s between attempts', () => {
    expect(backoffMs(1, 1)).toBe(1_000);
    expect(backoffMs(1, 0)).toBe(750);
    expect(backoffMs(4, 1)).toBe(8_000);
    expect(backoffMs(40, 1)).toBe(30_000);
  });
});
