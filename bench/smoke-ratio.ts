/**
 * `npm run bench -- smoke LAB_FILE`: the smoke test of real hosts beside the same questions asked in other ways, in one run:
 * by a shell script with one ssh for each, and by Ansible (`ansible-playbook` of Debian's ansible-core). The lab has to be
 * green: then everything is asked once by each. Without Ansible on this computer that comparison is left out, and said so.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { RenderedProbe } from '../src/gates/types.js';
import { HOST_NAMES, type Lab } from '../src/lab/types.js';
import { loadRunbook } from '../src/runbook/load.js';
import { readLabFile } from '../src/services/files/lab-file.js';
import { openLabSession } from '../src/services/engine/assemble.js';
import { shellQuote } from '../src/services/ssh/envelope.js';
import { createLogBook } from '../src/state/logs.js';
import { cli, ROOT } from '../test/support/cli.js';
import { median, type Row } from './statistics.js';

const smokeSchema = z.object({
  verdict: z.string(),
  gates: z.array(
    z.object({
      key: z.string(),
      evidence: z.array(z.object({ durationMs: z.number() })),
    }),
  ),
});
type Command = Extract<RenderedProbe, { kind: 'command' }>;

/** Runs a program to a good end; its output goes nowhere. @returns seconds @throws Error when it ends with another code than 0 */
function took(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve((performance.now() - began) / 1000);
      else reject(new Error(`${program} ended with ${code}`));
    });
  });
}

/** It refuses to start in a locale that is not installed. */
const ANSIBLE_ENV = { LC_ALL: 'C.UTF-8' };

/** Whether Ansible is there to be compared with; told on stderr when it is not. @throws Error when it is there and does not run */
async function hasAnsible(): Promise<boolean> {
  try {
    await took('ansible-playbook', ['--version'], ANSIBLE_ENV);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    process.stderr.write(
      'There is no ansible-playbook on this computer (Debian: apt-get install ansible-core): nothing is compared with Ansible.\n',
    );
    return false;
  }
}

/** What is asked from the operator's computer, in the words of a shell. */
function asShell(probe: Exclude<RenderedProbe, Command>): string {
  const seconds = Math.ceil(probe.timeoutMs / 1000);
  switch (probe.kind) {
    case 'http':
      return `curl -s ${probe.insecure ? '-k ' : ''}-X ${probe.method} -o /dev/null -w '%{http_code}' --max-time ${seconds} ${shellQuote(probe.url)}`;
    case 'tcp':
      return `timeout ${seconds} bash -c ${shellQuote(`</dev/tcp/${probe.host}/${probe.port}`)}`;
    case 'dns':
      return `timeout ${seconds} getent ahostsv4 ${shellQuote(probe.name)}`;
    case 'clock':
      return 'date +%s.%3N';
    case 'routes':
      return 'ip route';
    case 'hosts-file':
      return 'cat /etc/hosts';
  }
}

/** One ssh for each question, with a connection of its own, one after the other. */
function shellScript(probes: readonly RenderedProbe[], config: string): string {
  const lines = probes.map((probe) => {
    if (probe.kind !== 'command') return `${asShell(probe)} >/dev/null 2>&1 </dev/null`;
    const shell = probe.as === 'root' ? 'sudo -n bash -c' : 'bash -c';
    const seconds = Math.ceil(probe.timeoutMs / 1000);
    const remote = `timeout ${seconds} ${shell} ${shellQuote(probe.script)}`;
    return `ssh -F ${config} ${probe.on} ${shellQuote(remote)} >/dev/null 2>&1 </dev/null`;
  });
  return `${lines.join('\n')}\ntrue\n`;
}

/** As kind to Ansible as can be: all hosts at the same time, none waits for another, no facts. See also ansible.cfg below. */
const PLAYBOOK = stringify([
  {
    hosts: 'all',
    gather_facts: false,
    strategy: 'free',
    tasks: [{ 'ansible.builtin.include_tasks': '{{ inventory_hostname }}.yml' }],
  },
]);
const ANSIBLE_CFG = (config: string): string => `[defaults]
forks = 4
host_key_checking = False
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = True
ssh_args = -F ${config} -o ControlMaster=auto -o ControlPersist=60s
`;

/** The questions to one place as Ansible's tasks. */
function tasks(probes: readonly RenderedProbe[], place: string): string {
  return stringify(
    probes
      .filter(({ on }) => on === place)
      .map((probe) => ({
        'ansible.builtin.shell': {
          cmd: `{% raw %}${probe.kind === 'command' ? probe.script : asShell(probe)}{% endraw %}`,
          executable: '/bin/bash',
        },
        become: probe.kind === 'command' && probe.as === 'root',
        changed_when: false,
        failed_when: false,
      })),
  );
}

