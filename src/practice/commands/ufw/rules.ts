/** ufw's rule language: words in, a rule out, and back to the words of `show added` and the columns of `status`. */
import { ANYWHERE, PROFILES, type UfwAction, type UfwRule } from '../../model/firewall.js';
import { isAddress } from '../../model/machine.js';

export class UfwError extends Error {
  override readonly name = 'UfwError';
}
/** Services of /etc/services that people name. */
const SERVICES: Readonly<Record<string, string>> = {
  ssh: '22/tcp',
  http: '80/tcp',
  https: '443/tcp',
  domain: '53',
};

export const isAction = (word: string): word is UfwAction =>
  word === 'allow' || word === 'deny' || word === 'reject' || word === 'limit';

function place(word: string): string {
  if (word === 'any') return ANYWHERE;
  const [address = '', prefix] = word.split('/');
  if (!isAddress(address) || (prefix !== undefined && !(Number(prefix) >= 0 && Number(prefix) <= 32)))
    throw new UfwError(/^[a-z]/i.test(word) ? 'Bad source address' : 'Bad destination address');
  return prefix === '32' ? address : word;
}
function port(word: string): { readonly port: string; readonly protocol: string } {
  const service = SERVICES[word] ?? word;
  const [number = '', protocol = 'any'] = service.split('/');
  const parts = number.split(/[,:]/);
  if (!parts.every((part) => /^\d+$/.test(part) && Number(part) > 0 && Number(part) < 65_536))
    throw new UfwError('Bad port');
  if (!['any', 'tcp', 'udp'].includes(protocol)) throw new UfwError(`Unsupported protocol '${protocol}'`);
  if (/[,:]/.test(number) && protocol === 'any')
    throw new UfwError("Must specify 'tcp' or 'udp' with multiple ports");
  return { port: number, protocol };
}

/** Words after an optional `route`, the action first. @throws UfwError */
export function readRule(given: readonly string[]): UfwRule {
  const words = [...given];
  const forward = words[0] === 'route';
  if (forward) words.shift();
  const action = words.shift() ?? '';
  if (!isAction(action)) throw new UfwError('Invalid syntax');
  const rule = {
    action,
    protocol: 'any',
    port: 'any',
    to: ANYWHERE,
    fromPort: 'any',
    from: ANYWHERE,
    app: null as string | null,
    direction: 'in' as 'in' | 'out',
    device: null as string | null,
    forward,
    comment: '',
  };
  const next = (): string => {
    const word = words.shift();
    if (word === undefined) throw new UfwError('Wrong number of arguments');
    return word;
  };
  if (words[0] === 'in' || words[0] === 'out') rule.direction = words.shift() === 'out' ? 'out' : 'in';
  if (words[0] === 'on') {
    words.shift();
    rule.device = next();
  }
  if (words.length === 0 && rule.device === null) throw new UfwError('Wrong number of arguments');
  let side: 'to' | 'from' = 'to';
  let simple =
    words.length > 0 &&
    !['from', 'to', 'proto', 'comment', 'log', 'log-all', 'port'].includes(words[0] ?? '');
  while (words.length > 0) {
    const word = next();
    if (simple) {
      simple = false;
      const known = Object.keys(PROFILES).find((name) => name.toLowerCase() === word.toLowerCase());
      if (known !== undefined) {
        const profile = PROFILES[known];
        Object.assign(rule, {
          app: known,
          port: profile?.port ?? 'any',
          protocol: profile?.protocol ?? 'any',
        });
      } else if (/^[A-Za-z]/.test(word) && SERVICES[word] === undefined)
        throw new UfwError(`Could not find a profile matching '${word}'`);
      else Object.assign(rule, port(word));
      continue;
    }
    switch (word) {
      case 'from':
        side = 'from';
        rule.from = place(next());
        break;
      case 'to':
        side = 'to';
        rule.to = place(next());
        break;
      case 'port': {
        const found = port(next());
        if (side === 'to') rule.port = found.port;
        else rule.fromPort = found.port;
        if (found.protocol !== 'any') rule.protocol = found.protocol;
        break;
      }
      case 'proto':
        rule.protocol = next();
        break;
      case 'app': {
        const name = next();
        const profile = PROFILES[name];
        if (profile === undefined) throw new UfwError(`Could not find a profile matching '${name}'`);
        Object.assign(rule, { app: name, ...profile });
        break;
      }
      case 'comment':
        rule.comment = next();
        break;
      case 'log':
      case 'log-all':
        break;
      default:
        throw new UfwError('Wrong number of arguments');
    }
  }
  return rule;
}

/** As `ufw show added` prints it. */
export function ruleWords(rule: UfwRule): string {
  const { action, direction, device, port: to, protocol } = rule;
  const head = `ufw ${rule.forward ? 'route ' : ''}${action}${direction === 'out' ? ' out' : device === null ? '' : ' in'}${device === null ? '' : ` on ${device}`}`;
  const comment = rule.comment === '' ? '' : ` comment '${rule.comment}'`;
  const plain = rule.to === ANYWHERE && rule.from === ANYWHERE && rule.fromPort === 'any';
  if (plain && rule.app !== null) return `${head} ${rule.app}${comment}`;
  if (plain && to !== 'any') return `${head} ${to}${protocol === 'any' ? '' : `/${protocol}`}${comment}`;
  if (plain) return `${head}${comment}`;
  const from = rule.from === ANYWHERE ? (rule.fromPort === 'any' ? '' : ' from any') : ` from ${rule.from}`;
  const fromPort = rule.fromPort === 'any' ? '' : ` port ${rule.fromPort}`;
  const target = rule.to !== ANYWHERE ? ` to ${rule.to}` : to === 'any' && rule.app === null ? '' : ' to any';
  const targetPort = rule.app !== null ? ` app ${rule.app}` : to === 'any' ? '' : ` port ${to}`;
  const proto = rule.app !== null || protocol === 'any' ? '' : ` proto ${protocol}`;
  return `${head}${from}${fromPort}${target}${targetPort}${proto}${comment}`;
}
export const sameRule = (a: UfwRule, b: UfwRule): boolean =>
  ruleWords({ ...a, comment: '' }) === ruleWords({ ...b, comment: '' });

/** A line of `ufw status`. */
export function statusLine(rule: UfwRule, v6: boolean, verbose: boolean): string {
  const suffix = v6 ? ' (v6)' : '';
  const service =
    rule.app ??
    (rule.port === 'any' ? '' : `${rule.port}${rule.protocol === 'any' ? '' : `/${rule.protocol}`}`);
  const to =
    `${rule.to === ANYWHERE ? '' : `${rule.to} `}${service === '' && rule.to === ANYWHERE ? 'Anywhere' : service}`.trim();
  const shown =
    verbose && rule.app !== null ? `${rule.port}/${rule.protocol} (${rule.app}${suffix})` : `${to}${suffix}`;
  const where = rule.device === null ? '' : ` on ${rule.device}`;
  const action = `${rule.action.toUpperCase()}${verbose || rule.forward || rule.direction === 'out' ? ` ${rule.forward ? 'FWD' : rule.direction.toUpperCase()}` : ''}`;
  const from = `${rule.from === ANYWHERE ? `Anywhere${suffix}` : rule.from}${rule.fromPort === 'any' ? '' : ` ${rule.fromPort}`}`;
  const comment = rule.comment === '' ? '' : `# ${rule.comment}`;
  return `${`${shown}${where}`.padEnd(26)} ${action.padEnd(11)} ${comment === '' ? from : from.padEnd(26)}${comment === '' ? '' : ` ${comment}`}`.trimEnd();
}
