# shellcheck shell=bash
# For the actions that run the repository's own scripts: what GitLab would put into a job's environment, and the files of
# the pushed commit. What is not committed and pushed is not delivered, exactly as with GitLab.
export CI=true
export HARBOR_HOST='{{param.registry_host}}:{{param.harbor_port}}'
export REGISTRY='{{param.registry_host}}:{{param.harbor_port}}/{{param.harbor_project}}'
export KUBECTL_VERSION='{{param.kubectl_version}}'
export HELM_VERSION='{{param.helm_version}}'
export K8S_NAMESPACE='{{param.app_namespace}}'
export WORKER_ADDRESS='{{vm-worker.address}}'
export EDGE_ADDRESS='{{vm-docker.address}}'
export SITE_HOST='{{param.site_host}}'
export LOG_AGENT='{{param.log_agent}}'
export HARBOR_USERNAME='{{param.harbor_username}}'
export MYSQL_DATABASE='{{param.mysql_database}}'
export MYSQL_USER='{{param.mysql_user}}'
export K8S_IMAGEPULL_SECRET='{{param.pull_secret}}'
export KUBECONFIG_PROD="$HOME/three-body-problem/kubeconfig-prod"
export CI_COMMIT_BRANCH=main
pl_state="$HOME/.local/state/threebody"
# Downloaded programs and kept logs outlive the files of one commit.
export TOOLS_DIR="$pl_state/bin" LOGS_DIR="$pl_state/logs"
export GRAFANA_PASSWORD_FILE="$pl_state/grafana-admin-password"

# pl_commit: the commit that was pushed to main, as this repository knows it.
pl_commit() {
  git -C "$HOME/three-body-problem" rev-parse --verify --quiet refs/remotes/origin/main
}

# pl_secret NAME FILE: the contents of a staged file as an environment variable, for the scripts below this one.
pl_secret() {
  local value=''
  if [ -e "$TB_FILES/$2" ]; then
    IFS= read -r value <"$TB_FILES/$2" || true
    export "$1=$value"
  fi
}

# pl_kubectl [ARGUMENTS]: the kubectl that the scripts use, in the application's namespace.
pl_kubectl() {
  local program="$TOOLS_DIR/kubectl"
  if [ ! -x "$program" ]; then program=kubectl; fi
  "$program" --kubeconfig "$KUBECONFIG_PROD" -n "$K8S_NAMESPACE" "$@"
}

# pl_open: stand in the files of the pushed commit.
pl_open() {
  if ! CI_COMMIT_SHA="$(pl_commit)"; then
    tb_fail "nothing was pushed to main yet: run E2"
    return 1
  fi
  CI_COMMIT_SHORT_SHA="$(printf '%.8s' "$CI_COMMIT_SHA")"
  TAG="$CI_COMMIT_SHORT_SHA"
  export CI_COMMIT_SHA CI_COMMIT_SHORT_SHA TAG
  pl_build="$pl_state/build/$TAG"
  if [ ! -d "$pl_build" ]; then
    mkdir -p "$pl_state/build" "$TOOLS_DIR" "$LOGS_DIR"
    rm -rf "$pl_build.new"
    mkdir "$pl_build.new"
    git -C "$HOME/three-body-problem" archive --format=tar --output="$TB_FILES/commit.tar" "$CI_COMMIT_SHA"
    tar -xf "$TB_FILES/commit.tar" -C "$pl_build.new"
    mv "$pl_build.new" "$pl_build"
  fi
  cd "$pl_build" || return 1
  export CI_PROJECT_DIR="$pl_build"
  tb_say "commit $TAG in $pl_build"
}

# pl_run SCRIPT [STAGE…]: a script of deploy/ci, with the secrets that were staged for this action.
pl_run() {
  local script="$1" code=0
  shift
  if [ ! -s "deploy/ci/$script" ]; then
    tb_fail "deploy/ci/$script is not in the pushed commit. With a project of your own: copy deploy/ci from threebody-tui scaffold, or choose delivery = gitlab."
    return 1
  fi
  pl_secret HARBOR_PASSWORD harbor-password
  pl_secret MYSQL_ROOT_PASSWORD mysql-root-password
  pl_secret MYSQL_PASSWORD mysql-password
  pl_secret APP_KEY app-key
  pl_secret GRAFANA_ADMIN_PASSWORD grafana-password
  # A signal that ends this action reaches the script as well, which then brings back what it stopped. A shell with a trap waits
  # for it; one without would be gone first, and its end is taken for the end of all.
  trap : TERM INT HUP
  bash "deploy/ci/$script" "$@" </dev/null || code=$?
  trap - TERM INT HUP
  # deploy.sh brings back by itself what was stopped; before it, only a run that was killed can have left something.
  case "$script" in
    build.sh | push.sh)
      if [ "$code" -ne 0 ] && [ "$code" -le 128 ] && [ -s deploy/ci/bring-back.sh ]; then
        bash deploy/ci/bring-back.sh </dev/null || true
      fi
      ;;
  esac
  return "$code"
}
