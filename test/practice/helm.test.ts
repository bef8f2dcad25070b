/** Downloaded kubectl and helm, and the monitoring charts on a practice cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'ssh2';
import type { HostName } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { connect, run, type Answer } from './ssh.js';

let lab: PracticeLab;
const clients = new Map<HostName, Client>();
async function shell(host: HostName, script: string): Promise<Answer> {
  const client = clients.get(host) ?? (await connect(lab, host));
  clients.set(host, client);
  return run(client, `${script}\n`);
}
const root = (host: HostName, script: string): Promise<Answer> =>
  shell(host, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT`);
async function must(host: HostName, script: string): Promise<string> {
  const answer = await root(host, script);
  if (answer.code !== 0) throw new Error(`${host}: ${answer.stdout}${answer.stderr}`);
  return answer.stdout;
}
/** As the user of vm-docker, with kubectl and helm of ~/bin and the cluster's kubeconfig; both streams. */
const user = async (script: string): Promise<string> =>
  (await shell('vm-docker', `exec 2>&1\nexport KUBECONFIG=~/kubeconfig PATH="$HOME/bin:$PATH"\n${script}`))
    .stdout;

const node = (name: string, address: string) => `set -e
hostnamectl set-hostname ${name}
printf '192.168.56.43 vm-k8s\\n192.168.56.44 vm-worker\\n' >>/etc/hosts
swapoff -a
modprobe -a overlay br_netfilter
printf 'net.ipv4.ip_forward = 1\\n' >/etc/sysctl.d/k8s.conf
sysctl -q --system
apt-get update -qq
apt-get install -qq -y containerd
mkdir -p /etc/containerd /etc/apt/keyrings
containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' >/etc/containerd/config.toml
systemctl restart containerd
curl -fsSL https://pkgs.k8s.io/core:/stable:/v1.30/deb/Release.key | gpg --batch --yes --dearmor -o /etc/apt/keyrings/k8s.gpg
echo "deb [signed-by=/etc/apt/keyrings/k8s.gpg] https://pkgs.k8s.io/core:/stable:/v1.30/deb/ /" >/etc/apt/sources.list.d/kubernetes.list
apt-get update -qq
apt-get install -qq -y kubelet kubeadm kubectl
echo 'KUBELET_EXTRA_ARGS=--node-ip=${address}' >/etc/default/kubelet`;
const DOWNLOAD = `set -e
mkdir -p ~/bin; cd /tmp
curl -fsSLO https://dl.k8s.io/release/v1.30.14/bin/linux/amd64/kubectl
echo "$(curl -fsSL https://dl.k8s.io/release/v1.30.14/bin/linux/amd64/kubectl.sha256)  kubectl" | sha256sum -c -
curl -fsSLO https://get.helm.sh/helm-v3.19.4-linux-amd64.tar.gz
curl -fsSL https://get.helm.sh/helm-v3.19.4-linux-amd64.tar.gz.sha256sum | sha256sum -c -
tar -xzf helm-v3.19.4-linux-amd64.tar.gz
install -m 0755 kubectl linux-amd64/helm ~/bin`;
const VALUES = join(import.meta.dirname, '../../assets/project/deploy/monitoring');

beforeAll(async () => {
  lab = await startPracticeLab({ timeScale: 0, seed: 22 });
  await must('vm-k8s', node('vm-k8s', '192.168.56.43'));
  await must('vm-worker', node('vm-worker', '192.168.56.44'));
  await must(
    'vm-k8s',
    `set -e; export KUBECONFIG=/etc/kubernetes/admin.conf
kubeadm init --apiserver-advertise-address=192.168.56.43 --pod-network-cidr=10.244.0.0/16 >/dev/null
kubectl apply -f https://raw.githubusercontent.com/projectcalico/calico/v3.28.0/manifests/calico.yaml >/dev/null
kubectl -n kube-system set env daemonset/calico-node IP_AUTODETECTION_METHOD=cidr=192.168.56.0/24`,
  );
  await must('vm-worker', await must('vm-k8s', 'kubeadm token create --print-join-command'));
  await must(
    'vm-k8s',
    'kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system rollout status daemonset/calico-node --timeout=300s',
  );
  const config = await must('vm-k8s', 'cat /etc/kubernetes/admin.conf');
  await must(
    'vm-docker',
    "apt-get update -qq; apt-get install -qq -y jq; echo '192.168.56.43 vm-k8s' >>/etc/hosts",
  );
  const files = readdirSync(VALUES).map((name) => [name, readFileSync(join(VALUES, name), 'utf8')] as const);
  const put = [...files, ['../kubeconfig', config] as const].map(
    ([name, text]) => `base64 -d >~/values/${name} <<<'${Buffer.from(text).toString('base64')}'`,
  );
  await shell('vm-docker', `mkdir -p ~/values\n${put.join('\n')}\nchmod 600 ~/kubeconfig`);
}, 60_000);
afterAll(async () => {
  for (const client of clients.values()) client.end();
  await lab.close();
});

