#!/usr/bin/env bash
# ID: Menyalakan lagi aplikasi yang ditinggalkan pada 0 replika oleh deploy yang terputus. Bila tidak ada, tidak berbuat apa-apa.
# EN: Starts the applications again that a deploy which was cut off left at 0 replicas. When there are none it does nothing.
#
# deploy.sh does this by itself when it fails. This is for what comes before or after it: a build or a push that fails, and a job
# that was ended for good, with its runner or by its time limit.
# shellcheck source-path=SCRIPTDIR
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=lib.sh
. "$here/lib.sh"
# shellcheck source=tools.sh
. "$here/tools.sh"
# shellcheck source=secrets.sh
. "$here/secrets.sh"
# shellcheck source=apps.sh
. "$here/apps.sh"

stage_bring_back() {
  # Whoever deployed from here had both, and kept them: nothing is downloaded for a look.
  if [ ! -r "${KUBECONFIG_PROD:-}" ] || ! kubectl_at_hand; then
    say 'no kubeconfig or no kubectl here: the cluster was not asked'
    return
  fi
  export KUBECONFIG=$KUBECONFIG_PROD
  bring_back 0
}

run_stages bring-back -- "$@"
