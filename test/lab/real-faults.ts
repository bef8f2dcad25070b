/** Breakages of real hosts: what is done to them, what the program is to say of each, and what a person does about it. */
import type { HostName } from '../../src/lab/types.js';
import type { Healer } from '../support/fault-shown.js';
import { NAMESPACE } from './delivery.js';

/** A root shell's script on one host. */
interface Deed {
  readonly on: HostName;
  readonly script: string;
}
export interface RealFault {
  readonly id: string;
  /** Told first. */
  readonly symptom: string;
  /** Proved. */
  readonly cause: string;
  readonly healed: Healer;
  /** One after the other; a host alone: its cable is pulled, from outside. */
  readonly breaks: readonly Deed[] | HostName;
  /** What a person does, as the program's text says; also what is done when a test fails half-way. */
  readonly mends: readonly Deed[];
}

const K = `kubectl --kubeconfig /etc/kubernetes/admin.conf -n ${NAMESPACE}`;
const REGISTRY = 'harbor.local:8080';
const HOSTS_TOML = `/etc/containerd/certs.d/${REGISTRY}/hosts.toml`;
const DATA = '/data/threebody/mysql';
const CRT = `crt="$(docker inspect -f '{{range .Mounts}}{{.Source}} {{.Destination}}{{println}}{{end}}' edge-nginx | awk '$2 ~ /cert/ { print $1; exit }')/tls.crt"`;

/** A certificate for the edge's own key that ended years ago. `openssl ca` takes dates in every version. */
const EXPIRE = `${CRT}; key="\${crt%.crt}.key"; d="$(mktemp -d)"; : >"$d/index.txt"; echo 01 >"$d/serial"
san="$(openssl x509 -in "$crt" -noout -ext subjectAltName | tail -n 1 | sed 's/IP Address:/IP:/g; s/ //g')"
cat >"$d/conf" <<END
[ca]
default_ca = c
[c]
database = $d/index.txt
serial = $d/serial
new_certs_dir = $d
default_md = sha256
policy = p
x509_extensions = x
[p]
commonName = supplied
[x]
subjectAltName = $san
END
openssl req -new -key "$key" -subj /CN=hit.local -out "$d/csr"
openssl ca -batch -notext -config "$d/conf" -selfsign -keyfile "$key" -in "$d/csr" -startdate 20240101000000Z -enddate 20250101000000Z -out "$d/crt" 2>/dev/null
cp "$crt" /root/tls.crt.kept; cat "$d/crt" >"$crt"; rm -rf "$d"; docker exec edge-nginx nginx -s reload`;

/** What is done to vm-docker and to mend it: root shell scripts. */
export const EXPIRED_CERTIFICATE = {
  breaks: EXPIRE,
  mends: `${CRT}; if [ -e /root/tls.crt.kept ]; then cat /root/tls.crt.kept >"$crt"; docker exec edge-nginx nginx -s reload; fi`,
} as const;

const worker = (script: string): Deed => ({ on: 'vm-worker', script });
const docker = (script: string): Deed => ({ on: 'vm-docker', script });
const cluster = (script: string): Deed => ({ on: 'vm-k8s', script });

/** Go's image is thrown away on its node, so that its next Pod has to pull. */
const NO_IMAGE = worker(
  'ctr -n k8s.io images ls -q | grep threebody/go | xargs -r ctr -n k8s.io images rm >/dev/null',
);
const NEW_POD = cluster(`${K} delete pod -l app=go --wait=false`);
/** The folder is changed while MySQL is away. */
const withoutMysql = (...deeds: readonly Deed[]): readonly Deed[] => [
  cluster(
    `${K} scale statefulset/mysql --replicas=0 && ${K} wait --for=delete pod/mysql-0 --timeout=100s || true`,
  ),
  ...deeds,
  cluster(`${K} scale statefulset/mysql --replicas=1`),
];

