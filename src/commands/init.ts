/** `init`: writes a lab file from options, and at a terminal asks for what they leave open. Dials nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { renderLabFile, type LabDraft } from '../lab/lab-draft.js';
import { isHostAddress } from '../lab/net.js';
import { HOST_NAMES, Trouble, type HostName, type Text } from '../lab/types.js';
import { shellWord } from '../runbook/shell.js';
import type { Runbook } from '../runbook/types.js';
import { configLabFile, readLabFile, writeLabFile } from '../services/files/lab-file.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { loadContent } from './lab-choice.js';
import { usageTrouble } from './parse.js';
import { PROPOSED_KEY, proposedAddresses, proposedUser, publicKeyOf } from './proposals.js';

const ADDRESS_OPTIONS = { 'vm-docker': 'docker-ip', 'vm-k8s': 'k8s-ip', 'vm-worker': 'worker-ip' } as const;

export async function init(context: CommandContext): Promise<ExitCode> {
  const { options } = context.line;
  const { env, cwd, assets, language } = context;
  if (options.has('practice'))
    throw usageTrouble(
      { id: 'lab praktik tidak perlu berkas lab', en: 'the practice lab needs no lab file' },
      { id: 'Mulai dengan: threebody-tui practice', en: 'Start it with: threebody-tui practice' },
    );
  const named = options.text('out') ?? options.text('lab');
  const path = named === undefined ? configLabFile(env) : resolve(cwd, named);
  const replace = options.has('replace');
  const runbook = await loadContent(options.text('runbook'), assets, cwd);
  const draft = await draftOf(context, runbook);
  await mustBeRight(draft, path, runbook, context);
  const vagrant = options.text('vagrant');
  const vagrantText = vagrant === undefined ? null : await vagrantfile(context, draft);
  await writeLabFile(path, draft, { language, replace });
  context.streams.result(`${path}\n`);
  if (vagrant !== undefined && vagrantText !== null) {
    const { writeVagrantfile } = await import('../services/files/vagrantfile.js');
    const file = await writeVagrantfile(resolve(cwd, vagrant), vagrantText, { replace });
    talk(context, {
      id: `Vagrantfile ditulis: ${file}. Di sana jalankan: vagrant up`,
      en: `Vagrantfile written: ${file}. Over there run: vagrant up`,
    });
  }
  const flag = named === undefined ? '' : ` --lab ${shellWord(path)}`;
  talk(context, {
    id: `Berkas lab ditulis (mode 0600). Berikutnya: threebody-tui connect${flag}`,
    en: `The lab file is written (mode 0600). Next: threebody-tui connect${flag}`,
  });
  return 0;
}

async function draftOf(context: CommandContext, runbook: Runbook): Promise<LabDraft> {
  const { options } = context.line;
  const addresses: Partial<Record<HostName, string>> = {};
  const proposed = proposedAddresses(runbook);
  for (const host of HOST_NAMES) {
    const option = ADDRESS_OPTIONS[host];
    addresses[host] = await answer(context, `--${option}`, options.text(option), {
      question: {
        id: `Alamat IPv4 ${host} [${proposed[host]}]:`,
        en: `IPv4 address of ${host} [${proposed[host]}]:`,
      },
      otherwise: proposed[host],
      check: (text) =>
        isHostAddress(text)
          ? null
          : {
              id: `${text} bukan alamat IPv4 sebuah mesin`,
              en: `${text} is not the IPv4 address of a machine`,
            },
    });
  }
  const user = await answer(context, '--user', options.text('user'), {
    question: {
      id: `Pengguna di ketiga VM [${proposedUser()}]:`,
      en: `User on the three VMs [${proposedUser()}]:`,
    },
    otherwise: proposedUser(),
    check: () => null,
  });
  const login = await loginOf(context);
  const name = options.text('name');
  const { 'vm-docker': docker = '', 'vm-k8s': k8s = '', 'vm-worker': worker = '' } = addresses;
  return {
    ...(name === undefined ? {} : { name }),
    user,
    ...login,
    hosts: { 'vm-docker': { address: docker }, 'vm-k8s': { address: k8s }, 'vm-worker': { address: worker } },
  };
}

type Login = Pick<LabDraft, 'key' | 'password' | 'agent'>;

async function loginOf(context: CommandContext): Promise<Login> {
  const { options } = context.line;
  const { asking } = context;
  const key = options.text('key');
  const given: Login = {
    ...(key === undefined ? {} : { key: keyPath(key, context.cwd) }),
    ...(options.has('agent') ? { agent: true } : {}),
    ...(options.has('password-stdin') ? { password: await passwordFromStdin(context) } : {}),
  };
  if (Object.keys(given).length > 0) return given;
  if (asking === null) throw missing('--key FILE, --agent, --password-stdin');
  const typed = await asking.line({
    id: `Kunci privat SSH [${PROPOSED_KEY}; - = dengan kata sandi]:`,
    en: `Private SSH key [${PROPOSED_KEY}; - = with a password]:`,
  });
  if (typed !== '-') return { key: typed === '' ? PROPOSED_KEY : keyPath(typed, context.cwd) };
  const password = await asking.secret({
    id: 'Kata sandi (disimpan di berkas lab, mode 0600):',
    en: 'Password (kept in the lab file, mode 0600):',
  });
  if (password === '') throw missing('--key FILE, --agent, --password-stdin');
  return { password };
}

/** `~/…` stays as it is, so that the file can move to another home; other paths are those of the working directory. */
function keyPath(key: string, cwd: string): string {
  return key === '~' || key.startsWith('~/') ? key : resolve(cwd, key);
}

