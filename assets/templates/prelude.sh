# shellcheck shell=bash
# Functions that stand before every action script. Plain bash and coreutils, so that the practice hosts can run them too.
# Set by the program: TB_FILES (staged files), TB_SECRETS (names of those whose contents are never shown), TB_STEP,
# TB_ACTION, TB_BACKUPS (where originals are kept).

umask 022 2>/dev/null || true

tb_say() {
  printf '%s\n' "$*"
}

tb_fail() {
  printf '%s\n' "$*" >&2
  return 1
}

# Where this action keeps the originals of what it changes; `/etc/hosts` is kept as `%etc%hosts`.
tb_store() {
  printf '%s/%s.%s' "${TB_BACKUPS:-/var/lib/threebody/backups}" "${TB_STEP:?}" "${TB_ACTION:?}"
}

tb_key() {
  printf '%s' "$1" | tr '/' '%'
}

tb_open_store() {
  local store
  store="$(tb_store)"
  mkdir -p "$store"
  chmod 0700 "${TB_BACKUPS:-/var/lib/threebody/backups}" "$store"
}

# Once everything is put back the store is empty and goes; rmdir refuses as long as anything is in it.
tb_close_store() {
  rmdir "$(tb_store)" 2>/dev/null || true
}

# A fix does actions of the runbook again. What it changes is kept once more in TB_FIX, as it was just before, so that the
# fix can be undone by itself; the step's own originals stay what they were. The newest twenty fixes are remembered.
tb_begin_fix() {
  local place="${TB_FIX%/*}" store="$TB_FIX/${TB_STEP:?}.${TB_ACTION:?}" records
  mkdir -p "$store"
  chmod 0700 "$place" "$TB_FIX" "$store"
  records=("$place"/*/)
  while [ "${#records[@]}" -gt 20 ]; do
    rm -rf "${records[0]:?}"
    records=("${records[@]:1}")
  done
}

# tb_for_fix FUNCTION PATH: the same for the fix's own record.
tb_for_fix() {
  local fix
  # Not inside the brackets: the shell of the practice lab takes it for unset there.
  fix="${TB_FIX:-}"
  if [ -z "$fix" ]; then return 0; fi
  local TB_BACKUPS="$fix" TB_FIX='' known=no
  if [ -e "$(tb_store)/$(tb_key "$2").kind" ]; then known=yes; fi
  case "$1 $known" in
    'tb_backup yes' | 'tb_wrote no' | 'tb_hide no') ;;
    *) "$1" "$2" >/dev/null ;;
  esac
}

# tb_end_fix: put back all that this fix kept, action by action, the last one first, and forget it.
tb_end_fix() {
  local stores index kind count=0
  stores=("$TB_BACKUPS"/*/)
  index="${#stores[@]}"
  while [ "$index" -gt 0 ]; do
    index=$((index - 1))
    TB_ACTION="$(basename "${stores[index]}")"
    TB_STEP="${TB_ACTION%%.*}"
    TB_ACTION="${TB_ACTION#*.}"
    for kind in "${stores[index]}"*.kind; do
      if [ -e "$kind" ]; then
        tb_restore "$(basename "$kind" .kind | tr '%' '/')"
        count=$((count + 1))
      fi
    done
  done
  rm -rf "${TB_BACKUPS:?}"
  if [ "$count" -gt 0 ]; then
    tb_say "files put back: $count. What has read them goes on as before until it is restarted."
  fi
}

