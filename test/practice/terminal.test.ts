import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, ClientChannel } from 'ssh2';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { connect, until } from './ssh.js';

let lab: PracticeLab;
let client: Client;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 5, timeScale: 0.05 });
  client = await connect(lab, 'vm-docker');
});
afterAll(async () => {
  client.end();
  await lab.close();
});

/** Somebody at a terminal: types, and sees what is on the screen. */
class Person {
  readonly channel: ClientChannel;
  screen = '';
  code: number | null | undefined = undefined;
  signal: string | null = null;
  closed = false;
  constructor(channel: ClientChannel) {
    this.channel = channel;
    channel.on('data', (bytes: Buffer) => {
      this.screen += bytes.toString('utf8');
    });
    channel.on('exit', (code: number | null, signal?: string) => {
      this.code = code;
      this.signal = signal ?? null;
    });
    channel.on('close', () => {
      this.closed = true;
    });
  }
  static shell(size = { cols: 100, rows: 30 }): Promise<Person> {
    return new Promise((resolve, reject) => {
      client.shell({ term: 'xterm-256color', ...size }, (error, channel) =>
        error ? reject(error) : resolve(new Person(channel)),
      );
    });
  }
  static command(words: string): Promise<Person> {
    return new Promise((resolve, reject) => {
      client.exec(words, { pty: { cols: 90, rows: 20 } }, (error, channel) =>
        error ? reject(error) : resolve(new Person(channel)),
      );
    });
  }
  sees(text: string | RegExp): Promise<void> {
    return until(() => (typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen)));
  }
  /** Types after the prompt has come; gives what came up to the next one. */
  async says(line: string): Promise<string> {
    await this.sees(/\$ $/);
    const from = this.screen.length;
    this.channel.write(`${line}\r`);
    await until(() => /\n[^\n]*\$ $/.test(this.screen.slice(from)));
    return this.screen.slice(from);
  }
}

describe('a shell at a terminal', () => {
  it('prompts, echoes, edits the line and ends with the status of exit', async () => {
    const person = await Person.shell();
    await person.sees(/cikal@\S+:~\$ $/);
    person.channel.write('echo wrxng\u007f\u007f\u007fong wör');
    await person.sees('wör');
    person.channel.write('d\u0017word\r');
    await person.sees('\r\nwrong word\r\n');
    // A letter of two bytes may come in two packets.
    const [first, ...rest] = Buffer.from('é');
    person.channel.write(Buffer.from([...Buffer.from('echo '), first ?? 0]));
    person.channel.write(Buffer.from([...rest, 0x0d]));
    await person.sees('\r\né\r\n');
    // Arrow keys are no text.
    person.channel.write('echo \u001b[A\u001b[1;5Cclean\r');
    await person.sees('\r\nclean\r\n');
    person.channel.write('exit 7\r');
    await until(() => person.closed);
    expect(person.code).toBe(7);
  });

  it('Ctrl-C ends the command and not the shell, a loop as a whole, and what was typed', async () => {
    const person = await Person.shell();
    await person.sees(/\$ $/);
    person.channel.write('sleep 100000\r');
    await until(() => person.screen.endsWith('100000\r\n'));
    person.channel.write('\u0003');
    await person.sees(/\^C\r\n.*\$ $/);
    expect(await person.says('echo "status $?"')).toContain('\r\nstatus 130\r\n');
    person.channel.write('while true; do sleep 50; done\r');
    await until(() => person.screen.endsWith('done\r\n'));
    person.channel.write('\u0003');
    expect(await person.says('echo free')).toContain('\r\nfree\r\n');
    person.channel.write('rm -rf "of what');
    await person.sees('of what');
    person.channel.write('\u0003');
    expect(await person.says('echo "$((6 * 7))"')).toContain('\r\n42\r\n');
    // A command in the background does not hear it.
    expect(await person.says('sleep 100000 &')).toContain('$ ');
    const before = person.screen.length;
    person.channel.write('\u0003');
    await until(() => /\^C\r\n.*\$ $/.test(person.screen.slice(before)));
    expect(await person.says('jobs -r | wc -l; kill %1 2>/dev/null || kill $!')).toContain('\r\n1\r\n');
    person.channel.end('exit\r');
    await until(() => person.closed);
  });

  it('Ctrl-D ends what reads, once: cat first, the shell then', async () => {
    const person = await Person.shell();
    await person.sees(/\$ $/);
    person.channel.write('cat\rtwice\r');
    await person.sees('twice\r\ntwice\r\n');
    person.channel.write('\u0004');
    expect(await person.says('echo back')).toContain('\r\nback\r\n');
    person.channel.write('\u0004');
    await until(() => person.closed);
    expect(person.code).toBe(0);
  });

  it('a mistake in a line spoils only that line, and an open one is asked for', async () => {
    const person = await Person.shell();
    expect(await person.says('echo ) oops')).toMatch(/syntax error|unexpected/i);
    expect(await person.says('echo "${nothing:?is not there}"')).toContain('is not there');
    await person.sees(/\$ $/);
    person.channel.write('for i in 1 2; do\r');
    await person.sees('do\r\n> ');
    person.channel.write('echo "turn $i"; done\r');
    await person.sees('turn 1\r\nturn 2\r\n');
    person.channel.close();
  });

  it('passes the size of the window on, and its changes', async () => {
    const person = await Person.shell({ cols: 100, rows: 30 });
    expect(await person.says('stty size; echo "$COLUMNS x $LINES"; echo $TERM; tty')).toContain(
      '\r\n30 100\r\n100 x 30\r\nxterm-256color\r\n/dev/pts/0\r\n',
    );
    person.channel.setWindow(50, 140, 0, 0);
    await until(async () => (await person.says('stty size')).includes('\r\n50 140\r\n'));
    expect(await person.says('echo "$COLUMNS x $LINES"')).toContain('140 x 50');
    // sudo's shell has the same terminal.
    expect(await person.says('sudo -n stty size')).toContain('\r\n50 140\r\n');
    expect(await person.says('clear; echo "refused $?"')).toMatch(/practice lab: clear.*\r\nrefused 64/);
    person.channel.close();
  });

  it('does not show what is typed while the echo is off', async () => {
    const person = await Person.shell();
    await person.sees(/\$ $/);
    person.channel.write('stty -echo; read -r word; stty echo; echo "${#word} letters"\r');
    await person.sees('letters"\r\n');
    person.channel.write('secret\r');
    await person.sees('6 letters');
    expect(person.screen).not.toContain('secret\r\n');
    person.channel.close();
  });

  it('Ctrl-C reaches a command that was started without a shell of its own', async () => {
    const person = await Person.command('stty size; sleep 100000');
    await person.sees('20 90\r\n');
    person.channel.write('\u0003');
    await until(() => person.closed);
    expect([person.code, person.signal]).toEqual([null, 'SIGINT']);
  });

  it('hangs up: nobody stays behind when the window is closed', async () => {
    const person = await Person.shell();
    await person.sees(/\$ $/);
    person.channel.write('sleep 424242\r');
    await person.sees('424242\r\n');
    person.channel.close();
    const other = await Person.shell();
    await until(async () => (await other.says('pgrep -fc "^sleep 424242"')).includes('\r\n0\r\n'));
    expect(person.closed).toBe(true);
    other.channel.close();
  });
});
