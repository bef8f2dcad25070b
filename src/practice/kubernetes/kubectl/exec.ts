/** kubectl exec: a command beside the main process of a container. */
import { DeviceDescription, type Description } from '../../kernel/description.js';
import { textAt } from '../json.js';
import { nameOf } from '../store.js';
import { authorise, connect, KubectlError, type Call } from './call.js';
import { builtIn } from '../resources.js';
import { podsOf, throughKubelet } from './pods-of.js';

export async function exec(call: Call): Promise<number> {
  const session = await connect(call);
  const { options, process } = session;
  const [word = '', ...others] = options.operands;
  const words = call.words ?? [];
  if (word === '') throw new KubectlError('error: pod, type/name or --filename must be specified');
  if (words.length === 0)
    throw new KubectlError(
      others.length > 0
        ? "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples"
        : 'error: you must specify at least one command for the container',
    );
  authorise(session, 'create', builtIn('Pod'), session.namespace);
  const [pod] = podsOf(session, word);
  if (pod === undefined) throw new KubectlError('error: timed out waiting for the condition');
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new KubectlError(
      `error: cannot exec into a container in a completed pod; current phase is ${phase}`,
    );
  const first = textAt(pod, 'spec', 'containers', 0, 'name');
  const name = options.value('c', 'container') ?? first;
  const several = listedSeveral(pod);
  if (options.value('c', 'container') === undefined && several && !options.has('q', 'quiet'))
    await process.err(`Defaulted container "${first}" out of: ${several}\n`);
  const found = await throughKubelet(session, pod, name, 'exec');
  if (options.has('t', 'tty') && !process.tty)
    await process.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  if (found.state !== 'running') {
    await process.sleep(300);
    throw new KubectlError(
      found.state === 'waiting' && found.restarts === 0
        ? `error: unable to upgrade connection: container not found ("${name}")`
        : `error: Internal error occurred: unable to upgrade connection: container not found ("${name}")`,
    );
  }
  if (found.process === null)
    return process.refuse(`exec in ${nameOf(pod)}: what runs in its container ${name}`);
  const child = found.process.exec(
    words,
    new Map<number, Description>([
      [0, options.has('i', 'stdin') ? process.descriptor(0) : new DeviceDescription('null')],
      [1, process.descriptor(1)],
      [2, process.descriptor(2)],
    ]),
  );
  process.onSignal = (signal) => {
    child.kill(signal);
    return true;
  };
  const status = await child.exited;
  process.onSignal = null;
  if (status !== 0) await process.err(`command terminated with exit code ${status}\n`);
  return status;
}
/** Names of a pod's containers when there is more than one, init containers marked as such. */
function listedSeveral(pod: Parameters<typeof nameOf>[0]): string {
  const names = (key: string) => {
    const found: string[] = [];
    for (let index = 0; ; index += 1) {
      const name = textAt(pod, 'spec', key, index, 'name');
      if (name === '') return found;
      found.push(name);
    }
  };
  const all = [...names('containers'), ...names('initContainers').map((name) => `${name} (init)`)];
  return all.length > 1 ? all.join(', ') : '';
}