# tb_backup PATH: keep the first original (file with mode, owner and times; link; or that there was nothing).
# `.kind` is written last: a backup that was cut off in the middle does not count and is taken again.
tb_backup() {
  local path="$1" record parent
  record="$(tb_store)/$(tb_key "$path")"
  tb_for_fix tb_backup "$path"
  tb_watch "$path"
  if [ -e "$record.kind" ]; then
    tb_keep_changed "$path"
    return 0
  fi
  tb_open_store
  rm -f "$record.data" "$record.dirs" "$record.wrote" "$record.left" "$record.kept" "$record.adopted"
  if [ -L "$path" ]; then
    readlink "$path" >"$record.data"
    printf 'link\n' >"$record.new"
  elif [ -f "$path" ]; then
    cp -p "$path" "$record.data"
    printf 'file\n' >"$record.new"
  elif [ -e "$path" ]; then
    tb_fail "tb_backup: $path is neither a file nor a link"
    return 1
  else
    parent="$(dirname "$path")"
    : >"$record.dirs"
    while [ ! -d "$parent" ]; do
      printf '%s\n' "$parent" >>"$record.dirs"
      parent="$(dirname "$parent")"
    done
    printf 'absent\n' >"$record.new"
  fi
  mv -f "$record.new" "$record.kind"
  tb_say "kept the original of $path ($(cat "$record.kind"))"
}

# tb_hide PATH: it holds a secret, so the difference is never shown. After tb_backup.
tb_hide() {
  tb_for_fix tb_hide "$1"
  : >"$(tb_store)/$(tb_key "$1").hidden"
}

# tb_print PATH: what stands there now, as `absent`, `link TARGET` or `file SHA256`.
tb_print() {
  if [ -L "$1" ]; then
    printf 'link %s\n' "$(readlink "$1")"
  elif [ -f "$1" ]; then
    printf 'file %s\n' "$(sha256sum <"$1" | cut -d ' ' -f 1)"
  elif [ -e "$1" ]; then
    printf 'other\n'
  else
    printf 'absent\n'
  fi
}

# What this action left at a path is noted, so that undo can tell it from what a person made of it later: at once by
# tb_install and tb_link (tb_wrote), and when the script ends for whatever else changed a file after tb_backup (tb_watch).
# A copy of it is kept (.left, with mode and owner): later edits are shown against it, and it can be put back.
tb_wrote() {
  local record
  tb_for_fix tb_wrote "$1"
  record="$(tb_store)/$(tb_key "$1")"
  rm -f "$record.left"
  tb_print "$1" >"$record.wrote"
  if [ -e "$record.adopted" ] && ! diff -q "$record.adopted" "$1" >/dev/null 2>&1; then
    tb_set_aside "$1" "$record.adopted"
    tb_say "this lab had adopted a version of $1 of its own: this step changed it, so that is over"
    rm -f "$record.adopted"
  fi
  if [ -f "$1" ] && [ ! -L "$1" ] && [ ! -e "$(tb_store)/yours" ]; then
    cp -p "$1" "$record.left.new"
    mv -f "$record.left.new" "$record.left"
  fi
}

# tb_yours: files of this action are a person's to change from now on. Nobody compares them with what was written.
tb_yours() {
  tb_open_store
  : >"$(tb_store)/yours"
}

# tb_set_aside PATH [SOURCE]: keep what a person made of PATH (or SOURCE, an earlier version of it) before it is changed;
# a copy of the same is kept once. Not beside the file: some directories are read whole by whoever uses them.
tb_set_aside() {
  local path="$1" source="${2:-$1}" place copy number=2
  if [ -L "$source" ]; then
    tb_say "$path points to $(readlink "$source") until now"
    return 0
  fi
  if [ ! -f "$source" ]; then return 0; fi
  place="${TB_BACKUPS:-/var/lib/threebody/backups}"
  place="${place%/*}/edited"
  mkdir -p "$place"
  chmod 0700 "$place"
  copy="$place/$(tb_key "$path")"
  while [ -e "$copy" ]; do
    if diff -q "$copy" "$source" >/dev/null; then return 0; fi
    copy="$place/$(tb_key "$path").$number"
    number=$((number + 1))
  done
  cp -p "$source" "$copy"
  tb_say "$path was changed since: as it was until now, it is kept in $copy"
}

