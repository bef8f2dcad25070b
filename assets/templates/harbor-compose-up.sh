#!/bin/bash
# threebody-tui, step B7: starts Harbor in the order that its containers need. Run by harbor-compose.service.
# All but one of them send their logs to the container "log"; Docker does not even create their processes while nothing
# accepts connections there. Docker itself starts all at once after a boot, so some fail; the second `up` starts those.
set -euo pipefail
cd /opt/harbor

docker compose up -d log

# Where the log container takes logs on this host, e.g. 127.0.0.1:1514; empty when it publishes no port.
endpoint="$(docker compose port log 10514 2>/dev/null || true)"
host="${endpoint%:*}"
port="${endpoint##*:}"
case "$port" in
  '' | 0 | *[!0-9]*) echo "the log container publishes no port: nothing to wait for" ;;
  *)
    left=60
    until (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; do
      if [ "$left" -le 0 ]; then
        echo "nothing accepts connections on $endpoint: the log container is not ready" >&2
        exit 1
      fi
      left=$((left - 1))
      sleep 1
    done
    echo "$endpoint accepts connections"
    ;;
esac

exec docker compose up -d
