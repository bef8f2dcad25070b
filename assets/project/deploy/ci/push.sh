#!/usr/bin/env bash
# ID: Mengirim ketiga image ke Harbor dengan tag commit dan :latest.
# EN: Pushes the three images to Harbor with the commit's tag and :latest.
# shellcheck source-path=SCRIPTDIR
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=images.sh
. "$here/images.sh"

# 401 is the good answer of a registry that wants a login. The runbook's curl -f takes it for a failure (trap T27).
stage_registry() {
  local seen
  seen=$(status "http://$HARBOR_HOST/v2/")
  case $seen in
    200 | 401) say "Harbor answers at $HARBOR_HOST ($seen)" ;;
    *) fail "Harbor does not answer at http://$HARBOR_HOST/v2/ ($seen)" 'on vm-docker: systemctl status harbor-compose (steps B3, B7)' ;;
  esac
}

# The login goes to a configuration of our own that ends with this script: no password stays in ~/.docker/config.json.
login() {
  export DOCKER_CONFIG=$WORK/docker
  mkdir -p "$DOCKER_CONFIG"
  printf '%s' "$HARBOR_PASSWORD" | docker login "$HARBOR_HOST" --username "$HARBOR_USERNAME" --password-stdin ||
    fail "Harbor refuses the login of $HARBOR_USERNAME" 'are HARBOR_USERNAME and HARBOR_PASSWORD right? "server gave HTTP response to HTTPS client" means step B2: insecure-registries'
}

push_image() {
  docker push "$1" ||
    fail "$1 could not be pushed" "docker's message is above; \"denied\" or \"not found\": the project in Harbor is missing or not open to this user (step B3)"
}

stage_push() {
  local image
  with_tag
  with_docker
  need HARBOR_USERNAME HARBOR_PASSWORD
  for image in $IMAGES; do
    # Built by the job before on this same host, as a rule; the cache makes a second build short.
    if ! docker image inspect "$REGISTRY/$image:$TAG" >/dev/null 2>&1; then build_image "$image"; fi
  done
  login
  for image in $IMAGES; do
    push_image "$REGISTRY/$image:$TAG"
    # :latest is for people and for the very first apply; every deploy names the commit's tag.
    docker tag "$REGISTRY/$image:$TAG" "$REGISTRY/$image:latest"
    push_image "$REGISTRY/$image:latest"
  done
}

run_stages registry push -- "$@"
