/** Breakages of names, addresses and ways: what keeps the hosts from finding one another, and the operator from them. */
import { edit, type Fault } from './fault.js';
import { writeResolvedFiles } from './model/resolver.js';

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    id: 'hosts-missing',
    apply: ({ hosts: [docker] }) =>
      edit(docker, '/etc/hosts', (text) =>
        text
          .split('\n')
          .filter((line) => !/\bvm-worker\b/.test(line))
          .join('\n'),
      ),
  },
  {
    id: 'hosts-wrong',
    apply: ({ hosts: [docker, , worker] }) =>
      edit(worker, '/etc/hosts', (text) => {
        const wrong = docker.address.replace(/\d+$/, '142');
        return `${wrong} harbor.local\n${text.replaceAll(/\s+harbor\.local\b/g, '')}`;
      }),
  },
  {
    id: 'resolv-conf-static',
    apply: ({ hosts: [, k8s] }) => {
      const { volume } = k8s;
      const etc = volume.find('/etc');
      const before = etc?.kind === 'directory' ? etc.entries.get('resolv.conf') : undefined;
      const target = before?.kind === 'symlink' ? before.target : null;
      const text = volume.text('/etc/resolv.conf') ?? '';
      volume.drop('/etc/resolv.conf');
      volume.put('/etc/resolv.conf', 'nameserver 127.0.0.53\noptions edns0 trust-ad\n');
      return () => {
        volume.drop('/etc/resolv.conf');
        if (target === null) volume.put('/etc/resolv.conf', text);
        else volume.place('/etc/resolv.conf', volume.make.symlink(target));
      };
    },
  },
  {
    id: 'public-dns-blocked',
    apply: ({ world }) => {
      world.publicDnsBlocked = true;
      return () => {
        world.publicDnsBlocked = false;
      };
    },
  },
  {
    id: 'sshd-stopped',
    apply: ({ hosts: [, , worker] }) => {
      const units = ['ssh.socket', 'ssh.service'].flatMap((name) => worker.systemd.find(name) ?? []);
      for (const unit of units) void worker.systemd.stop(unit);
      return async () => {
        for (const unit of units) await worker.systemd.start(unit);
      };
    },
  },
  {
    id: 'link-cut',
    apply: ({ hosts: [, k8s] }) => {
      k8s.cutLink();
      return () => k8s.healLink();
    },
  },
  {
    id: 'host-key-changed',
    apply: ({ hosts: [docker], makeHostKey }) => {
      const before = docker.hostKey;
      docker.setHostKey(makeHostKey());
      return () => docker.setHostKey(before);
    },
  },
  {
    id: 'pod-network-overlap',
    apply: ({ hosts: [, , worker] }) => {
      const { machine } = worker;
      const before = machine.cards;
      machine.cards = [
        ...before,
        {
          name: 'enp0s9',
          mac: '08:00:27:10:24:45',
          addresses: [{ address: '10.244.5.1', prefix: 24, dynamic: false }],
          up: true,
          virtual: false,
        },
      ];
      return () => {
        machine.cards = before;
      };
    },
  },
  {
    id: 'wrong-address',
    apply: ({ hosts: [, , worker] }) => {
      const card = worker.machine.labCard;
      const before = card?.addresses ?? [];
      if (card !== undefined)
        card.addresses = [{ address: worker.address.replace(/\d+$/, '104'), prefix: 24, dynamic: true }];
      return () => {
        if (card !== undefined) card.addresses = before;
      };
    },
  },
  {
    id: 'nat-dns-down',
    apply: ({ world }) => {
      world.natDnsDown = true;
      return () => {
        world.natDnsDown = false;
      };
    },
  },
  {
    id: 'resolved-stopped',
    apply: ({ hosts: [, k8s] }) => {
      const unit = k8s.systemd.find('systemd-resolved');
      if (unit !== undefined) void k8s.systemd.stop(unit);
      return async () => {
        if (unit !== undefined) await k8s.systemd.start(unit);
        writeResolvedFiles(k8s);
      };
    },
  },
];
