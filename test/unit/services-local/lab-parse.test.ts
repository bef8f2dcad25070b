import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLabFile, type LabDraft } from '../../../src/lab/lab-draft.js';
import { parseLabFile, type ParsedLab } from '../../../src/lab/parse-lab.js';
import type { Diagnostic } from '../../../src/lab/types.js';
import { GOOD_HOSTS, PARAMETERS } from './support.js';

const FILE = '/home/ana/lab/kelas-a.yaml';

function parse(text: string, fileMode: number | null = 0o600, file: string | null = FILE): ParsedLab {
  return parseLabFile(text, file, {
    parameters: PARAMETERS,
    home: '/home/ana',
    stateRoot: '/home/ana/.local/state/threebody-tui',
    fileMode,
  });
}
function said(one: Diagnostic | undefined): string {
  return `${one?.place?.line}:${one?.place?.column} ${one?.what.en} | ${one?.remedy.en}`;
}
/** The only diagnostic of a text. */
function only(text: string, fileMode?: number): string {
  const { lab, diagnostics } = parse(text, fileMode);
  expect(lab).toBeNull();
  expect(diagnostics.map(said)).toHaveLength(1);
  return said(diagnostics[0]);
}
const HEAD = 'user: cikal\nkey: ~/.ssh/id_ed25519\n';

describe('a lab file that is right', () => {
  it('is completed with defaults', () => {
    const { lab, diagnostics, keyFiles } = parse(HEAD + GOOD_HOSTS);
    expect(diagnostics).toEqual([]);
    expect(lab?.name).toBe('kelas-a');
    expect(lab?.hosts['vm-worker']).toEqual({
      name: 'vm-worker',
      address: '192.168.56.44',
      port: 22,
      user: 'cikal',
      keyFile: '/home/ana/.ssh/id_ed25519',
      forwards: {},
    });
    expect(lab?.parameters['dns_servers']).toEqual(['1.1.1.1', '8.8.8.8']);
    expect(lab?.practice).toBe(false);
    expect(lab?.operatorRoutes).toBeNull();
    expect(lab?.stateDir).toMatch(/^\/home\/ana\/\.local\/state\/threebody-tui\/kelas-a-[0-9a-f]{12}$/);
    expect(lab?.knownHosts).toBe(`${lab?.stateDir}/known_hosts`);
    expect(keyFiles).toEqual([
      { path: '/home/ana/.ssh/id_ed25519', place: { file: FILE, line: 2, column: 6 } },
    ]);
  });

  it('takes what a host says over what is said for all', () => {
    const text = `user: cikal
password: "rahasia"
sudo_password: "rahasia2"
ssh_port: 2200
hosts:
  - {name: vm-docker, address: 10.0.0.2, user: ubuntu, key: keys/a, ssh_port: 22, forwards: {22: "127.0.0.1:40001"}}
  - {name: vm-k8s, address: 10.0.0.3, proxy_jump: bastion, agent: true}
  - {name: vm-worker, address: 10.0.0.4, proxy_jump: "root@10.9.9.9:2022", ssh_config_host: w}
resolve: {hit.local: 10.0.0.2}
operator_routes: [10.0.2.0/24]
practice: true
parameters: {dns_servers: [9.9.9.9], kubernetes_version: "1.34"}
`;
    const { lab } = parse(text);
    expect(lab?.hosts['vm-docker']).toMatchObject({
      user: 'ubuntu',
      keyFile: '/home/ana/lab/keys/a',
      password: 'rahasia',
      port: 22,
      forwards: { '22': { host: '127.0.0.1', port: 40001 } },
    });
    expect(lab?.hosts['vm-k8s']).toMatchObject({
      port: 2200,
      proxyJump: 'cikal@bastion:22',
      agent: true,
      sudoPassword: 'rahasia2',
    });
    expect(lab?.hosts['vm-worker']).toMatchObject({ proxyJump: 'root@10.9.9.9:2022', sshConfigHost: 'w' });
    expect(lab).toMatchObject({
      practice: true,
      resolve: { 'hit.local': '10.0.0.2' },
      operatorRoutes: ['10.0.2.0/24'],
      parameters: {
        dns_servers: ['9.9.9.9'],
        kubernetes_version: '1.34',
        harbor_port: 8080,
        pod_cidr: '10.244.0.0/16',
      },
    });
  });

  it('gives two labs of the same name two state directories, and one in memory its own', () => {
    const one = parse(HEAD + GOOD_HOSTS).lab?.stateDir;
    const other = parse(HEAD + GOOD_HOSTS, 0o600, '/home/ana/other/kelas-a.yaml').lab?.stateDir;
    const memory = parse(HEAD + GOOD_HOSTS, null, null).lab;
    expect(new Set([one, other, memory?.stateDir]).size).toBe(3);
    expect(memory?.file).toBeNull();
  });
});

