/** kubectl describe: nodes, pods, and a plain form for the rest. */
import { stringify } from 'yaml';
import { addressOf } from '../cluster.js';
import { columns } from '../kubeadm/token.js';
import { listAt, mapAt, textAt, type Json, type JsonMap } from '../json.js';
import { taintsOf } from '../node-object.js';
import { requests } from '../scheduler.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import { connect, KubectlError, type Call, type Session } from './call.js';
import { select } from './select.js';
import { age } from './cells.js';
import { podStatus } from './pod-and-node-tables.js';

const field = (name: string, value: string) => `${`${name}:`.padEnd(20)} ${value}\n`;
function pairs(name: string, map: JsonMap, sign = '='): string {
  const rows = Object.entries(map).map(([key, value]) => `${key}${sign}${textAt(value)}`);
  return field(name, rows.length === 0 ? '<none>' : rows.join(`\n${' '.repeat(21)}`));
}
function events(session: Session, object: JsonMap): string {
  const now = session.host.machine.now();
  const about = session.api.cluster.store
    .list('Event')
    .filter(
      (event) =>
        textAt(event, 'involvedObject', 'uid') === uidOf(object) ||
        (textAt(event, 'involvedObject', 'kind') === textAt(object, 'kind') &&
          textAt(event, 'involvedObject', 'name') === nameOf(object) &&
          textAt(event, 'involvedObject', 'namespace') === namespaceOf(object)),
    )
    .toSorted((a, b) => (textAt(a, 'firstTimestamp') < textAt(b, 'firstTimestamp') ? -1 : 1));
  if (about.length === 0) return 'Events:              <none>\n';
  const rows = about.map((event) => {
    const count = Number(textAt(event, 'count') || 1);
    const seen =
      count > 1
        ? `${age(textAt(event, 'lastTimestamp'), now)} (x${count} over ${age(textAt(event, 'firstTimestamp'), now)})`
        : age(textAt(event, 'lastTimestamp'), now);
    return [
      '  ',
      textAt(event, 'type'),
      textAt(event, 'reason'),
      seen,
      textAt(event, 'source', 'component'),
      textAt(event, 'message'),
    ];
  });
  const table = columns(
    [
      ['Type', 'Reason', 'Age', 'From', 'Message'],
      ['----', '------', '----', '----', '-------'],
      ...rows.map((row) => row.slice(1)),
    ],
    4,
  );
  return `Events:\n${table.replace(/^/gm, '  ').trimEnd()}\n`;
}
const date = (text: string) => {
  const parsed = new Date(text);
  return Number.isNaN(parsed.getTime()) ? '' : `${parsed.toUTCString().replace(/GMT$/, '+0000')}`;
};