# tb_keep_changed PATH: before PATH is changed once more, keep a copy when it is not as any action of ours left it.
tb_keep_changed() {
  local key
  key="$(tb_key "$1")"
  if [ -e "$(tb_store)/$key.wrote" ] && [ ! -e "$(tb_store)/yours" ] &&
    ! grep -qxF -e "$(tb_print "$1")" "${TB_BACKUPS:-/var/lib/threebody/backups}"/*/"$key.wrote"; then
    tb_set_aside "$1"
  fi
}

# What a file is together with its mode and owner.
tb_shape() {
  tb_print "$1"
  stat -c '%a %U:%G' "$1" 2>/dev/null || true
}

TB_WATCHED=()
tb_watch() {
  TB_WATCHED+=("$1" "$(tb_shape "$1")")
  trap 'tb_note_wrote || true' EXIT 2>/dev/null || true
}

tb_note_wrote() {
  local index=0 path record
  while [ "$index" -lt "${#TB_WATCHED[@]}" ]; do
    path="${TB_WATCHED[index]}"
    record="$(tb_store)/$(tb_key "$path")"
    if [ -e "$record.kind" ] && { [ ! -e "$record.wrote" ] || [ "$(tb_shape "$path")" != "${TB_WATCHED[index + 1]}" ]; }; then
      tb_wrote "$path"
    fi
    index=$((index + 2))
  done
}

# tb_keep_edits PATH: before PATH is put back, keep beside it what a person made of it since; undo throws no work away.
tb_keep_edits() {
  local path="$1" record now original copy number=2
  record="$(tb_store)/$(tb_key "$path")"
  now="$(tb_print "$path")"
  case "$(cat "$record.kind")" in
    file) original="$(tb_print "$record.data")" ;;
    link) original="link $(cat "$record.data")" ;;
    *) original=absent ;;
  esac
  if [ "$now" = "$original" ] || [ "$now" = "$(cat "$record.wrote" 2>/dev/null || true)" ]; then
    return 0
  fi
  case "$now" in
    file*)
      copy="$path.threebody-before-undo"
      while [ -e "$copy" ]; do
        copy="$path.threebody-before-undo.$number"
        number=$((number + 1))
      done
      cp -p "$path" "$copy"
      tb_say "$path was changed after this step wrote it: as it is now, it is kept in $copy"
      ;;
    link*) tb_say "$path was changed after this step wrote it: it points to ${now#link } until now" ;;
  esac
}

# tb_restore PATH: put the kept original back exactly and forget it. Nothing kept: nothing done.
tb_restore() {
  local path="$1" record kind directory
  record="$(tb_store)/$(tb_key "$path")"
  if [ ! -e "$record.kind" ]; then
    tb_say "no original of $path is kept here: left as it is"
    return 0
  fi
  kind="$(cat "$record.kind")"
  tb_keep_edits "$path"
  case "$kind" in
    file)
      if [ -e "$record.hidden" ]; then
        tb_say "$path holds a secret: the difference is not shown"
      else
        diff -u "$path" "$record.data" || true
      fi
      cp -p "$record.data" "$path.threebody-new"
      mv -f "$path.threebody-new" "$path"
      ;;
    link)
      rm -f "$path.threebody-new"
      ln -s "$(cat "$record.data")" "$path.threebody-new"
      mv -f "$path.threebody-new" "$path"
      ;;
    absent)
      rm -f "$path"
      while read -r directory; do
        rmdir "$directory" 2>/dev/null || true
      done <"$record.dirs"
      ;;
    *)
      tb_fail "tb_restore: the record $record.kind is damaged"
      return 1
      ;;
  esac
  rm -f "$record.kind" "$record.data" "$record.dirs" "$record.hidden" "$record.wrote" "$record.left" "$record.kept" "$record.adopted"
  tb_close_store
  tb_say "put back $path ($kind)"
}

# tb_is_adopted PATH SOURCE HIDDEN: true when the lab has a version of PATH of its own (`drift --adopt`): that one stays, is
# put back where it is gone, and what this step would have written is told.
tb_is_adopted() {
  local path="$1" source="$2" own
  own="$(tb_store)/$(tb_key "$path").adopted"
  if [ ! -e "$own" ]; then return 1; fi
  if [ ! -e "$path" ] && [ ! -L "$path" ]; then
    mkdir -p "$(dirname "$path")"
    cp -p "$own" "$path.threebody-new"
    mv -f "$path.threebody-new" "$path"
    tb_say "put this lab's own version of $path back: it was gone"
  fi
  tb_say "$path is this lab's own version (adopted): it stays as it is"
  if [ "$3" != yes ]; then
    tb_say "this step's own version differs from it like this:"
    diff -u --label "$path" --label "this step" "$path" "$source" || true
  fi
}

# tb_install SOURCE PATH MODE: put a file in place, only when it differs, backup first, with the difference shown.
# SOURCE without a slash is a staged file.
tb_install() {
  local source="$1" path="$2" mode="$3" hidden=no
  case "$source" in
    */*) ;;
    *) source="${TB_FILES:?}/$source" ;;
  esac
  case " ${TB_SECRETS:-} " in
    *" ${source#"${TB_FILES:-/dev/null}"/} "*) hidden=yes ;;
  esac
  if [ -f "$path" ] && [ ! -L "$path" ] && diff -q "$path" "$source" >/dev/null; then
    if [ "$(stat -c '%a' "$path")" = "${mode#0}" ]; then
      tb_say "$path is already as it should be"
      return 0
    fi
  fi
  if tb_is_adopted "$path" "$source" "$hidden"; then return 0; fi
  tb_backup "$path"
  if [ "$hidden" = yes ]; then
    tb_hide "$path"
    tb_say "$path holds a secret: the difference is not shown"
  elif [ -f "$path" ]; then
    diff -u "$path" "$source" || true
  else
    diff -u /dev/null "$source" || true
  fi
  mkdir -p "$(dirname "$path")"
  (umask 077 2>/dev/null || true; cp "$source" "$path.threebody-new")
  chmod "$mode" "$path.threebody-new"
  mv -f "$path.threebody-new" "$path"
  tb_wrote "$path"
  tb_say "wrote $path"
}

