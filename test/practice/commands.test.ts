import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import type { Client } from 'ssh2';
import { connect, run, until, type Answer } from './ssh.js';

let lab: PracticeLab;
let client: Client;
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 11, timeScale: 0 });
  client = await connect(lab, 'vm-docker');
});
afterAll(async () => {
  client.end();
  await lab.close();
});
const user = (script: string): Promise<Answer> => run(client, `${script}\n`);
const root = (script: string): Promise<Answer> =>
  run(client, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT\n`);

describe('systemctl', () => {
  it('starts, stops, enables, masks, and says so by words and exit codes', async () => {
    const answer =
      await root(`systemctl is-active cron; systemctl stop cron; systemctl is-active cron; echo "$?"
systemctl start cron; systemctl disable -q cron; systemctl is-enabled cron; echo "$?"
systemctl enable --now cron; systemctl mask cron; systemctl is-enabled cron; systemctl start cron; echo "$?"
systemctl unmask cron; systemctl is-enabled cron; systemctl is-enabled nothing; systemctl is-active nothing; echo "$?"
systemctl show -p ActiveState,SubState,LoadState cron; systemctl show --value -p LoadState nothing`);
    expect(answer.stdout).toBe(
      'active\ninactive\n3\ndisabled\n1\nmasked\n1\nenabled\nnot-found\ninactive\n4\nActiveState=active\nSubState=running\nLoadState=loaded\nnot-found\n',
    );
    expect(answer.stderr).toContain('Unit cron.service is masked.');
  });

  it('keeps changes from users, and does not know every verb', async () => {
    const answer = await user(
      'systemctl stop cron; echo "$?"; systemctl is-active cron; systemctl soft-reboot; echo "$?"',
    );
    expect(answer.stdout).toBe('4\nactive\n64\n');
    expect(answer.stderr).toContain('Interactive authentication required');
  });

  it('writes what it does into the journal', async () => {
    const answer = await root(
      'systemctl restart cron; journalctl -u cron -n 2 -o cat; logger -t probe hello; journalctl -t probe -o cat',
    );
    expect(answer.stdout).toContain('Started cron.service');
    expect(answer.stdout).toContain('hello');
  });

  it('ends what a unit runs however often its file was read again meanwhile, and starts it as it says now', async () => {
    const answer =
      await root(`unit() { printf '[Service]\\nExecStart=/bin/sleep %s\\n' "$1" > /etc/systemd/system/naps.service; }
unit 6001; systemctl daemon-reload; systemctl start naps; systemctl daemon-reload; systemctl daemon-reload
pgrep -a sleep; systemctl stop naps; pgrep -a sleep; echo ended
systemctl start naps; unit 6002; systemctl daemon-reload; systemctl restart naps; pgrep -a sleep
systemctl stop naps; rm /etc/systemd/system/naps.service; systemctl daemon-reload`);
    expect(answer.stdout).toMatch(/^\d+ \S*sleep 6001\nended\n\d+ \S*sleep 6002\n$/);
  });

  it('lists timers and failed units', async () => {
    const answer = await user(
      'systemctl list-timers --no-legend | grep -c apt-daily; systemctl --failed --no-legend; systemctl is-system-running',
    );
    expect(answer.stdout).toBe('2\nrunning\n');
  });
});

describe('names and clocks', () => {
  it('hostnamectl changes the name for now and for the next boot', async () => {
    const answer = await root(
      'hostnamectl set-hostname box; hostname; cat /etc/hostname; hostnamectl --static; hostnamectl set-hostname "no good"; echo "$?"; hostnamectl set-hostname ubuntu',
    );
    expect(answer.stdout).toBe('box\nbox\nbox\n1\n');
    expect((await user('hostnamectl set-hostname x; echo "$?"')).stdout).toBe('1\n');
  });

  it('timedatectl turns the time service off and on', async () => {
    const answer = await root(
      'timedatectl show -p NTP -p NTPSynchronized; timedatectl set-ntp false; timedatectl show -p NTP --value; systemctl is-active systemd-timesyncd; timedatectl set-ntp true; timedatectl show -p NTP --value',
    );
    expect(answer.stdout).toBe('NTP=yes\nNTPSynchronized=yes\nno\ninactive\nyes\n');
  });

  it('getent asks the hosts file, then DNS', async () => {
    const answer = await user(
      'getent hosts localhost; getent ahostsv4 gitlab.com | head -n 1; getent hosts nobody.example; echo "$?"; getent passwd cikal; getent group sudo; getent group nope; echo "$?"',
    );
    expect(answer.stdout).toBe(
      '127.0.0.1       localhost\n172.65.251.78   STREAM gitlab.com\n2\ncikal:x:1000:1000:cikal:/home/cikal:/bin/bash\nsudo:x:27:cikal\n2\n',
    );
  });

  it('resolved follows its drop-ins', async () => {
    const answer = await root(
      'printf \'[Resolve]\\nDNS=9.9.9.9\\n\' > /etc/systemd/resolved.conf.d/x.conf; systemctl restart systemd-resolved; grep ^nameserver /run/systemd/resolve/resolv.conf; resolvectl dns | head -n 1; resolvectl query nope.example; echo "$?"; rm /etc/systemd/resolved.conf.d/x.conf; systemctl restart systemd-resolved',
    );
    expect(answer.stdout).toBe('nameserver 9.9.9.9\nnameserver 10.0.2.3\nGlobal: 9.9.9.9\n1\n');
  });
});

describe('packages', () => {
  it('apt-get installs, dpkg knows it, and removal takes it away', async () => {
    const answer = await root(`apt-get update -q >/dev/null; dpkg-query -W -f '\${Status}\\n' git; echo "$?"
DEBIAN_FRONTEND=noninteractive apt-get install -y -q git >/dev/null; dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' git
apt-mark hold git; apt-mark showhold; apt-mark unhold git >/dev/null; apt-get remove -y git >/dev/null; dpkg -l git | tail -n 1 | cut -c1-2`);
    expect(answer.stdout).toBe('1\ngit installed\ngit set on hold.\ngit\nrc\n');
    expect(answer.stderr).toContain('no packages found matching git');
  });

  it('refuses users, unknown packages and unanswered questions', async () => {
    const plain = await user('apt-get install -y git; echo "$?"; apt-get update; echo "$?"');
    expect(plain.stdout).toBe('100\n100\n');
    expect(plain.stderr).toContain('are you root?');
    const wrong = await root(
      'apt-get install -y unheard-of; echo "$?"; apt-get install tree; echo "$?"; apt-get moo',
    );
    expect(wrong.stderr).toContain('E: Unable to locate package unheard-of');
    expect(wrong.stdout).toContain('Abort.');
    expect(wrong.code).toBe(64);
  });

  it('a killed apt-get leaves its locks free', async () => {
    const answer = await root(
      'timeout -s KILL 0 true; (apt-get update & pid=$!; kill -KILL $pid; wait $pid) >/dev/null 2>&1; lslocks -n -r -o PID,COMMAND,PATH; fuser /var/lib/dpkg/lock-frontend; echo "$?"',
    );
    expect(answer.stdout).toBe('1\n');
  });
});

describe('network', () => {
  it('ip shows cards, addresses and routes', async () => {
    const answer = await user(
      `ip -4 -o addr show enp0s8; ip -4 route show default; ip route get 192.168.56.43 | head -n 1; ip link show enp0s9; echo "$?"`,
    );
    expect(answer.stdout).toBe(
      '3: enp0s8    inet 192.168.56.42/24 brd 192.168.56.255 scope global enp0s8\\       valid_lft forever preferred_lft forever\n' +
        'default via 10.0.2.2 dev enp0s3 proto dhcp src 10.0.2.15 metric 100 \n192.168.56.43 dev enp0s8 src 192.168.56.42 uid 1000 \n1\n',
    );
    expect(answer.stderr).toContain('Device "enp0s9" does not exist.');
    expect((await root('ip addr add 1.2.3.4/24 dev enp0s8')).code).toBe(64);
  });

  it('ports are open where something listens', async () => {
    const answer = await root(
      'ss -lnt | grep -c ":22 "; nc -z 192.168.56.43 22 && echo open; nc -z 192.168.56.43 80 || echo closed; timeout 3 bash -c "true </dev/tcp/192.168.56.44/22" && echo tcp; bash -c "true </dev/tcp/192.168.56.44/81" || echo no',
    );
    expect(answer.stdout).toBe('1\nopen\nclosed\ntcp\nno\n');
    expect(answer.stderr).toContain('Connection refused');
  });

  it('curl and ping reach the world, and say why when they do not', async () => {
    const answer = await user(
      'curl -s -o /dev/null -w "%{http_code}\\n" https://download.docker.com; curl -sS http://nowhere.example; echo "$?"; curl -sS http://vm-docker.invalid; ping -c 1 -W 1 192.168.56.43 >/dev/null; echo "$?"; ping -c 1 -W 1 192.168.56.99 >/dev/null; echo "$?"',
    );
    expect(answer.stdout).toBe('200\n6\n0\n1\n');
    expect(answer.stderr).toContain('Could not resolve host: nowhere.example');
  });
});

describe('iptables', () => {
  it('shows a rule that somebody made by hand, and takes it away', async () => {
    await lab.inject('node-ports-dropped');
    const worker = await connect(lab, 'vm-worker');
    const asRoot = (script: string): Promise<Answer> =>
      run(worker, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT\n`);
    const rule = '-p tcp -m tcp --dport 30080:32767 -j DROP';
    expect((await asRoot('iptables -t mangle -S PREROUTING')).stdout).toBe(
      `-P PREROUTING ACCEPT\n-A PREROUTING ${rule}\n`,
    );
    expect((await run(worker, 'iptables -S\n')).stderr).toContain('you must be root');
    const done = await asRoot(
      `iptables -t mangle -D PREROUTING ${rule}; echo "$?"; iptables -t mangle -D PREROUTING ${rule}; echo "$?"; iptables -t mangle -S PREROUTING`,
    );
    expect(done.stdout).toBe('0\n1\n-P PREROUTING ACCEPT\n');
    worker.end();
    await lab.heal('node-ports-dropped');
  });
});

