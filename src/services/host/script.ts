/** The loop that reads a host's facts, and the frames that it answers in. */
import { z } from 'zod';
import { FILE_FUNCTIONS, ROOT_BACKUPS } from '../drift/host-scripts.js';
import { PROCESS_FUNCTIONS } from './process-script.js';

/** What a turn of the loop reads, each sent whole and only when it has changed. */
export const SECTIONS = [
  'units',
  'enabled',
  'tcp',
  'udp',
  'mounts',
  'inodes',
  'processes',
  'files',
  'reboot',
] as const;
export type Section = (typeof SECTIONS)[number];

/** File systems that hold nothing of anybody; the root is told whatever it is on. */
const NO_DISKS = '-x tmpfs -x devtmpfs -x squashfs -x overlay -x efivarfs';
/** Of systemd's own entries of the last hour, told when the loop begins: so many, the newest. */
const JOURNAL_LINES = 400;
/** Things that rarely change are looked at every so many turns. */
const SELDOM = 6;

/**
 * A loop that tells, every few seconds, what has changed. Lines, all of them plain ASCII and shorter than what a pipe takes
 * in one piece, because two writers share it: `B section` begins one, `D base64` is a part of it, `E section` ends it;
 * `J json` is a journal entry of systemd itself, beginning with those of the last hour; `Q` says that the journal cannot be followed; `H` ends a turn.
 * It ends with its channel: the next line has no reader then.
 *
 * @param intervalSeconds whole seconds, at least 1
 */
export function factsScript(intervalSeconds: number): string {
  return String.raw`
export LC_ALL=C
trap '' PIPE
trap 'kill $(jobs -p) 2>/dev/null' EXIT
tb_send() {
  if [ "$2" = "$3" ]; then return 0; fi
  printf 'B %s\n' "$1" || exit 0
  printf '%s' "$3" | base64 -w 3000 | while IFS= read -r part || [ -n "$part" ]; do printf 'D %s\n' "$part"; done
  printf 'E %s\n' "$1" || exit 0
}
${FILE_FUNCTIONS}
home=$(getent passwd "${'${SUDO_USER:-$(id -un)}'}" 2>/dev/null | cut -d : -f 6)
# What root may see is root's; a user sees only what is the user's own.
tb_files() {
  "$1" u "$home/.local/state/threebody/backups"
  if [ "$(id -u)" = 0 ]; then "$1" r ${ROOT_BACKUPS}; fi
}
${PROCESS_FUNCTIONS}
ticks=$(tb_ticks)
# A command of its own at the head of the pipeline: what jobs -p names, and what is killed, is journalctl itself.
journalctl -f --since=-1h -n ${JOURNAL_LINES} -o json --output-fields=MESSAGE,UNIT,_SYSTEMD_UNIT,SYSLOG_IDENTIFIER _PID=1 2>/dev/null |
  { while IFS= read -r entry; do printf 'J %s\n' "$entry" || exit 0; done; printf 'Q\n'; } &
turn=0
units=; enabled=; tcp=; udp=; mounts=; inodes=; processes=; files=; records=; sums=; reboot=
while :; do
  now=$(systemctl list-units --all --type=service --no-legend --plain --no-pager --full 2>/dev/null)
  tb_send units "$units" "$now"; units=$now
  now=$(ss -H -l -t -n -p 2>/dev/null); tb_send tcp "$tcp" "$now"; tcp=$now
  now=$(ss -H -l -u -n -p 2>/dev/null); tb_send udp "$udp" "$now"; udp=$now
  before=$ticks; ticks=$(tb_ticks)
  now=$(tb_processes); tb_send processes "$processes" "$now"; processes=$now
  now=$(tb_files tb_file_records)
  # Files are read again only when one of them, or what is known of it, has another time than before.
  if [ "$now" != "$records" ]; then records=$now; sums=$(tb_files tb_file_sums); fi
  now="$records
$sums"; tb_send files "$files" "$now"; files=$now
  if [ "$turn" -eq 0 ]; then
    now=$(systemctl list-unit-files --type=service --no-legend --no-pager --full 2>/dev/null)
    tb_send enabled "$enabled" "$now"; enabled=$now
    now=$(timeout 10 df -P -T -k ${NO_DISKS} 2>/dev/null; timeout 10 df -P -T -k / 2>/dev/null); tb_send mounts "$mounts" "$now"; mounts=$now
    now=$(timeout 10 df -P -i ${NO_DISKS} 2>/dev/null; timeout 10 df -P -i / 2>/dev/null); tb_send inodes "$inodes" "$now"; inodes=$now
  fi
  now=
  if [ -e /run/reboot-required ]; then now="yes
$(cat /run/reboot-required.pkgs 2>/dev/null)"; fi
  tb_send reboot "$reboot" "$now"; reboot=$now
  printf 'H\n' || exit 0
  turn=$(((turn + 1) % ${SELDOM}))
  sleep ${intervalSeconds}
done
`.trim();
}

