/** The charts that this world's repositories have. */
import type { JsonMap } from '../kubernetes/json.js';
import { ALLOY_VALUES, PROMTAIL_VALUES, renderAlloy, renderPromtail } from './charts/agents.js';
import { KPS_VALUES } from './charts/kps-values.js';
import { KPS_DEFINITIONS, kpsNotes, renderKps } from './charts/kps.js';
import { LOKI_VALUES, lokiNotes, renderLoki } from './charts/loki.js';
import type { ChartContext } from './objects.js';

export interface ChartVersion {
  readonly chart: string;
  readonly app: string;
}
export interface Chart {
  readonly name: string;
  /** Name of the repository in `REPOSITORIES`. */
  readonly repository: string;
  readonly description: string;
  /** The newest first. */
  readonly versions: readonly ChartVersion[];
  readonly defaults: JsonMap;
  /** CustomResourceDefinitions of its directory `crds`. */
  readonly definitions: readonly JsonMap[];
  readonly render: (context: ChartContext) => readonly JsonMap[];
  readonly notes: (context: ChartContext) => string;
}
/** Address → name of what lies there. */
export const REPOSITORIES: ReadonlyMap<string, string> = new Map([
  ['https://prometheus-community.github.io/helm-charts', 'prometheus-community'],
  ['https://grafana.github.io/helm-charts', 'grafana'],
]);
const none = () => '';

export const CHARTS: readonly Chart[] = [
  {
    name: 'kube-prometheus-stack',
    repository: 'prometheus-community',
    description: 'Prometheus, Alertmanager, Grafana and exporters, kept by the Prometheus Operator',
    versions: [
      { chart: '82.8.0', app: 'v0.89.0' },
      { chart: '79.5.0', app: 'v0.86.2' },
      { chart: '77.0.0', app: 'v0.84.1' },
      { chart: '65.1.1', app: 'v0.77.1' },
    ],
    defaults: KPS_VALUES,
    definitions: KPS_DEFINITIONS,
    render: renderKps,
    notes: kpsNotes,
  },
  {
    name: 'loki',
    repository: 'grafana',
    description: 'Loki: stores the logs of a cluster and answers questions about them',
    versions: [
      { chart: '6.55.0', app: '3.6.7' },
      { chart: '6.46.0', app: '3.5.7' },
      { chart: '6.16.0', app: '3.2.0' },
    ],
    defaults: LOKI_VALUES,
    definitions: [],
    render: renderLoki,
    notes: lokiNotes,
  },
  {
    name: 'alloy',
    repository: 'grafana',
    description: 'Alloy: sends logs and metrics of each node where they are wanted',
    versions: [
      { chart: '1.10.1', app: 'v1.17.0' },
      { chart: '1.4.0', app: 'v1.11.3' },
    ],
    defaults: ALLOY_VALUES,
    definitions: [],
    render: renderAlloy,
    notes: () => 'Alloy is installed.\n',
  },
  {
    name: 'promtail',
    repository: 'grafana',
    description: 'Promtail: sends the logs of each node to Loki',
    versions: [
      { chart: '6.17.1', app: '3.5.1' },
      { chart: '6.16.6', app: '3.0.0' },
    ],
    defaults: PROMTAIL_VALUES,
    definitions: [],
    render: renderPromtail,
    notes: none,
  },
];
