/** Harbor's offline installer: an archive with the names, scripts and images of the real one. The scripts are ours. */
import { createHash } from 'node:crypto';
import { packImages } from '../images/spec.js';
import { tarGz } from '../images/tar.js';
import { harborImages } from './images.js';
import { harborTemplate } from './template.js';

/** Bytes that do not compress, so that the download has a size to speak of. */
const BULK = 3 << 20;

const COMMON = `#!/bin/bash
set +e
set -o noglob
h2() { printf "\\n[Step %s]: %s\\n" "$1" "$2"; }
note() { printf "\\nNote: %s\\n" "$@"; }
error() { printf "✖ %s\\n" "$@"; }
success() { printf "✔ %s\\n" "$@"; }
warn() { printf "➜ %s\\n" "$@"; }

check_docker() {
  if ! docker --version &>/dev/null; then
    error "Need to install docker(17.06.0+) first and run this script again."
    exit 1
  fi
  if [[ $(docker --version) =~ (([0-9]+)\\.([0-9]+)([\\.0-9]*)) ]]; then
    note "docker version: \${BASH_REMATCH[1]}"
    if [ "\${BASH_REMATCH[2]}" -lt 17 ]; then
      error "Need to upgrade docker package to 17.06.0+."
      exit 1
    fi
  else
    error "Failed to parse docker version."
    exit 1
  fi
}
check_dockercompose() {
  if ! docker compose version &>/dev/null; then
    error "Need to install docker-compose(1.18.0+) or a docker-compose-plugin (https://docs.docker.com/compose/) by yourself first and run this script again."
    exit 1
  fi
  DOCKER_COMPOSE="docker compose"
  note "$(docker compose version)"
}
`;

const INSTALL = `#!/bin/bash
set -e
DIR="$(cd "$(dirname "$0")" && pwd)"
source "$DIR/common.sh"
set -e
set +o noglob

usage='Please set hostname and other necessary attributes in harbor.yml first. DO NOT use localhost or 127.0.0.1 for hostname, because Harbor needs to be accessed by external clients.
Please set --with-trivy if needs enable Trivy in Harbor.
Please do NOT set --with-chartmuseum, as chartmusuem has been deprecated and removed.
Please do NOT set --with-notary, as notary has been deprecated and removed.'
item=0
with_trivy=""
while [ $# -gt 0 ]; do
  case $1 in
    --help) note "$usage"; exit 0 ;;
    --with-trivy) with_trivy=true ;;
    *) note "$usage"; exit 1 ;;
  esac
  shift || true
done
cd "$DIR"

h2 "$item" "checking if docker is installed ..."; item=$((item + 1))
check_docker
h2 "$item" "checking docker-compose is installed ..."; item=$((item + 1))
check_dockercompose
if [ -f harbor*.tar.gz ]; then
  h2 "$item" "loading Harbor images ..."; item=$((item + 1))
  docker load -i ./harbor*.tar.gz
fi
echo ""
h2 "$item" "preparing environment ..."; item=$((item + 1))
h2 "$item" "preparing harbor configs ..."; item=$((item + 1))
prepare_para=
if [ "$with_trivy" ]; then prepare_para="--with-trivy"; fi
./prepare $prepare_para
echo ""
if [ -n "$DOCKER_COMPOSE ps -q" ]; then
  note "stopping existing Harbor instance ..."
  $DOCKER_COMPOSE down -v
fi
echo ""
h2 "$item" "starting Harbor ..."
$DOCKER_COMPOSE up -d
success "----Harbor has been installed and started successfully.----"
`;

const prepare = (version: string) => `#!/bin/bash
set -e
# If compiling source code this dir is harbor's make dir. If installing harbor via package this dir is harbor's root dir.
harbor_prepare_path="$( cd "$(dirname "$0")" ; pwd -P )"
echo "prepare base dir is set to \${harbor_prepare_path}"
host_root_dir=/
config_dir=\${harbor_prepare_path}/common/config

if [ ! -f \${harbor_prepare_path}/harbor.yml ]; then
  echo "no config file: \${harbor_prepare_path}/harbor.yml"
  exit 1
fi
rm -rf \${harbor_prepare_path}/input
mkdir -p \${harbor_prepare_path}/input
input_dir=\${harbor_prepare_path}/input
cp \${harbor_prepare_path}/harbor.yml $input_dir/harbor.yml

data_path=$(grep '^[^#]*data_volume:' $input_dir/harbor.yml | awk '{print $NF}')
if [ -z "$data_path" ]; then
  echo "no data_volume in $input_dir/harbor.yml"
  exit 1
fi
# If previous secretkeys exist, move it to new location
previous_secretkey_path=/data/secretkey
if [ -f $previous_secretkey_path ]; then
  mkdir -p $data_path/secret/keys
  mv $previous_secretkey_path $data_path/secret/keys
fi
docker run --rm -v $input_dir:/input \\
  -v $data_path:/data \\
  -v $harbor_prepare_path:/compose_location \\
  -v $config_dir:/config \\
  -v $host_root_dir:/hostfs \\
  --privileged \\
  goharbor/prepare:${version} prepare "$@"
status=$?
echo "Clean up the input dir"
rm -rf \${harbor_prepare_path}/input
exit $status
`;

function bulk(seed: string): Buffer {
  const blocks: Buffer[] = [];
  let block = createHash('sha512').update(seed).digest();
  for (let size = 0; size < BULK; size += block.length) {
    blocks.push(block);
    block = createHash('sha512').update(block).digest();
  }
  return Buffer.concat(blocks);
}

/** @param version with its v: `v2.14.1` */
export function harborInstaller(version: string): Buffer {
  const at = (path: string, content: string | Buffer, mode: number) => ({
    path: `harbor/${path}`,
    content,
    mode,
  });
  return tarGz(
    [
      at(`harbor.${version}.tar.gz`, packImages(harborImages(version), bulk(version)), 0o644),
      at('prepare', prepare(version), 0o755),
      at(
        'LICENSE',
        'Harbor is under the Apache License 2.0. This stand-in is part of the practice lab.\n',
        0o644,
      ),
      at('install.sh', INSTALL, 0o755),
      at('common.sh', COMMON, 0o644),
      at('harbor.yml.tmpl', harborTemplate(version), 0o644),
    ],
    Date.parse('2025-11-12T08:00:00Z') / 1000,
  );
}
