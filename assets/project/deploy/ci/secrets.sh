# shellcheck shell=bash
# ID: Variabel, namespace, Secret dan ServiceAccount: semua yang harus ada sebelum manifest dipasang. Dibaca oleh deploy.sh.
# EN: Variables, namespace, Secrets and the ServiceAccount: all that must be there before a manifest is applied. Read by deploy.sh.

# fits NAME PATTERN WHAT: the value of NAME as a whole looks like PATTERN. The value itself is never printed.
fits() {
  [[ ${!1} =~ ^($2)$ ]] || fail "$1 is not $3" "correct $1; nothing was touched yet"
}

stage_variables() {
  local name
  if [ -z "$TAG" ]; then TAG=$(git rev-parse --short=8 HEAD 2>/dev/null || true); fi
  need KUBECONFIG_PROD HARBOR_USERNAME HARBOR_PASSWORD MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD APP_KEY TAG
  for name in HARBOR_USERNAME HARBOR_PASSWORD; do
    fits "$name" '[^[:cntrl:]]+' 'one line of text'
  done
  # The MySQL image puts both into SQL as they are: a quote or a backslash would break its very first start half-way.
  for name in MYSQL_ROOT_PASSWORD MYSQL_PASSWORD; do
    fits "$name" "[^'\\\\[:cntrl:]]+" "one line without ' and \\, which the MySQL image cannot take"
  done
  fits MYSQL_DATABASE '[A-Za-z0-9_]{1,64}' 'a database name of letters, digits and underscores'
  fits MYSQL_USER '[A-Za-z0-9_]{1,32}' 'a user name of letters, digits and underscores'
  [ "$MYSQL_USER" != root ] || fail 'MYSQL_USER is root' 'name another user: the MySQL image refuses to make root a second time'
  fits APP_KEY 'base64:[A-Za-z0-9+/]{43}=' 'base64: and 32 random bytes in base64 (openssl rand -base64 32)'
  fits TAG '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}' 'a tag that an image may have'
  use_kubeconfig
  say "images $REGISTRY/{frontend,go,laravel}:$TAG into namespace $K8S_NAMESPACE"
}

stage_tools() {
  find_kubectl
  say "kubectl: $KUBECTL (v1.$(kubectl_minor "$KUBECTL"))"
}