function nodeText(session: Session, object: JsonMap): string {
  const { store } = session.api.cluster;
  const pods = store
    .list('Pod')
    .filter(
      (pod) =>
        textAt(pod, 'spec', 'nodeName') === nameOf(object) &&
        !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')),
    );
  const taints = taintsOf(object).map(
    (taint) =>
      `${textAt(taint, 'key')}${textAt(taint, 'value') === '' ? '' : `=${textAt(taint, 'value')}`}:${textAt(taint, 'effect')}`,
  );
  const roles = Object.keys(mapAt(object, 'metadata', 'labels'))
    .filter((key) => key.startsWith('node-role.kubernetes.io/'))
    .map((key) => key.slice(24));
  const conditions = listAt(object, 'status', 'conditions').map((one) => [
    textAt(one, 'type'),
    textAt(one, 'status'),
    date(textAt(one, 'lastHeartbeatTime')),
    date(textAt(one, 'lastTransitionTime')),
    textAt(one, 'reason'),
    textAt(one, 'message'),
  ]);
  const lease = store.get('Lease', 'kube-node-lease', nameOf(object));
  const amounts = (key: string) =>
    Object.entries(mapAt(object, 'status', key))
      .map(([name, value]) => `  ${`${name}:`.padEnd(20)}${textAt(value)}\n`)
      .join('');
  const info = mapAt(object, 'status', 'nodeInfo');
  const cpu = pods.reduce((sum, pod) => sum + requests(pod, 'cpu'), 0);
  const memory = pods.reduce((sum, pod) => sum + requests(pod, 'memory'), 0);
  return [
    field('Name', nameOf(object)),
    field('Roles', roles.join(',') || '<none>'),
    pairs('Labels', mapAt(object, 'metadata', 'labels')),
    pairs('Annotations', mapAt(object, 'metadata', 'annotations'), ': '),
    field('CreationTimestamp', date(textAt(object, 'metadata', 'creationTimestamp'))),
    field('Taints', taints.length === 0 ? '<none>' : taints.join(`\n${' '.repeat(21)}`)),
    field('Unschedulable', textAt(object, 'spec', 'unschedulable') || 'false'),
    `Lease:\n  HolderIdentity:  ${textAt(lease, 'spec', 'holderIdentity') || '<unset>'}\n`,
    `Conditions:\n${columns(
      [
        ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'],
        ['----', '------', '-----------------', '------------------', '------', '-------'],
        ...conditions,
      ],
      4,
    )
      .replace(/^/gm, '  ')
      .trimEnd()}\n`,
    `Addresses:\n  InternalIP:  ${addressOf(object) || '<none>'}\n  Hostname:    ${addressOf(object, 'Hostname')}\n`,
    `Capacity:\n${amounts('capacity')}Allocatable:\n${amounts('allocatable')}`,
    `System Info:\n${[
      ['Machine ID', 'machineID'],
      ['System UUID', 'systemUUID'],
      ['Boot ID', 'bootID'],
      ['Kernel Version', 'kernelVersion'],
      ['OS Image', 'osImage'],
      ['Operating System', 'operatingSystem'],
      ['Architecture', 'architecture'],
      ['Container Runtime Version', 'containerRuntimeVersion'],
      ['Kubelet Version', 'kubeletVersion'],
    ]
      .map(([title = '', key = '']) => `  ${`${title}:`.padEnd(28)}${textAt(info, key)}\n`)
      .join('')}`,
    textAt(object, 'spec', 'podCIDR') === ''
      ? ''
      : `${field('PodCIDR', textAt(object, 'spec', 'podCIDR'))}${field('PodCIDRs', textAt(object, 'spec', 'podCIDR'))}`,
    `Non-terminated Pods:          (${pods.length} in total)\n${columns(
      [
        ['Namespace', 'Name', 'CPU Requests', 'Memory Requests', 'Age'],
        ['---------', '----', '------------', '---------------', '---'],
        ...pods.map((pod) => [
          namespaceOf(pod),
          nameOf(pod),
          `${Math.round(requests(pod, 'cpu') * 1000)}m`,
          `${Math.round(requests(pod, 'memory') / 2 ** 20)}Mi`,
          age(textAt(pod, 'metadata', 'creationTimestamp'), session.host.machine.now()),
        ]),
      ],
      4,
    )
      .replace(/^/gm, '  ')
      .trimEnd()}\n`,
    `Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n  Resource           Requests\n  --------           --------\n  cpu                ${Math.round(cpu * 1000)}m\n  memory             ${Math.round(memory / 2 ** 20)}Mi\n`,
    events(session, object),
  ].join('');
}
function containerText(pod: JsonMap, spec: Json, key: string): string {
  const status = listAt(pod, 'status', key).find((one) => textAt(one, 'name') === textAt(spec, 'name'));
  const [[state = 'waiting', details = {}] = []] = Object.entries(mapAt(status, 'state'));
  const last = Object.entries(mapAt(status, 'lastState'))[0];
  const more = (value: Json) =>
    Object.entries(mapAt(value))
      .filter(([name]) => ['reason', 'message', 'exitCode', 'startedAt', 'finishedAt'].includes(name))
      .map(
        ([name, word]) =>
          `      ${`${{ reason: 'Reason', message: 'Message', exitCode: 'Exit Code', startedAt: 'Started', finishedAt: 'Finished' }[name] ?? name}:`.padEnd(14)}${name.endsWith('At') ? date(textAt(word)) : textAt(word)}\n`,
      )
      .join('');
  const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  return `  ${textAt(spec, 'name')}:\n    Container ID:   ${textAt(status, 'containerID')}\n    Image:          ${textAt(spec, 'image')}\n    Image ID:       ${textAt(status, 'imageID')}\n    State:          ${title(state)}\n${more(details)}${last === undefined ? '' : `    Last State:     ${title(last[0])}\n${more(last[1])}`}    Ready:          ${textAt(status, 'ready') === 'true' ? 'True' : 'False'}\n    Restart Count:  ${textAt(status, 'restartCount') || '0'}\n    Environment:    ${
    listAt(spec, 'env').length === 0
      ? '<none>'
      : `\n${listAt(spec, 'env')
          .map((one) => `      ${textAt(one, 'name')}:  ${textAt(one, 'value') || '<set from a reference>'}`)
          .join('\n')}`
  }\n`;
}
function podText(session: Session, object: JsonMap): string {
  const nodeName = textAt(object, 'spec', 'nodeName');
  const owner = listAt(object, 'metadata', 'ownerReferences')[0];
  return [
    field('Name', nameOf(object)),
    field('Namespace', namespaceOf(object)),
    field('Service Account', textAt(object, 'spec', 'serviceAccountName') || 'default'),
    field('Node', nodeName === '' ? '<none>' : `${nodeName}/${textAt(object, 'status', 'hostIP')}`),
    field('Start Time', date(textAt(object, 'status', 'startTime'))),
    pairs('Labels', mapAt(object, 'metadata', 'labels')),
    pairs('Annotations', mapAt(object, 'metadata', 'annotations'), ': '),
    field(
      'Status',
      textAt(object, 'metadata', 'deletionTimestamp') === ''
        ? textAt(object, 'status', 'phase') || 'Pending'
        : podStatus(object),
    ),
    field('IP', textAt(object, 'status', 'podIP')),
    owner === undefined ? '' : field('Controlled By', `${textAt(owner, 'kind')}/${textAt(owner, 'name')}`),
    ...(listAt(object, 'spec', 'initContainers').length === 0
      ? []
      : [
          'Init Containers:\n',
          ...listAt(object, 'spec', 'initContainers').map((one) =>
            containerText(object, one, 'initContainerStatuses'),
          ),
        ]),
    'Containers:\n',
    ...listAt(object, 'spec', 'containers').map((one) => containerText(object, one, 'containerStatuses')),
    `Conditions:\n${columns(
      [
        ['Type', 'Status'],
        ...listAt(object, 'status', 'conditions').map((one) => [textAt(one, 'type'), textAt(one, 'status')]),
      ],
      4,
    )
      .replace(/^/gm, '  ')
      .trimEnd()}\n`,
    field('QoS Class', textAt(object, 'status', 'qosClass') || 'BestEffort'),
    field(
      'Node-Selectors',
      Object.entries(mapAt(object, 'spec', 'nodeSelector'))
        .map(([key, value]) => `${key}=${textAt(value)}`)
        .join('\n') || '<none>',
    ),
    events(session, object),
  ].join('');
}

