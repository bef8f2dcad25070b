/** Breakages of names, addresses and ways: what keeps the hosts from finding one another, and the operator from them. */
import { edit, type Fault } from './fault.js';
import { writeResolvedFiles } from './model/resolver.js';

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    id: 'hosts-missing',
    title: { id: 'Nama hilang dari berkas hosts', en: 'Name missing from the hosts file' },
    breaks: {
      id: '/etc/hosts di vm-docker tidak memuat vm-worker',
      en: '/etc/hosts on vm-docker does not name vm-worker',
    },
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
    title: { id: 'Alamat salah di berkas hosts', en: 'Wrong address in the hosts file' },
    breaks: {
      id: 'di vm-worker nama harbor.local menuju alamat yang salah',
      en: 'on vm-worker the name harbor.local leads to a wrong address',
    },
    apply: ({ hosts: [docker, , worker] }) =>
      edit(worker, '/etc/hosts', (text) => {
        const wrong = docker.address.replace(/\d+$/, '142');
        return `${wrong} harbor.local\n${text.replaceAll(/\s+harbor\.local\b/g, '')}`;
      }),
  },
  {
    id: 'resolv-conf-static',
    title: { id: 'resolv.conf diganti berkas biasa', en: 'resolv.conf replaced by a plain file' },
    breaks: {
      id: '/etc/resolv.conf di vm-k8s menunjuk stub 127.0.0.53',
      en: '/etc/resolv.conf on vm-k8s points at the stub 127.0.0.53',
    },
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
    title: { id: 'DNS publik ditutup', en: 'Public DNS is blocked' },
    breaks: {
      id: 'jaringan membuang semua pertanyaan ke DNS publik',
      en: 'the network drops every question to public DNS',
    },
    apply: ({ world }) => {
      world.publicDnsBlocked = true;
      return () => {
        world.publicDnsBlocked = false;
      };
    },
  },
  {
    id: 'sshd-stopped',
    title: { id: 'sshd mati', en: 'sshd is stopped' },
    breaks: { id: 'vm-worker menolak sambungan SSH', en: 'vm-worker refuses SSH connections' },
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
    title: { id: 'Kabel terputus', en: 'Link is cut' },
    breaks: {
      id: 'vm-k8s tidak menjawab apa pun, sambungan menggantung',
      en: 'vm-k8s answers nothing, connections hang',
    },
    apply: ({ hosts: [, k8s] }) => {
      k8s.cutLink();
      return () => k8s.healLink();
    },
  },
  {
    id: 'host-key-changed',
    title: { id: 'Host key berubah', en: 'Host key has changed' },
    breaks: { id: 'vm-docker tampil dengan host key lain', en: 'vm-docker shows another host key' },
    apply: ({ hosts: [docker], makeHostKey }) => {
      const before = docker.hostKey;
      docker.setHostKey(makeHostKey());
      return () => docker.setHostKey(before);
    },
  },
  {
    id: 'pod-network-overlap',
    title: { id: 'Jaringan bertabrakan', en: 'Networks collide' },
    breaks: {
      id: 'vm-worker punya kartu di jaringan 10.244.5.0/24',
      en: 'vm-worker has a card in the network 10.244.5.0/24',
    },
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
    title: { id: 'Alamat VM berganti', en: 'Address has changed' },
    breaks: {
      id: 'vm-worker memegang alamat yang lain dari berkas lab',
      en: 'vm-worker holds another address than the lab file says',
    },
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
    title: { id: 'DNS jaringan mati', en: "The network's DNS is down" },
    breaks: {
      id: 'DNS dari DHCP (10.0.2.3) tidak menjawab',
      en: 'the DNS that DHCP gave (10.0.2.3) does not answer',
    },
    apply: ({ world }) => {
      world.natDnsDown = true;
      return () => {
        world.natDnsDown = false;
      };
    },
  },
  {
    id: 'resolved-stopped',
    title: { id: 'systemd-resolved mati', en: 'systemd-resolved is stopped' },
    breaks: { id: 'nama publik tidak terpecahkan di vm-k8s', en: 'public names do not resolve on vm-k8s' },
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
