/** `connect`: tries the way to every host: reached, key known, logged in, sudo. */
import { shellWord } from '../runbook/shell.js';
import { sudoWord } from '../i18n/texts/words.js';
import type { HostName, Trouble } from '../lab/types.js';
import { glyphs } from '../term/glyphs.js';
import { paintTone } from '../term/theme.js';
import { talk, type CommandContext, type ExitCode } from './context.js';
import { jsonDocument } from './output/document.js';
import { plainSigns } from './output/text.js';
import { selectHosts } from './selection.js';
import { openLab, type OpenLab } from './session.js';

interface Tried {
  readonly host: HostName;
  readonly login: string;
  readonly trouble: Trouble | null;
  readonly sudo: 'nopasswd' | 'password' | 'none' | null;
  readonly hostname: string | null;
  readonly os: string | null;
}

const FACTS = 'hostname; . /etc/os-release 2>/dev/null; echo "${PRETTY_NAME:-?}"';

export async function connect(context: CommandContext): Promise<ExitCode> {
  const { options } = context.line;
  const hosts = selectHosts(options.list('host'));
  const lab = await openLab(context, { acceptHostKeys: options.has('accept-host-keys') });
  try {
    const troubles = await lab.login(hosts, { root: true });
    if (context.signal.aborted) return 3;
    const tried = await Promise.all(hosts.map((host) => look(lab, host, troubles.get(host) ?? null)));
    const { name, file, practice } = lab.session.lab;
    context.streams.result(
      options.has('json')
        ? jsonDocument('connect', { lab: { name, file, practice }, hosts: tried.map(triedContent) })
        : tableText(context, tried),
    );
    for (const trouble of troubles.values()) context.problem(trouble);
    if (troubles.size === 0) {
      const path = options.text('lab');
      const same = options.has('practice')
        ? ' --practice'
        : path === undefined
          ? ''
          : ` --lab ${shellWord(path)}`;
      talk(context, {
        id: `Semua host siap. Berikutnya: threebody-tui check A0${same}`,
        en: `All hosts are ready. Next: threebody-tui check A0${same}`,
      });
      return 0;
    }
    return [...troubles.values()].some((trouble) => trouble.exit === 2) ? 2 : 3;
  } finally {
    await lab.close();
  }
}

async function look(lab: OpenLab, host: HostName, trouble: Trouble | null): Promise<Tried> {
  const { user, address, port, forwards } = lab.session.lab.hosts[host];
  const forward = forwards[String(port)];
  const through = forward === undefined ? '' : ` (${forward.host}:${forward.port})`;
  const link = lab.session.links.link(host);
  const status = link.status();
  const base = { host, login: `${user}@${address}:${port}${through}`, trouble };
  if (status.kind !== 'up') return { ...base, sudo: null, hostname: null, os: null };
  // Facts are a courtesy: a host that is up but does not tell them is still one that can be logged in to.
  const answer = await link.run(FACTS, { timeoutMs: 10_000 }).catch(() => null);
  const [hostname = '', os = ''] = (answer?.stdout ?? '').split('\n');
  return {
    ...base,
    sudo: status.sudo,
    hostname: hostname === '' ? null : hostname,
    os: os === '' ? null : os,
  };
}

function triedContent({ trouble, ...rest }: Tried): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    ok: trouble === null,
    trouble:
      trouble === null
        ? null
        : { code: trouble.code, what: trouble.what, remedy: trouble.remedy, where: trouble.where },
  };
}

function width(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length));
}

function tableText({ language, color, ascii }: CommandContext, tried: readonly Tried[]): string {
  const hostWidth = width(tried.map((one) => one.host));
  const loginWidth = width(tried.map((one) => one.login));
  const signs = glyphs(ascii).standing;
  const lines = tried.map(({ host, login, trouble, sudo, hostname, os }) => {
    const sign = trouble === null ? paintTone(signs.pass, 'ok', color) : paintTone(signs.fail, 'bad', color);
    const facts = [
      ...(sudo === null ? [] : [sudoWord[sudo][language]]),
      ...(hostname === null ? [] : [hostname]),
      ...(os === null ? [] : [os]),
    ];
    const seen = facts.length === 0 ? (trouble?.what[language] ?? '') : facts.join(' · ');
    return `${sign} ${host.padEnd(hostWidth)}  ${login.padEnd(loginWidth)}  ${seen}\n`;
  });
  return plainSigns(lines.join(''), ascii);
}
