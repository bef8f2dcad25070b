/**
 * The bash that receives a file on a host. It is kept as `/var/lib/threebody/uploads/SHA256/NAME`, owned by root, so that a
 * name never stands for two contents; `NAME.part` beside it is what has arrived so far.
 */
import { shellQuote } from '../ssh/envelope.js';

export const UPLOADS = '/var/lib/threebody/uploads';

export interface Wanted {
  /** Absolute path below which uploads are kept. */
  readonly root: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
}

/** Parts that nobody went on with are removed after so many days. */
const KEEP_PARTS_DAYS = 7;

function head({ root, sha256, name, bytes }: Wanted): string {
  return `umask 022
root=${shellQuote(root)}
dir="$root"/${sha256}
file="$dir"/${shellQuote(name)}
part="$file.part"
want=${bytes}
size() { have=$(stat -c %s "$1" 2>/dev/null) || have=0; }`;
}

/** Prints `C` when the host has the file, else `P HAVE FREE`: bytes that have arrived, bytes free on the disk. */
export function lookScript(wanted: Wanted): string {
  return `${head(wanted)}
if [ -f "$file" ]; then
  size "$file"
  if [ "$have" = "$want" ]; then echo C; exit 0; fi
fi
mkdir -p "$dir" || exit 73
chmod 711 "$root"
find "$root" -mindepth 2 -maxdepth 2 -name '*.part' -mtime +${KEEP_PARTS_DAYS} -delete
size "$part"
if [ "$have" -gt "$want" ]; then rm -f "$part"; have=0; fi
printf 'P %s %s\\n' "$have" "$(df -P -k "$dir" | awk 'NR == 2 { print $4 }')"`;
}

/**
 * Adds its stdin to the part and, when the whole file is there and is what it shall be, puts it in its place. Prints one word:
 * `C` done · `B` somebody else is sending it · `R` the part is not as it was said · `I` the stream ended early · `F` it could
 * not be written · `X` the contents are not those announced.
 */
export function receiveScript(wanted: Wanted, from: number): string {
  return `${head(wanted)}
exec 9>> "$part" || { echo F; exit 0; }
if ! flock -n 9; then echo B; exit 0; fi
size "$part"
if [ "$have" != ${from} ]; then echo R; exit 0; fi
if ! cat >&9; then rm -f "$part"; echo F; exit 0; fi
size "$part"
if [ "$have" -lt "$want" ]; then echo I; exit 0; fi
sum=$(sha256sum < "$part") || { echo F; exit 0; }
if [ "\${sum%% *}" != ${wanted.sha256} ]; then rm -f "$part"; echo X; exit 0; fi
chmod 644 "$part" && sync "$part" && mv -f "$part" "$file" || { echo F; exit 0; }
echo C`;
}
