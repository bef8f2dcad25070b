import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'ssh2';
import type { HostName } from '../../src/lab/types.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { connect, run, until, type Answer } from './ssh.js';

let lab: PracticeLab;
const clients = new Map<HostName, Client>();
beforeAll(async () => {
  lab = await startPracticeLab({ seed: 21, timeScale: 0 });
});
afterAll(async () => {
  for (const client of clients.values()) client.end();
  await lab.close();
});
async function shell(host: HostName, script: string): Promise<Answer> {
  const client = clients.get(host) ?? (await connect(lab, host));
  clients.set(host, client);
  return run(client, `${script}\n`);
}
/** A reboot, and no connection from before it. */
async function reboot(host: HostName): Promise<void> {
  clients.get(host)?.end();
  clients.delete(host);
  await lab.hosts[host].reboot();
}
const root = (host: HostName, script: string): Promise<Answer> =>
  shell(host, `sudo -n -- bash -s <<'END_OF_ROOT'\n${script}\nEND_OF_ROOT`);
const k8s = (script: string) => root('vm-k8s', `export KUBECONFIG=/etc/kubernetes/admin.conf\n${script}`);
const worker = (script: string) => root('vm-worker', script);

/** What C1 to C4 leave, in the runbook's own words. */
const prepare = (name: string, address: string) => `set -e
hostnamectl set-hostname ${name}
echo "192.168.56.43 vm-k8s
192.168.56.44 vm-worker" >>/etc/hosts
swapoff -a
sed -i '/\\tswap\\t/s/^/#/' /etc/fstab
printf 'overlay\\nbr_netfilter\\n' >/etc/modules-load.d/k8s.conf
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
echo 'KUBELET_EXTRA_ARGS=--node-ip=${address}' >/etc/default/kubelet
`;
const CALICO = 'https://raw.githubusercontent.com/projectcalico/calico/v3.28.0/manifests/calico.yaml';
const INIT = 'kubeadm init --apiserver-advertise-address=192.168.56.43 --pod-network-cidr=10.244.0.0/16';

describe('kernel', () => {
  it('swap comes back at boot from a line with tabs that a pattern with spaces does not match', async () => {
    const before = await root(
      'vm-worker',
      "swapoff -a; swapon --show; sed -i '/ swap / s/^/#/' /etc/fstab; grep -c '^/swap' /etc/fstab",
    );
    expect(before.stdout).toBe('1\n');
    await reboot('vm-worker');
    const after = await root(
      'vm-worker',
      'swapon --show=NAME --noheadings; systemctl is-active swap.img.swap; systemctl mask -q swap.img.swap',
    );
    expect(after.stdout).toBe('/swap.img\nactive\n');
    await reboot('vm-worker');
    expect((await worker('swapon --show')).stdout).toBe('');
  });

  it('settings of a bridge are there only with its module, and files are read in their order', async () => {
    const answer = await root(
      'vm-docker',
      `sysctl -n net.bridge.bridge-nf-call-iptables; echo "$?"; modprobe br_netfilter; sysctl -n net.bridge.bridge-nf-call-iptables
printf 'net.ipv4.ip_forward=1\n' >/etc/sysctl.d/10-a.conf; printf 'net.ipv4.ip_forward=0\n' >/etc/sysctl.d/20-b.conf
sysctl -q --system; cat /proc/sys/net/ipv4/ip_forward; rm /etc/sysctl.d/*-[ab].conf; lsmod | grep -c '^bridge'; modprobe nonsense; echo "$?"`,
    );
    expect(answer.stdout).toBe('1\n1\n0\n1\n1\n');
    expect(answer.stderr).toContain('cannot stat /proc/sys/net/bridge/bridge-nf-call-iptables');
    expect(answer.stderr).toContain('modprobe: FATAL: Module nonsense not found');
  });
});

