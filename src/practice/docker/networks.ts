/** Docker's networks on a host: bridges with addresses of their own. */
import { randomBytes } from 'node:crypto';
import type { Host } from '../host.js';
import type { Container } from './container.js';
import type { EngineEvents } from './events.js';
import { EngineError, type Network } from './types.js';

export class Networks {
  readonly all: Network[] = [];
  readonly #host: Host;
  readonly #events: EngineEvents;
  constructor(host: Host, events: EngineEvents) {
    this.#host = host;
    this.#events = events;
  }
  find(name: string): Network | undefined {
    return this.all.find((one) => one.name === name || (name.length > 3 && one.id.startsWith(name)));
  }
  /** Sets the bridges up when the daemon starts. */
  attach(): void {
    if (this.all.length === 0) {
      this.#add('bridge', 'bridge', '172.17', {});
      this.#add('host', 'host', '', {});
      this.#add('none', 'null', '', {});
    }
    for (const network of this.all) this.#card(network);
  }
  #cardName(network: Network): string {
    return network.name === 'bridge' ? 'docker0' : `br-${network.id.slice(0, 12)}`;
  }
  #card(network: Network): void {
    const { machine } = this.#host;
    const name = this.#cardName(network);
    if (network.driver !== 'bridge' || machine.cards.some((card) => card.name === name)) return;
    machine.cards = [
      ...machine.cards,
      {
        name,
        mac: `02:42:${network.id.slice(0, 8).replace(/(..)(?!$)/g, '$1:')}`,
        addresses: [{ address: network.gateway, prefix: 16, dynamic: false }],
        up: true,
        virtual: true,
      },
    ];
  }
  #add(name: string, driver: string, prefix: string, labels: Readonly<Record<string, string>>): Network {
    const made: Network = {
      id: randomBytes(32).toString('hex'),
      name,
      driver,
      subnet: prefix === '' ? '' : `${prefix}.0.0/16`,
      gateway: prefix === '' ? '' : `${prefix}.0.1`,
      labels,
      createdAt: this.#host.machine.now(),
    };
    this.all.push(made);
    return made;
  }
  /** @throws EngineError */
  create(name: string, labels: Readonly<Record<string, string>>): Network {
    if (this.find(name) !== undefined) throw new EngineError(`network with name ${name} already exists`);
    const used = new Set(this.all.map(({ subnet }) => subnet));
    const second = Array.from({ length: 14 }, (_, index) => 18 + index).find(
      (part) => !used.has(`172.${part}.0.0/16`),
    );
    if (second === undefined) throw new EngineError('all predefined address pools have been fully subnetted');
    const made = this.#add(name, 'bridge', `172.${second}`, labels);
    this.#card(made);
    this.#events.network(made, 'create');
    return made;
  }
  /** @throws EngineError */
  remove(network: Network, containers: readonly Container[]): void {
    if (['bridge', 'host', 'none'].includes(network.name))
      throw new EngineError(`${network.name} is a pre-defined network and cannot be removed`);
    const users = containers.filter(
      (one) => one.status === 'running' && one.spec.networks.some(({ name }) => name === network.name),
    );
    if (users.length > 0)
      throw new EngineError(
        `error while removing network: network ${network.name} has active endpoints (name:"${users[0]?.name ?? ''}" id:"${users[0]?.shortId ?? ''}")`,
      );
    this.all.splice(this.all.indexOf(network), 1);
    this.#events.network(network, 'destroy');
    const { machine } = this.#host;
    machine.cards = machine.cards.filter((card) => card.name !== this.#cardName(network));
  }
  /** Tells that a container has joined or left its networks. */
  tell(container: Container, action: 'connect' | 'disconnect'): void {
    for (const { name } of container.spec.networks) {
      const network = this.find(name);
      if (network !== undefined) this.#events.network(network, action, { container: container.id });
    }
  }
  /** The lowest free address of a network. */
  lease(network: Network, containers: readonly Container[]): string {
    const taken = new Set(
      containers.filter((one) => one.status === 'running').flatMap((one) => [...one.addresses.values()]),
    );
    const prefix = network.gateway.replace(/\.1$/, '');
    for (let last = 2; ; last += 1) if (!taken.has(`${prefix}.${last}`)) return `${prefix}.${last}`;
  }
}
