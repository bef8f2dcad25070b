/** The host's packet filter as ufw sets it up. Rules are what /etc/ufw/user.rules says when they are loaded. */
import type { Volume } from '../vfs/volume.js';
import { inNetwork } from './machine.js';

export const USER_RULES = '/etc/ufw/user.rules';
export const UFW_CONF = '/etc/ufw/ufw.conf';
export const UFW_DEFAULTS = '/etc/default/ufw';

export type UfwAction = 'allow' | 'deny' | 'reject' | 'limit';
export interface UfwRule {
  readonly action: UfwAction;
  /** `any`, `tcp` or `udp`. */
  readonly protocol: string;
  /** `any`, `22`, `80,443` or `30000:32767`. */
  readonly port: string;
  readonly to: string;
  readonly fromPort: string;
  readonly from: string;
  /** Application profile of the target, e.g. OpenSSH. */
  readonly app: string | null;
  readonly direction: 'in' | 'out';
  /** `in on eth0`. */
  readonly device: string | null;
  /** A `route` rule. */
  readonly forward: boolean;
  readonly comment: string;
}
export const ANYWHERE = '0.0.0.0/0';

/** Ports of the application profiles that packages of this lab bring. */
export const PROFILES: Readonly<Record<string, { readonly port: string; readonly protocol: string }>> = {
  OpenSSH: { port: '22', protocol: 'tcp' },
};

/** One line of user.rules for a rule, in ufw's own form. */
export function tupleLine(rule: UfwRule): string {
  const side = rule.forward ? `route:${rule.action}` : rule.action;
  const where = rule.device === null ? rule.direction : `${rule.direction}_${rule.device}`;
  const app = rule.app === null ? '' : ` ${rule.app} -`;
  const comment = rule.comment === '' ? '' : ` comment=${Buffer.from(rule.comment).toString('hex')}`;
  return `### tuple ### ${side} ${rule.protocol} ${rule.port} ${rule.to} ${rule.fromPort} ${rule.from}${app} ${where}${comment}`;
}
export function readRules(volume: Volume): UfwRule[] {
  return (volume.text(USER_RULES) ?? '').split('\n').flatMap((line) => {
    const match = /^### tuple ### (.*?)(?: comment=([0-9a-f]*))?$/.exec(line.trim());
    if (match === null) return [];
    const words = (match[1] ?? '').split(/\s+/);
    const [side = '', protocol = 'any', port = 'any', to = ANYWHERE, fromPort = 'any', from = ANYWHERE] =
      words;
    const where = words.at(-1) ?? 'in';
    const app = words.length > 7 && words[6] !== '-' ? (words[6] ?? null) : null;
    const action = side.replace(/^route:/, '');
    if (action !== 'allow' && action !== 'deny' && action !== 'reject' && action !== 'limit') return [];
    const [direction, device] = where.split('_');
    return [
      {
        action,
        protocol,
        port,
        to,
        fromPort,
        from,
        app,
        direction: direction === 'out' ? 'out' : 'in',
        device: device ?? null,
        forward: side.startsWith('route:'),
        comment: Buffer.from(match[2] ?? '', 'hex').toString('utf8'),
      } satisfies UfwRule,
    ];
  });
}

function portFits(spec: string, port: number): boolean {
  if (spec === 'any') return true;
  return spec.split(',').some((part) => {
    const [low = '', high] = part.split(':');
    return high === undefined ? Number(low) === port : port >= Number(low) && port <= Number(high);
  });
}

/** A rule that somebody gave to iptables by hand: packets meet it before they are handed on to containers and Pods. */
export interface PacketRule {
  readonly from: number;
  readonly to: number;
  readonly action: 'drop' | 'reject';
}
/** Where such a rule stands, and its words after the chain. REJECT is only known where a packet is forwarded. */
export function packetRule({ from, to, action }: PacketRule): {
  readonly table: string;
  readonly chain: string;
  readonly text: string;
} {
  if (action === 'drop')
    return { table: 'mangle', chain: 'PREROUTING', text: `-p tcp -m tcp --dport ${from}:${to} -j DROP` };
  const text = `-p tcp -m conntrack --ctorigdstport ${from}:${to} -j REJECT --reject-with tcp-reset`;
  return { table: 'filter', chain: 'FORWARD', text };
}

export class Firewall {
  readonly #volume: Volume;
  /** They count whether or not ufw is on. */
  #packetRules: readonly PacketRule[] = [];
  /** Null while no rules are loaded: everything passes. */
  #rules: readonly UfwRule[] | null = null;
  #incoming: 'ACCEPT' | 'DROP' | 'REJECT' = 'DROP';
  /** Called after every change. */
  onChange: () => void = () => undefined;

  constructor(volume: Volume) {
    this.#volume = volume;
  }
  get active(): boolean {
    return this.#rules !== null;
  }
  get rules(): readonly UfwRule[] {
    return this.#rules ?? [];
  }
  /** What /etc/ufw/ufw.conf says about the next boot. */
  get enabledAtBoot(): boolean {
    return /^ENABLED=yes/m.test(this.#volume.text(UFW_CONF) ?? '');
  }
  defaultPolicy(chain: 'INPUT' | 'OUTPUT' | 'FORWARD'): 'ACCEPT' | 'DROP' | 'REJECT' {
    const found = new RegExp(`^DEFAULT_${chain}_POLICY="?(\\w+)"?`, 'm').exec(
      this.#volume.text(UFW_DEFAULTS) ?? '',
    )?.[1];
    if (found === 'ACCEPT' || found === 'DROP' || found === 'REJECT') return found;
    return chain === 'OUTPUT' ? 'ACCEPT' : 'DROP';
  }
  load(): void {
    this.#rules = readRules(this.#volume);
    this.#incoming = this.defaultPolicy('INPUT');
    this.onChange();
  }
  flush(): void {
    this.#rules = null;
    this.onChange();
  }
  /** Nothing that is not written down outlives a boot. */
  forget(): void {
    this.#packetRules = [];
    this.flush();
  }
  get packetRules(): readonly PacketRule[] {
    return this.#packetRules;
  }
  /** Puts a rule before all others. */
  insert(rule: PacketRule): void {
    this.#packetRules = [rule, ...this.#packetRules];
    this.onChange();
  }
  remove(rule: PacketRule): void {
    this.#packetRules = this.#packetRules.filter((one) => one !== rule);
    this.onChange();
  }
  /** What a packet from outside meets before anything else, also when Docker or Kubernetes would hand it on. */
  before(port: number): 'pass' | 'drop' | 'reject' {
    return this.#packetRules.find(({ from, to }) => port >= from && port <= to)?.action ?? 'pass';
  }
  /** What a new TCP connection from `from` to one of the host's own ports meets. */
  incoming(from: string, to: string, port: number): 'pass' | 'drop' | 'reject' {
    if (this.#rules === null || from.startsWith('127.') || from === to) return 'pass';
    const fits = (rule: UfwRule) =>
      rule.direction === 'in' &&
      !rule.forward &&
      (rule.protocol === 'any' || rule.protocol === 'tcp') &&
      portFits(rule.port, port) &&
      (rule.to === ANYWHERE || inNetwork(to, rule.to)) &&
      (rule.from === ANYWHERE || inNetwork(from, rule.from)) &&
      (rule.device === null || !/^(cali|lo$)/.test(rule.device));
    const rule = this.#rules.find(fits);
    const action = rule?.action ?? { ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' }[this.#incoming];
    return action === 'allow' || action === 'limit' ? 'pass' : action === 'reject' ? 'reject' : 'drop';
  }
}
