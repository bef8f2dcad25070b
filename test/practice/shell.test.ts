import type { Client } from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { heldMiB } from '../support/heap.js';
import { collect, connect, open, run, until } from './ssh.js';

let lab: PracticeLab;
let client: Client;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 7, timeScale: 1, bootMs: 50 });
  client = await connect(lab, 'vm-docker');
});
afterAll(async () => {
  client.end();
  await lab.close();
});

describe('channels', () => {
  it('runs a script on stdin and gives streams and exit code apart', async () => {
    const answer = await run(client, 'echo out; echo err >&2; exit 7\n');
    expect(answer).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 7, signal: null });
  });

  it('runs a command given with the channel', async () => {
    expect((await run(client, '', `sh -c 'echo "$0 $1"' a b; id -un`)).stdout).toBe('a b\ncikal\n');
  });

  it('says what it does not know, and refuses what it does not simulate', async () => {
    const unknown = await run(client, 'frobnicate\n');
    expect(unknown.code).toBe(127);
    expect(unknown.stderr).toContain('frobnicate: command not found');
    const refused = await run(client, 'perl -e 1\n');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('practice lab: perl:');
  });

  it('hands output on while the script still runs', async () => {
    const channel = await open(client, 'for i in 1 2 3; do echo "line $i"; sleep 600; done');
    const seen: string[] = [];
    channel.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    const answer = collect(channel);
    await until(() => seen.join('') === 'line 1\n');
    channel.signal('TERM');
    expect((await answer).signal).toBe('SIGTERM');
  });

  it('streams through pipes, functions and substitutions of another process', async () => {
    const channel = await open(client, 'bash -s');
    const seen: string[] = [];
    channel.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    channel.end(
      'f() { while :; do echo tick; sleep 0.02; done; }; f | while read -r line; do echo "got $line"; done\n',
    );
    await until(() => seen.join('').split('\n').length > 4);
    expect(seen.join('').startsWith('got tick\ngot tick\n')).toBe(true);
    channel.close();
  });

  it('ends a loop that nobody reads any more', async () => {
    const other = await connect(lab, 'vm-docker');
    const channel = await open(other, `bash -c 'while :; do echo x; sleep 0.02; done' marker-loop`);
    channel.on('data', () => undefined);
    const running = async () => (await run(client, 'pgrep -f marker-loop\n')).stdout !== '';
    await until(running);
    other.destroy();
    await until(async () => !(await running()));
    expect(await running()).toBe(false);
  });

  it('keeps the channel open while a background process holds its output, as sshd does', async () => {
    const answer = await run(client, '(sleep 0.1; echo late) &\necho first\n');
    expect(answer.stdout).toBe('first\nlate\n');
  });

  it('refuses an eleventh session on one connection', async () => {
    const other = await connect(lab, 'vm-docker');
    const channels = await Promise.all(Array.from({ length: 10 }, () => open(other, 'sleep 600')));
    await expect(open(other, 'true')).rejects.toThrow(/open failure/i);
    for (const channel of channels) channel.close();
    other.end();
  });

  it('gives a person a shell with a prompt and an echo', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      client.shell({ term: 'xterm' }, (error, channel) => {
        if (error) {
          reject(error);
          return;
        }
        channel.on('data', (chunk: Buffer) => {
          const answered = (): boolean => seen.join('').includes('hello from 1000\r\n');
          const before = answered();
          seen.push(chunk.toString());
          // Once: the echo of what is typed comes here too, and would be answered by more of it.
          if (!before && answered()) channel.write('exit\r');
        });
        channel.on('close', () => resolve());
        channel.write('echo hello from $UID\r');
      });
    });
    expect(seen.join('')).toContain('cikal@ubuntu:~$ ');
  });
});