describe('containerd', () => {
  it('reads its configuration as TOML, and does not start with nonsense', async () => {
    expect((await k8s(prepare('vm-k8s', '192.168.56.43'))).code).toBe(0);
    const answer = await k8s(`config=/etc/containerd/config.toml; cp $config good.toml
containerd config dump | grep SystemdCgroup; crictl --runtime-endpoint unix:///run/containerd/containerd.sock info | grep -c systemdCgroup
echo '[plugins' >>$config; containerd config dump >/dev/null; echo "$?"; systemctl restart containerd; echo "$?"; systemctl is-active containerd
printf 'version = 2\\ndisabled_plugins = ["cri"]\\n' >$config; systemctl restart containerd; crictl info; ctr plugins ls | grep -c ' cri '
cp good.toml $config; systemctl restart containerd; ctr plugins ls | awk '$2 == "cri" { print $NF }'`);
    expect(answer.stdout).toMatch(/SystemdCgroup = true\n1\n1\n1\n(activating|failed)\n0\nok\n$/);
    expect(answer.stderr).toMatch(/failed to load TOML: \/etc\/containerd\/config\.toml: \(\d+, \d+\)/);
    expect(answer.stderr).toContain('unknown service runtime.v1.RuntimeService');
  });

  it('pulls as hosts.toml says, and by HTTPS without it', async () => {
    const pull = 'crictl pull harbor.local:8080/threebody/go:latest';
    const name = "echo '192.168.56.42 harbor.local' >>/etc/hosts";
    const closed = await k8s(`${name}; ${pull}`);
    expect(closed.code).toBe(1);
    expect(closed.stderr).toContain(
      'Head "https://harbor.local:8080/v2/threebody/go/manifests/latest": dial tcp 192.168.56.42:8080: connect: connection refused',
    );
    const told =
      await k8s(`config=/etc/containerd/config.toml; sed -i 's#config_path = ""#config_path = "/etc/containerd/certs.d"#' $config; systemctl restart containerd
mkdir -p /etc/containerd/certs.d/harbor.local:8080; printf 'server = "http://harbor.local:8080"\\n[host."http://harbor.local:8080"]\\n  capabilities = ["pull", "resolve"]\\n' >/etc/containerd/certs.d/harbor.local:8080/hosts.toml
${pull}`);
    expect(told.stderr).toContain('Head "http://harbor.local:8080/v2/');
  });
});

