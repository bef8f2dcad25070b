/** What every host is asked when something is wrong: one round of reading, each question by itself. Pure. */
import type { HostName } from '../../lab/types.js';
import { objectsScript, warningsScript } from './cluster-questions.js';

/** A question to a host: a script that reads and changes nothing. */
export interface FactQuestion {
  readonly id: 'host' | 'units' | 'docker' | 'cluster' | 'warnings';
  readonly script: string;
  readonly timeoutMs: number;
}

/** Units that the lab stands on; those that a host does not have are passed over. */
const UNITS = [
  'ssh',
  'systemd-resolved',
  'docker',
  'containerd',
  'harbor-compose',
  'edge-compose',
  'gitlab-runner',
  'kubelet',
];
/**
 * Lines of the journal of a unit that is not well. Of one that systemd has just started again only what its present
 * process said: why the one before it fell is no news once it is mended.
 */
const JOURNAL_LINES = 25;

const HOST = String.raw`df -P / /data /var/lib/docker /var/lib/containerd 2>/dev/null | awk 'NR > 1 && !seen[$6]++ { gsub("%", "", $5); print "disk|" $6 "|" $5 }'
df -Pi / /data 2>/dev/null | awk 'NR > 1 && !seen[$6]++ { gsub("%", "", $5); print "inodes|" $6 "|" $5 }'
awk '/^MemAvailable:/ { print "memory|" int($2 / 1024) }' /proc/meminfo
swapon --show=NAME --noheadings 2>/dev/null | sed 's/^/swap|/'
printf 'clock|%s|%s\n' "$(date +%s)" "$(timedatectl show -p NTPSynchronized --value 2>/dev/null)"
printf 'resolv|%s|%s\n' "$(readlink -f /etc/resolv.conf)" "$(awk '/^nameserver/ { printf "%s ", $2 }' /etc/resolv.conf 2>/dev/null)"`;

const UNIT_SCRIPT = String.raw`joined=false
if [ -e /var/lib/kubelet/config.yaml ]; then joined=true; fi
for unit in ${UNITS.join(' ')}; do
  if [ "$(systemctl show -p LoadState --value "$unit.service")" != loaded ]; then continue; fi
  active="$(systemctl show -p ActiveState --value "$unit.service")"
  sub="$(systemctl show -p SubState --value "$unit.service")"
  restarts="$(systemctl show -p NRestarts --value "$unit.service")"
  printf 'unit|%s.service|%s|%s|%s|%s|%s|%s\n' "$unit" "$active" "$sub" "$(systemctl show -p Result --value "$unit.service")" "$(systemctl show -p UnitFileState --value "$unit.service")" "$restarts" "$joined"
  only=
  if [ "$active" = active ]; then
    pid="$(systemctl show -p MainPID --value "$unit.service")"
    age="$(ps -o etimes= -p "$pid" 2>/dev/null | tr -d ' ')"
    if [ -z "$restarts" ] || [ "$restarts" = 0 ] || [ -z "$age" ] || [ "$age" -gt 60 ]; then continue; fi
    only="_PID=$pid"
  fi
  journalctl -b -u "$unit.service" -n ${JOURNAL_LINES} -o cat --no-pager $only 2>/dev/null | cut -c 1-900 | sed "s#^#journal|$unit.service|#"
done
true`;

const DOCKER = String.raw`if ! command -v docker >/dev/null 2>&1; then exit 0; fi
if ! said="$(docker ps -a --format '{{.Names}}|{{.State}}|{{.Status}}|{{.Image}}' 2>&1)"; then
  printf '%s\n' "$said" | head -n 5 | sed 's/^/error|/'
  exit 0
fi
printf '%s\n' "$said" | sed '/^$/d; s/^/container|/'
printf '%s\n' "$said" | awk -F '|' '$2 != "running" || $3 ~ /unhealthy|Restarting/ { print $1 }' | head -n 6 | while read -r name; do
  docker logs --tail 15 "$name" 2>&1 </dev/null | cut -c 1-600 | sed "s#^#log|$name|#"
done
if printf '%s\n' "$said" | grep -q '^edge-nginx'; then
  docker logs --since 2m --tail 80 edge-nginx 2>&1 </dev/null | grep -E '\[(error|emerg|crit|alert)\]' | tail -n 20 | cut -c 1-600 | sed 's#^#log|edge-nginx|#'
fi
true`;

/** The questions for one host, all asked as root. */
export function questionsFor(host: HostName): readonly FactQuestion[] {
  const common: readonly FactQuestion[] = [
    { id: 'host', script: HOST, timeoutMs: 15_000 },
    { id: 'units', script: UNIT_SCRIPT, timeoutMs: 25_000 },
  ];
  switch (host) {
    case 'vm-docker':
      return [...common, { id: 'docker', script: DOCKER, timeoutMs: 25_000 }];
    case 'vm-k8s':
      return [
        ...common,
        { id: 'cluster', script: objectsScript(), timeoutMs: 60_000 },
        { id: 'warnings', script: warningsScript(), timeoutMs: 60_000 },
      ];
    case 'vm-worker':
      return common;
  }
}
