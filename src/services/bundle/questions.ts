/** What a bundle wants to have of a host besides what a diagnosis asks: scripts that read and change nothing. Pure. */
import type { HostName, Text } from '../../lab/types.js';

export interface BundleQuestion {
  /** Name of the file below `hosts/<host>/`, without `.txt`. */
  readonly name: string;
  readonly about: Text;
  readonly script: string;
  readonly timeoutMs: number;
}

const QUICK_MS = 20_000;
const SLOW_MS = 45_000;
/** Lines of a journal, and columns of each line: a probe brings back 64 KiB at most. */
const LINES = 220;
const CUT = `cut -c 1-280`;

const VERSIONS = String.raw`. /etc/os-release 2>/dev/null; echo "os ${'${PRETTY_NAME:-?}'}"
echo "kernel $(uname -r)"
echo "booted $(uptime -s 2>/dev/null)"
dpkg-query -W -f '${'${Package} ${Version}'}\n' openssh-server docker-ce docker.io containerd.io containerd kubelet kubeadm kubectl kubernetes-cni gitlab-runner nginx 2>/dev/null
for tool in docker containerd runc kubelet helm gitlab-runner; do
  if command -v "$tool" >/dev/null 2>&1; then
    case "$tool" in helm) said=$(helm version --short 2>/dev/null) ;; *) said=$("$tool" --version 2>/dev/null | head -n 1) ;; esac
    echo "$tool: $said"
  fi
done
true`;

/** Paths that may hold secrets stay on the host, whatever the redactor could make of them. */
const CONFIGS = String.raw`for kind in /var/lib/threebody/backups/*/*.kind; do
  if [ ! -e "$kind" ]; then continue; fi
  path=${'${kind##*/}'}; path=${'${path%.kind}'}
  printf '%s\n' "${'${path//[%]//}'}"
done | sort -u | head -n 60 | while IFS= read -r path; do
  if [ ! -f "$path" ]; then continue; fi
  case "$path" in
    *.key | *.p12 | *.pfx | */id_* | *.env | */.env* | */config.json | */.kube/* | *kubeconfig* | /etc/kubernetes/*.conf | *shadow* | *secret* | *password* | *token* | */config.toml)
      printf '== %s (left out)\n' "$path"; continue ;;
  esac
  if grep -q 'PRIVATE KEY' "$path" 2>/dev/null; then printf '== %s (left out)\n' "$path"; continue; fi
  printf '== %s\n' "$path"
  head -c 6000 "$path" | tr -d '\000' | cut -c 1-400
  printf '\n'
done
true`;

const WARNINGS = `journalctl -b -p warning -n ${LINES} --no-pager -o short-iso 2>/dev/null | ${CUT}
true`;

function journalOf(units: readonly string[]): string {
  return `for unit in ${units.join(' ')}; do
  if [ "$(systemctl show -p LoadState --value "$unit.service")" != loaded ]; then continue; fi
  printf '== %s\\n' "$unit"
  systemctl status --no-pager -n 0 "$unit.service" 2>&1 | head -n 15 | ${CUT}
  journalctl -u "$unit.service" -n 80 --no-pager -o short-iso 2>/dev/null | ${CUT}
done
true`;
}

const CONTAINERS = `if ! command -v docker >/dev/null 2>&1; then exit 0; fi
docker ps -a 2>&1 | ${CUT}
docker images 2>&1 | head -n 60
docker ps -a --format '{{.Names}}' 2>/dev/null | head -n 25 | while read -r name; do
  printf '== %s\\n' "$name"
  docker logs --tail 25 "$name" 2>&1 </dev/null | ${CUT}
done
true`;

const KUBECTL = `if [ ! -e /etc/kubernetes/admin.conf ]; then echo 'no cluster here yet'; exit 0; fi
k() { kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=8s "$@"; }`;
const CLUSTER = `${KUBECTL}
for kind in nodes pods services endpoints deployments statefulsets daemonsets jobs persistentvolumeclaims persistentvolumes; do
  printf '== %s\\n' "$kind"
  k get "$kind" -A -o wide 2>&1 | ${CUT}
done
true`;
const DESCRIBE = `${KUBECTL}
k describe nodes 2>&1 | ${CUT} | head -n 150
k get pods -A --no-headers 2>/dev/null | awk '$4 != "Completed" { split($3, ready, "/"); if ($4 != "Running" || ready[1] != ready[2]) print $1, $2 }' | head -n 12 |
  while read -r space pod; do
    printf '== %s/%s\\n' "$space" "$pod"
    k -n "$space" describe pod "$pod" 2>&1 </dev/null | ${CUT} | head -n 120
  done
true`;
const EVENTS = `${KUBECTL}
k get events -A --sort-by=.metadata.creationTimestamp 2>&1 | ${CUT} | tail -n 200`;

const UNITS: Readonly<Record<HostName, readonly string[]>> = {
  'vm-docker': ['ssh', 'docker', 'containerd', 'harbor-compose', 'edge-compose', 'gitlab-runner'],
  'vm-k8s': ['ssh', 'containerd', 'kubelet'],
  'vm-worker': ['ssh', 'containerd', 'kubelet'],
};

/** The questions for one host, all asked as root, all in one channel. */
export function bundleQuestions(host: HostName): readonly BundleQuestion[] {
  const common: readonly BundleQuestion[] = [
    {
      name: 'versions',
      about: { id: 'versi sistem dan program', en: 'versions of the system and of programs' },
      script: VERSIONS,
      timeoutMs: QUICK_MS,
    },
    {
      name: 'configs',
      about: {
        id: 'berkas yang ditulis oleh langkah-langkah runbook',
        en: 'files that the steps of the runbook wrote',
      },
      script: CONFIGS,
      timeoutMs: QUICK_MS,
    },
    {
      name: 'journal-warnings',
      about: {
        id: 'jurnal sejak boot: peringatan dan yang lebih buruk',
        en: 'journal since boot: warnings and worse',
      },
      script: WARNINGS,
      timeoutMs: QUICK_MS,
    },
    {
      name: 'journal-units',
      about: { id: 'keadaan dan jurnal unit lab', en: 'state and journal of the units of the lab' },
      script: journalOf(UNITS[host]),
      timeoutMs: SLOW_MS,
    },
  ];
  switch (host) {
    case 'vm-docker':
      return [
        ...common,
        {
          name: 'containers',
          about: {
            id: 'kontainer, image, dan log terakhirnya',
            en: 'containers, images and their last log lines',
          },
          script: CONTAINERS,
          timeoutMs: SLOW_MS,
        },
      ];
    case 'vm-k8s':
      return [
        ...common,
        {
          name: 'cluster',
          about: { id: 'isi klaster, tanpa Secret', en: 'what is in the cluster, without Secrets' },
          script: CLUSTER,
          timeoutMs: SLOW_MS,
        },
        {
          name: 'describe',
          about: { id: 'node, dan Pod yang tidak sehat', en: 'nodes, and Pods that are not well' },
          script: DESCRIBE,
          timeoutMs: SLOW_MS,
        },
        {
          name: 'events',
          about: { id: 'kejadian di klaster', en: 'events of the cluster' },
          script: EVENTS,
          timeoutMs: QUICK_MS,
        },
      ];
    case 'vm-worker':
      return common;
  }
}

/** Paths that `configs` names as left out. */
export function leftOutPaths(configs: string): readonly string[] {
  return [...configs.matchAll(/^== (\/.*) \(left out\)$/gm)].map((found) => found[1] ?? '');
}