describe('kubeadm init', () => {
  it('the kubelet waits in a crash loop until there is something to do', async () => {
    await until(
      async () => (await k8s('systemctl show kubelet -p SubState --value')).stdout === 'auto-restart\n',
    );
    expect((await k8s('journalctl -u kubelet -n 30 --no-pager')).stdout).toContain(
      '/var/lib/kubelet/config.yaml: no such file or directory',
    );
  });

  it('refuses what its preflight finds, in its own words', async () => {
    const answer =
      await k8s(`sysctl -q -w net.ipv4.ip_forward=0; touch /etc/kubernetes/manifests/etcd.yaml; systemctl stop containerd
${INIT}; echo "$?"
sysctl -q -w net.ipv4.ip_forward=1; rm /etc/kubernetes/manifests/etcd.yaml; systemctl start containerd`);
    expect(answer.stdout).toMatch(/\n1\n$/);
    expect(answer.stderr).toContain(
      '[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: /proc/sys/net/ipv4/ip_forward contents are not set to 1',
    );
    expect(answer.stderr).toContain(
      '[ERROR FileAvailable--etc-kubernetes-manifests-etcd.yaml]: /etc/kubernetes/manifests/etcd.yaml already exists',
    );
    expect(answer.stderr).toContain('[ERROR CRI]: container runtime is not running');
    const other = await k8s(
      'kubeadm init --no-such-flag; echo "$?"; kubeadm init phase certs; echo "$?"; kubeadm nonsense; echo "$?"',
    );
    expect(other.stdout).toBe('1\n64\n1\n');
    expect(other.stderr).toContain('unknown flag: --no-such-flag');
  });

  it('a reboot in the middle leaves a half-made control plane, which is refused, and reset clears it', async () => {
    void k8s(INIT).catch(() => undefined);
    await until(async () => (await k8s('ls /etc/kubernetes/manifests')).stdout.includes('kube-scheduler'));
    await reboot('vm-k8s');
    const again = await k8s(`${INIT}; echo "$?"`);
    expect(again.stdout).toMatch(/\n1\n$/);
    expect(again.stderr).toContain('kube-apiserver.yaml already exists');
    const cleared = await k8s(
      'kubeadm reset --force >/dev/null; ls -A /etc/kubernetes/manifests /etc/kubernetes/pki /var/lib/etcd; ls /etc/kubernetes/*.conf; ss -lnt | grep -c 6443',
    );
    expect(cleared.stdout).toContain('/var/lib/etcd:\n');
    expect(cleared.stdout).not.toContain('apiserver');
    expect(cleared.stdout).toMatch(/0\n$/);
  });

  it('makes a control plane that is NotReady until a pod network comes', async () => {
    const made = await k8s(INIT);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(
      /kubeadm join 192\.168\.56\.43:6443 --token \w{6}\.\w{16} \\\n\t--discovery-token-ca-cert-hash sha256:[0-9a-f]{64}/,
    );
    const before = await k8s(
      "kubectl get nodes --no-headers | awk '{ print $1, $2, $3 }'; kubectl get pods -n kube-system -l k8s-app=kube-dns --no-headers | awk '{ print $3 }'",
    );
    expect(before.stdout).toBe('vm-k8s NotReady control-plane\nPending\nPending\n');
    expect((await k8s('kubectl describe node vm-k8s')).stdout).toContain('cni plugin not initialized');
    const after =
      await k8s(`kubectl apply -f ${CALICO} | tail -n 2; kubectl wait --for=condition=Ready node/vm-k8s --timeout=300s
kubectl -n kube-system rollout status ds/calico-node --timeout=300s | tail -n 1; kubectl -n kube-system rollout status deploy/coredns --timeout=300s | tail -n 1`);
    expect(after.stdout).toBe(
      'daemonset.apps/calico-node created\ndeployment.apps/calico-kube-controllers created\nnode/vm-k8s condition met\ndaemon set "calico-node" successfully rolled out\ndeployment "coredns" successfully rolled out\n',
    );
    expect((await k8s('ip route | grep bird; ss -lntp | grep -c 6443')).stdout).toMatch(
      /^blackhole 10\.244\.\d+\.\d+\/26 proto bird \n1\n$/,
    );
  });

  it('is not re-runnable, and its port is seen from elsewhere', async () => {
    const again = await k8s(`${INIT}; echo "$?"`);
    expect(again.stderr).toContain('[ERROR Port-6443]: Port 6443 is in use');
    expect(
      (await worker('nc -z -w 2 192.168.56.43 6443; echo "$?"; curl -sk https://192.168.56.43:6443/livez'))
        .stdout,
    ).toBe('0\nok');
  });

  it('writes one manifest of its control plane again, as it was', async () => {
    const file = '/etc/kubernetes/manifests/kube-apiserver.yaml';
    const again = await k8s(
      `mv ${file} /root/kept; kubeadm init phase control-plane apiserver --apiserver-advertise-address=192.168.56.43; diff /root/kept ${file} && echo same
until [ "$(curl -sk https://127.0.0.1:6443/livez)" = ok ]; do sleep 1; done; kubeadm init phase control-plane nothing; echo "$?"`,
    );
    expect(again.stdout).toBe('[control-plane] Creating static Pod manifest for "kube-apiserver"\nsame\n1\n');
    expect(again.stderr).toContain('unknown command "nothing"');
  });
});

