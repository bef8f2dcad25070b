/**
 * The bash that keeps jobs on a host. A job is a directory, `~/.threebody/jobs/ID` (0700):
 *
 * | file | what it is |
 * |---|---|
 * | `spec.json`, `as` | what was asked for, without the script |
 * | `script`, `files/` | what runs; removed when it has ended or its loss is noticed: they may hold secrets |
 * | `secrets` | names of those files that are secret, one a line; goes with them |
 * | `claim` | symbolic link `BOOT/PID`: made once, by whoever runs the job; so an id never runs twice |
 * | `group` | process group of the script |
 * | `output` | stdout and stderr as they came |
 * | `started`, `ended` | milliseconds since the epoch, the host's clock |
 * | `reason` | `timed-out` or `flooded`, when the wrapper ended it |
 * | `cancelled`, `left` | somebody cancelled it; what was still running five seconds after TERM |
 * | `rc` | exit code; renamed into place last, so that it stands for "all else is written" |
 *
 * `~/.threebody/lock` is held (flock) while a job runs, by flock(1) itself and by nothing that the script starts;
 * `~/.threebody/owner` names the job that took it last.
 */
import type { StagedFile } from '../ports.js';
import { shellQuote } from '../ssh/envelope.js';

/** Output beyond this ends the job: a script that never stops talking must not fill the disk. */
export const MAX_OUTPUT_BYTES = 50 * 1024 * 1024;
/** Ended jobs that are kept, and for how many days. */
const KEEP_JOBS = 50;
const KEEP_DAYS = 14;
/** A start takes a minute at most; what has no claim after this time is nobody's. */
const ABANDONED_MINUTES = 10;
/** Bytes of output sent in one frame. */
const FRAME_BYTES = 256 * 1024;
/** Exit code by which flock(1) and the wrapper say that another job has the host. */
const BUSY = 75;

/** Functions that all scripts below share. Plain bash: no coproc, no process substitution, no trap. */
const LIBRARY = String.raw`
now() {
  if [ -n "${'${EPOCHREALTIME:-}'}" ]; then t=${'${EPOCHREALTIME/[.,]/}'}; now=${'${t%???}'}; else now=$(date +%s)000; fi
}
put() { printf '%s\n' "$3" > "$1/$2.new" && mv -f "$1/$2.new" "$1/$2"; }
first() { word=; if [ -e "$1" ]; then read -r word < "$1"; fi; }
is_job() {
  [ -n "$1" ] && [ "$1" -gt 1 ] || return 1
  case "$(ps -p "$1" -o args= 2>/dev/null)" in *"$2"*) return 0 ;; *) return 1 ;; esac
}
alive() {
  claim=$(readlink "$1/claim" 2>/dev/null) || return 1
  [ "${'${claim%%/*}'}" = "$boot" ] || return 1
  is_job "${'${claim##*/}'}" "${'${1##*/}'}" && return 0
  first "$1/group"
  is_job "$word" "${'${1##*/}'}"
}
wipe() { rm -rf "$1/script" "$1/files" "$1/secrets" "$1/launch" "$1/wrap" "$1/run" "$1/code" 2>/dev/null; }
describe() {
  [ -L "$1/claim" ] || return 1
  claim=$(readlink "$1/claim"); state=ended; code=-; ended=-; left=-
  if [ ! -e "$1/rc" ]; then
    if alive "$1"; then state=running
    elif [ -e "$1/rc" ]; then state=ended
    elif [ "${'${claim%%/*}'}" = "$boot" ]; then state=killed
    else state=rebooted; fi
    case "$state" in killed | rebooted) wipe "$1" ;; esac
  fi
  first "$1/started"; started=$word
  [ -n "$started" ] || started=$(stat -c %Y "$1")000
  if [ "$state" = ended ]; then
    first "$1/rc"; code=$word
    first "$1/ended"; ended=$word
    first "$1/reason"
    if [ -n "$word" ]; then state=$word; elif [ -e "$1/cancelled" ]; then state=cancelled; fi
    if [ -s "$1/left" ]; then left=$(head -c 1500 "$1/left" | base64 -w0); fi
  fi
  bytes=$(stat -c %s "$1/output" 2>/dev/null) || bytes=0
  printf 'J %s %s %s %s %s %s %s %s\n' "${'${1##*/}'}" "$started" "${'${ended:--}'}" "$state" "${'${code:--}'}" "$bytes" "$left" "$(base64 -w0 < "$1/spec.json")"
}
boot=
if [ -e /proc/sys/kernel/random/boot_id ]; then read -r boot < /proc/sys/kernel/random/boot_id; fi
base=${'${base:-$HOME/.threebody}'}
`.trim();

/** First process of a job, leader of its own session: takes the host's lock or notes that it is taken. */
const LEADER = String.raw`
dir=$1; base=$2
umask 022
flock -n -o -E ${BUSY} "$base/lock" bash "$dir/wrap" "$1" "$2" "$3" "$$"
if [ $? -eq ${BUSY} ] && [ ! -L "$dir/claim" ]; then : > "$dir/refused"; fi
`.trim();