async function passwordFromStdin(context: CommandContext): Promise<string> {
  if (context.asking !== null) return context.asking.secret({ id: 'Kata sandi:', en: 'Password:' });
  const password = (await readAll(context.stdin)).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw usageTrouble(
    { id: 'stdin tidak berisi kata sandi', en: 'stdin holds no password' },
    {
      id: 'Alirkan kata sandinya, mis. dari pengelola kata sandi.',
      en: 'Pipe the password in, e.g. from a password manager.',
    },
  );
}

async function answer(
  context: CommandContext,
  option: string,
  given: string | undefined,
  how: {
    readonly question: Text;
    readonly otherwise?: string;
    readonly check: (text: string) => Text | null;
  },
): Promise<string> {
  if (given !== undefined) {
    const wrong = how.check(given);
    if (wrong === null) return given;
    throw usageTrouble(
      { id: `${option}: ${wrong.id}`, en: `${option}: ${wrong.en}` },
      { id: `Betulkan nilai ${option}.`, en: `Correct the value of ${option}.` },
    );
  }
  if (context.asking === null) throw missing(option);
  for (;;) {
    const typed = await context.asking.line(how.question);
    const text = typed === '' && how.otherwise !== undefined ? how.otherwise : typed;
    const wrong = how.check(text);
    if (wrong === null) return text;
    talk(context, wrong);
  }
}

function missing(options: string): Trouble {
  return usageTrouble(
    { id: `init memerlukan ${options}`, en: `init needs ${options}` },
    {
      id: 'Beri sebagai opsi, atau jalankan di terminal agar ditanya.',
      en: 'Give it as an option, or run it on a terminal to be asked.',
    },
  );
}

/** Reads the file back before it is written, from a private place: nothing wrong replaces something right. */
async function mustBeRight(
  draft: LabDraft,
  path: string,
  runbook: Runbook,
  context: CommandContext,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'threebody-init-'));
  const trial = join(directory, 'lab.yaml');
  try {
    await writeFile(trial, renderLabFile(draft, context.language), { mode: 0o600 });
    await readLabFile(trial, { parameters: runbook.parameters, env: context.env });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    const there = (text: string): string => text.replaceAll(trial, path);
    const both = (text: Text): Text => ({ id: there(text.id), en: there(text.en) });
    throw new Trouble(
      error.code,
      both(error.what),
      both(error.remedy),
      error.where === null ? null : there(error.where),
      error.exit,
      { cause: error },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function vagrantfile(context: CommandContext, draft: LabDraft): Promise<string> {
  const { vagrantfileText } = await import('../services/files/vagrantfile.js');
  const { key } = draft;
  if (key === undefined)
    throw usageTrouble(
      { id: '--vagrant memerlukan --key', en: '--vagrant needs --key' },
      {
        id: 'VM baru menerima kunci publik di sampingnya (FILE.pub). Buat dengan: ssh-keygen -t ed25519',
        en: 'New VMs get the public key beside it (FILE.pub). Make one with: ssh-keygen -t ed25519',
      },
    );
  const addresses: Record<HostName, string> = { 'vm-docker': '', 'vm-k8s': '', 'vm-worker': '' };
  for (const host of HOST_NAMES) addresses[host] = draft.hosts[host].address;
  const home = homedir();
  const publicKey = publicKeyOf(key.startsWith(`${home}/`) ? `~/${key.slice(home.length + 1)}` : key);
  return vagrantfileText(join(context.assets, 'templates'), {
    addresses,
    user: draft.user ?? proposedUser(),
    publicKey,
  });
}
