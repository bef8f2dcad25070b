/** A lab file made from a person's answers: YAML with comments in their language. Pure. */
import { stringify } from 'yaml';
import { HOST_NAMES, type Endpoint, type HostName, type Language, type Parameters } from './types.js';

/** How to log in; said once for all hosts, or for one. */
export interface LoginDraft {
  readonly user?: string;
  /** Path of a private key file, as the person wrote it. */
  readonly key?: string;
  readonly passphrase?: string;
  readonly password?: string;
  readonly agent?: boolean;
  readonly sudoPassword?: string;
  readonly sshPort?: number;
}
export interface HostDraft extends LoginDraft {
  readonly address: string;
  readonly sshConfigHost?: string;
  readonly proxyJump?: string;
  readonly forwards?: Readonly<Record<string, Endpoint>>;
}
/** The answers from which a lab file is written. */
export interface LabDraft extends LoginDraft {
  readonly name?: string;
  readonly hosts: Readonly<Record<HostName, HostDraft>>;
  readonly resolve?: Readonly<Record<string, string>>;
  readonly operatorRoutes?: readonly string[];
  readonly practice?: boolean;
  /** Only those that differ from the runbook's defaults. */
  readonly parameters?: Parameters;
}

interface Words {
  readonly head: readonly string[];
  readonly login: string;
  readonly secret: string;
  readonly hosts: string;
  readonly forwards: string;
  readonly resolve: string;
  readonly routes: string;
  readonly practice: string;
  readonly parameters: string;
}
const WORDS: Readonly<Record<Language, Words>> = {
  id: {
    head: [
      'Berkas lab threebody-tui: tiga VM dan cara masuk ke sana.',
      'Boleh disunting; kesalahan akan ditunjukkan dengan nomor barisnya.',
    ],
    login: 'Cara masuk ke semua host. Bisa ditimpa pada tiap host.',
    secret: 'Berisi rahasia: jaga agar mode berkas ini 0600 dan jangan masukkan ke git.',
    hosts: 'Tepat tiga host dengan nama ini; address adalah alamat IPv4 statisnya.',
    forwards: 'Port di host: alamat tempat komputer ini mencapainya.',
    resolve: 'Nama yang oleh komputer ini diarahkan ke alamat-alamat ini.',
    routes: 'Jaringan yang dirutekan komputer ini; tanpa baris ini dibaca dari sistem.',
    practice: 'Lab praktik: simulasi, bukan VM sungguhan.',
    parameters: 'Nilai yang berbeda dari bawaan runbook.',
  },
  en: {
    head: [
      'Lab file of threebody-tui: three VMs and how to log in to them.',
      'Edit it freely; mistakes are shown with their line number.',
    ],
    login: 'How to log in to all hosts. Each host may say otherwise.',
    secret: 'Holds a secret: keep the mode of this file 0600 and keep it out of git.',
    hosts: 'Exactly three hosts with these names; address is the static IPv4 address.',
    forwards: 'Port on the host: where this computer reaches it.',
    resolve: 'Names that this computer takes to these addresses.',
    routes: 'Networks this computer routes; without this line they are read from the system.',
    practice: 'A practice lab: a simulation, no real VMs.',
    parameters: "Values that differ from the runbook's defaults.",
  },
};

/** Whether a lab file made from these answers holds a password or passphrase. */
export function holdsSecret(draft: LabDraft): boolean {
  return [draft, ...HOST_NAMES.map((name) => draft.hosts[name])].some(
    (one) => one.password !== undefined || one.passphrase !== undefined || one.sudoPassword !== undefined,
  );
}

/** The text of a lab file. What it says reads back as the same lab. */
export function renderLabFile(draft: LabDraft, language: Language): string {
  const words = WORDS[language];
  const lines: string[] = words.head.map((line) => `# ${line}`);
  if (holdsSecret(draft)) lines.push(`# ${words.secret}`);
  if (draft.name !== undefined) lines.push(`name: ${scalar(draft.name)}`);
  if (draft.practice === true) lines.push('', `# ${words.practice}`, 'practice: true');
  const login = loginLines(draft);
  if (login.length > 0) lines.push('', `# ${words.login}`, ...login);
  lines.push('', `# ${words.hosts}`, 'hosts:');
  for (const name of HOST_NAMES) lines.push(...hostLines(name, draft.hosts[name], words));
  if (draft.resolve !== undefined) lines.push('', `# ${words.resolve}`, ...group('resolve', draft.resolve));
  if (draft.operatorRoutes !== undefined)
    lines.push('', `# ${words.routes}`, `operator_routes: ${list(draft.operatorRoutes)}`);
  if (draft.parameters !== undefined && Object.keys(draft.parameters).length > 0)
    lines.push('', `# ${words.parameters}`, ...group('parameters', draft.parameters));
  return `${lines.join('\n')}\n`;
}

function hostLines(name: HostName, host: HostDraft, words: Words): string[] {
  const lines = [`  - name: ${name}`, `    address: ${scalar(host.address)}`];
  lines.push(...loginLines(host).map((line) => `    ${line}`));
  if (host.sshConfigHost !== undefined) lines.push(`    ssh_config_host: ${scalar(host.sshConfigHost)}`);
  if (host.proxyJump !== undefined) lines.push(`    proxy_jump: ${scalar(host.proxyJump)}`);
  const forwards = Object.entries(host.forwards ?? {});
  if (forwards.length > 0) {
    lines.push(`    # ${words.forwards}`, '    forwards:');
    lines.push(...forwards.map(([port, to]) => `      ${port}: ${quoted(`${to.host}:${to.port}`)}`));
  }
  return lines;
}

function loginLines(login: LoginDraft): string[] {
  const lines: string[] = [];
  if (login.user !== undefined) lines.push(`user: ${scalar(login.user)}`);
  if (login.key !== undefined) lines.push(`key: ${scalar(login.key)}`);
  if (login.passphrase !== undefined) lines.push(`passphrase: ${quoted(login.passphrase)}`);
  if (login.password !== undefined) lines.push(`password: ${quoted(login.password)}`);
  if (login.agent !== undefined) lines.push(`agent: ${login.agent}`);
  if (login.sudoPassword !== undefined) lines.push(`sudo_password: ${quoted(login.sudoPassword)}`);
  if (login.sshPort !== undefined) lines.push(`ssh_port: ${login.sshPort}`);
  return lines;
}

function group(key: string, values: Parameters): string[] {
  const entries = Object.entries(values);
  if (entries.length === 0) return [`${key}: {}`];
  return [
    `${key}:`,
    ...entries.map(([name, value]) => `  ${name}: ${isList(value) ? list(value) : scalar(value)}`),
  ];
}

function isList(value: Parameters[string]): value is readonly string[] {
  return Array.isArray(value);
}

function list(values: readonly string[]): string {
  return `[${values.map(quoted).join(', ')}]`;
}

/** A plain scalar where YAML allows it, so that the file reads as one would write it by hand. */
function scalar(value: string | number | boolean): string {
  if (typeof value === 'string' && /\p{Cc}/u.test(value)) return quoted(value);
  return stringify(value, { lineWidth: 0 }).replace(/\n$/, '');
}

/** Always in double quotes: JSON strings are YAML scalars, whatever stands in them. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