describe('a lab file with a mistake says where it is and what to do', () => {
  it.each([
    ['nothing', '', '1:1 this lab file is empty'],
    ['white space', ' \n\n', '1:1 this lab file is empty'],
    ['only comments', '# hosts\n', '1:1 this lab file is empty'],
  ])('%s', (_name, text, expected) => {
    expect(only(text)).toContain(expected);
  });

  it('not YAML', () => {
    const { lab, diagnostics } = parse('user: cikal\nhosts: [\n  - name: x\n: :\n');
    expect(lab).toBeNull();
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.every((one) => one.what.en.startsWith('not valid YAML'))).toBe(true);
  });

  it('a text, a list or a number instead of keys', () => {
    for (const text of ['hello\n', '- a\n', '12\n']) expect(only(text)).toContain('1:1');
  });

  it('an unknown key, with the nearest known one', () => {
    expect(only(`${HEAD}sudo_pasword: abc\n${GOOD_HOSTS}`)).toBe(
      '3:1 unknown key `sudo_pasword` | Did you mean `sudo_password`?',
    );
    const { diagnostics } = parse(
      HEAD + GOOD_HOSTS.replace('address: 192.168.56.43', 'adress: 192.168.56.43'),
    );
    expect(diagnostics.map(said)).toContain('7:5 unknown key `adress` | Did you mean `address`?');
  });

  it.each([
    ['user: 12', '1:7', 'quotes'],
    ['ssh_port: "22"', '1:11', ''],
    ['ssh_port: 70000', '1:11', ''],
    ['ssh_port: 2.5', '1:11', ''],
    ['agent: "yes"', '1:8', ''],
    ['practice: 1', '1:11', ''],
    ['operator_routes: 10.0.0.0/8', '1:18', ''],
    ['operator_routes: [10.0.2.15/24]', '1:19', ''],
    ['resolve: {Hit Local: 10.0.0.1}', '1:', ''],
    ['resolve: {hit.local: somewhere}', '1:22', ''],
    ['name: ""', '1:7', ''],
    ['parameters: []', '1:13', ''],
  ])('a wrong value: %s', (line, place, remedy) => {
    const told = only(`${line}\n${line.startsWith('user') ? '' : 'user: cikal\n'}key: k\n${GOOD_HOSTS}`);
    expect(told).toContain(place);
    expect(told).toContain(remedy);
  });

  it('never quotes a password that is wrong', () => {
    for (const line of ['password: 123456789', 'password: ["hunter2000"]', 'password: "hunter2000\\n"']) {
      const { diagnostics } = parse(`user: a\n${line}\n${GOOD_HOSTS}`);
      expect(diagnostics.length).toBeGreaterThan(0);
      expect(JSON.stringify(diagnostics)).not.toMatch(/123456789|hunter2000/);
    }
    const broken = parse('user: a\npassword: "hunter2000\nhosts: hunter2000 } "x\n');
    expect(JSON.stringify(broken.diagnostics)).not.toContain('hunter2000');
  });

  it('a missing host', () => {
    const text = HEAD + GOOD_HOSTS.slice(0, GOOD_HOSTS.indexOf('  - name: vm-worker'));
    expect(only(text)).toContain('host `vm-worker` is missing');
  });

  it('no hosts at all', () => {
    expect(only(HEAD)).toContain('`hosts` is missing');
  });

  it('an unknown host, with the nearest name', () => {
    const { diagnostics } = parse(HEAD + GOOD_HOSTS.replace('vm-k8s', 'vm-k8'));
    expect(diagnostics.map(said)).toContain('6:11 unknown host `vm-k8` | Did you mean `vm-k8s`?');
  });

  it('a host twice', () => {
    const { diagnostics } = parse(HEAD + GOOD_HOSTS.replace('vm-k8s', 'vm-docker'));
    expect(diagnostics.map((one) => one.what.en)).toEqual([
      'host `vm-k8s` is missing',
      'host `vm-docker` is there already, on line 4',
    ]);
  });

  it('two hosts with one address', () => {
    expect(only(HEAD + GOOD_HOSTS.replace('56.44', '56.42'))).toContain(
      '9:14 address 192.168.56.42 is used already on line 5',
    );
  });

  it.each([
    'vm.local',
    '192.168.56',
    '192.168.56.256',
    'fe80::1',
    '127.0.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '010.1.1.1',
  ])('an address that is no IPv4 address of a machine: %s', (address) => {
    expect(only(HEAD + GOOD_HOSTS.replace('192.168.56.43', `"${address}"`))).toContain('7:14');
  });

  it('no user, no way to log in', () => {
    const { diagnostics } = parse(
      GOOD_HOSTS.replace('address: 192.168.56.42', 'address: 192.168.56.42\n    agent: true\n    user: a'),
    );
    expect(diagnostics.map((one) => one.what.en)).toEqual([
      'no user is given for `vm-k8s`',
      'nothing says how to log in to `vm-k8s`',
      'no user is given for `vm-worker`',
      'nothing says how to log in to `vm-worker`',
    ]);
  });

  it('an agent that a host turns off is no way to log in', () => {
    const text = `user: a\nagent: true\n${GOOD_HOSTS}    agent: false\n`;
    expect(only(text)).toContain('nothing says how to log in to `vm-worker`');
  });

  it.each([
    ['dns_server: [1.1.1.1]', 'Did you mean `dns_servers`?'],
    ['dns_servers: 1.1.1.1', 'must be a list'],
    ['dns_servers: [1.1.1]', 'value 1 must be an IPv4 address'],
    ['kubernetes_version: 1.30', 'must be text; put the value in quotes'],
    ['pod_cidr: 10.244.1.0/16', '10.244.0.0/16'],
    ['harbor_port: 0', 'must be a port number'],
  ])('a parameter: %s', (line, expected) => {
    const told = only(`${HEAD}${GOOD_HOSTS}parameters:\n  ${line}\n`);
    expect(told).toContain(expected);
    expect(told).toMatch(/^11:/);
  });

  it.each([0o644, 0o640, 0o604, 0o100660])('a secret in a file of mode %o', (mode) => {
    expect(only(`user: a\npassword: "rahasia"\n${GOOD_HOSTS}`, mode)).toContain(`chmod 600 ${FILE}`);
  });

  it('a file without a secret may be open', () => {
    expect(parse(HEAD + GOOD_HOSTS, 0o644).diagnostics).toEqual([]);
  });

  it('all mistakes at once, in the order of the file, in both languages', () => {
    const { diagnostics } = parse(
      `usr: cikal\nssh_port: yes please\n${GOOD_HOSTS.replace('56.44', '56.42').replace('vm-k8s', 'vm-kbs')}parameters: {pod: 1}\n`,
    );
    expect(diagnostics.length).toBeGreaterThanOrEqual(6);
    const lines = diagnostics.map((one) => one.place?.line ?? 0);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    for (const one of diagnostics)
      for (const text of [one.what, one.remedy]) {
        expect(text.id).not.toBe('');
        expect(text.en).not.toBe('');
      }
  });

  it('aliases that grow without end', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`;
    expect(parse(bomb).lab).toBeNull();
  });

  it('whatever the text is, there is a lab or a reason', () => {
    const piece = fc.oneof(
      fc.constantFrom(...(HEAD + GOOD_HOSTS).split('\n')),
      fc.constantFrom(
        'hosts:',
        '  - name: vm-docker',
        '    forwards: {22: "a:1"}',
        '    key: [~]',
        '__proto__: 1',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (lines) => {
        const { lab, diagnostics } = parse(lines.join('\n'));
        expect(lab === null).toBe(diagnostics.length > 0);
      }),
    );
  });
});

describe('a lab file made from answers', () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((text) => !/\p{Cc}/u.test(text));
  const draft: fc.Arbitrary<LabDraft> = fc
    .record({ password: line, passphrase: line, key: line, name: line })
    .map(({ password, passphrase, key, name }) => ({
      ...(/[\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ? {} : { name }),
      user: 'cikal',
      key,
      passphrase,
      hosts: {
        'vm-docker': {
          address: '192.168.56.42',
          password,
          forwards: { 22: { host: '127.0.0.1', port: 4001 } },
        },
        'vm-k8s': { address: '192.168.56.43', sudoPassword: password, proxyJump: 'a@b:22' },
        'vm-worker': { address: '192.168.56.44', agent: true, sshPort: 2222, sshConfigHost: 'w' },
      },
      resolve: { 'hit.local': '192.168.56.42' },
      operatorRoutes: ['10.0.2.0/24'],
      practice: true,
      parameters: { dns_servers: ['9.9.9.9'], kubernetes_version: '1.30', harbor_port: 80 },
    }));

  it.each(['id', 'en'] as const)('reads back as what was answered (%s)', (language) => {
    fc.assert(
      fc.property(draft, (one) => {
        const { lab, diagnostics } = parse(renderLabFile(one, language));
        expect(diagnostics).toEqual([]);
        expect(lab?.hosts['vm-docker'].password).toBe(one.hosts['vm-docker'].password);
        expect(lab?.hosts['vm-docker'].passphrase).toBe(one.passphrase);
        expect(lab?.hosts['vm-docker'].forwards['22']).toEqual({ host: '127.0.0.1', port: 4001 });
        expect(lab?.hosts['vm-worker']).toMatchObject({ port: 2222, agent: true, sshConfigHost: 'w' });
        expect(lab?.parameters).toMatchObject({ kubernetes_version: '1.30', harbor_port: 80 });
        expect(lab?.name).toBe(one.name ?? 'kelas-a');
      }),
    );
  });

  it('explains itself in the language asked for and warns of secrets', () => {
    const one: LabDraft = {
      user: 'a',
      password: 'rahasia',
      hosts: {
        'vm-docker': { address: '10.0.0.2' },
        'vm-k8s': { address: '10.0.0.3' },
        'vm-worker': { address: '10.0.0.4' },
      },
    };
    expect(renderLabFile(one, 'id')).toContain('# Berisi rahasia');
    expect(renderLabFile(one, 'en')).toContain('# Holds a secret');
    const { password: _, ...open } = one;
    expect(renderLabFile({ ...open, agent: true }, 'en')).not.toContain('secret');
  });
});
