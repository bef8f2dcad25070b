/** `pods/NAME/log`: what a container printed, and what it prints from now on. */
import type { ContainerLog, LogLine } from '../container-log.js';
import type { ContainerRun } from '../container-run.js';
import type { ApiServer } from '../control-plane.js';
import type { JsonMap } from '../json.js';
import { nameOf } from '../store.js';
import type { Answer, Place, Sink } from './call.js';
import { found } from './change.js';
import { chosenContainer, containerAt } from './kubelet.js';
import { ApiError, badRequest } from './status.js';

/** How often a followed container is looked after, real ms: it says nothing more when it ends. */
const LOOK_MS = 20;

interface Options {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Lines from the end; all when absent. */
  readonly tail: number | undefined;
  /** Epoch ms from which on lines count. */
  readonly since: number;
  readonly limitBytes: number;
}
const yes = (query: URLSearchParams, name: string) => /^(true|1)$/.test(query.get(name) ?? '');

/** @throws ApiError 400, 422 */
function optionsOf(query: URLSearchParams, now: number): Options {
  const number = (name: string, least: number): number | undefined => {
    const text = query.get(name) ?? '';
    if (text === '') return undefined;
    if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
    if (Number(text) < least)
      throw new ApiError(
        422,
        'Invalid',
        `PodLogOptions "" is invalid: ${name}: Invalid value: ${text}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`,
        { kind: 'PodLogOptions' },
      );
    return Number(text);
  };
  const seconds = number('sinceSeconds', 1);
  const time = Date.parse(query.get('sinceTime') ?? '');
  return {
    follow: yes(query, 'follow'),
    previous: yes(query, 'previous'),
    timestamps: yes(query, 'timestamps'),
    tail: number('tailLines', 0),
    since: seconds === undefined ? (Number.isNaN(time) ? 0 : time) : now - seconds * 1000,
    limitBytes: number('limitBytes', 1) ?? Number.POSITIVE_INFINITY,
  };
}
/** Nanoseconds stand in the real one; here the three digits that there are. */
const stamped = ({ at, text }: LogLine, wanted: boolean) =>
  `${wanted ? `${new Date(at).toISOString().replace('Z', '000000Z')} ` : ''}${text}\n`;

function waiting(name: string, pod: JsonMap, run: ContainerRun | null): ApiError {
  const reason = run === null || run.reason === '' ? 'ContainerCreating' : run.reason;
  const why = /^(ErrImagePull|ImagePullBackOff)$/.test(reason)
    ? 'trying and failing to pull image'
    : /^PodInitializing$/.test(reason)
      ? 'PodInitializing'
      : reason;
  return badRequest(`container "${name}" in pod "${nameOf(pod)}" is waiting to start: ${why}`);
}
/** @throws ApiError 400, 404, 422, 500 */
export async function podLog(api: ApiServer, place: Place, query: URLSearchParams): Promise<Answer> {
  const pod = found(api, place);
  const options = optionsOf(query, api.host.machine.now());
  const name = chosenContainer(pod, query.get('container') ?? '');
  const run = await containerAt(api, pod, name, 'containerLogs');
  const log = run === null ? null : options.previous ? run.previousLog : run.log;
  if (options.previous && log === null)
    throw badRequest(`previous terminated container "${name}" in pod "${nameOf(pod)}" not found`);
  if (log === null || run === null) throw waiting(name, pod, run);
  return {
    kind: 'stream',
    type: 'text/plain',
    begin: (sink) => show(sink, run, log, options),
  };
}
function show(sink: Sink, run: ContainerRun, log: ContainerLog, options: Options): void {
  let left = options.limitBytes;
  const print = (line: LogLine): void => {
    const bytes = Buffer.from(stamped(line, options.timestamps)).subarray(0, left);
    left -= bytes.length;
    sink.write(bytes.toString('utf8'));
    if (left <= 0) sink.end();
  };
  const young = log.lines.filter((line) => line.at >= options.since);
  const wanted = options.tail === undefined ? young : options.tail === 0 ? [] : young.slice(-options.tail);
  for (const line of wanted) if (left > 0) print(line);
  if (left <= 0) return;
  const over = () => run.log !== log || run.state !== 'running';
  if (!options.follow || options.previous || over()) {
    sink.end();
    return;
  }
  const stop = log.follow(print);
  const look = setInterval(() => {
    if (over()) sink.end();
  }, LOOK_MS);
  look.unref();
  sink.onClose(() => {
    clearInterval(look);
    stop();
  });
}