describe('the machine', () => {
  it('df, free and nproc tell its size', async () => {
    const answer = await user(
      "nproc; free -m | awk '/^Mem:/ { print ($2 > 3800 && $2 < 4096) }'; df -Pk /var/lib | awk 'NR == 2 { print ($2 > 37 * 1048576), $6 }'; df --output=pcent / | tail -n 1 | grep -c %; df /nowhere; echo \"$?\"",
    );
    expect(answer.stdout).toBe('2\n1\n1 /\n1\n1\n');
  });

  it('/proc and /sys are alive', async () => {
    const answer = await user(
      'read -r up _ < /proc/uptime; [ "${up%.*}" -gt 60 ] && echo up; grep -c . /proc/loadavg; cat /sys/class/net/enp0s8/address | grep -cE "^08:00:27(:[0-9a-f]{2}){3}$"; cat /sys/class/dmi/id/product_uuid; echo "$?"; cat /proc/self/comm; [ -d /proc/$$ ] && echo me',
    );
    expect(answer.stdout).toBe('up\n1\n1\n1\ncat\nme\n');
    expect((await root('cat /sys/class/dmi/id/product_uuid')).stdout).toMatch(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/,
    );
  });

  it('ps shows services and what runs', async () => {
    const answer = await user(
      'ps -C sshd -o comm=; ps aux | grep -c "[s]ystemd-resolved"; sleep 600 & ps -p $! -o args=; kill $!; ps -p 99999 -o args=; echo "$?"',
    );
    expect(answer.stdout).toBe('sshd\n1\nsleep 600\n1\n');
  });

  it('a new group counts from the next login on', async () => {
    await root('groupadd docker; usermod -aG docker cikal');
    expect((await user('id -nG')).stdout).not.toContain('docker');
    const again = await connect(lab, 'vm-docker');
    expect((await run(again, 'id -nG\n')).stdout).toContain('docker');
    again.end();
    expect((await root('usermod -aG nonsense cikal; echo "$?"')).stdout).toBe('6\n');
  });

  it('a reboot ends what runs, empties /run and /tmp, and makes a new boot id', async () => {
    const before = await user(
      'cat /proc/sys/kernel/random/boot_id; echo 1 > /tmp/gone; echo 1 > ~/kept; sudo -n systemctl stop cron; sudo -n systemctl disable -q snapd; setsid -f sleep 600 </dev/null >/dev/null 2>&1',
    );
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    await user('sudo -n reboot').catch(() => undefined);
    await closed;
    await until(async () =>
      connect(lab, 'vm-docker').then(
        (again) => ((client = again), true),
        () => false,
      ),
    );
    const after = await user(
      'cat /proc/sys/kernel/random/boot_id; ls -A /tmp; ls ~; systemctl is-active cron snapd; pgrep -c -x sleep',
    );
    expect(after.stdout.split('\n')[0]).not.toBe(before.stdout.split('\n')[0]);
    expect(after.stdout.split('\n').slice(1)).toEqual(['kept', 'active', 'inactive', '0', '']);
  });
});