/** Where the hosts are, for ssh. */
function sshConfig({ hosts }: Lab, knownHosts: string): string {
  const lines = HOST_NAMES.flatMap((name) => {
    const { address, port, user, keyFile } = hosts[name];
    return [
      `Host ${name}`,
      `  HostName ${address}`,
      `  Port ${port}`,
      `  User ${user}`,
      ...(keyFile === undefined ? [] : [`  IdentityFile ${keyFile}`, '  IdentitiesOnly yes']),
    ];
  });
  const all = ['BatchMode yes', 'StrictHostKeyChecking no', `UserKnownHostsFile ${knownHosts}`];
  return `${[...lines, 'Host *', ...all.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** Every question of the checklist, as the session that asks it has it. */
async function probesOf(lab: Lab, keys: ReadonlySet<string>): Promise<readonly RenderedProbe[]> {
  const { runbook } = await loadRunbook(join(ROOT, 'assets'));
  if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
  const session = await openLabSession(lab, runbook, {
    askHostKey: () => Promise.resolve(false),
    logs: createLogBook(1),
    content: [join(ROOT, 'assets')],
  });
  const gates = session.gates.filter(({ key }) => keys.has(key));
  await session.close();
  return gates.flatMap(({ probes }) => Object.values(probes));
}

/**
 * @param labFile three hosts that are well
 * @param rounds how often each is measured; the middle counts
 * @throws Error when the smoke test is not green at once
 */
export async function measureSmoke(labFile: string, rounds = 3): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'threebody-smoke-ratio-'));
  try {
    return await measureIn(directory, labFile, rounds);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measureIn(directory: string, labFile: string, rounds: number): Promise<readonly Row[]> {
  const withAnsible = await hasAnsible();
  const at = (name: string): string => join(directory, name);
  const env = { ...process.env, XDG_STATE_HOME: at('state'), XDG_CONFIG_HOME: at('config'), NO_COLOR: '1' };
  const { runbook } = await loadRunbook(join(ROOT, 'assets'));
  if (runbook === null) throw new Error('the runbook in assets/ has mistakes');
  const lab = await readLabFile(labFile, { parameters: runbook.parameters, env });
  await cli(['connect', '--accept-host-keys', '--lab', labFile], { env });

  const smoke = async () => {
    const { stdout, stderr, ms } = await cli(['smoke', '--json', '--lab', labFile], { env });
    const found = smokeSchema.parse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (found.verdict !== 'green') throw new Error(`the lab is not green:\n${stderr}`);
    const slowest = Math.max(...found.gates.flatMap(({ evidence }) => evidence.map((one) => one.durationMs)));
    return { seconds: ms / 1000, slowest: slowest / 1000, ...found };
  };
  // The first writes the diary and finds out what the lab has; every morning after it is like the next ones.
  const first = await smoke();
  const probes = await probesOf(lab, new Set(first.gates.map(({ key }) => key)));
  const config = at('ssh_config');
  await writeFile(config, sshConfig(lab, at('known_hosts')));
  await writeFile(at('checks.sh'), shellScript(probes, config));
  await writeFile(at('ansible.cfg'), ANSIBLE_CFG(config));
  await writeFile(at('play.yml'), PLAYBOOK);
  await writeFile(at('inventory'), `${HOST_NAMES.join('\n')}\noperator ansible_connection=local\n`);
  for (const place of [...HOST_NAMES, 'operator']) await writeFile(at(`${place}.yml`), tasks(probes, place));

  const runs = {
    smoke: [] as number[],
    slowest: [] as number[],
    shell: [] as number[],
    ansible: [] as number[],
  };
  for (let round = 0; round < rounds; round += 1) {
    const { seconds, slowest } = await smoke();
    runs.smoke.push(seconds);
    runs.slowest.push(slowest);
    runs.shell.push(await took('bash', [at('checks.sh')]));
    if (!withAnsible) continue;
    const ansible = { ANSIBLE_CONFIG: at('ansible.cfg'), ...ANSIBLE_ENV };
    runs.ansible.push(await took('ansible-playbook', ['-i', at('inventory'), at('play.yml')], ansible));
  }
  const own = median(runs.smoke);
  const how = `median of ${rounds}; ${first.gates.length} gates, ${probes.length} probes, three real hosts, all green`;
  const row = (what: string, value: number, unit: string, more = ''): Row => ({
    what,
    value,
    unit,
    target: null,
    how: more === '' ? how : `${more}; ${how}`,
  });
  return [
    row('smoke test', own, 's', 'the whole program, with its start, logins, diary'),
    row('smoke test: its slowest single probe', median(runs.slowest), 's', 'as measured on its host'),
    row('the same questions, one ssh for each', median(runs.shell), 's'),
    ...(withAnsible
      ? [
          row(
            'the same questions, by Ansible',
            median(runs.ansible),
            's',
            'strategy free, pipelining, no facts',
          ),
        ]
      : []),
    row('smoke test: to its slowest single probe', own / median(runs.slowest), '×'),
    row('one ssh for each: to the smoke test', median(runs.shell) / own, '×'),
    ...(withAnsible ? [row('Ansible: to the smoke test', median(runs.ansible) / own, '×')] : []),
  ];
}
