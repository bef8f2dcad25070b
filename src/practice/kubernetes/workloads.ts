/** What the programs in containers do, as far as anybody sees it: run, end, wait, and what they leave on the node. */
import type { PodContext } from './pod-context.js';
import { ends, STAYS, type Behaviour } from './behaviour.js';
import { calicoBehaviour } from './calico.js';
import { controlPlaneBehaviour } from './control-plane.js';
import { corednsBehaviour } from './coredns.js';
import { listAt, textAt, type JsonMap } from './json.js';

/** Programs that do one thing and end. */
const ONE_SHOT = /^(true|echo|date|cp|chown|chmod|mkdir|touch|ls|cat|env|hostname|nslookup|wget)\b/;

export function commandOf(container: JsonMap): string {
  return [...listAt(container, 'command'), ...listAt(container, 'args')]
    .map((word) => textAt(word))
    .join(' ');
}

export function behaviourOf(context: PodContext, container: JsonMap): Behaviour {
  const image = textAt(container, 'image');
  const calico = calicoBehaviour(context, container);
  if (calico !== null) return calico;
  const component = controlPlaneBehaviour(context, container);
  if (component !== null) return component;
  const dns = corednsBehaviour(context, container);
  if (dns !== null) return dns;
  const isInit = listAt(context.pod, 'spec', 'initContainers').some(
    (one) => textAt(one, 'name') === textAt(container, 'name'),
  );
  const command = commandOf(container).replace(/^(\/bin\/)?(ba)?sh -e?c\s+/, '');
  if (/(^|\/)hello-world(:|$)/.test(image)) return ends(1, 0, 'Hello from Docker!');
  const failing = /\bexit ([1-9]\d*)\s*$/.exec(command);
  if (failing !== null) return ends(1, Number(failing[1]));
  if (isInit || ONE_SHOT.test(command.trim())) return ends(2, 0);
  return STAYS;
}