# tb_link TARGET PATH: make PATH a symbolic link, backup first, in one rename so that PATH never vanishes.
tb_link() {
  local target="$1" path="$2"
  if [ -L "$path" ] && [ "$(readlink "$path")" = "$target" ]; then
    tb_say "$path already points to $target"
    return 0
  fi
  tb_backup "$path"
  rm -f "$path.threebody-new"
  ln -s "$target" "$path.threebody-new"
  mv -f "$path.threebody-new" "$path"
  tb_wrote "$path"
  tb_say "$path now points to $target"
}

# tb_remember KEY VALUE: keep the first value seen (how a service was set, what a name was), for undo.
tb_remember() {
  local file
  file="$(tb_store)/value.$(tb_key "$1")"
  if [ -e "$file" ]; then
    return 0
  fi
  tb_open_store
  printf '%s\n' "$2" >"$file.new"
  mv -f "$file.new" "$file"
}

# tb_recall KEY: print the kept value; exit 1 when there is none. tb_forget KEY: drop it.
tb_recall() {
  local file
  file="$(tb_store)/value.$(tb_key "$1")"
  [ -e "$file" ] && cat "$file"
}

tb_forget() {
  rm -f "$(tb_store)/value.$(tb_key "$1")"
  tb_close_store
}

# tb_unit_state UNIT: "<enabled|disabled|static|masked|not-found …> <active|inactive|failed …>"
tb_unit_state() {
  local enabled active
  enabled="$(systemctl is-enabled "$1" 2>/dev/null || true)"
  active="$(systemctl is-active "$1" 2>/dev/null || true)"
  printf '%s %s\n' "${enabled:-not-found}" "${active:-unknown}"
}

# tb_note_unit UNIT: keep how a unit is before it is changed. tb_put_back_unit UNIT: enabled or not, running or not, as it
# was then. A unit that is gone with its package stays gone, and one that came with it is left alone.
tb_note_unit() {
  tb_remember "$1" "$(tb_unit_state "$1")"
}