describe('processes', () => {
  it('a detached process outlives the connection that started it', async () => {
    const other = await connect(lab, 'vm-docker');
    await run(
      other,
      `setsid -f bash -c 'for i in 1 2 3; do echo $i; sleep 0.05; done > ~/detached; echo over >> ~/detached' </dev/null >/dev/null 2>&1\n`,
    );
    other.destroy();
    await expect
      .poll(async () => (await run(client, 'cat ~/detached 2>/dev/null')).stdout)
      .toBe('1\n2\n3\nover\n');
  });

  it('its output file grows statement by statement', async () => {
    await run(
      client,
      `printf 'echo one; sleep 600; echo two\n' > ~/s; setsid -f bash -c 'bash ~/s > ~/out 2>&1' </dev/null >/dev/null 2>&1\n`,
    );
    await expect.poll(async () => (await run(client, 'cat ~/out')).stdout).toBe('one\n');
    await run(client, 'pkill -f /home/cikal/s\n');
  });

  it('a killed group writes nothing more, not even its exit code', async () => {
    const script = `rm -f ~/rc
setsid -f bash -c 'echo $$ > ~/pid; sleep 600; echo $? > ~/rc' </dev/null >/dev/null 2>&1
while [ ! -s ~/pid ]; do sleep 0.01; done
kill -TERM -- "-$(cat ~/pid)"
while kill -0 "$(cat ~/pid)" 2>/dev/null; do sleep 0.01; done
[ -e ~/rc ] || echo no rc
`;
    expect((await run(client, script)).stdout).toBe('no rc\n');
  });

  it('another user may not signal a process of root', async () => {
    const answer = await run(
      client,
      `sudo -n setsid -f sleep 600 </dev/null >/dev/null 2>&1; kill "$(pgrep -f '^sleep 600$' | tail -n 1)"; sudo -n pkill -f '^sleep 600$'; echo $?\n`,
    );
    expect(answer.stderr).toContain('Operation not permitted');
    expect(answer.stdout).toBe('0\n');
  });

  it('flock by file and by descriptor, freed when the holder ends', async () => {
    const script = `flock -n -o -E 75 ~/lock bash -c 'touch ~/held; exec sleep 600' >/dev/null 2>&1 & holder=$!
while [ ! -e ~/held ]; do sleep 0.01; done
flock -n -E 75 ~/lock echo never; echo "held $?"
kill "$holder"; wait "$holder" 2>/dev/null
flock -w 5 ~/lock echo free
exec 9>~/lock; flock -n 9 && echo mine; (flock -n ~/lock true || echo busy); exec 9>&-; flock -n ~/lock echo released
`;
    expect((await run(client, script)).stdout).toBe('held 75\nfree\nmine\nbusy\nreleased\n');
  });

  it('a long loop keeps its output going and its memory flat', async () => {
    const quick = await startPracticeLab({ timeScale: 0, seed: 1 });
    const link = await connect(quick, 'vm-worker');
    const channel = await open(link, 'bash -s');
    let bytes = 0;
    channel.on('data', (chunk: Buffer) => (bytes += chunk.length));
    const closed = new Promise((resolve) => channel.on('close', resolve));
    channel.end(
      `i=0; line=$(printf '%01000d' 0); while [ $i -lt 5000 ]; do echo "$line"; sleep 5; i=$((i + 1)); done\n`,
    );
    await until(() => bytes > 1_001 * 500);
    const early = heldMiB();
    await closed;
    expect(bytes).toBe(5000 * 1001);
    // Some four megabytes went through since; they may not have stayed.

    expect(heldMiB() - early).toBeLessThan(2);
    link.end();
    await quick.close();
  }, 60_000);
});

describe('sudo', () => {
  it('becomes root without a password where the rule says so', async () => {
    const answer = await run(client, 'sudo -n -- bash -s <<E\nid -u; echo "$SUDO_USER"\nE\nsudo -n id -un\n');
    expect(answer.stdout).toBe('0\n\nroot\n');
  });

  it('asks for a password on stdin where it must, and knows a wrong one', async () => {
    await lab.inject('sudo-password');
    const without = await run(client, 'sudo -n true; echo $?\n');
    expect(without.stderr).toContain('sudo: a password is required');
    expect(without.stdout).toBe('1\n');
    const right = await run(
      client,
      `printf '%s\\n' '${lab.password}' mark 'id -u' | sudo -k -S -p '' -- bash -c 'while IFS= read -r line; do if [ "$line" = mark ]; then exec bash -s; fi; done; exit 126'\n`,
    );
    expect(right.stdout).toBe('0\n');
    const wrong = await run(client, `printf 'nope\\n' | sudo -k -S -p '' true; echo $?\n`);
    expect(wrong.stdout).toBe('1\n');
    await lab.heal('sudo-password');
    expect((await run(client, 'sudo -n true && echo yes\n')).stdout).toBe('yes\n');
  });

  it('keeps what is not root out of root’s files', async () => {
    const answer = await run(
      client,
      'echo x > /etc/hosts; rm /etc/hostname; mkdir /root/x; touch /usr/bin/y; cat /etc/shadow\n',
    );
    expect(answer.stderr.match(/Permission denied/g)).toHaveLength(5);
    expect(
      (await run(client, 'sudo -n tee -a /etc/hosts <<< "# x" >/dev/null; tail -n 1 /etc/hosts\n')).stdout,
    ).toBe('# x\n');
  });
});

describe('logins', () => {
  it('takes the key and the password, and nothing else', async () => {
    (await connect(lab, 'vm-k8s', { password: lab.password })).end();
    await expect(connect(lab, 'vm-k8s', { password: 'wrong' })).rejects.toThrow(/authentication/i);
    await expect(connect(lab, 'vm-k8s', { username: 'root' })).rejects.toThrow(/authentication/i);
  });
});
