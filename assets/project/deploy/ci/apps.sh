# shellcheck shell=bash
# ID: Tiga aplikasi: memasang manifest, menghentikan, mengganti image, menyalakan, dan mengembalikan yang lama bila gagal.
# EN: The three applications: applying manifests, stopping, changing images, starting, and bringing the old ones back on a failure.
# Read by deploy.sh.
#
# The runbook's order stays: apply, stop, MySQL, images, migrate, start. What its own lines do beyond that is mended (trap T68):
# - "kubectl apply" of a manifest with "replicas: 0" and ":latest" would stop what runs and change its image. So for a
#   Deployment that exists these two lines are filled with what it has now, before the file is applied.
# - "stop" writes on each Deployment what it stopped, as the annotation threebody-lab/before: "REPLICAS IMAGE". It stands in the
#   cluster, so it survives a cancelled job and a lost runner. Whatever fails after that, the old replicas with the old image
#   come back. When the new version has answered ("health"), the annotation goes.

APPS='laravel go frontend'

image_of() {
  value_of deployment "$1" "{.spec.template.spec.containers[?(@.name==\"$1\")].image}"
}

before_of() {
  value_of deployment "$1" '{.metadata.annotations.threebody-lab/before}'
}

set_image() {
  case $1 in
    # Both run the same code: the init container copies it, php-fpm executes it.
    laravel) k set image deployment/laravel "laravel=$2" "copy-app=$2" ;;
    *) k set image "deployment/$1" "$1=$2" ;;
  esac
}

# A volume whose claim was deleted keeps the name of that claim, and a new claim of the same name waits for ever (trap T75).
free_volume() {
  local phase
  phase=$(value_of persistentvolume mysql-pv-hostpath '{.status.phase}')
  if [ "$phase" = Released ]; then
    say 'mysql-pv-hostpath was left behind by a deleted claim: it is free again, its data stays'
    "$KUBECTL" patch persistentvolume mysql-pv-hostpath --type=json -p '[{"op":"remove","path":"/spec/claimRef"}]'
  fi
}

stage_apply() {
  local file name replicas image
  with_cluster
  free_volume
  for file in deploy/k8s/base/*.yaml; do
    name=${file##*/[0-9][0-9]-}
    name=${name%.yaml}
    replicas=$(value_of deployment "$name" '{.spec.replicas}')
    image=$(image_of "$name")
    if [ -z "$replicas" ] || [ -z "$image" ]; then
      k apply -f "$file"
    else
      say "$name runs $replicas × $image: applied with these"
      sed -e "s|^  replicas: [0-9]*\$|  replicas: $replicas|" -e "s|image: [^ ]*/$name:[^ ]*\$|image: $image|" "$file" | k apply -f -
    fi
  done
}

# Waits until no Pod of the application is left.
await_gone() {
  local deadline seen
  deadline=$((SECONDS + STOP_PATIENCE))
  while :; do
    # Assigned first: inside [ ] a kubectl that fails would look like Pods that are gone.
    seen=$(k get pods -l "app=$1" -o name)
    if [ -z "$seen" ]; then return; fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      say "Pods of $1 do not end by themselves: deleting them"
      k delete pods -l "app=$1" --ignore-not-found --wait=true --timeout=60s
      return
    fi
    sleep "$PAUSE"
  done
}

stage_stop() {
  local app replicas
  with_cluster
  # The page first, then what it asks.
  for app in frontend laravel go; do
    replicas=$(value_of deployment "$app" '{.spec.replicas}')
    # At 0 already: stopped by a run that did not come to its end, whose annotation is still right, or never started.
    if [ -n "$replicas" ] && [ "$replicas" -gt 0 ]; then
      k annotate "deployment/$app" "threebody-lab/before=$replicas $(image_of "$app")" --overwrite
      k scale "deployment/$app" --replicas=0
    fi
  done
  for app in frontend laravel go; do await_gone "$app"; done
}

stage_images() {
  local app
  with_cluster
  with_tag
  for app in $APPS; do set_image "$app" "$REGISTRY/$app:$TAG"; done
}

# stuck SELECTOR: reasons why containers do not start that rarely pass by themselves.
stuck() {
  k get pods -l "$1" -o 'jsonpath={.items[*].status.initContainerStatuses[*].state.waiting.reason} {.items[*].status.containerStatuses[*].state.waiting.reason}' |
    tr ' ' '\n' | grep -E '^(ErrImagePull|ImagePullBackOff|InvalidImageName|CreateContainerConfigError|CrashLoopBackOff)$' | head -n 1 || true
}

remedy_of() {
  case $1 in
    CrashLoopBackOff) printf 'the program ends again and again: its log is below' ;;
    CreateContainerConfigError) printf 'a key is missing in app-secrets: run the stage secrets' ;;
    *) printf 'is Harbor up, was this tag pushed, are HARBOR_USERNAME and HARBOR_PASSWORD right?' ;;
  esac
}