/** What a line of the loop says. */
export type FactsFrame =
  | { readonly kind: 'section'; readonly section: Section; readonly text: string }
  | { readonly kind: 'journal'; readonly entry: HostJournalEntry }
  | { readonly kind: 'no-journal' }
  | { readonly kind: 'turn' };

/** Of an entry as journalctl writes it in JSON; a message that is no text comes as an array of bytes, and is left out. */
const entrySchema = z
  .object({
    MESSAGE: z.string(),
    UNIT: z.string().optional(),
    _SYSTEMD_UNIT: z.string().optional(),
    SYSLOG_IDENTIFIER: z.string().optional(),
    __REALTIME_TIMESTAMP: z.string().regex(/^\d{1,17}$/),
  })
  .transform((fields) => ({
    message: fields.MESSAGE,
    /** systemd speaks as init.scope about UNIT. */
    unit: fields.UNIT ?? fields['_SYSTEMD_UNIT'] ?? '',
    identifier: fields.SYSLOG_IDENTIFIER ?? '',
    /** Host's clock, epoch ms. */
    at: Math.floor(Number(fields['__REALTIME_TIMESTAMP']) / 1000),
    /** The same in microseconds: what was told before is known by it. */
    stamp: Number(fields['__REALTIME_TIMESTAMP']),
  }));
export type HostJournalEntry = z.output<typeof entrySchema>;

/** Base64 characters of a section; more than that is no list that anybody reads. */
const MAX_SECTION = 2_000_000;
const sectionName = z.enum(SECTIONS);

function parseEntry(json: string): HostJournalEntry | null {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Puts the loop's lines together again. Whatever is no frame is passed over. */
export class FactsReader {
  #open: Section | null = null;
  #parts: string[] = [];
  #length = 0;

  /** @param line as LineSplitter gives it: Latin-1 */
  read(line: string): FactsFrame | null {
    const rest = line.slice(2);
    switch (line.slice(0, 2)) {
      case 'H':
        return { kind: 'turn' };
      case 'Q':
        return { kind: 'no-journal' };
      case 'J ': {
        const entry = parseEntry(Buffer.from(rest, 'latin1').toString('utf8'));
        return entry === null ? null : { kind: 'journal', entry };
      }
      case 'B ':
        this.#open = sectionName.safeParse(rest).data ?? null;
        this.#parts = [];
        this.#length = 0;
        return null;
      case 'D ':
        this.#length += rest.length;
        if (this.#length <= MAX_SECTION && /^[A-Za-z0-9+/=]*$/.test(rest)) this.#parts.push(rest);
        else this.#open = null;
        return null;
      case 'E ': {
        const section = this.#open;
        this.#open = null;
        if (section === null || section !== rest) return null;
        // Each part is a whole number of base64 quanta, so each can be read by itself.
        const bytes = Buffer.concat(this.#parts.map((part) => Buffer.from(part, 'base64')));
        return { kind: 'section', section, text: bytes.toString('utf8') };
      }
      default:
        return null;
    }
  }
}
