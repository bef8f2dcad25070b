/** Asking a cluster by kubectl's JSONPath, in lines that stay far below what one probe may bring back. Pure. */

/** One row: a letter, then values, divided by bars; what may hold a bar itself comes last. A tab would be widened on its way. */
const row = (letter: string, ...paths: readonly string[]): string =>
  `${letter}${paths.map((path) => `|{${path}}`).join('')}{"\\n"}`;
const each = (list: string, body: string): string => `{range ${list}[*]}${body}{end}`;
const items = (...bodies: readonly string[]): string => each('.items', bodies.join(''));

const conditions = each('.status.conditions', row('D', '.type', '.status', '.reason', '.message'));
const container = (letter: string): string =>
  row(
    letter,
    '.name',
    '.image',
    '.ready',
    '.restartCount',
    '.state.waiting.reason',
    '.state.terminated.reason',
    '.state.terminated.exitCode',
    '.lastState.terminated.reason',
    '.lastState.terminated.exitCode',
    '.state.running.startedAt',
    '.state.waiting.message}{.state.terminated.message',
  );

const QUESTIONS: readonly (readonly [resource: string, template: string])[] = [
  [
    'nodes',
    items(
      row('N', '.metadata.name', '.spec.unschedulable'),
      each('.status.addresses', row('A', '.type', '.address')),
      conditions,
    ),
  ],
  [
    'pods -A',
    items(
      row(
        'P',
        '.metadata.namespace',
        '.metadata.name',
        '.spec.nodeName',
        '.status.phase',
        '.status.reason',
        '.metadata.labels.app',
        '.metadata.ownerReferences[0].kind',
        '.metadata.creationTimestamp',
        '.metadata.deletionTimestamp',
        '.metadata.uid',
        '.status.message',
      ),
      conditions,
      each('.status.initContainerStatuses', container('I')),
      each('.status.containerStatuses', container('C')),
    ),
  ],
  [
    'deployments -A',
    items(
      row(
        'W',
        '"Deployment"',
        '.metadata.namespace',
        '.metadata.name',
        '.spec.replicas',
        '.status.readyReplicas',
      ),
    ),
  ],
  [
    'statefulsets -A',
    items(
      row(
        'W',
        '"StatefulSet"',
        '.metadata.namespace',
        '.metadata.name',
        '.spec.replicas',
        '.status.readyReplicas',
      ),
    ),
  ],
  [
    'daemonsets -A',
    items(
      row(
        'W',
        '"DaemonSet"',
        '.metadata.namespace',
        '.metadata.name',
        '.status.desiredNumberScheduled',
        '.status.numberReady',
      ),
    ),
  ],
  [
    'jobs -A',
    items(
      row('J', '.metadata.namespace', '.metadata.name', '.spec.completions', '.status.succeeded'),
      conditions,
    ),
  ],
  ['services -A', items(row('S', '.metadata.namespace', '.metadata.name', '.spec.ports[0].nodePort'))],
  [
    'endpointslices -A',
    items(
      row(
        'E',
        '.metadata.namespace',
        '.metadata.labels.kubernetes\\.io/service-name',
        '.endpoints[*].conditions.ready',
      ),
    ),
  ],
  [
    'persistentvolumes',
    items(row('V', '.metadata.namespace', '.metadata.name', '.status.phase', '.status.reason')),
  ],
  [
    'persistentvolumeclaims -A',
    items(row('K', '.metadata.namespace', '.metadata.name', '.status.phase', '.status.reason')),
  ],
];

/** Events that come back at most, the newest. */
const NEWEST_EVENTS = 150;
const MOST_CRASHED = 5;

const EVENTS = items(
  row(
    'T',
    '.metadata.namespace',
    '.involvedObject.kind',
    '.involvedObject.name',
    '.type',
    '.reason',
    '.count',
    '.involvedObject.uid',
    '.message',
  ),
);
const FALLEN = items(
  `{.metadata.namespace} {.metadata.name} ${each('.status.initContainerStatuses', '{.name}={.state.waiting.reason},')}${each('.status.containerStatuses', '{.name}={.state.waiting.reason}{.state.running.startedAt}/{.ready},')}{"\\n"}`,
);

const KUBECTL = `if [ ! -e /etc/kubernetes/admin.conf ]; then printf 'absent\\n'; exit 0; fi
k() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=8s "$@"; }`;

/** Asked on vm-k8s, as root: all objects. Prints `error|…` when kubectl cannot answer. */
export function objectsScript(): string {
  return [
    KUBECTL,
    `if ! said="$(k get --raw /readyz 2>&1)"; then printf '%s\\n' "$said" | head -n 5 | sed 's/^/error|/'; exit 0; fi`,
    ...QUESTIONS.map(([resource, template]) => `k get ${resource} -o jsonpath='${template}' 2>/dev/null`),
    'true',
  ].join('\n');
}

/**
 * Asked on vm-k8s, as root: the newest warnings, the last words of containers that fall again and again, and those of
 * containers that run and are not ready: what keeps them from it is in their log only.
 */
export function warningsScript(): string {
  return [
    KUBECTL,
    `k get events -A --sort-by=.metadata.creationTimestamp -o jsonpath='${EVENTS}' 2>/dev/null | awk -F '|' '$5 == "Warning"' | cut -c 1-600 | tail -n ${NEWEST_EVENTS}`,
    `k get pods -A -o jsonpath='${FALLEN}' 2>/dev/null |
  awk '{ n = split($3, part, ","); for (i = 1; i <= n; i += 1) { name = part[i]; how = part[i]; sub(/=.*/, "", name); sub(/^[^=]*=/, "", how); if (how ~ /^(CrashLoopBackOff|Error|RunContainerError)/) print $1, $2, name, "fell"; else if (how ~ "Z/false$") print $1, $2, name, "runs" } }' |
  head -n ${MOST_CRASHED} | while read -r space pod name how; do
    { { [ "$how" = fell ] && k -n "$space" logs "$pod" -c "$name" --previous --tail=15 2>/dev/null; } || k -n "$space" logs "$pod" -c "$name" --tail=15 2>/dev/null; } </dev/null |
      cut -c 1-600 | sed "s#^#L|$space|$pod|$name|#"
  done
true`,
  ].join('\n');
}
