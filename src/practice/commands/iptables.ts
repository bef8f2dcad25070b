/** iptables: what the packet filter holds beside ufw, Docker and Kubernetes. Rules can be read and deleted, not made. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import { packetRule, type PacketRule } from '../model/firewall.js';

/** Chains of each table, as `-S` begins with them. */
const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

export function iptables(host: Host): Program {
  const rulesOf = (table: string): readonly PacketRule[] =>
    host.firewall.packetRules.filter((one) => packetRule(one).table === table);
  const policy = (table: string, chain: string): string => {
    if (table !== 'filter' || !host.firewall.active) return 'ACCEPT';
    return chain === 'OUTPUT' ? 'ACCEPT' : 'DROP';
  };
  return async (process, args) => {
    if (process.credentials.uid !== 0) {
      await process.err(
        'iptables v1.8.10 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n',
      );
      return 4;
    }
    const named = args.indexOf('-t');
    const table = named === -1 ? 'filter' : (args[named + 1] ?? '');
    const [verb = '', chain, ...rest] = named === -1 ? args : args.toSpliced(named, 2);
    const chains = CHAINS[table];
    if (chains === undefined) {
      await process.err(
        `iptables v1.8.10 (nf_tables): can't initialize iptables table \`${table}': Table does not exist (do you need to insmod?)\n`,
      );
      return 3;
    }
    if (chain !== undefined && !chains.includes(chain)) {
      await process.err('iptables: No chain/target/match by that name.\n');
      return 1;
    }
    if (verb === '-S') {
      const lines = chains.filter((one) => chain === undefined || one === chain);
      await process.out(lines.map((one) => `-P ${one} ${policy(table, one)}\n`).join(''));
      for (const rule of rulesOf(table)) {
        const { chain: its, text } = packetRule(rule);
        if (chain === undefined || its === chain) await process.out(`-A ${its} ${text}\n`);
      }
      return 0;
    }
    if (verb !== '-D' || chain === undefined) return process.refuse(`iptables ${verb}`);
    const given = rest.join(' ');
    const found = rulesOf(table).find((one, index) => {
      const { chain: its, text } = packetRule(one);
      return its === chain && (text === given || String(index + 1) === given);
    });
    if (found === undefined) {
      await process.err('iptables: Bad rule (does a matching rule exist in that chain?).\n');
      return 1;
    }
    host.firewall.remove(found);
    return 0;
  };
}