/** Runs while the lock is held: claims the job, runs the script in a process group of its own, writes how it ended. */
const WRAPPER = String.raw`
dir=$1; base=$2; limit=$3; leader=$4
umask 022
${LIBRARY}
first "$base/owner"
if [ -n "$word" ] && [ "$word" != "${'${dir##*/}'}" ] && [ ! -e "$base/jobs/$word/rc" ] && alive "$base/jobs/$word"; then exit ${BUSY}; fi
ln -s "$boot/$leader" "$dir/claim" 2>/dev/null || exit 0
put "$base" owner "${'${dir##*/}'}"
: > "$dir/output"
now; begun=$now
put "$dir" started "$begun"
export TB_FILES="$dir/files" TB_JOB="${'${dir##*/}'}"
( timeout -k 5 "$limit" bash "$dir/launch" "$dir" < /dev/null >> "$dir/output" 2>&1; put "$dir" code $? ) &
child=$!
turns=0
while kill -0 "$child" 2>/dev/null; do
  turns=$((turns + 1))
  if [ "$turns" -lt 20 ]; then sleep 0.05; else sleep 0.25; fi
  size=$(stat -c %s "$dir/output" 2>/dev/null) || size=0
  if [ "$size" -gt ${MAX_OUTPUT_BYTES} ]; then
    put "$dir" reason flooded
    first "$dir/group"
    kill -TERM -- "-$word" 2>/dev/null; sleep 1; kill -KILL -- "-$word" 2>/dev/null
    break
  fi
done
wait "$child"
first "$dir/code"; code=${'${word:-137}'}
now
case "$code" in
  124 | 137) if [ $((now - begun)) -ge $((limit * 1000)) ] && [ ! -e "$dir/reason" ]; then put "$dir" reason timed-out; fi ;;
esac
put "$dir" ended "$now"
wipe "$dir"
put "$dir" rc "$code"
`.trim();

/** Notes its process group (timeout(1) makes one) and becomes the script. */
const LAUNCHER = String.raw`
printf '%s\n' "$PPID" > "$1/group.new" && mv -f "$1/group.new" "$1/group"
exec bash "$1/script"
`.trim();

/** What start() puts on the host. */
export interface Upload {
  readonly id: string;
  readonly as: 'root' | 'user';
  readonly limitSeconds: number;
  /** JSON on one line. */
  readonly spec: string;
  readonly script: string;
  readonly files: readonly StagedFile[];
  /** A word that occurs in none of this. */
  readonly end: string;
}

function lay(path: string, content: string, end: string): string {
  const lines = Buffer.from(content, 'utf8')
    .toString('base64')
    .replace(/.{1,4000}/g, '$&\n');
  // Under another name first: a second start of the same job must not find half a file.
  return `base64 -d > "$dir/${path}.${end}" <<'${end}' && mv -f "$dir/${path}.${end}" "$dir/${path}" || exit 73\n${lines}${end}`;
}

function stage(file: StagedFile, end: string): string {
  if ('content' in file) return lay(`files/${file.name}`, file.content, end);
  return `ln -sfn ${shellQuote(file.path)} "$dir/files/${file.name}" || exit 73`;
}

function keepSecretNames(files: readonly StagedFile[]): string {
  const secret = files.filter((file) => 'content' in file && file.secret === true);
  return secret.length === 0 ? ':' : `put "$dir" secrets "${secret.map((file) => file.name).join('\n')}"`;
}

/**
 * Uploads a job and starts it detached. Prints `J …` for the job when it has begun (now or earlier), `B …` followed by
 * the same for the job that has the host, or `N` when it did not begin.
 */
export function startScript(upload: Upload): string {
  const launch = `setsid -f bash "$dir/run" "$dir" "$base" ${upload.limitSeconds} < /dev/null > /dev/null 2>&1`;
  const begin =
    upload.as === 'user'
      ? launch
      : `{ printf 'dir=%q; base=%q\\n' "$dir" "$base"; cat <<'${upload.end}'\n${launch}\n${upload.end}\n} | tb_root`;
  return `umask 077
${LIBRARY}
dir="$base/jobs/${upload.id}"
mkdir -p "$dir/files" || exit 73
: >> "$base/lock"
chmod 700 "$base" "$base/jobs"
prune() {
  for old in $(find "$base/jobs" -mindepth 1 -maxdepth 1 -mtime +${KEEP_DAYS}) $(ls -1 "$base/jobs" | sort | head -n -${KEEP_JOBS} | while read -r name; do echo "$base/jobs/$name"; done); do
    if [ "$old" != "$dir" ] && [ -d "$old" ] && ! alive "$old"; then rm -rf "$old"; fi
  done
}
if [ ! -L "$dir/claim" ]; then
${lay('spec.json', upload.spec, upload.end)}
${lay('script', upload.script, upload.end)}
${lay('run', LEADER, upload.end)}
${lay('wrap', WRAPPER, upload.end)}
${lay('launch', LAUNCHER, upload.end)}
put "$dir" as ${upload.as}
${upload.files.map((file) => stage(file, upload.end)).join('\n')}
${keepSecretNames(upload.files)}
prune
fi
tries=0
while [ ! -L "$dir/claim" ]; do
  tries=$((tries + 1))
  rm -f "$dir/refused"
  ${begin}
  turns=0
  while [ ! -L "$dir/claim" ] && [ ! -e "$dir/refused" ] && [ "$turns" -lt 200 ]; do sleep 0.05; turns=$((turns + 1)); done
  if [ -L "$dir/claim" ]; then break; fi
  first "$base/owner"; owner=$word
  if [ -e "$dir/refused" ] && [ -n "$owner" ] && alive "$base/jobs/$owner"; then
    rm -rf "$dir"
    echo B
    describe "$base/jobs/$owner"
    exit 0
  fi
  if [ "$tries" -ge 3 ]; then rm -rf "$dir"; echo N; exit 0; fi
  sleep 0.2
done
describe "$dir"
if [ -e "$dir/rc" ]; then wipe "$dir"; fi
`;
}

