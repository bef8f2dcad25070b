/** A Deployment for tests that watch Pods come, go and talk. */

/** Of busybox, or of the image that THREEBODY_LIVE_IMAGE names. */
const IMAGE = process.env['THREEBODY_LIVE_IMAGE'] ?? 'busybox';

/**
 * The manifest of two Pods in `default` that write a line a second, each with a variable that no screen may show.
 *
 * @param name of the Deployment, and the value of its Pods' label `app`
 */
export const talker = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: loop
        image: ${IMAGE}
        imagePullPolicy: IfNotPresent
        env: [{name: API_TOKEN, value: sesame-open}]
        command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo line $i; sleep 1; done']
`;