export const REAL_FAULTS: readonly RealFault[] = [
  {
    id: 'registry-stopped',
    symptom: 'S21',
    cause: 'stopped',
    healed: 'program',
    breaks: [docker('docker stop -t 1 registry')],
    mends: [docker('docker start registry')],
  },
  {
    id: 'docker-stopped',
    symptom: 'S16',
    cause: 'stopped',
    healed: 'program',
    breaks: [docker('systemctl stop docker.socket docker')],
    mends: [docker('systemctl start docker.socket docker harbor-compose edge-compose')],
  },
  {
    id: 'edge-stopped',
    symptom: 'S26',
    cause: 'stopped',
    healed: 'program',
    breaks: [docker('docker stop -t 1 edge-nginx')],
    mends: [docker('docker start edge-nginx')],
  },
  {
    id: 'certificate-expired',
    symptom: 'S25',
    cause: 'expired',
    healed: 'program',
    breaks: [docker(EXPIRED_CERTIFICATE.breaks)],
    mends: [docker(EXPIRED_CERTIFICATE.mends)],
  },
  {
    id: 'app-image-missing',
    symptom: 'S49',
    cause: 'tag-missing',
    healed: 'program',
    breaks: [
      cluster(
        `${K} set image deployment/go go=${REGISTRY}/threebody/go:does-not-exist && ${K} delete pod -l app=go --wait=false`,
      ),
    ],
    mends: [cluster(`${K} rollout undo deployment/go`)],
  },
  {
    id: 'pull-secret-wrong',
    symptom: 'S49',
    cause: 'wrong-credentials',
    healed: 'program',
    breaks: [
      cluster(
        `${K} create secret docker-registry harbor-regcred --docker-server=${REGISTRY} --docker-username=admin --docker-password=wrong --dry-run=client -o yaml | ${K} apply -f -`,
      ),
      NO_IMAGE,
      NEW_POD,
    ],
    mends: [],
  },
  {
    id: 'registry-config-missing',
    symptom: 'S50',
    cause: 'no-hosts-toml',
    healed: 'program',
    breaks: [worker(`mv ${HOSTS_TOML} /root/hosts.toml.kept`), NO_IMAGE, NEW_POD],
    mends: [worker(`[ -e ${HOSTS_TOML} ] || mv /root/hosts.toml.kept ${HOSTS_TOML}`)],
  },
  {
    id: 'kubelet-stopped',
    symptom: 'S33',
    cause: 'stopped',
    healed: 'program',
    breaks: [worker('systemctl stop kubelet')],
    mends: [worker('systemctl start kubelet')],
  },
  {
    id: 'containerd-stopped',
    symptom: 'S34',
    cause: 'stopped',
    healed: 'program',
    breaks: [worker('systemctl stop containerd')],
    mends: [worker('systemctl start containerd kubelet')],
  },
  {
    id: 'control-plane-kubelet-stopped',
    symptom: 'S33',
    cause: 'stopped',
    healed: 'program',
    breaks: [cluster('systemctl stop kubelet')],
    mends: [cluster('systemctl start kubelet')],
  },
  {
    id: 'node-ports-rejected',
    symptom: 'S64',
    cause: 'rule',
    healed: 'person',
    breaks: [
      worker(
        'iptables -I FORWARD 1 -p tcp -m conntrack --ctorigdstport 30080:30082 -j REJECT --reject-with tcp-reset',
      ),
    ],
    mends: [
      worker(
        'iptables -D FORWARD -p tcp -m conntrack --ctorigdstport 30080:30082 -j REJECT --reject-with tcp-reset',
      ),
    ],
  },
  {
    id: 'node-ports-dropped',
    symptom: 'S66',
    cause: 'rule',
    healed: 'person',
    breaks: [worker('iptables -t mangle -I PREROUTING 1 -p tcp --dport 30080:30082 -j DROP')],
    mends: [worker('iptables -t mangle -D PREROUTING -p tcp --dport 30080:30082 -j DROP')],
  },
  {
    id: 'mysql-wrong-owner',
    symptom: 'S53',
    cause: 'wrong-owner',
    healed: 'program',
    breaks: withoutMysql(worker(`chown -R 1000:1000 ${DATA}`)),
    mends: [worker(`chown -R 999:999 ${DATA}; chmod 700 ${DATA}`)],
  },
  {
    id: 'mysql-disk-full',
    symptom: 'S13',
    cause: 'data',
    healed: 'person',
    // A small volume of its own for the data, with all of it on it and not a byte left.
    breaks: withoutMysql(
      worker(
        `cp -a ${DATA} /root/mysql.kept; mount -t tmpfs -o "size=$(($(du -sm ${DATA} | cut -f1) + 16))m" tmpfs ${DATA}
cp -a /root/mysql.kept/. ${DATA}/; rm -rf /root/mysql.kept; chown 999:999 ${DATA}; chmod 700 ${DATA}; dd if=/dev/zero of=${DATA}/full bs=64k 2>/dev/null || true`,
      ),
    ),
    mends: withoutMysql(worker(`while umount ${DATA} 2>/dev/null; do :; done`)),
  },
  {
    id: 'names-missing',
    symptom: 'S11',
    cause: 'no-line',
    healed: 'program',
    breaks: [worker("cp -a /etc/hosts /root/hosts.kept; sed -i '/harbor\\.local/d' /etc/hosts")],
    mends: [worker('cat /root/hosts.kept >/etc/hosts')],
  },
  {
    id: 'replicas-zero',
    symptom: 'S60',
    cause: 'cut-off',
    healed: 'program',
    breaks: [cluster(`${K} scale deployment/laravel --replicas=0`)],
    mends: [cluster(`${K} scale deployment/laravel --replicas=1`)],
  },
  {
    id: 'link-cut',
    symptom: 'S02',
    cause: 'vm-off',
    healed: 'person',
    breaks: 'vm-worker',
    mends: [],
  },
];
