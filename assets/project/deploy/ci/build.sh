#!/usr/bin/env bash
# ID: Membangun ketiga image tanpa mengirimnya: Dockerfile yang rusak ketahuan di sini, sebelum apa pun disentuh.
# EN: Builds the three images without pushing them: a broken Dockerfile shows here, before anything is touched.
# shellcheck source-path=SCRIPTDIR
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=images.sh
. "$here/images.sh"

stage_build() {
  local image
  with_tag
  with_docker
  for image in $IMAGES; do build_image "$image"; done
}

run_stages build -- "$@"