/** Keys of a secret with how long their values are, never the values. */
function secretSizes(secret: JsonMap): string {
  const entries = Object.entries(mapAt(secret, 'data')).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...entries.map(([key]) => key.length + 1)) + 2;
  return entries
    .map(([key, value]) => `${`${key}:`.padEnd(width)}${Buffer.from(textAt(value), 'base64').length} bytes\n`)
    .join('');
}
export async function describe(call: Call): Promise<number> {
  const session = await connect(call);
  const found = select(session, session.options.operands);
  if (found.groups.every((group) => group.objects.length === 0) && found.missing.length === 0)
    throw new KubectlError(`No resources found in ${session.namespace} namespace.`);
  const texts = found.groups.flatMap(({ resource, objects }) =>
    objects.map((object) => {
      if (resource.kind === 'Node') return nodeText(session, object);
      if (resource.kind === 'Pod') return podText(session, object);
      const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = object;
      return `${field('Name', nameOf(object))}${resource.namespaced ? field('Namespace', namespaceOf(object)) : ''}${pairs('Labels', mapAt(object, 'metadata', 'labels'))}${pairs('Annotations', mapAt(object, 'metadata', 'annotations'), ': ')}${
        resource.kind === 'Secret'
          ? `Type:  ${textAt(object, 'type')}\n\nData\n====\n${secretSizes(object)}`
          : stringify(rest, { lineWidth: 0 })
      }${events(session, object)}`;
    }),
  );
  await session.process.out(texts.join('\n\n'));
  for (const words of found.missing) await session.process.err(`${words}\n`);
  return found.missing.length > 0 ? 1 : 0;
}
