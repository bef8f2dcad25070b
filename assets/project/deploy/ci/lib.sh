# shellcheck shell=bash
# ID: Bagian yang dipakai semua skrip di direktori ini: nilai bawaan, tahap, kegagalan, dan tempat sementara untuk rahasia.
# EN: What all scripts of this directory share: defaults, stages, failures, and a private place for secrets.
#
# The pipeline and threebody-tui run the same scripts, from the repository's root:  bash deploy/ci/deploy.sh [STAGE…]
# Every secret comes from the environment and leaves by standard input or a file of mode 0600, never in an argument list.
set -Eeuo pipefail
umask 077

# One stream: what is printed stays in its order, whoever reads it. Number 3 stays the way out when a function's output goes elsewhere.
exec 2>&1 3>&1

: "${HARBOR_HOST:={{param.registry_host}}:{{param.harbor_port}}}"
: "${REGISTRY:=$HARBOR_HOST/{{param.harbor_project}}}"
: "${K8S_NAMESPACE:={{param.app_namespace}}}"
: "${K8S_IMAGEPULL_SECRET:={{param.pull_secret}}}"
: "${KUBECTL_VERSION:={{param.kubectl_version}}}"
: "${HELM_VERSION:={{param.helm_version}}}"
: "${WORKER_ADDRESS:={{vm-worker.address}}}"
: "${EDGE_ADDRESS:={{vm-docker.address}}}"
: "${SITE_HOST:={{param.site_host}}}"
# The first 8 characters of the commit, as GitLab writes them.
: "${TAG:=${CI_COMMIT_SHORT_SHA:-}}"
# Where kubectl and helm are kept between runs.
: "${TOOLS_DIR:=$PWD/.bin}"
: "${LOGS_DIR:=deploy/ci/logs}"
# Seconds: a rollout, MySQL's first start (its startupProbe alone allows ten minutes), an answer over HTTP, an image that cannot be
# pulled, Pods that do not go away.
: "${ROLLOUT_PATIENCE:=300}"
: "${MYSQL_PATIENCE:=900}"
: "${HEALTH_PATIENCE:=90}"
: "${PULL_PATIENCE:=120}"
: "${STOP_PATIENCE:=60}"
# Seconds between two looks at something that is waited for.
: "${PAUSE:=2}"

# Gone when the script ends, however it ends.
WORK=$(mktemp -d)
STAGE=''

say() {
  printf '%s\n' "$*"
}

# fail WHAT REMEDY: ends the script. The reason stands in a file, so that it survives $( ) and pipes.
fail() {
  printf '%s; %s\n' "$1" "$2" >"$WORK/failure"
  exit 1
}

# Reads lines and prints them with every known secret covered.
mask() {
  local line name value
  while IFS= read -r line || [ -n "$line" ]; do
    for name in MYSQL_ROOT_PASSWORD MYSQL_ROOT_PASSWORD_OLD MYSQL_PASSWORD HARBOR_PASSWORD APP_KEY GRAFANA_ADMIN_PASSWORD; do
      value=${!name:-}
      if [ -n "$value" ]; then line=${line//"$value"/•••}; fi
    done
    printf '%s\n' "$line"
  done
}

# on_failure STAGE CODE: what a script still has to do when a stage failed. deploy.sh has one of its own.
on_failure() {
  :
}

# Whoever ends this script may do it for good a few seconds later: what must not stay goes first. Only the reason is still needed.
forget_secrets() {
  local left
  for left in "$WORK"/*; do
    if [ "$left" != "$WORK/failure" ]; then rm -rf "$left"; fi
  done
}

finish() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  exec 1>&3 2>&3
  forget_secrets
  if [ "$code" -ne 0 ] && [ -n "$STAGE" ]; then
    on_failure "$STAGE" "$code"
    if [ -s "$WORK/failure" ]; then
      say "FAILED $STAGE: $(cat "$WORK/failure")"
    elif [ "$code" -gt 128 ]; then
      say "FAILED $STAGE: it was ended by a signal ($code); start it again when nothing stands in the way"
    else
      say "FAILED $STAGE: a command ended with $code; read its message above"
    fi
  fi
  rm -rf "$WORK"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# run_stages ALLOWED… -- WANTED…: runs the wanted ones in the order of the allowed ones; all when none is named.
run_stages() {
  local allowed=() stage wanted
  while [ "$1" != -- ]; do
    allowed+=("$1")
    shift
  done
  shift
  for wanted in "$@"; do
    case " ${allowed[*]} " in
      *" $wanted "*) ;;
      *)
        say "unknown stage $wanted; the stages are: ${allowed[*]}"
        exit 2
        ;;
    esac
  done
  wanted=" $* "
  for stage in "${allowed[@]}"; do
    if [ $# -gt 0 ]; then
      case $wanted in
        *" $stage "*) ;;
        *) continue ;;
      esac
    fi
    STAGE=$stage
    say "== $stage"
    "stage_${stage//-/_}"
    say "ok $stage"
    STAGE=''
  done
}

# The commit's tag: from GitLab, or of the commit that is checked out here.
with_tag() {
  if [ -z "$TAG" ]; then TAG=$(git rev-parse --short=8 HEAD 2>/dev/null || true); fi
  need TAG
}

# need NAME…: every name that has no value, at once, before anything is touched.
need() {
  local name missing=''
  for name in "$@"; do
    if [ -z "${!name:-}" ]; then missing="$missing $name"; fi
  done
  if [ -n "$missing" ]; then
    fail "not set:$missing" 'set it under Settings > CI/CD > Variables in GitLab (a protected variable is empty on an unprotected branch), or in the environment'
  fi
}

# status URL [curl's options]: the HTTP status, or curl's own exit code as "curl N".
status() {
  local url=$1 code=0 seen
  shift
  # Self-signed certificates are the rule here; what is asked is whether someone answers, not who.
  seen=$(curl --silent --insecure --output /dev/null --noproxy '*' --max-time 10 --write-out '%{http_code}' "$@" "$url") || code=$?
  if [ "$code" -ne 0 ]; then seen="curl $code"; fi
  printf '%s' "$seen"
}

# download URL FILE
download() {
  curl --fail --silent --show-error --location --retry 3 --connect-timeout 15 --max-time 300 --output "$2" "$1"
}

# answers NAME URL [curl's options]: 200 within HEALTH_PATIENCE seconds.
answers() {
  local name=$1 url=$2 deadline seen
  shift 2
  deadline=$((SECONDS + HEALTH_PATIENCE))
  while :; do
    seen=$(status "$url" "$@")
    if [ "$seen" = 200 ]; then
      say "$name: $url 200"
      return
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "$name: $url $seen"
      return 1
    fi
    sleep "$PAUSE"
  done
}
