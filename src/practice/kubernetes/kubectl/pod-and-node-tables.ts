/** The two tables that people look at most: pods and nodes. */
import { addressOf } from '../cluster.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from '../json.js';
import { nodeConditions } from '../node-object.js';
import { nameOf } from '../store.js';
import { age, created, or, type Table } from './cells.js';

/** What kubectl shows as a pod's STATUS. */
export function podStatus(pod: JsonMap): string {
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') return 'Terminating';
  const init = listAt(pod, 'status', 'initContainerStatuses');
  const undone = init.findIndex((one) => textAt(one, 'state', 'terminated', 'exitCode') !== '0');
  if (undone >= 0) {
    const one = init[undone];
    const waiting = textAt(one, 'state', 'waiting', 'reason');
    const ended = textAt(one, 'state', 'terminated', 'reason');
    if (ended !== '') return `Init:${ended}`;
    return waiting !== '' && waiting !== 'PodInitializing'
      ? `Init:${waiting}`
      : `Init:${undone}/${init.length}`;
  }
  const states = listAt(pod, 'status', 'containerStatuses');
  for (const one of states.toReversed()) {
    const reason = textAt(one, 'state', 'waiting', 'reason') || textAt(one, 'state', 'terminated', 'reason');
    if (reason !== '') return init.length > 0 && reason === 'ContainerCreating' ? 'PodInitializing' : reason;
  }
  return or(textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'phase') || 'Pending');
}
const restartsOf = (pod: JsonMap): number =>
  listAt(pod, 'status', 'containerStatuses').reduce<number>(
    (sum, one) => sum + (numberAt(one, 'restartCount') ?? 0),
    0,
  );

export const PODS: Table = {
  columns: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
  wide: ['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'],
  row: (pod, now) => {
    const states = listAt(pod, 'status', 'containerStatuses');
    const last = listAt(pod, 'status', 'containerStatuses')
      .map((one) => textAt(one, 'lastState', 'terminated', 'finishedAt'))
      .filter((time) => time !== '')
      .toSorted()
      .at(-1);
    const restarts = restartsOf(pod);
    return {
      cells: [
        nameOf(pod),
        `${states.filter((one) => textAt(one, 'ready') === 'true').length}/${listAt(pod, 'spec', 'containers').length}`,
        podStatus(pod),
        restarts > 0 && last !== undefined ? `${restarts} (${age(last, now)} ago)` : String(restarts),
        created(pod, now),
      ],
      wide: [or(textAt(pod, 'status', 'podIP')), or(textAt(pod, 'spec', 'nodeName')), '<none>', '<none>'],
    };
  },
};
function nodeStatusText(node: JsonMap): string {
  const status = nodeConditions(node)['Ready'];
  const words = [
    status === 'True' ? 'Ready' : status === 'False' || status === 'Unknown' ? 'NotReady' : 'Unknown',
  ];
  if (textAt(node, 'spec', 'unschedulable') === 'true') words.push('SchedulingDisabled');
  return words.join(',');
}
export const NODES: Table = {
  columns: ['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'],
  wide: ['INTERNAL-IP', 'EXTERNAL-IP', 'OS-IMAGE', 'KERNEL-VERSION', 'CONTAINER-RUNTIME'],
  row: (node, now) => ({
    cells: [
      nameOf(node),
      nodeStatusText(node),
      or(
        Object.keys(mapAt(node, 'metadata', 'labels'))
          .filter((key) => key.startsWith('node-role.kubernetes.io/'))
          .map((key) => key.slice('node-role.kubernetes.io/'.length))
          .toSorted()
          .join(','),
      ),
      created(node, now),
      textAt(node, 'status', 'nodeInfo', 'kubeletVersion'),
    ],
    wide: [
      or(addressOf(node)),
      or(addressOf(node, 'ExternalIP')),
      textAt(node, 'status', 'nodeInfo', 'osImage'),
      textAt(node, 'status', 'nodeInfo', 'kernelVersion'),
      textAt(node, 'status', 'nodeInfo', 'containerRuntimeVersion'),
    ],
  }),
};
