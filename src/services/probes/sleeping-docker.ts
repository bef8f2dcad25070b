/** Questions do not wake a Docker that a person has stopped. */

/**
 * systemd goes on listening on Docker's socket after `systemctl stop docker`, and starts the daemon for whoever dials it, be it
 * only to ask whether it runs. So the unit is asked first, and while it is stopped `docker` answers in its place, in the
 * words of Docker's own client; what needs no daemon is passed on. `command` keeps the functions from calling themselves.
 */
const GUARD = String.raw`tb_unit="$(systemctl show --property=LoadState,ActiveState docker.service 2>/dev/null || true)"
case "$tb_unit" in *LoadState=loaded*) ;; *) tb_unit= ;; esac
case "$tb_unit" in *ActiveState=inactive* | *ActiveState=failed* | *ActiveState=deactivating*)
  docker() {
    case "$*" in
      --version | -v | 'compose version'* | compose*config*) command docker "$@" ;;
      *) echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; return 1 ;;
    esac
  }
  tb_unless_docker() {
    for tb_word in "$@"; do if [ "$tb_word" = docker ]; then docker; return 1; fi; done
    command "$@"
  }
  runuser() { tb_unless_docker runuser "$@"; }
  timeout() { tb_unless_docker timeout "$@"; }
;; esac
`;

/** Docker called as a command, by its name: with a word behind it that is no path and no comment. */
const CALLS_DOCKER = /(?:^|[\s"'(`])docker +[a-z-]/m;

/**
 * @param script of a question, in bash
 * @returns the same, with Docker asked only while it is awake
 */
export function lettingDockerSleep(script: string): string {
  return CALLS_DOCKER.test(script) ? GUARD + script : script;
}
