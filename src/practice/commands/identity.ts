/** Who and what a host is: names, clocks, users, hardware. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { KERNEL_RELEASE } from '../model/machine.js';
import { formatTime } from '../shell/builtins/format.js';
import { newgrp } from './newgrp.js';
import { withOptions } from './program.js';
import { account, credentialsOf, groupName, groups, userName } from './owners.js';

const VALID_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*$/;

function hostnamectl(host: Host): Program {
  return withOptions({ long: ['static', 'transient', 'pretty', 'json='] }, async (process, options) => {
    const [verb = 'status', name] = options.operands;
    const { machine, volume } = host;
    const fixed = volume.text('/etc/hostname')?.trim() ?? '';
    if ((verb === 'set-hostname' || verb === 'hostname') && name !== undefined) {
      if (process.credentials.uid !== 0) {
        await process.err('Could not set static hostname: Interactive authentication required.\n');
        return 1;
      }
      if (!VALID_NAME.test(name)) {
        await process.err(`Failed to set static hostname: Invalid static hostname '${name}'\n`);
        return 1;
      }
      await process.sleep(30);
      process.view.write('/etc/hostname', `${name}\n`);
      machine.hostname = name;
      host.journal.write(
        'systemd-hostnamed.service',
        'systemd-hostnamed',
        `Hostname set to <${name}> (static)`,
      );
      return 0;
    }
    if (options.has('static', 'transient') || verb === 'hostname') {
      await process.out(`${options.has('static') ? fixed : machine.hostname}\n`);
      return 0;
    }
    if (verb !== 'status') return process.refuse(`verb ${verb}`);
    await process.out(
      ` Static hostname: ${fixed}\n${fixed === machine.hostname ? '' : `Transient hostname: ${machine.hostname}\n`}       Icon name: computer-vm\n         Chassis: vm\n      Machine ID: ${volume.text('/etc/machine-id')?.trim() ?? ''}\n         Boot ID: ${machine.bootId.replaceAll('-', '')}\n  Virtualization: oracle\nOperating System: Ubuntu 24.04.1 LTS\n          Kernel: Linux ${KERNEL_RELEASE}\n    Architecture: x86-64\n`,
    );
    return 0;
  });
}
function hostname(host: Host): Program {
  return withOptions(
    { flags: 'sfIidA', values: 'F', long: ['short', 'fqdn', 'all-ip-addresses'] },
    async (process, options) => {
      const [name] = options.operands;
      if (name !== undefined) {
        if (process.credentials.uid !== 0) return process.fail('you must be root to change the host name');
        host.machine.hostname = name;
        return 0;
      }
      if (options.has('I', 'all-ip-addresses')) {
        await process.out(
          `${host.machine.addresses.filter((address) => !address.startsWith('127.')).join(' ')} \n`,
        );
        return 0;
      }
      const { hostname: full } = host.machine;
      await process.out(`${options.has('s', 'short') ? (full.split('.')[0] ?? full) : full}\n`);
      return 0;
    },
  );
}

function timedatectl(host: Host): Program {
  return withOptions(
    { flags: 'a', values: 'p', long: ['property=', 'value', 'all', 'no-pager'] },
    async (process, options) => {
      const [verb = 'status', value] = options.operands;
      const { machine } = host;
      const yes = (truth: boolean) => (truth ? 'yes' : 'no');
      const properties: Readonly<Record<string, string>> = {
        Timezone: 'Etc/UTC',
        LocalRTC: 'no',
        CanNTP: 'yes',
        NTP: yes(machine.ntpEnabled),
        NTPSynchronized: yes(machine.synchronised),
        TimeUSec: formatTime('%a %Y-%m-%d %H:%M:%S UTC', machine.now()),
        RTCTimeUSec: formatTime('%a %Y-%m-%d %H:%M:%S UTC', machine.now()),
      };
      switch (verb) {
        case 'show': {
          const keys = [...options.all('p'), ...options.all('property')].flatMap((list) => list.split(','));
          for (const key of keys.length > 0 ? keys : Object.keys(properties)) {
            await process.out(
              options.has('value') ? `${properties[key] ?? ''}\n` : `${key}=${properties[key] ?? ''}\n`,
            );
          }
          return 0;
        }
        case 'status': {
          const now = machine.now();
          await process.out(
            `               Local time: ${formatTime('%a %Y-%m-%d %H:%M:%S UTC', now)}\n           Universal time: ${formatTime('%a %Y-%m-%d %H:%M:%S UTC', now)}\n                 RTC time: ${formatTime('%a %Y-%m-%d %H:%M:%S', now)}\n                Time zone: Etc/UTC (UTC, +0000)\nSystem clock synchronized: ${properties['NTPSynchronized']}\n              NTP service: ${machine.ntpEnabled ? 'active' : 'inactive'}\n          RTC in local TZ: no\n`,
          );
          return 0;
        }
        case 'set-ntp': {
          if (process.credentials.uid !== 0) {
            await process.err('Failed to set ntp: Interactive authentication required.\n');
            return 1;
          }
          const unit = host.systemd.find('systemd-timesyncd');
          const on = ['true', 'yes', '1', 'on'].includes(value ?? '');
          if (unit !== undefined && on) {
            await host.systemd.start(unit);
            unit.enablement = 'enabled';
            machine.clockOffsetMs = 0;
          } else if (unit !== undefined) {
            await host.systemd.stop(unit);
            unit.enablement = 'disabled';
          }
          return 0;
        }
        default:
          return process.refuse(`verb ${verb}`);
      }
    },
  );
}

const uname = withOptions({ flags: 'asnrvmpio' }, async (process, options) => {
  const node = process.kernel.volume.text('/proc/sys/kernel/hostname')?.trim() ?? 'localhost';
  const fields: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', node],
    ['r', KERNEL_RELEASE],
    ['v', '#48-Ubuntu SMP PREEMPT_DYNAMIC Fri Sep 27 14:04:52 UTC 2024'],
    ['m', 'x86_64'],
    ['p', 'x86_64'],
    ['i', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const chosen = fields.filter(([letter]) => options.has('a') || options.has(letter));
  await process.out(
    `${(chosen.length > 0 ? chosen : fields.slice(0, 1)).map(([, value]) => value).join(' ')}\n`,
  );
  return 0;
});

const id = withOptions(
  { flags: 'ugGnrz', long: ['user', 'group', 'groups', 'name'] },
  async (process, options) => {
    const { volume } = process.kernel;
    const [name] = options.operands;
    const user = name === undefined ? undefined : account(volume, name);
    if (name !== undefined && user === undefined) return process.fail(`'${name}': no such user`);
    const { uid, gid, groups: all } = user === undefined ? process.credentials : credentialsOf(volume, user);
    const byName = options.has('n', 'name');
    if (options.has('u', 'user')) await process.out(`${byName ? userName(volume, uid) : uid}\n`);
    else if (options.has('g', 'group')) await process.out(`${byName ? groupName(volume, gid) : gid}\n`);
    else if (options.has('G', 'groups'))
      await process.out(`${all.map((group) => (byName ? groupName(volume, group) : group)).join(' ')}\n`);
    else {
      const list = all.map((group) => `${group}(${groupName(volume, group)})`).join(',');
      await process.out(
        `uid=${uid}(${userName(volume, uid)}) gid=${gid}(${groupName(volume, gid)}) groups=${list}\n`,
      );
    }
    return 0;
  },
);
const groupsProgram: Program = async (process, args) => {
  const { volume } = process.kernel;
  const [name] = args;
  const user = name === undefined ? undefined : account(volume, name);
  if (name !== undefined && user === undefined) return process.fail(`'${name}': no such user`);
  const all = user === undefined ? process.credentials.groups : credentialsOf(volume, user).groups;
  await process.out(
    `${name === undefined ? '' : `${name} : `}${all.map((group) => groupName(volume, group)).join(' ')}\n`,
  );
  return 0;
};

/** Rewrites one line of a colon-separated file. */
function changeGroup(
  host: Host,
  name: string,
  change: (members: readonly string[]) => readonly string[],
): void {
  const lines = (host.volume.text('/etc/group') ?? '').split('\n').map((line) => {
    const [group, password = 'x', gid = '0', members = ''] = line.split(':');
    if (group !== name) return line;
    return [
      group,
      password,
      gid,
      change(members.split(',').filter((member) => member !== '')).join(','),
    ].join(':');
  });
  host.volume.put('/etc/group', lines.join('\n'));
}
function usermod(host: Host): Program {
  return withOptions(
    { flags: 'arLU', values: 'Gsdgl', long: ['append', 'groups=', 'shell='] },
    async (process, options) => {
      const [user = ''] = options.operands;
      if (process.credentials.uid !== 0) {
        await process.err(
          'usermod: Permission denied.\nusermod: cannot lock /etc/passwd; try again later.\n',
        );
        return 1;
      }
      if (account(host.volume, user) === undefined) {
        await process.err(`usermod: user '${user}' does not exist\n`);
        return 6;
      }
      const wanted = (options.value('G', 'groups') ?? '').split(',').filter((group) => group !== '');
      if (options.has('s', 'shell', 'd', 'g', 'l', 'L', 'U'))
        return process.refuse('changing anything but groups');
      for (const group of wanted) {
        if (groups(host.volume).some((entry) => entry.name === group)) continue;
        await process.err(`usermod: group '${group}' does not exist\n`);
        return 6;
      }
      for (const { name } of groups(host.volume)) {
        if (wanted.includes(name)) changeGroup(host, name, (members) => [...new Set([...members, user])]);
        else if (!options.has('a', 'append'))
          changeGroup(host, name, (members) => members.filter((member) => member !== user));
      }
      return 0;
    },
  );
}
function groupadd(host: Host): Program {
  return withOptions(
    { flags: 'rf', values: 'g', long: ['system', 'force', 'gid='] },
    async (process, options) => {
      const [name = ''] = options.operands;
      if (process.credentials.uid !== 0) return process.fail('Permission denied.');
      if (groups(host.volume).some((entry) => entry.name === name)) {
        if (options.has('f', 'force')) return 0;
        await process.err(`groupadd: group '${name}' already exists\n`);
        return 9;
      }
      const used = groups(host.volume).map((entry) => entry.gid);
      const gid = Number(
        options.value('g', 'gid') ??
          (options.has('r', 'system')
            ? Math.max(900, ...used.filter((value) => value < 998 && value > 899)) + 1
            : Math.max(1000, ...used.filter((value) => value < 60_000)) + 1),
      );
      host.volume.put('/etc/group', `${host.volume.text('/etc/group') ?? ''}${name}:x:${gid}:\n`);
      return 0;
    },
  );
}

