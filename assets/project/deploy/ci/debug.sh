#!/usr/bin/env bash
# ID: Menampilkan keadaan namespace aplikasi: Pod, kejadian, dan log dari Pod yang tidak siap. Tidak mengubah apa-apa.
# EN: Shows the state of the application's namespace: Pods, events, and the logs of Pods that are not ready. Changes nothing.
# What it prints is also kept in deploy/ci/logs/, with every known secret covered.
# shellcheck source-path=SCRIPTDIR
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=tools.sh
. "$here/tools.sh"

# Names of Pods that are not as they should be: neither finished nor with all containers ready.
troubled() {
  k get pods -o 'jsonpath={range .items[*]}{.metadata.name} {.status.phase} {.status.initContainerStatuses[*].ready} {.status.containerStatuses[*].ready}{"\n"}{end}' |
    awk 'NF > 0 && $2 != "Succeeded" && ($0 ~ / false/ || $2 != "Running") { print $1 }' | head -n 6
}

show() {
  local pod
  say '-- pods'
  k get pods -o wide
  say '-- events, the latest last'
  k get events --sort-by=.lastTimestamp | tail -n 25
  for pod in $(troubled); do
    say "-- describe $pod"
    k describe pod "$pod" | tail -n 45
    say "-- log of $pod"
    k logs "$pod" --all-containers=true --tail=40
    say "-- log of $pod before its last restart"
    k logs "$pod" --all-containers=true --previous --tail=40
  done
}

with_cluster
mkdir -p "$LOGS_DIR"
# Whatever can be shown is shown: an answer that does not come must not hide the others.
set +e
show | mask | tee "$LOGS_DIR/debug-$(date -u +%Y%m%dT%H%M%SZ).log"
