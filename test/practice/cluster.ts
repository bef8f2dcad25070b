/** A small cluster in a practice lab, made as a person makes it, and clients of its API. */
import { KubeConfig } from '@kubernetes/client-node';
import type { Client } from 'ssh2';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { HostName } from '../../src/lab/types.js';
import type { PracticeLab } from '../../src/practice/lab.js';
import { connect, run, type Answer } from './ssh.js';

/** Everything up to kubeadm, in short. */
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
const labFile = z.object({
  hosts: z.array(z.object({ name: z.string(), forwards: z.record(z.string(), z.string()) })),
});

/** What to ask for the next page of a list with; undefined after the last one. */
export const nextPage = ({ _continue: token = '' }: { _continue?: string } = {}): string | undefined =>
  token === '' ? undefined : token;

export class PracticeCluster {
  readonly lab: PracticeLab;
  readonly #clients = new Map<HostName, Client>();
  private constructor(lab: PracticeLab) {
    this.lab = lab;
  }
  /** A control plane with a pod network, and a worker that has joined it. */
  static async make(lab: PracticeLab): Promise<PracticeCluster> {
    const made = new PracticeCluster(lab);
    const both = await Promise.all([
      made.root('vm-k8s', prepare('vm-k8s', '192.168.56.43')),
      made.root('vm-worker', prepare('vm-worker', '192.168.56.44')),
    ]);
    for (const { code, stderr } of both) if (code !== 0) throw new Error(stderr);
    const joined = await made.kubectl(`set -e
kubeadm init --apiserver-advertise-address=192.168.56.43 --pod-network-cidr=10.244.0.0/16 >/dev/null 2>&1
kubectl apply -f ${CALICO} >/dev/null
kubectl -n kube-system set env ds/calico-node IP_AUTODETECTION_METHOD=kubernetes-internal-ip >/dev/null
kubeadm token create --print-join-command`);
    if (joined.code !== 0) throw new Error(joined.stderr);
    await made.root('vm-worker', `${joined.stdout} >/dev/null`);
    await made.kubectl('kubectl wait --for=condition=Ready node --all --timeout=600s >/dev/null');
    return made;
  }
  async client(host: HostName): Promise<Client> {
    const known = this.#clients.get(host);
    if (known !== undefined) return known;
    const client = await connect(this.lab, host);
    client.once('close', () => this.#clients.delete(host));
    this.#clients.set(host, client);
    return client;
  }
  async root(host: HostName, script: string): Promise<Answer> {
    return run(
      await this.client(host),
      `sudo -n -- bash -s <<'END_OF_ROOT'\n{ :\n${script}\n} </dev/null\nEND_OF_ROOT\n`,
    );
  }
  kubectl(script: string): Promise<Answer> {
    return this.root('vm-k8s', `export KUBECONFIG=/etc/kubernetes/admin.conf\n${script}`);
  }
  /** The kubeconfig of the operator: kubeadm's own, by another address of the same server. @param at `host:port` */
  async config(at: string = this.forwarded(), file = '/etc/kubernetes/admin.conf'): Promise<KubeConfig> {
    const text = (await this.root('vm-k8s', `cat ${file}`)).stdout;
    const config = z
      .looseObject({ clusters: z.array(z.looseObject({ cluster: z.looseObject({}) })) })
      .parse(parse(text));
    for (const { cluster } of config.clusters)
      Object.assign(cluster, { server: `https://${at}`, 'tls-server-name': 'kubernetes' });
    const made = new KubeConfig();
    made.loadFromString(stringify(config));
    return made;
  }
  /** Where the operator's computer reaches the API. */
  forwarded(): string {
    const { hosts } = labFile.parse(parse(this.lab.labFileText));
    return hosts.find(({ name }) => name === 'vm-k8s')?.forwards['6443'] ?? '';
  }
  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.end();
    await this.lab.close();
  }
}
