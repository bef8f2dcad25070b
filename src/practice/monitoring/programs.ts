/** The programs in the images of the monitoring charts. */
import type { Around } from '../apps/around.js';
import { patience } from '../apps/service.js';
import type { Program } from '../kernel/kernel.js';
import { grafana } from './grafana.js';
import { loki } from './loki.js';
import { prometheusOperator } from './operator.js';
import { prometheus } from './prometheus.js';
import { companion, exporter, logfmt, stay } from './servers.js';

/** Reads what it is told to ship; a file that is not there ends it. */
const agent =
  (around: Around, port: number, config: (args: readonly string[]) => string): Program =>
  async (process, args) => {
    const path = config(args);
    if (!process.view.access(path, 4)) {
      await process.err(`Error: ${path}: no such file or directory\n`);
      return 1;
    }
    await logfmt(process, 'info', `now listening on :${port}`);
    return stay(around, process, [
      {
        port,
        http: ({ url }) => ({
          status: ['/-/ready', '/ready', '/metrics', '/-/reload'].includes(url.pathname) ? 200 : 404,
          headers: [['Content-Type', 'text/plain']],
          body: Buffer.from('Ready\n'),
        }),
      },
    ]);
  };
/** Makes a certificate for the webhook and ends. */
const certgen: Program = async (process) => {
  await patience(process, 1500);
  await logfmt(process, 'info', 'saving to secret');
  return 0;
};

export function monitoringPrograms(around: Around): Readonly<Record<string, Program>> {
  return {
    grafana: grafana(around),
    prometheus: prometheus(around),
    loki: loki(around),
    'prometheus-operator': prometheusOperator(around),
    'config-reloader': companion(around, 'Starting prometheus-config-reloader'),
    'k8s-sidecar': companion(around, 'Starting collector'),
    alertmanager: exporter(around, [9093], 'alertmanager_build_info 1\n'),
    'node-exporter': exporter(around, [9100], 'node_exporter_build_info 1\n'),
    'kube-state-metrics': exporter(around, [8080, 8081], 'kube_state_metrics_build_info 1\n'),
    'loki-canary': exporter(around, [3500], 'loki_canary_entries_total 0\n'),
    memcached: companion(around, 'server listening (auto-negotiate)'),
    'memcached-exporter': exporter(around, [9150], 'memcached_up 1\n'),
    certgen,
    alloy: agent(around, 12_345, (args) => args.find((arg) => arg.startsWith('/')) ?? ''),
    promtail: agent(
      around,
      3101,
      (args) => args.find((arg) => arg.startsWith('-config.file='))?.slice(13) ?? '',
    ),
  };
}
