/** ip: cards, addresses, routes. */
import type { Host } from '../host.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { inNetwork, isAddress, networkOf, type Card, type Route } from '../model/machine.js';

function broadcast(card: Card): string {
  const [first] = card.addresses;
  if (first === undefined) return '';
  const network = networkOf(first.address, first.prefix).split('.').map(Number);
  return network
    .map((part, index) => part | (255 >> Math.max(0, Math.min(8, first.prefix - index * 8))))
    .join('.');
}

const lifetime = (dynamic: boolean) => (dynamic ? '86021sec' : 'forever');

const scopeOf = (card: Card) => (card.name === 'lo' ? 'host' : 'global');

function addressLine(card: Card, index: number): string {
  const { address, prefix, dynamic } = card.addresses[index] ?? { address: '', prefix: 0, dynamic: false };
  const brd = card.name === 'lo' || prefix === 32 ? '' : ` brd ${broadcast(card)}`;
  return `inet ${address}/${prefix}${dynamic ? ' metric 100' : ''}${brd} scope ${scopeOf(card)} ${dynamic ? 'dynamic ' : ''}${card.name}`;
}

function linkLine(card: Card): string {
  const flags =
    card.name === 'lo'
      ? 'LOOPBACK,UP,LOWER_UP'
      : card.up
        ? 'BROADCAST,MULTICAST,UP,LOWER_UP'
        : 'BROADCAST,MULTICAST';
  const state = card.name === 'lo' ? 'UNKNOWN' : card.up ? 'UP' : 'DOWN';
  return `<${flags}> mtu ${card.name === 'lo' ? 65_536 : 1500} qdisc ${card.name === 'lo' ? 'noqueue' : 'fq_codel'} state ${state} mode DEFAULT group default qlen 1000`;
}

function linkTail(card: Card): string {
  return card.name === 'lo'
    ? 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00'
    : `link/ether ${card.mac} brd ff:ff:ff:ff:ff:ff`;
}

function routeLine(route: Route): string {
  // A block of addresses that is ours as a whole: what no pod holds is dropped.
  if (route.device === '*') return `blackhole ${route.destination} proto ${route.protocol} `;
  const via = route.via === undefined ? '' : ` via ${route.via}`;
  const scope = route.protocol === 'kernel' ? ' scope link' : '';
  const source = route.source === undefined ? '' : ` src ${route.source}`;
  const metric = route.metric === undefined ? '' : ` metric ${route.metric}`;
  return `${route.destination}${via} dev ${route.device} proto ${route.protocol}${scope}${source}${metric} `;
}

async function ipAddress(
  host: Host,
  process: Process,
  oneLine: boolean,
  brief: boolean,
  json: boolean,
  words: readonly string[],
): Promise<number> {
  const named = words.filter(
    (word) => !['show', 'list', 'dev', 'up', 'scope', 'global', 'to'].includes(word),
  );
  const [name] = named;
  const all = host.machine.cards.map((card, index) => ({ card, index: index + 1 }));
  const cards = all.filter(
    ({ card }) =>
      (name === undefined || card.name === name) &&
      !(words.includes('global') && card.name === 'lo') &&
      !(words.includes('up') && !card.up),
  );
  if (name !== undefined && cards.length === 0) {
    await process.err(`Device "${name}" does not exist.\n`);
    return 1;
  }
  if (json) {
    await process.out(
      `${JSON.stringify(cards.map(({ card, index }) => ({ ifindex: index, ifname: card.name, operstate: card.up ? 'UP' : 'DOWN', address: card.mac, addr_info: card.addresses.map(({ address, prefix, dynamic }) => ({ family: 'inet', local: address, prefixlen: prefix, scope: scopeOf(card), dynamic, label: card.name })) })))}\n`,
    );
    return 0;
  }
  for (const { card, index } of cards) {
    if (brief) {
      await process.out(
        `${card.name.padEnd(16)} ${(card.name === 'lo' ? 'UNKNOWN' : card.up ? 'UP' : 'DOWN').padEnd(14)} ${card.addresses.map(({ address, prefix }) => `${address}/${prefix}`).join(' ')} \n`,
      );
      continue;
    }
    if (!oneLine) await process.out(`${index}: ${card.name}: ${linkLine(card)}\n    ${linkTail(card)}\n`);
    for (const [at, { dynamic }] of card.addresses.entries()) {
      const time = `valid_lft ${lifetime(dynamic)} preferred_lft ${lifetime(dynamic)}`;
      await process.out(
        oneLine
          ? `${index}: ${card.name}    ${addressLine(card, at)}\\       ${time}\n`
          : `    ${addressLine(card, at)}\n       ${time}\n`,
      );
    }
  }
  return 0;
}