function gpasswd(host: Host): Program {
  return withOptions({ values: 'ad', long: ['add=', 'delete='] }, async (process, options) => {
    const [group = ''] = options.operands;
    if (process.credentials.uid !== 0) return process.fail('Permission denied.');
    const entry = groups(host.volume).find(({ name }) => name === group);
    if (entry === undefined) return process.fail(`group '${group}' does not exist in /etc/group`, 3);
    const added = options.value('a', 'add');
    const removed = options.value('d', 'delete');
    const user = added ?? removed ?? '';
    if (account(host.volume, user) === undefined) return process.fail(`user '${user}' does not exist`, 3);
    if (removed !== undefined && !entry.members.includes(user))
      return process.fail(`user '${user}' is not a member of '${group}'`, 3);
    await process.out(
      added === undefined
        ? `Removing user ${user} from group ${group}\n`
        : `Adding user ${user} to group ${group}\n`,
    );
    changeGroup(host, group, (members) =>
      added === undefined ? members.filter((member) => member !== user) : [...new Set([...members, user])],
    );
    return 0;
  });
}

function lscpu(host: Host): Program {
  return async (process) => {
    await process.out(
      `Architecture:            x86_64\nCPU(s):                  ${host.machine.sizes.cpus}\nOn-line CPU(s) list:     0-${host.machine.sizes.cpus - 1}\nModel name:              Practice Lab CPU\nHypervisor vendor:       KVM\nVirtualization type:     full\n`,
    );
    return 0;
  };
}

export function identityPrograms(host: Host): Readonly<Record<string, Program>> {
  return {
    hostnamectl: hostnamectl(host),
    hostname: hostname(host),
    timedatectl: timedatectl(host),
    uname,
    id,
    groups: groupsProgram,
    whoami: async (process) => {
      await process.out(`${userName(host.volume, process.credentials.uid)}\n`);
      return 0;
    },
    logname: async (process) => {
      await process.out(`${host.user}\n`);
      return 0;
    },
    usermod: usermod(host),
    groupadd: groupadd(host),
    gpasswd: gpasswd(host),
    newgrp: newgrp(host),
    sg: newgrp(host),
    lscpu: lscpu(host),
    nproc: async (process) => {
      await process.out(`${host.machine.sizes.cpus}\n`);
      return 0;
    },
    arch: async (process) => {
      await process.out('x86_64\n');
      return 0;
    },
    'systemd-detect-virt': async (process, args) => {
      const container = args.includes('-c') || args.includes('--container');
      if (!args.includes('-q') && !args.includes('--quiet'))
        await process.out(container ? 'none\n' : 'oracle\n');
      return container ? 1 : 0;
    },
  };
}
