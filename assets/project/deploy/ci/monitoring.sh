#!/usr/bin/env bash
# ID: Memasang Prometheus, Grafana, Loki dan pengirim log dengan Helm:  bash deploy/ci/monitoring.sh [TAHAP…]
# EN: Installs Prometheus, Grafana, Loki and what ships the logs, by Helm:  bash deploy/ci/monitoring.sh [STAGE…]
#
# LOG_AGENT=alloy (default) or promtail, which the runbook has and which ended on 2 March 2026.
# GRAFANA_ADMIN_PASSWORD: the password to give Grafana's admin; empty = one is made up.
# shellcheck source-path=SCRIPTDIR
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=tools.sh
. "$here/tools.sh"

# Pinned: what a chart installs changes with its version, and so do the names of its values.
# Loki's chart of 12 and later is at grafana-community.github.io/helm-charts, where SingleBinary is called Monolithic.
KPS_VERSION=82.8.0
LOKI_VERSION=6.55.0
ALLOY_VERSION=1.10.1
PROMTAIL_VERSION=6.17.1

: "${LOG_AGENT:={{param.log_agent}}}"
: "${GRAFANA_PASSWORD_FILE:=$HOME/.local/state/threebody/grafana-admin-password}"
: "${HELM_PATIENCE:=20m}"
# MiB for the small containers whose requests the charts do not let us set (reloaders, a second sidecar).
SUNDRY=128
# shellcheck disable=SC2034 # read by k() and value_of() in tools.sh
K8S_NAMESPACE=monitoring

on_failure() {
  case $1 in tools | memory | repos) return ;; esac
  if [ -n "${CLUSTER_READY:-}" ] && [ "$2" -le 128 ]; then
    K8S_NAMESPACE=monitoring KUBECTL=$KUBECTL bash "$here/debug.sh" || true
  fi
}

with_helm() {
  with_cluster
  if [ -z "${HELM_READY:-}" ]; then
    find_helm
    HELM_READY=yes
  fi
}

with_namespace() {
  local seen
  # Assigned first: inside [ ] a kubectl that fails would look like a namespace that is not there.
  seen=$("$KUBECTL" get namespace monitoring -o name --ignore-not-found)
  if [ -z "$seen" ]; then "$KUBECTL" create namespace monitoring; fi
}

agent_values() {
  case $LOG_AGENT in
    alloy | promtail) printf 'deploy/monitoring/%s-values.yaml' "$LOG_AGENT" ;;
    *) fail "LOG_AGENT is $LOG_AGENT" 'set it to alloy or promtail' ;;
  esac
}

stage_tools() {
  need KUBECONFIG_PROD
  agent_values >/dev/null
  with_helm
  say "kubectl: $KUBECTL (v1.$(kubectl_minor "$KUBECTL")), helm: $HELM ($("$HELM" version --short))"
}

# Adds up quantities, one or more in a line after the first SKIP fields, in MiB.
sum_mib() {
  awk -v skip="$1" '
    function mib(text, number) {
      number = text + 0
      if (text ~ /Ki$/) return number / 1024
      if (text ~ /Mi$/) return number
      if (text ~ /Gi$/) return number * 1024
      if (text ~ /k$/) return number / 1048.576
      if (text ~ /M$/) return number / 1.048576
      if (text ~ /G$/) return number * 953.674
      return number / 1048576
    }
    { for (i = skip + 1; i <= NF; i++) sum += mib($i) }
    END { printf "%d\n", sum }
  '
}

# What the Pods of the other namespaces have asked for on vm-worker. Monitoring's own are replaced by what is wanted now.
requested_elsewhere() {
  "$KUBECTL" get pods --all-namespaces --field-selector=spec.nodeName=vm-worker \
    -o 'jsonpath={range .items[*]}{.metadata.namespace} {.status.phase} {.spec.containers[*].resources.requests.memory}{"\n"}{end}' |
    awk '$1 != "monitoring" && $2 != "Succeeded" && $2 != "Failed"' | sum_mib 2
}

# All lines "memory:" below a "requests:" of the values files.
requested_here() {
  awk '/requests:/ { wanted = 1 } wanted && /memory:/ { print $2; wanted = 0 }' \
    deploy/monitoring/kps-values.yaml deploy/monitoring/loki-values.yaml "$(agent_values)" | sum_mib 0
}

stage_memory() {
  local allocatable elsewhere wanted left
  with_cluster
  allocatable=$("$KUBECTL" get node vm-worker -o 'jsonpath={.status.allocatable.memory}' --ignore-not-found | sum_mib 0)
  elsewhere=$(requested_elsewhere)
  wanted=$(($(requested_here) + SUNDRY))
  left=$((allocatable - elsewhere))
  say "vm-worker: $allocatable MiB in all, $elsewhere MiB asked for by others, $left MiB left; monitoring asks for $wanted MiB"
  [ "$left" -ge "$wanted" ] ||
    fail "monitoring does not fit on vm-worker: it asks for $wanted MiB and $left MiB are left" 'its Pods would stay Pending: give the VM more memory (8192 MiB is comfortable) and start it again'
}

stage_repos() {
  with_helm
  "$HELM" repo add prometheus-community https://prometheus-community.github.io/helm-charts --force-update
  "$HELM" repo add grafana https://grafana.github.io/helm-charts --force-update
  "$HELM" repo update prometheus-community grafana ||
    fail 'the list of charts cannot be fetched' "check this host's internet connection (github.io)"
}