tb_put_back_unit() {
  local unit="$1" before now
  if ! before="$(tb_recall "$unit")"; then
    tb_say "$unit: nothing was noted, left as it is"
    return 0
  fi
  now="$(tb_unit_state "$unit")"
  case "$now" in
    not-found*) ;;
    *)
      case "${before%% *} ${now%% *}" in
        'enabled enabled' | 'disabled disabled') ;;
        enabled*) systemctl enable "$unit" ;;
        disabled*) systemctl disable "$unit" ;;
      esac
      case "$before $now" in
        *' active '*' active' | not-found*) ;;
        *' active '*) systemctl start "$unit" ;;
        *' active') systemctl stop "$unit" ;;
      esac
      ;;
  esac
  tb_forget "$unit"
  tb_say "$unit was $before, and is $(tb_unit_state "$unit")"
}

# tb_apt_holders: "PID COMMAND PATH" of every process that holds a lock of apt or dpkg.
tb_apt_holders() {
  command -v lslocks >/dev/null || tb_fail "lslocks (package util-linux) is missing: cannot see who holds a lock"
  lslocks --noheadings --raw --output PID,COMMAND,PATH |
    grep -E ' (/var/lib/dpkg/lock|/var/lib/dpkg/lock-frontend|/var/lib/apt/lists/lock|/var/cache/apt/archives/lock)$' || true
}

# tb_wait_apt SECONDS: wait until nobody holds such a lock. Lock files are never deleted and nothing is killed.
tb_wait_apt() {
  local left="$1" holders
  holders="$(tb_apt_holders | paste -s -d ';' -)"
  while [ -n "$holders" ]; do
    if [ "$left" -le 0 ]; then
      tb_fail "apt or dpkg is still locked by: $holders. Let that end by itself (gate A1.no-apt-lock), then run this step again. Never delete a lock file."
      return 1
    fi
    tb_say "waiting for the package manager, at most $left s more: $holders"
    sleep 3
    left=$((left - 3))
    holders="$(tb_apt_holders | paste -s -d ';' -)"
  done
}

# tb_apt ARGS: apt-get that asks nothing, restarts nothing, keeps changed configuration files, and waits for its lock.
tb_apt() {
  tb_wait_apt 300
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# tb_packages: the names of all installed packages, sorted.
tb_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u
}

# tb_note_packages before an installation, tb_keep_added after it: what is new since then is kept, for tb_remove_added.
# An installation that was cut off in the middle is measured from where it first began, and until another one begins.
tb_note_packages() {
  local store
  store="$(tb_store)"
  tb_settle_others
  tb_open_store
  if [ ! -e "$store/packages.before" ]; then
    tb_packages >"$store/packages.new"
    mv -f "$store/packages.new" "$store/packages.before"
  fi
}

tb_keep_added() {
  local store
  store="$(tb_store)"
  if [ -e "$store/packages.before" ]; then
    tb_settle_packages "$store"
    if [ -e "$store/packages.added" ]; then
      tb_say "packages that came with this: $(paste -s -d ' ' "$store/packages.added")"
    fi
    tb_close_store
  fi
}