# await_rollout RESOURCE SELECTOR [SECONDS]: ends as soon as it is clear that it will not come to a good end.
await_rollout() {
  local patience=${3:-$ROLLOUT_PATIENCE} deadline since='' reason
  deadline=$((SECONDS + patience))
  until k rollout status "$1" --timeout=10s >"$WORK/rollout" 2>"$WORK/rollout-said"; do
    # Ten seconds without an end are no mistake yet; whatever else kubectl says may be one.
    grep -v 'timed out waiting for the condition' "$WORK/rollout-said" >&2 || true
    reason=$(stuck "$2")
    if [ -z "$reason" ]; then
      since=''
    elif [ -z "$since" ]; then
      since=$SECONDS
      say "$1: $reason"
    elif [ $((SECONDS - since)) -ge "$PULL_PATIENCE" ]; then
      fail "$1 does not start: $reason" "$(remedy_of "$reason")"
    fi
    [ "$SECONDS" -lt "$deadline" ] ||
      fail "$1 was not ready within ${patience}s" 'the Pods, their events and logs are below'
    sleep "$PAUSE"
  done
  cat "$WORK/rollout"
}

stage_start() {
  local app before replicas
  with_cluster
  with_tag
  # Laravel before Go before the page, so that the first visitor finds everything.
  for app in $APPS; do
    before=$(before_of "$app")
    replicas=${before%% *}
    if [ -z "$replicas" ]; then replicas=$(value_of deployment "$app" '{.spec.replicas}'); fi
    if [ "${replicas:-0}" -eq 0 ]; then replicas=1; fi
    # Also when this stage runs alone, after a failure had brought the old image back.
    set_image "$app" "$REGISTRY/$app:$TAG"
    k scale "deployment/$app" --replicas="$replicas"
    await_rollout "deployment/$app" "app=$app"
  done
}

# bring_back CODE: starts again what "stop" stopped, in this run or in one that was killed before it could. It is the last thing that
# a failed run does, so it does as much as it can. First all three are told to start; only then, when no signal hurries, their start
# is waited for. A cluster that does not answer is asked once.
bring_back() {
  local app before back=''
  # shellcheck disable=SC2034 # read by k() in tools.sh
  REQUEST_TIMEOUT=10s
  # First what they read when they start.
  put_back_secrets || true
  for app in $APPS; do
    if ! before=$(before_of "$app"); then
      say 'the cluster does not answer: what stands at 0 replicas stays so; the next run brings it back, or starts the new version'
      return
    fi
    if [ -z "$before" ]; then continue; fi
    if set_image "$app" "${before#* }" && k scale "deployment/$app" --replicas="${before%% *}"; then
      k annotate "deployment/$app" threebody-lab/before-
      say "brought back: $app, ${before%% *} × ${before#* }"
      back="$back $app"
    else
      say "$app could not be brought back: $KUBECTL -n $K8S_NAMESPACE scale deployment/$app --replicas=${before%% *}"
    fi
  done
  if [ -z "$back" ]; then return; fi
  if [ "$1" -gt 128 ]; then return; fi
  # shellcheck disable=SC2034
  REQUEST_TIMEOUT=''
  for app in $back; do
    k rollout status "deployment/$app" --timeout=60s ||
      say "$app is not ready after a minute: $KUBECTL -n $K8S_NAMESPACE describe pods -l app=$app"
  done
}

forget_before() {
  local app before
  for app in $APPS; do
    before=$(before_of "$app")
    if [ -n "$before" ]; then k annotate "deployment/$app" threebody-lab/before-; fi
  done
}

serves() {
  answers "$1" "$2" ||
    fail "$1 does not answer at its NodePort" 'is the port free in the firewall of vm-worker (step D4)? Otherwise the log of its Pod says why: above, or kubectl logs'
}

stage_health() {
  local path
  with_cluster
  serves frontend "http://$WORKER_ADDRESS:30080/"
  serves go "http://$WORKER_ADDRESS:30081/readyz"
  serves laravel "http://$WORKER_ADDRESS:30082/api/ready"
  # The new version serves: from here on there is nothing to go back to.
  forget_before
  forget_kept "$K8S_IMAGEPULL_SECRET"
  for path in / /go/api/products /laravel/api/products; do
    answers edge "https://$SITE_HOST$path" --resolve "$SITE_HOST:443:$EDGE_ADDRESS" ||
      fail "the applications answer at their NodePorts, but https://$SITE_HOST$path does not" 'look at the edge on vm-docker (steps B4, B7): 502 and 504 mean that it does not reach vm-worker'
    # The edge lets five requests a second through and answers 503 to the rest.
    sleep "$PAUSE"
  done
}
