#!/usr/bin/env bash
# ID: Memasang aplikasi ke cluster, tahap demi tahap:  bash deploy/ci/deploy.sh [TAHAP…]   (tanpa nama: semuanya, berurutan)
# EN: Deploys the application to the cluster, stage by stage:  bash deploy/ci/deploy.sh [STAGE…]   (without a name: all, in order)
#
# Each stage may be run alone and again. On a failure what "stop" had stopped comes back, debug.sh shows the state of the
# cluster, and the last line says which stage, what, and what to do.
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
# shellcheck source=database.sh
. "$here/database.sh"

on_failure() {
  # Without a kubeconfig there is nothing to show and nothing to bring back.
  if [ -z "${CLUSTER_READY:-}" ]; then return; fi
  # A signal leaves little time. Otherwise first what explains the failure: bringing the old version back replaces its Pods.
  if [ "$2" -le 128 ] && [ "$1" != cluster ]; then KUBECTL=$KUBECTL bash "$here/debug.sh" || true; fi
  # In any stage: an earlier run may have been killed after its "stop". Where nothing was stopped this changes nothing.
  bring_back "$2"
  if [ "$1" = migrate ] && [ "$2" -gt 128 ]; then
    say 'the migrate Job goes on in the cluster, for half an hour at most; the next run waits for its end'
  fi
}

run_stages variables tools cluster namespace secrets pull-secret service-account apply stop mysql database images migrate start health -- "$@"
