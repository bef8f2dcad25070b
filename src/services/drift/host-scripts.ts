/**
 * What hosts are asked about files of ours. Records lie in `<backups>/<step>.<action>/`, named after the path with `/` as
 * `%`: `.kind` (there is one), `.wrote` (what was left, as tb_print words it), `.left` (its copy), `.hidden` (it holds a
 * secret), `.kept` (a person said that it may be so), `.adopted` (the lab's own version).
 */
import { shellQuote } from '../ssh/envelope.js';

/** Where steps that run as root keep what they changed; see engine/compose.ts. */
export const ROOT_BACKUPS = '/var/lib/threebody/backups';
/** The same of steps that run as the login user; a shell word. */
export const USER_BACKUPS = '"$HOME/.local/state/threebody/backups"';

/** Bytes of one difference; more than that nobody reads. */
const MOST_DIFF = 96 * 1024;

/**
 * Functions `tb_file_records WHOSE BACKUPS` and `tb_file_sums WHOSE BACKUPS`: the first is cheap (two programs however many
 * files there are), the second reads the files, and has to be asked only when the first says something new. Lines, joined
 * by tabs: `F` a record, `S` a file as it is, `R` what is kept beside a record, `H` a sum, `L` the target of a link.
 */
export const FILE_FUNCTIONS = String.raw`
tb_file_records() {
  local kind record step path wrote kept secret
  local paths=() beside=()
  for kind in "$2"/*/*.kind; do
    if [ ! -e "$kind" ] || [ -e "${'${kind%/*}'}/yours" ]; then continue; fi
    record=${'${kind%.kind}'}
    step=${'${record%/*}'}; step=${'${step##*/}'}
    path=${'${record##*/}'}; path=${'${path//[%]//}'}
    wrote=; kept=; secret=
    if [ -e "$record.wrote" ]; then IFS= read -r wrote <"$record.wrote" || true; beside+=("$record.wrote"); fi
    if [ -e "$record.kept" ]; then IFS= read -r kept <"$record.kept" || true; fi
    if [ -e "$record.hidden" ]; then secret=h; fi
    if [ -e "$record.left" ]; then beside+=("$record.left"); fi
    if [ -e "$record.adopted" ]; then beside+=("$record.adopted"); fi
    printf 'F\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$step" "$path" "$wrote" "$kept" "$secret"
    paths+=("$path")
  done
  if [ "${'${#paths[@]}'}" -gt 0 ]; then stat -c 'S	%n	%a	%U:%G	%s	%Y	%F	%z' "${'${paths[@]}'}" 2>/dev/null || true; fi
  if [ "${'${#beside[@]}'}" -gt 0 ]; then
    stat -c '%n	%a	%U:%G	%y' "${'${beside[@]}'}" 2>/dev/null | while IFS=$'\t' read -r record path wrote kept; do
      kind=${'${record##*.}'}; record=${'${record%.*}'}
      step=${'${record%/*}'}; step=${'${step##*/}'}
      record=${'${record##*/}'}
      printf 'R\t%s:%s:%s:%s\t%s\t%s\t%s\n' "$1" "$step" "${'${record//[%]//}'}" "$kind" "$path" "$wrote" "$kept"
    done
  fi
}
tb_file_sums() {
  local kind record step path sum
  local files=()
  for kind in "$2"/*/*.kind; do
    if [ ! -e "$kind" ] || [ -e "${'${kind%/*}'}/yours" ]; then continue; fi
    record=${'${kind%.kind}'}
    path=${'${record##*/}'}; path=${'${path//[%]//}'}
    if [ -L "$path" ]; then printf 'L\t%s\t%s\n' "$path" "$(readlink "$path")"
    elif [ -f "$path" ]; then files+=("$path"); fi
    if [ -f "$record.adopted" ]; then files+=("$record.adopted"); fi
  done
  if [ "${'${#files[@]}'}" -eq 0 ]; then return 0; fi
  sha256sum "${'${files[@]}'}" 2>/dev/null | while IFS= read -r sum; do
    path=${'${sum#*[ ][ *]}'}; sum=${'${sum%% *}'}
    case "$path" in
      "$2"/*/*.adopted)
        record=${'${path%.adopted}'}
        step=${'${record%/*}'}; step=${'${step##*/}'}
        record=${'${record##*/}'}
        path="$1:$step:${'${record//[%]//}'}:adopted"
        ;;
    esac
    printf 'H\t%s\t%s\n' "$sum" "$path"
  done
}
`.trim();

/**
 * The differences of files whose content everybody on the host may read: `D whose step.action path base64`. Only what is
 * kept beside can be compared.
 */
const DIFF_FUNCTION = String.raw`
tb_open_to_all() {
  local mode
  mode="$(stat -c '%a' "$1")"
  case "$mode" in *[4567]) return 0 ;; esac
  return 1
}
tb_file_diffs() {
  local kind record step path base
  for kind in "$2"/*/*.kind; do
    if [ ! -e "$kind" ] || [ -e "${'${kind%/*}'}/yours" ]; then continue; fi
    record=${'${kind%.kind}'}
    step=${'${record%/*}'}; step=${'${step##*/}'}
    path=${'${record##*/}'}; path=${'${path//[%]//}'}
    if [ -n "$3" ] && [ "$3" != "$path" ]; then continue; fi
    base="$record.left"
    if [ -e "$record.adopted" ]; then base="$record.adopted"; fi
    if [ -e "$record.hidden" ] || [ ! -f "$base" ] || [ -L "$path" ]; then continue; fi
    if [ -e "$path" ] && [ ! -f "$path" ]; then continue; fi
    if ! tb_open_to_all "$base"; then continue; fi
    if [ -f "$path" ]; then
      if ! tb_open_to_all "$path" || diff -q "$base" "$path" >/dev/null; then continue; fi
      printf 'D\t%s\t%s\t%s\t' "$1" "$step" "$path"
      { diff -u --label "$path ($step)" --label "$path" "$base" "$path" || true; } | head -c ${MOST_DIFF} | base64 -w 0
    else
      printf 'D\t%s\t%s\t%s\t' "$1" "$step" "$path"
      { diff -u --label "$path ($step)" --label /dev/null "$base" /dev/null || true; } | head -c ${MOST_DIFF} | base64 -w 0
    fi
    printf '\n'
  done
}
`.trim();