# tb_settle_others: installations of other actions that were cut off end here, before this one changes what is installed.
tb_settle_others() {
  local other
  for other in "${TB_BACKUPS:-/var/lib/threebody/backups}"/*/packages.before; do
    if [ -e "$other" ] && [ "$other" != "$(tb_store)/packages.before" ]; then
      tb_settle_packages "$(dirname "$other")"
    fi
  done
}

# tb_settle_packages STORE: turn the list from before an installation into the lists of what came with it and what had to
# give way to it.
tb_settle_packages() {
  tb_packages >"$1/packages.now"
  touch "$1/packages.added"
  grep -vxF -f "$1/packages.before" "$1/packages.now" | sort -u - "$1/packages.added" >"$1/packages.new" || true
  mv -f "$1/packages.new" "$1/packages.added"
  if [ ! -s "$1/packages.added" ]; then rm -f "$1/packages.added"; fi
  touch "$1/packages.displaced"
  grep -vxF -f "$1/packages.now" "$1/packages.before" | sort -u - "$1/packages.displaced" >"$1/packages.new" || true
  mv -f "$1/packages.new" "$1/packages.displaced"
  if [ ! -s "$1/packages.displaced" ]; then rm -f "$1/packages.displaced"; fi
  rm -f "$1/packages.now" "$1/packages.before"
}

# tb_add_packages NAME…: install what is missing of these, and keep the list of all that came with it.
tb_add_packages() {
  local name missing=()
  for name in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" != installed ]; then
      missing+=("$name")
    fi
  done
  if [ "${#missing[@]}" -eq 0 ]; then
    tb_keep_added
    tb_say "already installed: $*"
    return 0
  fi
  tb_note_packages
  tb_apt update
  tb_apt install -y "${missing[@]}"
  tb_keep_added
}

# tb_remove_added: take away exactly the packages that this action brought; refuse when something else needs them by now.
# Packages that had to give way then come back, in the version that the distribution has now.
tb_remove_added() {
  local store name plan others present=()
  store="$(tb_store)"
  tb_settle_others
  tb_keep_added
  if [ ! -e "$store/packages.added" ]; then
    tb_say "no package came with this action: nothing to remove"
    rm -f "$store/packages.displaced"
    tb_close_store
    return 0
  fi
  while read -r name; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ]; then
      present+=("$name")
    fi
  done <"$store/packages.added"
  if [ "${#present[@]}" -gt 0 ]; then
    plan="$(LC_ALL=C apt-get --simulate purge "${present[@]}")"
    others="$(printf '%s\n' "$plan" | sed -nE 's/^(Purg|Remv) ([^ :]+).*/\2/p' | grep -vxF -f "$store/packages.added" | paste -s -d ' ' || true)"
    if [ -n "$others" ]; then
      tb_fail "these packages were installed later and need what would be removed: $others. Undo the later steps first."
      return 1
    fi
    tb_apt purge -y "${present[@]}"
  fi
  rm -f "$store/packages.added"
  if [ -e "$store/packages.displaced" ]; then
    mapfile -t present <"$store/packages.displaced"
    tb_say "these gave way then and are installed again: ${present[*]}"
    tb_apt install -y "${present[@]}"
    rm -f "$store/packages.displaced"
  fi
  tb_close_store
}

# tb_ufw_has RULE…: true when ufw knows every one of these rules, written as `ufw show added` prints them without "ufw".
tb_ufw_has() {
  local added rule
  added="$(ufw show added)"
  for rule in "$@"; do
    if ! grep -qxF "ufw $rule" <<<"$added"; then
      tb_say "missing: ufw $rule"
      return 1
    fi
  done
}

# tb_ufw_note RULE…: keep which of these are not there yet, for tb_ufw_withdraw. tb_ufw_allow RULE…: note, then add them.
tb_ufw_note() {
  local rule
  tb_remember ufw-rules "$(for rule in "$@"; do
    if ! tb_ufw_has "$rule" >/dev/null; then printf '%s\n' "$rule"; fi
  done)"
}

tb_ufw_allow() {
  local rule words
  tb_ufw_note "$@"
  for rule in "$@"; do
    read -r -a words <<<"$rule"
    tb_say "ufw $rule"
    ufw "${words[@]}"
  done
}

# tb_ufw_withdraw: delete the rules that came from this action, as far as they are still there.
tb_ufw_withdraw() {
  local rules words
  if ! rules="$(tb_recall ufw-rules)"; then
    tb_say "no rule came from here: nothing to delete"
    return 0
  fi
  while read -r -a words; do
    if [ "${#words[@]}" -gt 0 ] && tb_ufw_has "${words[*]}" >/dev/null; then
      tb_say "ufw delete ${words[*]}"
      if [ "${words[0]}" = route ]; then ufw route delete "${words[@]:1}"; else ufw delete "${words[@]}"; fi
    fi
  done <<<"$rules"
  tb_forget ufw-rules
}

# tb_ssh_ports: the ports on which sshd is set to listen, one a line.
tb_ssh_ports() {
  sshd -T 2>/dev/null | sed -n 's/^port //p' || true
}
