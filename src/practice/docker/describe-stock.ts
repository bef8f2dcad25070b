/** Networks, volumes and images as the API describes them. */
import { labelsFit } from './filters.js';
import type { Engine } from './engine.js';
import { EngineError, type NamedVolume, type Network, type StoredImage } from './types.js';

type Filters = ReadonlyMap<string, readonly string[]>;

/** A network with its running containers, as `docker network inspect` shows it. */
export function networkObject(engine: Engine, network: Network) {
  return {
    Name: network.name,
    Id: network.id,
    Created: new Date(network.createdAt).toISOString(),
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: network.subnet === '' ? [] : [{ Subnet: network.subnet, Gateway: network.gateway }],
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      engine.containers
        .filter((one) => one.status === 'running' && one.addresses.has(network.name))
        .map((one) => [
          one.id,
          {
            Name: one.name,
            EndpointID: '',
            MacAddress: '',
            IPv4Address: `${one.addresses.get(network.name) ?? ''}/16`,
            IPv6Address: '',
          },
        ]),
    ),
    Options: {},
    Labels: network.labels,
  };
}
export function volumeObject(volume: NamedVolume) {
  return {
    CreatedAt: new Date(volume.createdAt).toISOString().replace(/\.\d+/, ''),
    Name: volume.name,
    Driver: 'local',
    Mountpoint: volume.mountpoint,
    Labels: volume.labels,
    Options: null,
    Scope: 'local',
  };
}

const PREDEFINED: readonly string[] = ['bridge', 'host', 'none'];
/** @throws EngineError for a key that the daemon does not know */
export function networkWanted(engine: Engine, network: Network, filters: Filters): boolean {
  const used = () =>
    engine.containers.some((one) => one.spec.networks.some(({ name }) => name === network.name));
  const fits = (key: string, value: string): boolean => {
    switch (key) {
      case 'name':
        return network.name.includes(value);
      case 'id':
        return network.id.startsWith(value);
      case 'driver':
        return network.driver === value;
      case 'scope':
        return value === 'local';
      case 'type':
        return (value === 'builtin') === PREDEFINED.includes(network.name);
      case 'dangling':
        return /^(1|true)$/.test(value) === (!used() && !PREDEFINED.includes(network.name));
      default:
        throw new EngineError(`invalid filter '${key}'`);
    }
  };
  return [...filters].every(([key, values]) =>
    key === 'label' ? labelsFit(network.labels, values) : values.some((value) => fits(key, value)),
  );
}
/** @throws EngineError for a key that the daemon does not know */
export function volumeWanted(engine: Engine, volume: NamedVolume, filters: Filters): boolean {
  const used = () =>
    engine.containers.some((one) => one.spec.mounts.some((mount) => mount.source === volume.name));
  const fits = (key: string, value: string): boolean => {
    switch (key) {
      case 'name':
        return volume.name.includes(value);
      case 'driver':
        return value === 'local';
      case 'dangling':
        return /^(1|true)$/.test(value) !== used();
      default:
        throw new EngineError(`invalid filter '${key}'`);
    }
  };
  return [...filters].every(([key, values]) =>
    key === 'label' ? labelsFit(volume.labels, values) : values.some((value) => fits(key, value)),
  );
}

/** A row of `/images/json`. */
export function imageRow({ spec, names }: StoredImage) {
  const tags = [...names];
  return {
    Containers: -1,
    Created: Math.floor(Date.parse(spec.createdAt) / 1000) || 0,
    Id: `sha256:${spec.id}`,
    Labels: spec.labels,
    ParentId: '',
    RepoDigests: [...new Set(tags.map((name) => `${name.replace(/:[^/:]*$/, '')}@sha256:${spec.digest}`))],
    RepoTags: tags,
    SharedSize: -1,
    Size: spec.sizeBytes,
  };
}
/** @throws EngineError for a key that is not known here */
export function imageWanted({ spec, names }: StoredImage, filters: Filters): boolean {
  const fits = (key: string, value: string): boolean => {
    switch (key) {
      case 'reference':
        return [...names].some((name) => {
          const pattern = value.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
          return new RegExp(`^${pattern}(:[^/]*)?$`).test(name);
        });
      case 'dangling':
        return /^(1|true)$/.test(value) === (names.size === 0);
      default:
        throw new EngineError(`invalid filter '${key}'`);
    }
  };
  return [...filters].every(([key, values]) =>
    key === 'label' ? labelsFit(spec.labels, values) : values.some((value) => fits(key, value)),
  );
}