describe('downloads', () => {
  it('fit their published checksums and run, wherever they are put', async () => {
    const answer = await shell(
      'vm-docker',
      `${DOWNLOAD}\n~/bin/kubectl version --client; cp ~/bin/helm /tmp/other; /tmp/other version --short`,
    );
    expect(answer.stdout).toMatch(
      /^kubectl: OK\nhelm-v3.19.4-linux-amd64.tar.gz: OK\nClient Version: v1\.30\.14\n/,
    );
    expect(answer.stdout).toMatch(/\nv3\.19\.4\+g\w+\n$/);
    expect(answer.code).toBe(0);
  });
  it('for another processor do not run', async () => {
    const answer = await shell(
      'vm-docker',
      'cd /tmp; curl -fsSL -o arm https://dl.k8s.io/release/v1.30.14/bin/linux/arm64/kubectl; chmod +x arm; ./arm version',
    );
    expect(answer.code).toBe(126);
    expect(answer.stderr).toContain('cannot execute binary file: Exec format error');
  });
  it('that were never released are not there', async () => {
    const answer = await shell(
      'vm-docker',
      'curl -fsSL -o /dev/null https://dl.k8s.io/release/v1.30.99/bin/linux/amd64/kubectl; echo $?; curl -fsS -o /dev/null https://get.helm.sh/helm-v3.19.99-linux-amd64.tar.gz; echo $?',
    );
    expect(answer.stdout).toBe('22\n22\n');
  });
});

describe('options', () => {
  it.each([
    ['uninstall x --dry-run', 'practice lab: helm: uninstall --dry-run is not simulated'],
    ['uninstall x --keep-history', 'practice lab: helm: uninstall --keep-history is not simulated'],
    ['rollback x 1 --dry-run', 'practice lab: helm: rollback --dry-run is not simulated'],
    ['upgrade --install x grafana/loki --atomic', 'practice lab: helm: upgrade --atomic is not simulated'],
    ['upgrade x grafana/loki --no-hooks', 'practice lab: helm: upgrade --no-hooks is not simulated'],
    ['install x grafana/loki --dry-run=client', 'practice lab: helm: install --dry-run is not simulated'],
    ['list --kube-context y', 'practice lab: helm: list --kube-context is not simulated'],
    ['list -o yaml', 'practice lab: helm: list --output yaml is not simulated'],
    ['uninstall x --reuse-values', 'Error: unknown flag: --reuse-values'],
    ['status x -f y', "Error: unknown shorthand flag: 'f' in -f"],
    ['uninstall x --help', 'Usage:\n  helm uninstall [flags]'],
  ])('`helm %s` does not pretend', async (words, said) => {
    expect(await user(`helm ${words}`)).toBe(`${said}\n`);
  });
});

describe('repositories', () => {
  it('must be added before their charts are known', async () => {
    expect(await user('helm upgrade --install loki grafana/loki -n monitoring')).toBe(
      'Release "loki" does not exist. Installing it now.\nError: repo grafana not found\n',
    );
    expect(
      await user(`helm repo add prometheus-community https://prometheus-community.github.io/helm-charts --force-update
helm repo add grafana https://grafana.github.io/helm-charts
helm repo add grafana https://grafana.github.io/helm-charts
helm repo add nothing https://example.com/charts; helm repo update | tail -n 1`),
    ).toMatch(
      /^"prometheus-community" has been added to your repositories\n"grafana" has been added to your repositories\n"grafana" already exists with the same configuration, skipping\nError: looks like "https:\/\/example.com\/charts" is not a valid chart repository[^\n]*\nUpdate Complete\. ⎈Happy Helming!⎈\n$/,
    );
  });
});