/**
 * Prints `J …` for every job on the host. One that was uploaded but never began (the connection was lost in between, and
 * nobody tried again) goes: its files may hold secrets.
 */
export function listScript(): string {
  return `${LIBRARY}
for dir in "$base"/jobs/*; do if [ -d "$dir" ]; then describe "$dir"; fi; done
find "$base/jobs" -mindepth 1 -maxdepth 1 -mmin +${ABANDONED_MINUTES} 2>/dev/null | while read -r dir; do
  if [ ! -L "$dir/claim" ]; then rm -rf "$dir"; fi
done
:`;
}

/** Prints `S BASE64` for each secret file of a job, as long as it has any. */
export function secretsScript(id: string): string {
  return `${LIBRARY}
dir="$base/jobs/${id}"
if [ -e "$dir/secrets" ]; then
  while read -r name; do
    if [ -f "$dir/files/$name" ]; then printf 'S %s\\n' "$(base64 -w0 < "$dir/files/$name")"; fi
  done < "$dir/secrets"
fi
:`;
}

/**
 * Sends a job's output from a byte on as it grows: lines `D BASE64`, `H` now and then when there is none (so that a loop
 * that nobody reads any more ends), `J …` when the job has ended, `X` when there is no such job.
 */
export function followScript(id: string, fromByte: number): string {
  return `${LIBRARY}
dir="$base/jobs/${id}"
offset=${fromByte}
if [ ! -L "$dir/claim" ]; then echo X; exit 0; fi
quiet=0
while :; do
  over=no; if [ -e "$dir/rc" ]; then over=yes; fi
  size=$(stat -c %s "$dir/output" 2>/dev/null) || size=0
  if [ "$size" -gt "$offset" ]; then
    count=$((size - offset)); if [ "$count" -gt ${FRAME_BYTES} ]; then count=${FRAME_BYTES}; fi
    printf 'D %s\\n' "$(tail -c +$((offset + 1)) "$dir/output" | head -c "$count" | base64 -w0)" || exit 0
    offset=$((offset + count)); quiet=0
    continue
  fi
  if [ "$over" = yes ]; then break; fi
  quiet=$((quiet + 1))
  if [ $((quiet % 10)) -eq 0 ]; then
    if ! alive "$dir" && [ ! -e "$dir/rc" ]; then break; fi
    echo H || exit 0
  fi
  if [ "$quiet" -lt 20 ]; then sleep 0.1; else sleep 0.3; fi
done
describe "$dir"
`;
}

/** Ends a job: TERM to its group, KILL after five seconds, then `J …`; `X` when there is no such job. */
export function cancelScript(id: string, end: string): string {
  const kill = `${LIBRARY}
turns=0
while [ ! -e "$dir/group" ] && [ ! -e "$dir/rc" ] && [ "$turns" -lt 20 ]; do sleep 0.1; turns=$((turns + 1)); done
first "$dir/group"; group=$word
if [ -e "$dir/rc" ] || ! alive "$dir" || [ "\${group:-0}" -le 1 ]; then exit 0; fi
: > "$dir/cancelled"
kill -TERM -- "-$group" 2>/dev/null
turns=0
while pgrep -g "$group" > /dev/null && [ "$turns" -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
pgrep -a -g "$group" | grep -v -e ' timeout -k 5 ' -e ' bash .*/script$' | head -n 20 > "$dir/left"
kill -KILL -- "-$group" 2>/dev/null
turns=0
while [ ! -e "$dir/rc" ] && alive "$dir" && [ "$turns" -lt 50 ]; do sleep 0.1; turns=$((turns + 1)); done
:`;
  return `${LIBRARY}
dir="$base/jobs/${id}"
if [ ! -L "$dir/claim" ]; then echo X; exit 0; fi
first "$dir/as"
as=$word
feed() { printf 'dir=%q; base=%q\\n' "$dir" "$base"; cat <<'${end}'
${kill}
${end}
}
if [ ! -e "$dir/rc" ]; then
  if [ "$as" = root ]; then feed | tb_root; else feed | bash -s; fi
fi
describe "$dir"
`;
}

/** Safe inside double quotes and as a file name: what every id and file name must be like. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/.test(name) && shellQuote(name) === `'${name}'`;
}
