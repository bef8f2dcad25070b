# shellcheck shell=bash
# ID: Nama dan pembuatan ketiga image. Dibaca oleh build.sh dan push.sh.
# EN: The names and the building of the three images. Read by build.sh and push.sh.

# shellcheck disable=SC2034 # read by those two
IMAGES='frontend go laravel'

with_docker() {
  command -v docker >/dev/null || fail 'there is no docker on this host' 'run the job on vm-docker (runner tag "deploy"), step B1'
}

# The platform is that of this host: nothing asks for amd64.
build_image() {
  say "-- $REGISTRY/$1:$TAG"
  docker build --tag "$REGISTRY/$1:$TAG" --label "org.opencontainers.image.revision=$TAG" "$1" ||
    fail "the image $1 could not be built" "docker's message is above; 429 or \"toomanyrequests\" means that Docker Hub limits this address"
}