stage_cluster() {
  local ours theirs worker
  with_cluster
  "$KUBECTL" get nodes -o wide ||
    fail 'the cluster does not answer' 'is vm-k8s up, does KUBECONFIG_PROD belong to this cluster (after a kubeadm reset it does not), is port 6443 open from this host?'
  ours=$(kubectl_minor "$KUBECTL")
  theirs=$("$KUBECTL" get --raw /version | sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p')
  if [ -n "$ours" ] && [ -n "$theirs" ] && { [ "$ours" -gt $((theirs + 1)) ] || [ "$ours" -lt $((theirs - 1)) ]; }; then
    say "kubectl is v1.$ours and the cluster v1.$theirs: more than one minor apart is not supported; set KUBECTL_VERSION to v1.$theirs"
  fi
  worker=$("$KUBECTL" get node vm-worker -o name --ignore-not-found)
  [ -n "$worker" ] ||
    fail 'no node is called vm-worker' "MySQL's volume is tied to that name: join the worker with exactly this host name (steps D1, D2)"
}

stage_namespace() {
  local deadline seen
  with_cluster
  # Assigned first: inside [ ] a kubectl that fails would look like a namespace that is not there.
  seen=$("$KUBECTL" get namespace "$K8S_NAMESPACE" -o name --ignore-not-found)
  if [ -z "$seen" ]; then
    "$KUBECTL" create namespace "$K8S_NAMESPACE"
  fi
  # A controller makes the ServiceAccount a moment after the namespace; patching it before that fails.
  deadline=$((SECONDS + STOP_PATIENCE))
  while seen=$(k get serviceaccount default -o name --ignore-not-found) && [ -z "$seen" ]; do
    [ "$SECONDS" -lt "$deadline" ] ||
      fail "the ServiceAccount default did not appear in $K8S_NAMESPACE" "look at kube-controller-manager: $KUBECTL -n kube-system get pods"
    sleep "$PAUSE"
  done
  [ -n "$seen" ] || fail "the ServiceAccount default of $K8S_NAMESPACE could not be looked up" "kubectl's message is above; run the stage again"
}

# A mark by which a changed root password is noticed, without saying it: 16 of 64 digits of a hash, told apart by namespace.
# Who can read this annotation can read the Secret as well.
password_mark() {
  printf 'threebody %s %s' "$K8S_NAMESPACE" "$1" | sha256sum | cut -c1-16
}

# MYSQL_ROOT_PASSWORD counts only when MySQL makes an empty data directory. A later change in GitLab alone would show after the
# next restart of the Pod, as "Access denied" (trap T74). The mark stands on the PersistentVolume, which lives as long as the data.
check_root_password() {
  local known
  known=$(value_of persistentvolume mysql-pv-hostpath '{.metadata.annotations.threebody-lab/root-password}')
  if [ -z "$known" ] || [ "$known" = "$(password_mark "$MYSQL_ROOT_PASSWORD")" ]; then return; fi
  if [ -n "${MYSQL_ROOT_PASSWORD_OLD:-}" ] && [ "$known" = "$(password_mark "$MYSQL_ROOT_PASSWORD_OLD")" ]; then
    say 'MYSQL_ROOT_PASSWORD is new and the old one is at hand: the stage database changes it in MySQL'
    return
  fi
  fail "MYSQL_ROOT_PASSWORD is not the password with which MySQL's data was made" \
    "put the former value back, or give the former one once as MYSQL_ROOT_PASSWORD_OLD and it is changed in MySQL too (when the data was thrown away: $KUBECTL annotate persistentvolume mysql-pv-hostpath threebody-lab/root-password-)"
}

# A deploy may bring new passwords, and may fail before they are true anywhere. So what a Secret holds is kept beside it, as
# NAME-before, until it is clear which of the two is right: in the cluster, so that it survives a run that is killed.

# copy_secret FROM TO: the same values under another name. They go in on standard input.
copy_secret() {
  local data type
  data=$(value_of secret "$1" '{.data}')
  type=$(value_of secret "$1" '{.type}')
  if [ -z "$data" ]; then return 1; fi
  printf 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\ntype: %s\ndata: %s\n' "$2" "${type:-Opaque}" "$data" |
    k apply -f - >"$WORK/copied"
}

# keep_secret NAME: what it holds now, unless something older is kept already.
keep_secret() {
  local now kept
  now=$(value_of secret "$1" '{.data}')
  kept=$(value_of secret "$1-before" '{.data}')
  if [ -n "$now" ] && [ -z "$kept" ]; then copy_secret "$1" "$1-before"; fi
}

# forget_kept NAME: from here on the new values are the right ones. When nothing changed, they always were.
forget_kept() {
  k delete secret "$1-before" --ignore-not-found >"$WORK/forgotten"
}

# put_back_secrets: after a failure. False when the cluster does not answer.
put_back_secrets() {
  local name kept now
  for name in app-secrets "$K8S_IMAGEPULL_SECRET"; do
    kept=$(value_of secret "$name-before" '{.data}') || return 1
    now=$(value_of secret "$name" '{.data}') || return 1
    if [ -z "$kept" ]; then continue; fi
    if [ "$kept" = "$now" ]; then
      forget_kept "$name"
    elif copy_secret "$name-before" "$name"; then
      forget_kept "$name"
      say "put back: the Secret $name, as it was before this deploy"
    else
      say "the Secret $name could not be put back; the next run that fails tries again, one that goes well keeps the new values"
    fi
  done
}

stage_secrets() {
  with_cluster
  need MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD APP_KEY
  check_root_password
  printf '%s\n' "MYSQL_ROOT_PASSWORD=$MYSQL_ROOT_PASSWORD" "DB_DATABASE=$MYSQL_DATABASE" "DB_USERNAME=$MYSQL_USER" \
    "DB_PASSWORD=$MYSQL_PASSWORD" "APP_KEY=$APP_KEY" >"$WORK/app-secrets.env"
  keep_secret app-secrets
  # create … --dry-run | apply: the same line makes it and renews it.
  k create secret generic app-secrets --from-env-file="$WORK/app-secrets.env" --dry-run=client -o yaml | k apply -f -
  rm -f "$WORK/app-secrets.env"
}

stage_pull_secret() {
  with_cluster
  need HARBOR_USERNAME HARBOR_PASSWORD
  # "create secret docker-registry" wants the password as an argument, for every ps to see. So the file is written here.
  printf '{"auths":{"%s":{"auth":"%s"}}}' "$HARBOR_HOST" "$(printf '%s:%s' "$HARBOR_USERNAME" "$HARBOR_PASSWORD" | base64 -w0)" \
    >"$WORK/config.json"
  keep_secret "$K8S_IMAGEPULL_SECRET"
  k create secret generic "$K8S_IMAGEPULL_SECRET" --type=kubernetes.io/dockerconfigjson \
    --from-file=.dockerconfigjson="$WORK/config.json" --dry-run=client -o yaml | k apply -f -
  rm -f "$WORK/config.json"
}

stage_service_account() {
  local names
  with_cluster
  # Every Pod of the namespace pulls with this Secret then, and no manifest has to name it.
  k patch serviceaccount default -p "{\"imagePullSecrets\":[{\"name\":\"$K8S_IMAGEPULL_SECRET\"}]}"
  names=$(k get serviceaccount default -o 'jsonpath={.imagePullSecrets[*].name}')
  case " $names " in
    *" $K8S_IMAGEPULL_SECRET "*) ;;
    *) fail "the ServiceAccount default does not name $K8S_IMAGEPULL_SECRET after it was patched (it names: ${names:-nothing})" 'run the stage again; something else may be changing this ServiceAccount' ;;
  esac
}