async function ipRoute(
  host: Host,
  process: Process,
  json: boolean,
  words: readonly string[],
): Promise<number> {
  const { routes } = host.machine;
  if (words[0] === 'get') {
    const target = words.find((word) => isAddress(word)) ?? '';
    const local = host.machine.addresses.includes(target) || target.startsWith('127.');
    if (local) {
      await process.out(
        `local ${target} dev lo src ${target} uid ${process.credentials.uid} \n    cache <local> \n`,
      );
      return 0;
    }
    const best =
      routes
        .filter((route) => route.destination !== 'default' && inNetwork(target, route.destination))
        .toSorted((a, b) => Number(b.destination.split('/')[1]) - Number(a.destination.split('/')[1]))[0] ??
      routes.find((route) => route.destination === 'default');
    if (best === undefined) {
      await process.err('RTNETLINK answers: Network is unreachable\n');
      return 2;
    }
    await process.out(
      `${target}${best.via === undefined ? '' : ` via ${best.via}`} dev ${best.device} src ${best.source ?? ''} uid ${process.credentials.uid} \n    cache \n`,
    );
    return 0;
  }
  const device = words[words.indexOf('dev') + 1];
  const chosen = routes
    .filter((route) => !words.includes('default') || route.destination === 'default')
    .filter((route) => !words.includes('dev') || route.device === device);
  if (json) {
    await process.out(
      `${JSON.stringify(chosen.map((route) => ({ dst: route.destination, ...(route.via === undefined ? {} : { gateway: route.via }), dev: route.device, protocol: route.protocol, ...(route.source === undefined ? {} : { prefsrc: route.source }) })))}\n`,
    );
    return 0;
  }
  for (const route of chosen) await process.out(`${routeLine(route)}\n`);
  return 0;
}

/** Takes a bridge away that nobody needs any more, as Docker leaves them. */
async function deleteLink(host: Host, process: Process, words: readonly string[]): Promise<number> {
  const name = words.findLast((word) => !['delete', 'del', 'dev', 'type', 'bridge'].includes(word)) ?? '';
  const card = host.machine.cards.find((one) => one.name === name);
  if (card === undefined) {
    await process.err(`Cannot find device "${name}"\n`);
    return 1;
  }
  if (process.credentials.uid !== 0) {
    await process.err('RTNETLINK answers: Operation not permitted\n');
    return 2;
  }
  if (!card.virtual || card.name === 'lo') {
    await process.err('RTNETLINK answers: Operation not supported\n');
    return 2;
  }
  host.machine.cards = host.machine.cards.filter((one) => one !== card);
  return 0;
}

export function ip(host: Host): Program {
  return async (process, args) => {
    const flags = args.filter((arg) => arg.startsWith('-'));
    const [object = '', ...words] = args.filter((arg) => !arg.startsWith('-'));
    const has = (...names: readonly string[]) => flags.some((flag) => names.includes(flag));
    const oneLine = has('-o', '-oneline', '-4o', '-o4');
    const changes = words.find((word) =>
      ['add', 'del', 'delete', 'set', 'flush', 'replace', 'change'].includes(word),
    );
    const isLink = object !== '' && 'link'.startsWith(object);
    if (isLink && (changes === 'delete' || changes === 'del')) return deleteLink(host, process, words);
    if (changes !== undefined) return process.refuse(`${object} ${changes}`);
    if (has('-6')) return 0;
    if ('address'.startsWith(object) && object !== '')
      return ipAddress(host, process, oneLine, has('-br', '-brief'), has('-j', '-json'), words);
    if ('route'.startsWith(object) && object !== '') return ipRoute(host, process, has('-j', '-json'), words);
    if ('link'.startsWith(object) && object !== '') {
      const name = words.find((word) => !['show', 'list', 'dev', 'up'].includes(word));
      const all = host.machine.cards
        .map((card, index) => ({ card, index: index + 1 }))
        .filter(({ card }) => name === undefined || card.name === name);
      if (name !== undefined && all.length === 0) {
        await process.err(`Device "${name}" does not exist.\n`);
        return 1;
      }
      for (const { card, index } of all) {
        if (has('-br', '-brief'))
          await process.out(
            `${card.name.padEnd(16)} ${(card.up ? 'UP' : 'DOWN').padEnd(14)} ${card.mac} <UP>\n`,
          );
        else
          await process.out(
            `${index}: ${card.name}: ${linkLine(card)}${oneLine ? '\\' : '\n'}    ${linkTail(card)}\n`,
          );
      }
      return 0;
    }
    if ('neighbour'.startsWith(object) && object !== '') {
      for (const other of host.world.hosts.values()) {
        if (other === host || other.power !== 'on' || other.linkCut || host.linkCut) continue;
        await process.out(
          `${other.address} dev enp0s8 lladdr ${other.machine.labCard?.mac ?? ''} REACHABLE \n`,
        );
      }
      return 0;
    }
    return process.refuse(`object ${object}`);
  };
}
