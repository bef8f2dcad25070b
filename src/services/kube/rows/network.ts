/** Services and their endpoints as `kubectl get` tells them. Pure. */
import type { EndpointsRow, ServiceRow } from '../../../state/live/rows.js';
import { baseOf } from './base.js';
import { listAt, numberAt, textAt } from './fields.js';
import type { Words } from './words.js';

export function serviceRow(service: unknown, words: Words): ServiceRow {
  const type = words(textAt(service, 'spec', 'type')) || 'ClusterIP';
  const pending =
    type === 'LoadBalancer' && listAt(service, 'status', 'loadBalancer', 'ingress').length === 0;
  return {
    ...baseOf(service, words),
    kind: 'Service',
    health: pending ? 'warn' : 'good',
    status: type,
    type,
    clusterIp: words(textAt(service, 'spec', 'clusterIP')),
    ports: listAt(service, 'spec', 'ports').map((one) => {
      const port = numberAt(one, 0, 'port');
      const nodePort = numberAt(one, 0, 'nodePort');
      const protocol = words(textAt(one, 'protocol')) || 'TCP';
      return nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`;
    }),
  };
}

/** Until v1.23 the control plane kept its leases in Endpoints without any address; nothing is missing there. */
const LEASE = 'control-plane.alpha.kubernetes.io/leader';

export function endpointsRow(endpoints: unknown, words: Words): EndpointsRow {
  const subsets = listAt(endpoints, 'subsets');
  const told = (which: 'addresses' | 'notReadyAddresses'): string[] =>
    subsets.flatMap((subset) => {
      const ports = listAt(subset, 'ports').map((one) => numberAt(one, 0, 'port'));
      return listAt(subset, which).flatMap((one) => {
        const ip = words(textAt(one, 'ip'));
        return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${port}`);
      });
    });
  const ready = told('addresses');
  const notReady = told('notReadyAddresses');
  const isLease = textAt(endpoints, 'metadata', 'annotations', LEASE) !== '';
  return {
    ...baseOf(endpoints, words),
    kind: 'Endpoints',
    health: ready.length > 0 ? 'good' : isLease ? 'off' : notReady.length > 0 ? 'bad' : 'warn',
    status: ready.length === 0 ? '<none>' : String(ready.length),
    ready,
    notReady,
  };
}
