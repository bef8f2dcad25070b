/** ufw: rules into /etc/ufw/user.rules, and the host's packet filter on and off. */
import type { Host } from '../../host.js';
import { readLine } from '../../kernel/description.js';
import type { Program } from '../../kernel/kernel.js';
import type { Process } from '../../kernel/process.js';
import {
  ANYWHERE,
  PROFILES,
  readRules,
  tupleLine,
  UFW_CONF,
  UFW_DEFAULTS,
  USER_RULES,
  type UfwRule,
} from '../../model/firewall.js';
import { isAction, readRule, ruleWords, sameRule, statusLine, UfwError } from './rules.js';

function store(host: Host, rules: readonly UfwRule[]): void {
  const body = rules
    .map(
      (rule) =>
        `${tupleLine(rule)}\n-A ufw-user-input -j ${rule.action === 'allow' || rule.action === 'limit' ? 'ACCEPT' : 'DROP'}\n\n`,
    )
    .join('');
  host.volume.put(
    USER_RULES,
    `*filter\n:ufw-user-input - [0:0]\n:ufw-user-output - [0:0]\n:ufw-user-forward - [0:0]\n### RULES ###\n\n${body}### END RULES ###\nCOMMIT\n`,
    { mode: 0o640 },
  );
}
function setEnabled(host: Host, enabled: boolean): void {
  const text = host.volume.text(UFW_CONF) ?? 'ENABLED=no\nLOGLEVEL=low\n';
  host.volume.put(UFW_CONF, text.replace(/^ENABLED=.*$/m, `ENABLED=${enabled ? 'yes' : 'no'}`));
}
/** IPv6 has a rule of its own unless an IPv4 address is named. */
const hasV6 = (rule: UfwRule): boolean => rule.to === ANYWHERE && rule.from === ANYWHERE;

async function change(
  host: Host,
  process: Process,
  words: readonly string[],
  how: 'add' | 'delete',
  at: number | null,
): Promise<number> {
  const rule = readRule(words);
  const rules = readRules(host.volume);
  const found = rules.findIndex((one) => sameRule(one, rule));
  const twice = (text: string) => process.out(`${text}\n${hasV6(rule) ? `${text} (v6)\n` : ''}`);
  if (how === 'delete') {
    if (found < 0) {
      await twice('Could not delete non-existent rule');
      return 0;
    }
    rules.splice(found, 1);
    store(host, rules);
    if (host.firewall.active) host.firewall.load();
    await twice(host.firewall.active ? 'Rule deleted' : 'Rules updated');
    return 0;
  }
  if (found >= 0) {
    await twice('Skipping adding existing rule');
    return 0;
  }
  if (at === null) rules.push(rule);
  else rules.splice(at - 1, 0, rule);
  store(host, rules);
  if (host.firewall.active) host.firewall.load();
  await twice(host.firewall.active ? (at === null ? 'Rule added' : 'Rule inserted') : 'Rules updated');
  return 0;
}

