/** Prometheus: ready or not, and `up` for what it scrapes. */
import type { Around } from '../apps/around.js';
import type { Program } from '../kernel/kernel.js';
import { isReady } from '../kubernetes/controllers/pods.js';
import { textAt } from '../kubernetes/json.js';
import { nameOf, namespaceOf } from '../kubernetes/store.js';
import { answer, answerJson, type HttpRequest, type HttpResponse } from '../model/http.js';
import { clusterOf, logfmt, plain, readyAfter, stay, success } from './servers.js';

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly up: boolean;
}
/** kubeadm binds these to 127.0.0.1, so nobody from outside their node scrapes them (T60). */
const LOCAL_ONLY = /-(kube-etcd|kube-scheduler|kube-controller-manager|kube-proxy)$/;

function targets(around: Around): readonly Target[] {
  const cluster = clusterOf(around);
  if (cluster === null) return [];
  const { store } = cluster;
  const pods = store
    .list('Pod')
    .filter((pod) =>
      ['prometheus-node-exporter', 'kube-state-metrics', 'prometheus', 'grafana', 'alertmanager'].includes(
        textAt(pod, 'metadata', 'labels', 'app.kubernetes.io/name'),
      ),
    )
    .map((pod) => ({
      labels: {
        job: textAt(pod, 'metadata', 'labels', 'app.kubernetes.io/name').replace(
          'prometheus-node-exporter',
          'node-exporter',
        ),
        namespace: namespaceOf(pod),
        pod: nameOf(pod),
        instance: textAt(pod, 'status', 'podIP'),
      },
      up: isReady(pod),
    }));
  const monitors = store.list('ServiceMonitor').map((one) => ({
    labels: {
      job: nameOf(one).replace(/^.*?-(kube-|apiserver|kubelet|coredns)/, '$1'),
      namespace: namespaceOf(one),
    },
    up: !LOCAL_ONLY.test(nameOf(one)),
  }));
  return [...pods, ...monitors];
}
export const prometheus =
  (around: Around): Program =>
  async (process) => {
    await logfmt(process, 'info', 'Starting Prometheus Server');
    const ready = readyAfter(process, 5000);
    // Nobody reads the words of a process that was ended at once.
    void process
      .until(Promise.resolve())
      .then(() => logfmt(process, 'info', 'Server is ready to receive web requests.'))
      .catch(() => undefined);
    const http = (request: HttpRequest): HttpResponse => {
      const { pathname, searchParams } = request.url;
      switch (pathname) {
        case '/':
          return answer(302, '', [['Location', '/query']]);
        case '/query':
        case '/graph':
        case '/targets':
          return answer(
            200,
            '<!doctype html>\n<html lang="en"><head><title>Prometheus Time Series Collection and Processing Server</title></head></html>\n',
            [['Content-Type', 'text/html; charset=utf-8']],
          );
        case '/-/healthy':
          return plain(200, 'Prometheus Server is Healthy.\n');
        case '/-/ready':
          return ready() ? plain(200, 'Prometheus Server is Ready.\n') : plain(503, 'Service Unavailable');
        case '/api/v1/targets':
          return success({
            activeTargets: targets(around).map(({ labels, up }) => ({ labels, health: up ? 'up' : 'down' })),
            droppedTargets: [],
          });
        case '/api/v1/query': {
          const query =
            searchParams.get('query') ??
            new URLSearchParams(request.body.toString('utf8')).get('query') ??
            '';
          if (query.trim() !== 'up')
            return answerJson(422, {
              status: 'error',
              errorType: 'execution',
              error: 'the practice lab computes the query `up` only',
            });
          const at = Math.floor(process.kernel.now() / 1000);
          return success({
            resultType: 'vector',
            result: targets(around).map(({ labels, up }) => ({
              metric: { __name__: 'up', ...labels },
              value: [at, up ? '1' : '0'],
            })),
          });
        }
        default:
          return plain(404, '404 page not found\n');
      }
    };
    return stay(around, process, [{ port: 9090, http }]);
  };
