/** get.docker.com and download.docker.com. */
import type { World } from '../model/network.js';
import { armour, makePublicKey, readKeys } from '../model/openpgp.js';
import { fileSite } from './files.js';

/** Fingerprint of Docker's package signing key, as its documentation gives it. */
const KEY = '9DC858229FC7DD38854AE2D88D81803C0EBFCD88';
const CREATED = Date.parse('2017-02-22T18:36:26Z') / 1000;

/** The installer: ours, short, with the steps, options and words that people know of Docker's. */
const INSTALLER = `#!/bin/sh
set -e
# Docker Engine for Linux installation script: the practice lab's own, which does what the real one does on Ubuntu.
SCRIPT_COMMIT_SHA="5c8855edd778525564500337f5ac4ad65a0c168e"

VERSION="\${VERSION#v}"
DRY_RUN=\${DRY_RUN:-}
while [ $# -gt 0 ]; do
	case "$1" in
		--channel) CHANNEL="$2"; shift ;;
		--dry-run) DRY_RUN=1 ;;
		--version) VERSION="\${2#v}"; shift ;;
		--*) echo "Illegal option $1" ;;
	esac
	shift $(( $# > 0 ? 1 : 0 ))
done
CHANNEL="\${CHANNEL:-stable}"

do_install() {
	echo "# Executing docker install script, commit: $SCRIPT_COMMIT_SHA"
	if command -v docker >/dev/null 2>&1; then
		cat >&2 <<-'WARNING'
			Warning: the "docker" command appears to already exist on this system.

			If you already have Docker installed, this script can cause trouble, which is
			why we're displaying this warning and provide the opportunity to cancel the
			installation.

			If you installed the current Docker package using this script and are using it
			again to update Docker, you can ignore this message, but be aware that the
			script resets any custom changes in the deb and rpm repo configuration
			files to match the parameters passed to the script.

			You may press Ctrl+C now to abort this script.
		WARNING
		( set -x; sleep 20 )
	fi
	user="$(id -un)"
	sh_c='sh -c'
	if [ "$user" != 'root' ]; then
		if command -v sudo >/dev/null 2>&1; then
			sh_c='sudo -E sh -c'
		else
			echo "Error: this installer needs the ability to run commands as root." >&2
			exit 1
		fi
	fi
	if [ -n "$DRY_RUN" ]; then
		sh_c="echo"
	fi
	# The file has a VERSION of its own, so it is read apart.
	lsb_dist="$(. /etc/os-release && echo "$ID")"
	dist_version="$(. /etc/os-release && echo "$VERSION_CODENAME")"
	case "$lsb_dist" in
		ubuntu|debian) ;;
		*) echo "ERROR: Unsupported distribution '$lsb_dist'" >&2; exit 1 ;;
	esac
	apt_repo="deb [arch=$(dpkg --print-architecture) signed-by=/etc/apt/keyrings/docker.asc] https://download.docker.com/linux/$lsb_dist $dist_version $CHANNEL"
	run() { ( set -x; $sh_c "$1" ); }
	run 'apt-get -qq update >/dev/null'
	run 'DEBIAN_FRONTEND=noninteractive apt-get -y -qq install ca-certificates curl >/dev/null'
	run 'install -m 0755 -d /etc/apt/keyrings'
	run "curl -fsSL \\"https://download.docker.com/linux/$lsb_dist/gpg\\" -o /etc/apt/keyrings/docker.asc"
	run 'chmod a+r /etc/apt/keyrings/docker.asc'
	run "echo \\"$apt_repo\\" > /etc/apt/sources.list.d/docker.list"
	run 'apt-get -qq update >/dev/null'
	suffix=""
	if [ -n "$VERSION" ] && [ -z "$DRY_RUN" ]; then
		found="$(apt-cache madison docker-ce | awk '{print $3}' | grep -F -- "$VERSION" | head -n 1)"
		if [ -z "$found" ]; then
			echo
			echo "ERROR: '$VERSION' not found amongst apt-cache madison results"
			echo
			exit 1
		fi
		suffix="=$found"
	fi
	run "DEBIAN_FRONTEND=noninteractive apt-get -y -qq install docker-ce$suffix docker-ce-cli$suffix containerd.io docker-compose-plugin docker-ce-rootless-extras$suffix docker-buildx-plugin docker-model-plugin >/dev/null"
	if [ -z "$DRY_RUN" ]; then
		run 'docker version' || true
	fi
	echo
	echo "================================================================================"
	echo
	echo "To run Docker as a non-privileged user, consider setting up the"
	echo "Docker daemon in rootless mode for your user:"
	echo
	echo "    dockerd-rootless-setuptool.sh install"
	echo
	echo "================================================================================"
	echo
}

do_install
`;

export function addDockerSites(world: World): void {
  const key = makePublicKey('Docker Release (CE deb) <docker@docker.com>', CREATED, null, KEY);
  const block = armour(key);
  world.archives.set('download.docker.com', { keyId: readKeys(key)[0]?.id ?? '', keyExpires: null });
  world.addSite('get.docker.com', fileSite({ '/': INSTALLER }));
  world.addSite(
    'download.docker.com',
    fileSite({
      '/': '<html><title>download.docker.com</title></html>\n',
      '/linux/ubuntu/gpg': block,
      '/linux/debian/gpg': block,
    }),
  );
}