describe('kubectl', () => {
  it('finds its cluster by kubeconfig, and says what is wrong', async () => {
    const answer = await shell(
      'vm-k8s',
      'kubectl get nodes; echo "$?"; kubectl --kubeconfig /nope get nodes; kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes; kubectl bogus; echo "$?"; kubectl get pods --bogus; kubectl port-forward x 80; echo "$?"',
    );
    expect(answer.stdout).toBe('1\n1\n64\n');
    expect(answer.stderr).toContain(
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    );
    expect(answer.stderr).toContain('error: stat /nope: no such file or directory');
    expect(answer.stderr).toContain('open /etc/kubernetes/admin.conf: permission denied');
    expect(answer.stderr).toContain('error: unknown flag: --bogus');
  });

  it('prints JSONPath, YAML, names and columns', async () => {
    const answer =
      await k8s(`kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}'
kubectl get node vm-k8s -o jsonpath='{.status.addresses[?(@.type=="InternalIP")].address} {.metadata.labels.kubernetes\\.io/hostname} {.nothing}{.status.capacity.cpu}'; echo
kubectl get ns -o name | head -n 1; kubectl get pods -A -o custom-columns=NS:.metadata.namespace --no-headers | sort -u
kubectl get cm kubeadm-config -n kube-system -o yaml | grep -c podSubnet; kubectl get ippools -o jsonpath='{.items[*].spec.cidr}'
kubectl get node nope; echo "$?"; kubectl get nonsense; kubectl get nodes -o jsonpath='{.items[}'`);
    expect(answer.stdout).toBe(
      'vm-k8s True\n192.168.56.43 vm-k8s 2\nnamespace/default\nkube-system\n1\n10.244.0.0/161\n',
    );
    expect(answer.stderr).toContain('Error from server (NotFound): nodes "nope" not found');
    expect(answer.stderr).toContain(`error: the server doesn't have a resource type "nonsense"`);
    expect(answer.stderr).toContain('error parsing jsonpath');
  });

  it('applies manifests: created, unchanged, configured, and refused with the line', async () => {
    const manifest = (image: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 1\n  selector:\n    matchLabels: { app: web }\n  template:\n    metadata:\n      labels: { app: web }\n    spec:\n      tolerations: [{ operator: Exists }]\n      containers:\n        - name: web\n          image: ${image}\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: NodePort\n  selector: { app: web }\n  ports:\n    - { port: 80, nodePort: 30080 }\n`;
    const put = (image: string) => `kubectl apply -f - <<'M'\n${manifest(image)}M\n`;
    const answer = await k8s(
      `${put('nginx:alpine')}kubectl rollout status deploy/web --timeout=120s | tail -n 1\n${put('nginx:alpine')}kubectl scale deploy/web --replicas=2\n${put('nginx:1.27')}printf 'kind: [\\n' | kubectl apply -f -; echo "$?"; kubectl rollout status deploy/web --timeout=120s | tail -n 1`,
    );
    expect(answer.stdout).toBe(
      'deployment.apps/web created\nservice/web created\ndeployment "web" successfully rolled out\ndeployment.apps/web unchanged\nservice/web unchanged\ndeployment.apps/web scaled\ndeployment.apps/web configured\nservice/web unchanged\n1\ndeployment "web" successfully rolled out\n',
    );
    expect(answer.stderr).toMatch(/error converting YAML to JSON: yaml: line \d+/);
    const port = await root('vm-docker', 'curl -s http://192.168.56.43:30080/ | grep -c nginx');
    expect(port.stdout).toBe('1\n');
    expect((await k8s('ss -lnt | grep -c 30080; kubectl delete deploy,svc web')).stdout).toMatch(/^0\n/);
  });

  it('has variables refer to a Secret where they were written out', async () => {
    const answer =
      await k8s(`kubectl create secret generic keys --from-literal=DB_NAME=a --from-literal=other=b >/dev/null
kubectl create deployment box --image=nginx:alpine >/dev/null; kubectl set env deploy/box DB_NAME=written MORE=1
kubectl set env deploy/box --from=secret/keys --keys=DB_NAME
kubectl get deploy box -o jsonpath='{.spec.template.spec.containers[0].env}'; echo
kubectl set env deploy/box --from=secret/none; kubectl delete deploy/box secret/keys >/dev/null`);
    expect(answer.stdout).toBe(
      'deployment.apps/box env updated\ndeployment.apps/box env updated\n[{"name":"DB_NAME","valueFrom":{"secretKeyRef":{"key":"DB_NAME","name":"keys"}}},{"name":"MORE","value":"1"}]\n',
    );
    expect(answer.stderr).toContain('secrets "none" not found');
  });

  it('labels, taints, annotates, waits with an end', async () => {
    const answer =
      await k8s(`kubectl label node vm-k8s disk=fast; kubectl label node vm-k8s disk=slow; kubectl label node vm-k8s disk-; kubectl taint node vm-k8s a=b:NoSchedule; kubectl taint node vm-k8s a-
kubectl run lonely --image=nginx:alpine; kubectl wait --for=condition=Ready pod/lonely --timeout=5s; echo "$?"; kubectl describe pod lonely | grep -o 'untolerated taint'; kubectl delete pod lonely`);
    expect(answer.stdout).toBe(
      'node/vm-k8s labeled\nnode/vm-k8s unlabeled\nnode/vm-k8s tainted\nnode/vm-k8s untainted\npod/lonely created\n1\nuntolerated taint\npod "lonely" deleted\n',
    );
    expect(answer.stderr).toContain("error: 'disk' already has a value (fast), and --overwrite is false");
    expect(answer.stderr).toContain('timed out waiting for the condition on pods/lonely');
  });
});

describe('kubeadm join', () => {
  const command = async () => (await k8s('kubeadm token create --print-join-command')).stdout.trim();

  it('wants a living token and the right CA', async () => {
    expect((await worker(prepare('vm-worker', '192.168.56.44'))).code).toBe(0);
    const good = await command();
    const wrongHash = await worker(`${good.replace(/sha256:\w{8}/, 'sha256:00000000')}; echo "$?"`);
    expect(wrongHash.stdout).toMatch(/\n1\n$/);
    expect(wrongHash.stderr).toContain('none of the public keys');
    await k8s(`kubeadm token delete ${/--token (\w{6})/.exec(good)?.[1] ?? ''}`);
    const dead = await worker(`${good}; echo "$?"`);
    expect(dead.stderr).toContain(
      'could not find a JWS signature in the cluster-info ConfigMap for token ID',
    );
    expect((await worker('ls /etc/kubernetes/kubelet.conf; echo "$?"')).stdout).toBe('2\n');
  });

  it('tokens are over when their time is', async () => {
    const short = (await k8s('kubeadm token create --ttl 1s --print-join-command')).stdout.trim();
    const id = /--token (\w{6})/.exec(short)?.[1] ?? 'none';
    await until(async () => !(await k8s('kubeadm token list')).stdout.includes(id));
    expect((await k8s('kubectl -n kube-system get secrets -o name')).stdout).not.toContain(id);
  });

  it('makes a second Ready node, whose pods reach those of the first', async () => {
    const joined = await worker(await command());
    expect(joined.code, joined.stderr).toBe(0);
    expect(joined.stdout).toContain('This node has joined the cluster:');
    const answer = await k8s(
      "kubectl wait --for=condition=Ready node --all --timeout=300s; kubectl get nodes --no-headers -o wide | awk '{ print $1, $2, $6 }'",
    );
    expect(answer.stdout).toContain('vm-k8s Ready 192.168.56.43\nvm-worker Ready 192.168.56.44\n');
    await until(
      async () =>
        (await k8s('kubectl -n kube-system get ds calico-node -o jsonpath={.status.numberReady}')).stdout ===
        '2',
    );
    const dns = await worker(
      'dns="$(kubectl --kubeconfig /etc/kubernetes/kubelet.conf -n kube-system get svc kube-dns -o jsonpath={.spec.clusterIP})"; nc -z -w 3 "$dns" 53; echo "$?"',
    );
    expect(dns.stdout).toBe('0\n');
  });

  it('two machines cannot bear one name, and one cannot join twice', async () => {
    const twice = await worker(`${await command()}; echo "$?"`);
    expect(twice.stderr).toContain('[ERROR FileAvailable--etc-kubernetes-kubelet.conf]');
    const same = await root(
      'vm-docker',
      `${prepare('vm-worker', '192.168.56.42')}\n${await command()}; echo "$?"`,
    );
    expect(same.stderr).toContain(
      'a Node with name "vm-worker" and status "Ready" already exists in the cluster',
    );
  });
});

describe('a node in trouble', () => {
  const status = async () =>
    (await k8s("kubectl get node vm-worker --no-headers | awk '{ print $2 }'")).stdout.trim();

  it('is NotReady when its kubelet stops, and Ready again', async () => {
    await worker('systemctl stop kubelet');
    await until(async () => (await status()) === 'NotReady');
    expect((await k8s('kubectl describe node vm-worker')).stdout).toContain(
      'Kubelet stopped posting node status.',
    );
    await worker('systemctl start kubelet');
    await until(async () => (await status()) === 'Ready');
  });

  it('comes back by itself after a reboot, but not with swap on', async () => {
    await worker('systemctl unmask -q swap.img.swap; sed -i "s/^#//" /etc/fstab');
    await reboot('vm-worker');
    await until(async () => (await status()) === 'NotReady');
    expect((await worker('journalctl -u kubelet -n 20 --no-pager')).stdout).toContain(
      'running with swap on is not supported',
    );
    await worker('swapoff -a');
    await until(async () => (await status()) === 'Ready');
  });

  it('says so when nobody answers at the API', async () => {
    await k8s('systemctl stop kubelet containerd; crictl ps >/dev/null');
    clients.get('vm-k8s')?.end();
    clients.delete('vm-k8s');
    await lab.hosts['vm-k8s'].powerOff();
    const away = await worker(
      'kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout=3s get nodes; echo "$?"',
    );
    expect(away.stdout).toBe('1\n');
    expect(away.stderr).toContain(
      'Unable to connect to the server: dial tcp 192.168.56.43:6443: connect: no route to host',
    );
    await lab.hosts['vm-k8s'].powerOn();
    await until(async () => (await k8s('kubectl get --raw /readyz')).stdout === 'ok');
  });
});
