# shellcheck shell=bash
# ID: Mencari atau mengunduh kubectl dan helm, dan memeriksa kubeconfig. Dibaca oleh deploy.sh dan monitoring.sh.
# EN: Finds or downloads kubectl and helm, and checks the kubeconfig. Read by deploy.sh and monitoring.sh.

# The architecture as downloads call it; nothing here is tied to amd64.
architecture() {
  case $(uname -m) in
    x86_64 | amd64) printf amd64 ;;
    aarch64 | arm64) printf arm64 ;;
    *) uname -m ;;
  esac
}

# kubectl_minor PROGRAM: 30 for v1.30.14; nothing when it does not run.
kubectl_minor() {
  "$1" version --client -o yaml 2>/dev/null | sed -n 's/^ *gitVersion: *v1\.\([0-9]*\)\..*/\1/p' | head -n 1
}

# At most one minor away from the wanted version, which is what Kubernetes supports between kubectl and a cluster.
kubectl_fits() {
  local have want
  have=$(kubectl_minor "$1")
  want=$(printf '%s' "$KUBECTL_VERSION" | cut -d. -f2)
  [ -n "$have" ] && [ "$have" -ge $((want - 1)) ] && [ "$have" -le $((want + 1)) ]
}

# same_sum FILE SUM
same_sum() {
  [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]
}

fetch_kubectl() {
  local url sum
  url="https://dl.k8s.io/release/$KUBECTL_VERSION/bin/linux/$(architecture)/kubectl"
  say "downloading kubectl $KUBECTL_VERSION"
  download "$url" "$WORK/kubectl" || return 1
  download "$url.sha256" "$WORK/kubectl.sha256" || return 1
  sum=$(cut -c1-64 "$WORK/kubectl.sha256")
  same_sum "$WORK/kubectl" "$sum" ||
    fail "the downloaded kubectl does not match its published checksum" 'try again; if it stays so, the download is cut or altered on its way'
  mkdir -p "$TOOLS_DIR"
  chmod 700 "$WORK/kubectl"
  mv "$WORK/kubectl" "$TOOLS_DIR/kubectl"
}

# Sets KUBECTL to one that is here already, of whatever version. False when there is none.
kubectl_at_hand() {
  local candidate
  for candidate in "${KUBECTL:-}" "$TOOLS_DIR/kubectl" "$(command -v kubectl || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      KUBECTL=$candidate
      return
    fi
  done
  return 1
}

# Sets KUBECTL: the named one, one that fits, a fresh download, or any at all with a word about it.
find_kubectl() {
  local other
  if [ -n "${KUBECTL:-}" ]; then
    [ -x "$KUBECTL" ] || fail "KUBECTL names $KUBECTL, which cannot be run" 'give the path of a kubectl, or unset KUBECTL'
    return
  fi
  other=$(command -v kubectl || true)
  if [ -x "$TOOLS_DIR/kubectl" ] && kubectl_fits "$TOOLS_DIR/kubectl"; then
    KUBECTL=$TOOLS_DIR/kubectl
  elif [ -n "$other" ] && kubectl_fits "$other"; then
    KUBECTL=$other
  elif fetch_kubectl; then
    KUBECTL=$TOOLS_DIR/kubectl
  elif kubectl_at_hand; then
    say "kubectl $KUBECTL_VERSION could not be downloaded; using $KUBECTL, which is another version"
  else
    fail "there is no kubectl here and $KUBECTL_VERSION could not be downloaded from dl.k8s.io" "check this host's internet connection, or put a kubectl into $TOOLS_DIR or into PATH"
  fi
}

fetch_helm() {
  local name
  name="helm-$HELM_VERSION-linux-$(architecture).tar.gz"
  say "downloading helm $HELM_VERSION"
  if ! { download "https://get.helm.sh/$name" "$WORK/helm.tar.gz" && download "https://get.helm.sh/$name.sha256sum" "$WORK/helm.sum"; }; then
    fail "helm $HELM_VERSION could not be downloaded from get.helm.sh" "check this host's internet connection, or put helm into $TOOLS_DIR or into PATH"
  fi
  same_sum "$WORK/helm.tar.gz" "$(cut -c1-64 "$WORK/helm.sum")" ||
    fail "the downloaded helm does not match its published checksum" 'try again; if it stays so, the download is cut or altered on its way'
  tar -xzf "$WORK/helm.tar.gz" -C "$WORK"
  mkdir -p "$TOOLS_DIR"
  mv "$WORK/linux-$(architecture)/helm" "$TOOLS_DIR/helm"
  chmod 700 "$TOOLS_DIR/helm"
}

# Sets HELM. Version 2 spoke to a server of its own in the cluster and is no use.
find_helm() {
  local candidate
  for candidate in "${HELM:-}" "$TOOLS_DIR/helm" "$(command -v helm || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      case $("$candidate" version --short 2>/dev/null) in
        v3.* | v4.*)
          HELM=$candidate
          return
          ;;
      esac
    fi
  done
  fetch_helm
  HELM=$TOOLS_DIR/helm
}

# The kubeconfig of the File variable KUBECONFIG_PROD, readable by nobody else.
use_kubeconfig() {
  case $KUBECONFIG_PROD in
    *apiVersion:*) fail 'KUBECONFIG_PROD holds the text of a kubeconfig, not a path' 'make it a variable of type File in GitLab' ;;
  esac
  [ -r "$KUBECONFIG_PROD" ] ||
    fail "KUBECONFIG_PROD names a file that cannot be read: $KUBECONFIG_PROD" 'make it a variable of type File in GitLab, or give the path of a kubeconfig'
  chmod 600 "$KUBECONFIG_PROD"
  export KUBECONFIG=$KUBECONFIG_PROD
}

# Stages need these two before anything else, also when they run alone; the second time it costs nothing.
with_cluster() {
  if [ -n "${CLUSTER_READY:-}" ]; then return; fi
  need KUBECONFIG_PROD
  use_kubeconfig
  find_kubectl
  CLUSTER_READY=yes
}

# kubectl in the application's namespace. REQUEST_TIMEOUT, when it is set, bounds each single question.
REQUEST_TIMEOUT=''
k() {
  "$KUBECTL" -n "$K8S_NAMESPACE" ${REQUEST_TIMEOUT:+"--request-timeout=$REQUEST_TIMEOUT"} "$@"
}

# jsonpath KIND NAME PATH: one value, or nothing when there is no such object.
value_of() {
  k get "$1" "$2" -o "jsonpath=$3" --ignore-not-found
}
