/** Probes of a container that really runs: asked as often as they say, over the pod's own network. */
import { DeviceDescription, type Description } from '../kernel/description.js';
import { Outlet } from '../kernel/pipe.js';
import { listAt, mapAt, numberAt, textAt, type JsonMap } from './json.js';
import type { PodNet } from './pod-net.js';
import type { PodProcess } from './pod-process.js';

export type ProbeKind = 'startupProbe' | 'livenessProbe' | 'readinessProbe';
export interface Probed {
  readonly container: JsonMap;
  readonly process: PodProcess;
  readonly net: PodNet;
}

function portOf(container: JsonMap, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const named = listAt(container, 'ports').find((one) => textAt(one, 'name') === text);
  return Number(textAt(named, 'containerPort') || 0);
}
/** Asks once. Null when it is well, or the kubelet's words for why not. */
async function ask(probe: JsonMap, { container, process, net }: Probed): Promise<string | null> {
  if ('exec' in probe) {
    const printed: string[] = [];
    const output = new Outlet('probe', async (bytes) => {
      printed.push(bytes.toString('utf8'));
    });
    const words = listAt(probe, 'exec', 'command').map((word) => textAt(word));
    const child = process.exec(
      words,
      new Map<number, Description>([
        [0, new DeviceDescription('null')],
        [1, output],
        [2, output],
      ]),
    );
    return (await child.exited) === 0 ? null : printed.join('').trim();
  }
  const http = mapAt(probe, 'httpGet');
  const tcp = mapAt(probe, 'tcpSocket');
  const port = portOf(container, textAt('httpGet' in probe ? http : tcp, 'port'));
  const server = net.at(port);
  const dial = `dial tcp ${net.address}:${port}: connect: connection refused`;
  if ('tcpSocket' in probe) return server === null ? dial : null;
  if (!('httpGet' in probe)) return null;
  const path = textAt(http, 'path') || '/';
  if (server === null) return `Get "http://${net.address}:${port}${path}": ${dial}`;
  const url = URL.parse(`http://${net.address}:${port}${path}`);
  const response =
    url === null
      ? null
      : ((await server.http?.({
          method: 'GET',
          url,
          headers: new Map([
            ['host', url.host],
            ['user-agent', 'kube-probe/1.30'],
          ]),
          body: Buffer.alloc(0),
          from: net.address,
        })) ?? null);
  if (response === null) return `Get "http://${net.address}:${port}${path}": EOF`;
  return response.status >= 200 && response.status < 400
    ? null
    : `HTTP probe failed with statuscode: ${response.status}`;
}

/** One probe's memory: how often in a row it was well or not. */
export class Probe {
  readonly #probe: JsonMap;
  #since = 0;
  #asking = false;
  #well = 0;
  #bad = 0;
  /** Whether it has reached one of its thresholds: true well, false not, null neither yet. */
  verdict: boolean | null = null;
  /** Said when it failed last; taken away by whoever reports it. */
  words: string | null = null;

  constructor(probe: JsonMap) {
    this.#probe = probe;
  }
  /** One second passes. @param age of the container, seconds */
  tick(age: number, probed: Probed): void {
    const delay = numberAt(this.#probe, 'initialDelaySeconds') ?? 0;
    const period = Math.max(1, numberAt(this.#probe, 'periodSeconds') ?? 10);
    if (age < delay || this.#asking) return;
    if (this.#since > 0) {
      this.#since -= 1;
      return;
    }
    this.#since = period - 1;
    this.#asking = true;
    void ask(this.#probe, probed).then(
      (wrong) => this.#note(wrong),
      (error: unknown) => this.#note(error instanceof Error ? error.message : String(error)),
    );
  }
  #note(wrong: string | null): void {
    this.#asking = false;
    if (wrong === null) {
      this.#well += 1;
      this.#bad = 0;
      if (this.#well >= (numberAt(this.#probe, 'successThreshold') ?? 1)) this.verdict = true;
      return;
    }
    this.#bad += 1;
    this.#well = 0;
    this.words = wrong;
    if (this.#bad >= (numberAt(this.#probe, 'failureThreshold') ?? 3)) this.verdict = false;
  }
}
/** All probes of one container since its last start. */
export class Probes {
  readonly #probes: ReadonlyMap<ProbeKind, Probe>;
  constructor(container: JsonMap) {
    const kinds: readonly ProbeKind[] = ['startupProbe', 'livenessProbe', 'readinessProbe'];
    this.#probes = new Map(
      kinds.flatMap((kind) =>
        kind in container ? [[kind, new Probe(mapAt(container, kind))] as const] : [],
      ),
    );
  }
  /** One second passes. Gives what the kubelet says and does about it. */
  tick(
    age: number,
    probed: Probed,
  ): { readonly ready: boolean; readonly kill: boolean; readonly said: readonly string[] } {
    const said: string[] = [];
    let kill = false;
    const startup = this.#probes.get('startupProbe');
    for (const [kind, probe] of this.#probes) {
      if (kind !== 'startupProbe' && startup !== undefined && startup.verdict !== true) continue;
      if (kind === 'startupProbe' && probe.verdict === true) continue;
      probe.tick(age, probed);
      if (probe.words !== null) {
        said.push(
          `${{ startupProbe: 'Startup', livenessProbe: 'Liveness', readinessProbe: 'Readiness' }[kind]} probe failed: ${probe.words}`,
        );
        probe.words = null;
      }
      if (kind !== 'readinessProbe' && probe.verdict === false) kill = true;
    }
    const started = startup === undefined || startup.verdict === true;
    const readiness = this.#probes.get('readinessProbe');
    return { ready: started && (readiness === undefined ? true : readiness.verdict === true), kill, said };
  }
}