/**
 * Everything about files of ours on a host, in one script of the login user with `tb_root`: the user's own records, then
 * root's. The last line is `root STATUS`.
 * @param diffs which differences come along: of all files, or of one path
 */
export function lookScript(diffs: 'all' | { readonly path: string }): string {
  const only = typeof diffs === 'object' ? shellQuote(diffs.path) : "''";
  const ask = (whose: string, backups: string): string =>
    [
      'export LC_ALL=C',
      FILE_FUNCTIONS,
      DIFF_FUNCTION,
      `tb_file_records ${whose} ${backups}`,
      `tb_file_sums ${whose} ${backups}`,
      `tb_file_diffs ${whose} ${backups} ${only}`,
    ].join('\n');
  return [
    ask('u', USER_BACKUPS),
    `status=0; tb_root <<'END_OF_FILES' || status=$?`,
    ask('r', ROOT_BACKUPS),
    'END_OF_FILES',
    `printf 'root\\t%s\\n' "$status"`,
  ].join('\n');
}

/** A record, as its own shell knows it. */
interface RecordPlace {
  readonly as: 'root' | 'user';
  readonly step: string;
  readonly action: string;
  readonly path: string;
}

/** How a script says why it did nothing: exit codes that none of the programs in it uses. */
export const NOT_DONE = { changed: 81, forgotten: 82, noCopy: 83, directory: 84, noFile: 85 } as const;

/** Puts the prelude's functions at work on a record of another action than the job's own. */
function onRecord({ as, step, action, path }: RecordPlace): string {
  const backups = as === 'root' ? ROOT_BACKUPS : USER_BACKUPS;
  return [
    `export TB_STEP=${shellQuote(step)} TB_ACTION=${shellQuote(action)} TB_BACKUPS=${backups}`,
    `path=${shellQuote(path)}`,
    'record="$(tb_store)/$(tb_key "$path")"',
    `if [ ! -e "$record.kind" ]; then exit ${NOT_DONE.forgotten}; fi`,
  ].join('\n');
}

/** Stops when the file is not what the person was shown. @param print what was shown, in tb_print's words */
function asSeen(print: string): string {
  return `if [ "$(tb_print "$path")" != ${shellQuote(print)} ]; then exit ${NOT_DONE.changed}; fi`;
}

/**
 * Notes that the file may be as it is.
 * @param print what was shown, in tb_print's words
 * @param line what `keepLine` made
 */
export function keepScript(place: RecordPlace, print: string, line: string): string {
  return [
    onRecord(place),
    asSeen(print),
    `printf '%s\\n' ${shellQuote(line)} >"$record.kept.new"`,
    'mv -f "$record.kept.new" "$record.kept"',
  ].join('\n');
}

/** Makes the file as it is the lab's own version. @param print what was shown, in tb_print's words */
export function adoptScript(place: RecordPlace, print: string): string {
  return [
    onRecord(place),
    asSeen(print),
    `if [ -L "$path" ] || [ ! -f "$path" ]; then exit ${NOT_DONE.noFile}; fi`,
    'cp -p "$path" "$record.adopted.new"',
    'mv -f "$record.adopted.new" "$record.adopted"',
    'rm -f "$record.kept"',
  ].join('\n');
}

/**
 * Puts back what was left at a path. What a person made of it is kept aside first; an adoption ends when what the step
 * wrote comes back.
 * @param print what was shown, in tb_print's words
 */
export function restoreScript(place: RecordPlace, print: string, to: 'adopted' | 'left'): string {
  return [
    onRecord(place),
    asSeen(print),
    `from="$record.${to}"`,
    String.raw`
wrote="$(cat "$record.wrote" 2>/dev/null || true)"
case "$from" in *.adopted) wrote=file ;; esac
`.trim(),
    `case "$wrote" in
  file*) if [ ! -f "$from" ]; then exit ${NOT_DONE.noCopy}; fi ;;
  'link '* | absent) ;;
  *) exit ${NOT_DONE.noCopy} ;;
esac
if [ -d "$path" ] && [ ! -L "$path" ]; then exit ${NOT_DONE.directory}; fi`,
    String.raw`
if [ "$(tb_print "$path")" != "$wrote" ]; then tb_set_aside "$path"; fi
if [ "$wrote" = absent ]; then
  rm -f "$path"
else
  mkdir -p "$(dirname "$path")"
  rm -f "$path.threebody-new"
  case "$wrote" in
    file*) cp -p "$from" "$path.threebody-new" ;;
    *) ln -s "${'${wrote#link }'}" "$path.threebody-new" ;;
  esac
  mv -f "$path.threebody-new" "$path"
fi
rm -f "$record.kept"
case "$from" in
  *.left) rm -f "$record.adopted" ;;
esac
`.trim(),
  ].join('\n');
}
