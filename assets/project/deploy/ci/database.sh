# shellcheck shell=bash
# ID: MySQL: menunggu siap, memastikan database dan pengguna, dan menjalankan Job migrasi. Dibaca oleh deploy.sh.
# EN: MySQL: waiting until it is ready, making sure of database and user, and running the migrate Job. Read by deploy.sh.

stage_mysql() {
  local deadline left seen
  with_cluster
  seen=$(value_of statefulset mysql '{.spec.replicas}')
  [ -n "$seen" ] || fail 'there is no MySQL in the cluster' 'run the stage apply first'
  # Three gates, each stricter than the one before: rolled out, Ready, and mysqld itself answers.
  # One patience for all three together.
  deadline=$((SECONDS + MYSQL_PATIENCE))
  await_rollout statefulset/mysql app=mysql "$MYSQL_PATIENCE"
  left=$((deadline - SECONDS))
  k wait --for=condition=Ready pod/mysql-0 --timeout="$((left > 30 ? left : 30))s"
  # Without a login: that it is refused is an answer as well, and its message would only frighten.
  until k exec mysql-0 -c mysql -- mysqladmin --connect-timeout=5 ping >"$WORK/ping" 2>&1; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      cat "$WORK/ping"
      fail 'mysqld does not answer' "look at its log: $KUBECTL -n $K8S_NAMESPACE logs mysql-0"
    fi
    sleep "$PAUSE"
  done
  say 'mysqld is alive'
}

# A text as it stands between quotes in SQL.
sql_text() {
  local text=${1//\\/\\\\}
  text=${text//\'/\'\'}
  printf '%s' "$text"
}

# as_root NAME: runs the SQL of standard input as root, with the password in the variable NAME. The first line that goes into
# the Pod is the password, the rest is read by mysql: so it is in no argument list, here or there.
as_root() {
  { printf '%s\n' "${!1}" && cat; } |
    k exec -i mysql-0 -c mysql -- sh -c 'IFS= read -r MYSQL_PWD; export MYSQL_PWD; exec mysql --user=root --batch --skip-column-names'
}

may_log_in() {
  printf 'SELECT 1;\n' | as_root "$1" >"$WORK/login" 2>&1
}

change_root_password() {
  local text
  text=$(sql_text "$MYSQL_ROOT_PASSWORD")
  printf "ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED BY '%s';\nALTER USER IF EXISTS 'root'@'%%' IDENTIFIED BY '%s';\n" "$text" "$text" |
    as_root MYSQL_ROOT_PASSWORD_OLD
  say "root's password was changed in MySQL; MYSQL_ROOT_PASSWORD_OLD is needed no more"
}

stage_database() {
  local text mark
  with_cluster
  need MYSQL_ROOT_PASSWORD MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD
  if ! may_log_in MYSQL_ROOT_PASSWORD; then
    if [ -n "${MYSQL_ROOT_PASSWORD_OLD:-}" ] && may_log_in MYSQL_ROOT_PASSWORD_OLD; then
      change_root_password
    elif grep -q 'Access denied' "$WORK/login"; then
      fail 'MySQL refuses the password of root' "its data was made with another MYSQL_ROOT_PASSWORD: put that value back, or give it once as MYSQL_ROOT_PASSWORD_OLD"
    else
      mask <"$WORK/login"
      fail 'root cannot log in to MySQL' 'its message is above; run the stage mysql again'
    fi
  fi
  text=$(sql_text "$MYSQL_PASSWORD")
  # An underscore in GRANT stands for any character unless it is escaped.
  cat >"$WORK/database.sql" <<SQL
CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\` CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS '$MYSQL_USER'@'%' IDENTIFIED BY '$text';
ALTER USER '$MYSQL_USER'@'%' IDENTIFIED BY '$text';
GRANT ALL PRIVILEGES ON \`${MYSQL_DATABASE//_/\\_}\`.* TO '$MYSQL_USER'@'%';
FLUSH PRIVILEGES;
SQL
  as_root MYSQL_ROOT_PASSWORD <"$WORK/database.sql"
  rm -f "$WORK/database.sql"
  mark=$(password_mark "$MYSQL_ROOT_PASSWORD")
  "$KUBECTL" annotate persistentvolume mysql-pv-hostpath "threebody-lab/root-password=$mark" --overwrite
  # MySQL takes the new passwords now: whoever starts after this has to read these, an old version as well.
  forget_kept app-secrets
  say "database $MYSQL_DATABASE and user $MYSQL_USER are there"
}

# The log of the Job as far as it goes. A container that has not begun has none.
migrate_log() {
  k logs -l job-name=laravel-migrate -c wait-mysql --tail=-1 2>/dev/null || true
  k logs -l job-name=laravel-migrate -c migrate --tail=-1 2>/dev/null || true
}

# Prints what is new in the log, and keeps all of it in a file: ten minutes after its end the Job is gone, log and all (T70).
follow_log() {
  local lines
  migrate_log | mask >"$WORK/migrate.log"
  lines=$(wc -l <"$WORK/migrate.log")
  if [ "$lines" -gt "$LOGGED" ]; then
    tail -n "+$((LOGGED + 1))" "$WORK/migrate.log"
    LOGGED=$lines
    cp "$WORK/migrate.log" "$LOG"
  fi
}

# Complete, Failed, or nothing while it runs.
job_end() {
  value_of job laravel-migrate '{.status.conditions[?(@.status=="True")].type}' | tr ' ' '\n' | grep -xE 'Complete|Failed' | head -n 1 || true
}

# Looks at both ends at once. The runbook waits a minute for a failure first, which every good run pays for (T72).
await_job() {
  local deadline end since='' reason
  LOGGED=0
  # The Job's own deadline and a little more.
  deadline=$((SECONDS + 1860))
  while :; do
    end=$(job_end)
    follow_log
    case $end in
      Complete) return ;;
      Failed) return 1 ;;
    esac
    reason=$(stuck job-name=laravel-migrate)
    if [ -z "$reason" ]; then
      since=''
    elif [ -z "$since" ]; then
      since=$SECONDS
      say "laravel-migrate: $reason"
    elif [ $((SECONDS - since)) -ge "$PULL_PATIENCE" ]; then
      fail "the migrate Job does not start: $reason" "$(remedy_of "$reason")"
    fi
    [ "$SECONDS" -lt "$deadline" ] || fail 'the migrate Job came to no end in half an hour' "its log is above and in $LOGS_DIR"
    sleep "$PAUSE"
  done
}

stage_migrate() {
  local active reason=''
  with_cluster
  with_tag
  mkdir -p "$LOGS_DIR"
  LOG="$LOGS_DIR/migrate-$TAG-$(date -u +%Y%m%dT%H%M%SZ).log"
  # A migration that is under way is not torn from the database. One that cannot begin has nothing to lose.
  active=$(value_of job laravel-migrate '{.status.active}')
  if [ -n "$active" ]; then reason=$(stuck job-name=laravel-migrate); fi
  if [ -n "$active" ] && [ -z "$reason" ]; then
    say 'an earlier migration is still running: waiting for its end'
    await_job || say 'the earlier migration failed'
  fi
  k delete job laravel-migrate --ignore-not-found --wait=true
  sed "s|__LARAVEL_IMAGE__|$REGISTRY/laravel:$TAG|" deploy/k8s/jobs/laravel-migrate-job.yaml | k apply -f -
  await_job || fail 'the migration failed' "its log is above and in $LOG; the data of an earlier version is as that version left it, plus the migrations that went through"
  say "the log is kept in $LOG"
}