describe('charts', () => {
  it("Loki's caches ask for more memory than there is: its pod stays Pending and helm gives up (T59)", async () => {
    const answer = await user(`kubectl create namespace monitoring
helm upgrade --install loki grafana/loki --version 6.55.0 -n monitoring -f ~/values/loki-values.yaml --set chunksCache.enabled=true --wait --timeout 60s
helm status loki -n monitoring | grep STATUS
kubectl -n monitoring get pod loki-chunks-cache-0 -o jsonpath='{.status.phase}{"\\n"}'
kubectl -n monitoring describe pod loki-chunks-cache-0 | grep -o 'Insufficient memory' | head -n 1`);
    expect(answer).toContain(
      'Error: context deadline exceeded\nSTATUS: failed\nPending\nInsufficient memory\n',
    );
  });
  it('with the caches off the same command mends it', async () => {
    const answer =
      await user(`helm upgrade --install loki grafana/loki --version 6.55.0 -n monitoring -f ~/values/loki-values.yaml --wait --timeout 5m | head -n 5
kubectl -n monitoring get statefulsets -o name; helm history loki -n monitoring | cut -f 3`);
    expect(answer).toContain('STATUS: deployed\n');
    expect(answer).toContain('statefulset.apps/loki\n');
    expect(answer).not.toContain('chunks-cache');
  });
  it.each([
    ['--set loki.schemaConfig=null', 'You must provide a schema_config for Loki'],
    ['--set read.replicas=1', 'Cannot run scalable targets'],
    ['--set singleBinary.extraVolumeMounts=null --wait --timeout 30s', 'context deadline exceeded'],
  ])('Loki with %s is refused', async (words, why) => {
    const answer = await user(
      `helm install other grafana/loki --version 6.55.0 -n monitoring -f ~/values/loki-values.yaml ${words}; kubectl -n monitoring logs other-loki-0 --tail=1 2>/dev/null; helm uninstall other -n monitoring --wait >/dev/null`,
    );
    expect(answer).toContain(`Error: INSTALLATION FAILED: `);
    expect(answer).toContain(why);
  });
  it('Prometheus and Grafana come up, and their NodePorts answer', async () => {
    const answer = await user(`printf 'admin-user=admin\\nadmin-password=hunter22\\n' >~/grafana.env
kubectl -n monitoring create secret generic grafana-admin --from-env-file=$HOME/grafana.env >/dev/null
helm upgrade --install kps prometheus-community/kube-prometheus-stack --version 82.8.0 -n monitoring -f ~/values/kps-values.yaml --wait --timeout 10m | grep STATUS
kubectl apply -f ~/values/nodeports.yaml -f ~/values/grafana-datasource-loki.yaml >/dev/null
kubectl -n monitoring wait --for=condition=Ready pod/prometheus-kps-prometheus-0 --timeout=120s
kubectl -n monitoring get deployments,daemonsets -o name
for at in 30030/login 30090/-/ready 30100/loki/api/v1/labels; do until curl -s -o /dev/null http://192.168.56.44:$at; do sleep 1; done; curl -s -o /dev/null -w '%{http_code} ' http://192.168.56.44:$at; done
kubectl -n monitoring create configmap broken --from-literal='x.yaml=a: [' >/dev/null; kubectl -n monitoring label configmap broken grafana_datasource=1 >/dev/null
curl -s -u admin:hunter22 http://192.168.56.44:30030/api/datasources | jq -r '.[].name' | sort | paste -s -d ' '
kubectl -n monitoring logs deploy/kps-grafana -c grafana | grep -c 'Datasource provisioning error: yaml: '
curl -s 'http://192.168.56.44:30090/api/v1/query?query=up' | jq -c '[.data.result[].value[1]] | unique'`);
    expect(answer).toBe(`STATUS: deployed
pod/prometheus-kps-prometheus-0 condition met
deployment.apps/kps-grafana
deployment.apps/kps-kube-state-metrics
deployment.apps/kps-operator
deployment.apps/loki-gateway
daemonset.apps/kps-prometheus-node-exporter
200 200 200 Loki Prometheus
1
["1"]
`);
  });
  it('monitors of what kubeadm binds to 127.0.0.1 are red for ever (T60)', async () => {
    const answer =
      await user(`helm upgrade kps prometheus-community/kube-prometheus-stack --version 82.8.0 -n monitoring --reuse-values --set kubeEtcd.enabled=true --wait | grep -e STATUS -e REVISION
curl -s 'http://192.168.56.44:30090/api/v1/query?query=up' | jq -r '.data.result[] | select(.value[1] == "0") | .metric.job'`);
    expect(answer).toBe('STATUS: deployed\nREVISION: 2\nkube-etcd\n');
  });
  it('agents run on every node', async () => {
    const answer =
      await user(`helm upgrade --install alloy grafana/alloy --version 1.10.1 -n monitoring -f ~/values/alloy-values.yaml --wait | grep STATUS
helm upgrade --install promtail grafana/promtail --version 6.17.1 -n monitoring -f ~/values/promtail-values.yaml --wait | grep STATUS
kubectl -n monitoring get daemonsets alloy promtail -o jsonpath='{range .items[*]}{.metadata.name} {.status.numberReady}{"\\n"}{end}'
helm list -n monitoring -q; helm uninstall promtail -n monitoring --wait; helm status promtail -n monitoring`);
    expect(answer).toBe(
      'STATUS: deployed\nSTATUS: deployed\nalloy 2\npromtail 2\nalloy\nkps\nloki\npromtail\nrelease "promtail" uninstalled\nError: release: not found\n',
    );
  });
  it('only an agent whose push URL leads to this Loki feeds it', async () => {
    const answer =
      await user(`labels() { curl -s http://192.168.56.44:30100/loki/api/v1/labels | jq -c .data; }
labels
sed s/loki-gateway/other-gateway/ ~/values/alloy-values.yaml >/tmp/wrong.yaml
helm upgrade alloy grafana/alloy --version 1.10.1 -n monitoring -f /tmp/wrong.yaml --wait >/dev/null; labels
sed s/loki-gateway.monitoring.svc.cluster.local/loki:3100/ ~/values/alloy-values.yaml >/tmp/direct.yaml
helm upgrade alloy grafana/alloy --version 1.10.1 -n monitoring -f /tmp/direct.yaml --wait >/dev/null; labels`);
    const all = '["app","container","namespace","node_name","pod"]';
    expect(answer).toBe(`${all}\n[]\n${all}\n`);
  });
  it('the API over HTTP selects as kubectl does, and says what it does not do', async () => {
    const answer =
      await user(`for key in client-certificate-data client-key-data certificate-authority-data; do sed -n "s/^ *$key: //p" ~/kubeconfig | base64 -d >/tmp/$key; done
ask() { curl -s --cacert /tmp/certificate-authority-data --cert /tmp/client-certificate-data --key /tmp/client-key-data "https://vm-k8s:6443/api/v1/$1"; }
ask 'namespaces/monitoring/pods?labelSelector=app.kubernetes.io%2Fname%3Dalloy' | jq -r '.items | length'
ask 'namespaces/monitoring/pods?labelSelector=app.kubernetes.io%2Fname+in+(alloy)&fieldSelector=spec.nodeName%3Dvm-worker' | jq -r '.items | length'
ask 'pods?labelSelector=%29%29' | jq -r .code
ask 'pods?limit=1' | jq -r '.items | length'; ask 'pods?watch=true' | jq -r .message`);
    expect(answer).toBe(
      '2\n1\n400\n1\npractice lab: answers that go on (watch, follow) are not simulated for programs on the hosts; use kubectl\n',
    );
  });
  it('a helm that was killed leaves its release pending, and others are kept off', async () => {
    const answer =
      await user(`helm upgrade --install stuck grafana/loki --version 6.55.0 -n monitoring -f ~/values/loki-values.yaml --set chunksCache.enabled=true --wait --timeout 60m >/dev/null & 
until helm status stuck -n monitoring 2>/dev/null | grep -q pending-install; do sleep 1; done
kill -9 $!; wait $!
helm upgrade --install stuck grafana/loki --version 6.55.0 -n monitoring -f ~/values/loki-values.yaml
helm uninstall stuck -n monitoring --wait`);
    expect(answer).toContain(
      'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\nrelease "stuck" uninstalled\n',
    );
  });
  it('nothing is taken that belongs to somebody else', async () => {
    const answer = await user(`kubectl -n monitoring create serviceaccount promtail >/dev/null
helm install promtail grafana/promtail --version 6.17.1 -n monitoring`);
    expect(answer).toContain(
      'Error: INSTALLATION FAILED: Unable to continue with install: ServiceAccount "promtail" in namespace "monitoring" exists and cannot be imported into the current release: invalid ownership metadata;',
    );
  });
});