async function status(host: Host, process: Process, words: readonly string[]): Promise<number> {
  if (!host.firewall.active) {
    await process.out('Status: inactive\n');
    return 0;
  }
  await process.out('Status: active\n');
  const verbose = words.includes('verbose');
  const numbered = words.includes('numbered');
  const policy = (chain: 'INPUT' | 'OUTPUT' | 'FORWARD') =>
    ({ ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' })[host.firewall.defaultPolicy(chain)];
  if (verbose)
    await process.out(
      `Logging: on (low)\nDefault: ${policy('INPUT')} (incoming), ${policy('OUTPUT')} (outgoing), ${policy('FORWARD')} (routed)\nNew profiles: skip\n`,
    );
  const { rules } = host.firewall;
  if (rules.length === 0) return 0;
  const lines = [
    ...rules.map((rule) => statusLine(rule, false, verbose || numbered)),
    ...rules.filter(hasV6).map((rule) => statusLine(rule, true, verbose || numbered)),
  ];
  const pad = numbered ? '     ' : '';
  await process.out(
    `\n${pad}To                         Action      From\n${pad}--                         ------      ----\n`,
  );
  for (const [index, line] of lines.entries())
    await process.out(`${numbered ? `[${String(index + 1).padStart(2)}] ` : ''}${line}\n`);
  await process.out('\n');
  return 0;
}

async function sure(process: Process, question: string): Promise<boolean> {
  await process.out(question);
  const { line } = await readLine(process.descriptor(0), process.signal);
  return /^y(es)?$/i.test(line.toString('utf8').trim());
}

async function run(host: Host, process: Process, words: readonly string[], force: boolean): Promise<number> {
  const [verb = '', ...rest] = words;
  switch (verb) {
    case 'enable':
      if (
        !force &&
        !host.firewall.active &&
        !(await sure(process, 'Command may disrupt existing ssh connections. Proceed with operation (y|n)? '))
      ) {
        await process.out('Aborted\n');
        return 0;
      }
      setEnabled(host, true);
      host.firewall.load();
      host.journal.write('kernel', 'kernel', '[UFW] enabled');
      await process.out('Firewall is active and enabled on system startup\n');
      return 0;
    case 'disable':
      setEnabled(host, false);
      host.firewall.flush();
      await process.out('Firewall stopped and disabled on system startup\n');
      return 0;
    case 'reload':
      if (!host.firewall.active) {
        await process.out('Firewall not enabled (skipping reload)\n');
        return 0;
      }
      host.firewall.load();
      await process.out('Firewall reloaded\n');
      return 0;
    case 'reset':
      if (
        !force &&
        !(await sure(
          process,
          'Resetting all rules to installed defaults. This may disrupt existing ssh\nconnections. Proceed with operation (y|n)? ',
        ))
      ) {
        await process.out('Aborted\n');
        return 0;
      }
      setEnabled(host, false);
      store(host, []);
      host.firewall.flush();
      return 0;
    case 'status':
      return status(host, process, rest);
    case 'show': {
      if (rest[0] !== 'added') return process.refuse(`show ${rest[0] ?? ''}`);
      const rules = readRules(host.volume);
      await process.out("Added user rules (see 'ufw status' for running firewall):\n");
      for (const rule of rules) await process.out(`${ruleWords(rule)}\n`);
      if (rules.length === 0) await process.out('(None)\n');
      return 0;
    }
    case 'default': {
      const [policy = '', direction = 'incoming'] = isAction(rest[0] ?? '') ? rest : [rest[1], rest[0]];
      const chain = { incoming: 'INPUT', outgoing: 'OUTPUT', routed: 'FORWARD' }[direction];
      const target = { allow: 'ACCEPT', deny: 'DROP', reject: 'REJECT' }[policy];
      if (chain === undefined || target === undefined) throw new UfwError('Invalid syntax');
      const text = host.volume.text(UFW_DEFAULTS) ?? '';
      host.volume.put(
        UFW_DEFAULTS,
        text.replace(new RegExp(`^DEFAULT_${chain}_POLICY=.*$`, 'm'), `DEFAULT_${chain}_POLICY="${target}"`),
      );
      if (host.firewall.active) host.firewall.load();
      await process.out(
        `Default ${direction} policy changed to '${policy}'\n(be sure to update your rules accordingly)\n`,
      );
      return 0;
    }
    case 'app':
      if (rest[0] === 'list')
        await process.out(
          `Available applications:\n${Object.keys(PROFILES)
            .map((name) => `  ${name}\n`)
            .join('')}`,
        );
      else if (rest[0] === 'info' && PROFILES[rest[1] ?? ''] !== undefined) {
        const profile = PROFILES[rest[1] ?? ''];
        await process.out(
          `Profile: ${rest[1] ?? ''}\nTitle: Secure shell server, an rshd replacement\nDescription: OpenSSH is a free implementation of the Secure Shell protocol.\n\nPort:\n  ${profile?.port ?? ''}/${profile?.protocol ?? ''}\n`,
        );
      } else throw new UfwError(`Could not find profile '${rest[1] ?? ''}'`);
      return 0;
    case 'logging':
      await process.out('Logging enabled\n');
      return 0;
    case 'version':
      await process.out('ufw 0.36.2\nCopyright 2008-2023 Canonical Ltd.\n');
      return 0;
    case 'delete': {
      const [number] = rest;
      if (/^\d+$/.test(number ?? '')) {
        const rule = readRules(host.volume)[Number(number) - 1];
        if (rule === undefined) throw new UfwError(`Could not find rule '${number ?? ''}'`);
        const shown = ruleWords(rule).replace(/^ufw /, '');
        if (!force && !(await sure(process, `Deleting:\n ${shown}\nProceed with operation (y|n)? `))) {
          await process.out('Aborted\n');
          return 0;
        }
        return change(host, process, shown.split(' '), 'delete', null);
      }
      return change(host, process, rest, 'delete', null);
    }
    case 'insert':
      return change(host, process, rest.slice(1), 'add', Number(rest[0]));
    case 'prepend':
      return change(host, process, rest, 'add', 1);
    case 'rule':
      return change(host, process, rest, 'add', null);
    default:
      if (verb === 'route' && rest[0] === 'delete')
        return change(host, process, ['route', ...rest.slice(1)], 'delete', null);
      if (isAction(verb) || verb === 'route') return change(host, process, words, 'add', null);
      throw new UfwError('Invalid syntax');
  }
}

export function ufw(host: Host): Program {
  return async (process, args) => {
    const force = args.includes('--force') || args.includes('-f');
    const words = args.filter((arg) => !['--force', '-f', '--dry-run'].includes(arg));
    if (words[0] === '--version') return run(host, process, ['version'], force);
    if (process.credentials.uid !== 0) {
      await process.err('ERROR: You need to be root to run this script\n');
      return 1;
    }
    try {
      return await run(host, process, words, force);
    } catch (error) {
      if (!(error instanceof UfwError)) throw error;
      await process.err(`ERROR: ${error.message}\n`);
      return 1;
    }
  };
}
/** The files and the unit that the package brings. */
export function installUfw(host: Host): void {
  host.volume.put(
    UFW_CONF,
    "# /etc/ufw/ufw.conf\n#\n\n# Set to yes to start on boot. If setting this remotely, be sure to add a rule\n# to allow your remote connection before starting ufw. Eg: 'ufw allow 22/tcp'\nENABLED=no\n\nLOGLEVEL=low\n",
  );
  host.volume.put(
    UFW_DEFAULTS,
    '# /etc/default/ufw\n#\n\nIPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="DROP"\nDEFAULT_APPLICATION_POLICY="SKIP"\nMANAGE_BUILTINS=no\n',
  );
  store(host, []);
  host.systemd.add(
    {
      name: 'ufw.service',
      description: 'Uncomplicated firewall',
      enablement: 'enabled',
      active: true,
      oneshot: true,
      remains: true,
      type: 'oneshot',
    },
    {
      start: () => {
        if (host.firewall.enabledAtBoot) host.firewall.load();
      },
      stop: () => host.firewall.flush(),
    },
  );
}