# A helm that was killed leaves its release "pending", and every later one refuses to touch it.
unblock() {
  case $("$HELM" status "$1" --namespace monitoring 2>/dev/null | sed -n 's/^STATUS: //p') in
    pending-install)
      say "$1: an installation that did not come to its end is removed"
      "$HELM" uninstall "$1" --namespace monitoring --wait
      ;;
    pending-upgrade | pending-rollback)
      say "$1: an upgrade that did not come to its end is taken back"
      "$HELM" rollback "$1" --namespace monitoring --wait --timeout "$HELM_PATIENCE"
      ;;
  esac
}

# install NAME CHART VERSION VALUES: the same line installs and renews, and waits until all of it is ready.
install_chart() {
  unblock "$1"
  "$HELM" upgrade --install "$1" "$2" --version "$3" --namespace monitoring --values "$4" --wait --timeout "$HELM_PATIENCE" ||
    fail "helm could not bring $2 up" 'the Pods and events below say why; Pending means too little memory (stage memory), ImagePullBackOff the internet connection of vm-worker'
}

# Grafana's login is a Secret of ours: the chart's own default password would be known to everybody.
grafana_admin() {
  local password=${GRAFANA_ADMIN_PASSWORD:-} answer seen
  if [ -z "$password" ]; then
    seen=$(k get secret grafana-admin -o name --ignore-not-found)
    if [ -n "$seen" ]; then return; fi
    password=$(head -c 18 /dev/urandom | base64 | tr -d '/+=\n')
  fi
  printf '%s\n' 'admin-user=admin' "admin-password=$password" >"$WORK/grafana-admin.env"
  answer=$(k create secret generic grafana-admin --from-env-file="$WORK/grafana-admin.env" --dry-run=client -o yaml | k apply -f -)
  rm -f "$WORK/grafana-admin.env"
  say "$answer"
  case $answer in
    # Grafana reads it when it starts.
    *configured*)
      seen=$(k get deployment kps-grafana -o name --ignore-not-found)
      if [ -n "$seen" ]; then k rollout restart deployment/kps-grafana; fi
      ;;
  esac
}

stage_prometheus() {
  with_helm
  with_namespace
  grafana_admin
  install_chart kps prometheus-community/kube-prometheus-stack "$KPS_VERSION" deploy/monitoring/kps-values.yaml
}

stage_loki() {
  with_helm
  with_namespace
  install_chart loki grafana/loki "$LOKI_VERSION" deploy/monitoring/loki-values.yaml
}

# Two shippers would send every line twice.
remove_agent() {
  if "$HELM" status "$1" --namespace monitoring >/dev/null 2>&1; then
    say "$1 is removed: $LOG_AGENT takes its place"
    "$HELM" uninstall "$1" --namespace monitoring --wait
  fi
}

stage_promtail() {
  local values
  values=$(agent_values)
  with_helm
  with_namespace
  if [ "$LOG_AGENT" = promtail ]; then
    say '!! Promtail ended on 2 March 2026: it gets no more fixes, not for security holes either. LOG_AGENT=alloy installs its successor.'
    remove_agent alloy
    install_chart promtail grafana/promtail "$PROMTAIL_VERSION" "$values"
  else
    remove_agent promtail
    install_chart alloy grafana/alloy "$ALLOY_VERSION" "$values"
  fi
}

stage_datasource() {
  with_cluster
  "$KUBECTL" apply -f deploy/monitoring/grafana-datasource-loki.yaml
}

stage_nodeports() {
  with_cluster
  "$KUBECTL" apply -f deploy/monitoring/nodeports.yaml
  # Asked over HTTP: a NodePort is no socket, so ss shows nothing (trap T57).
  opens Grafana 30030 /login
  opens Prometheus 30090 /-/ready
  opens Loki 30100 /loki/api/v1/labels
}

opens() {
  answers "$1" "http://$WORKER_ADDRESS:$2$3" ||
    fail "$1 does not answer at $WORKER_ADDRESS:$2" "is its Pod ready ($KUBECTL -n monitoring get pods), is the port free in the firewall of vm-worker?"
}

# The password is for one pair of eyes. A job's log is read by everybody in the project and kept for months, so there it goes to a
# file on this host that only its user can read; before a terminal it is printed.
stage_password() {
  local password
  with_cluster
  password=$(k get secret grafana-admin -o 'jsonpath={.data.admin-password}' --ignore-not-found | base64 -d)
  [ -n "$password" ] || fail 'there is no Secret grafana-admin' 'run the stage prometheus first'
  say "Grafana: http://$WORKER_ADDRESS:30030 as admin"
  if [ -t 1 ] && [ -z "${CI:-}" ]; then
    say "password: $password"
    return
  fi
  mkdir -p "$(dirname "$GRAFANA_PASSWORD_FILE")"
  printf '%s\n' "$password" >"$GRAFANA_PASSWORD_FILE"
  chmod 600 "$GRAFANA_PASSWORD_FILE"
  say "its password is in $GRAFANA_PASSWORD_FILE on this host; with kubectl:"
  say "kubectl -n monitoring get secret grafana-admin -o jsonpath='{.data.admin-password}' | base64 -d"
}

run_stages tools memory repos prometheus loki promtail datasource nodeports password -- "$@"
