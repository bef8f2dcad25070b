/** The loop that reads a host every few seconds, and how a line of it is understood. */
import { z } from 'zod';
import type { Sample, UnitState } from '../ports.js';
import { shellQuote } from '../ssh/envelope.js';
import { cleanRemoteText } from '../text/clean.js';

/** Unit names that systemd accepts and that cannot leave their quotes. */
const UNIT = /^[A-Za-z0-9:_.@\\-]{1,200}$/;

/**
 * A loop that prints one line of `key=value` fields, joined by tabs, every few seconds. Light: what /proc has is read
 * by the shell itself; per turn it starts df, sleep and one systemctl for all units. It ends with its channel, because
 * its next line then has no reader.
 *
 * @param intervalSeconds whole seconds, at least 1
 * @throws RangeError when a unit's name is none
 */
export function telemetryScript(units: readonly string[], intervalSeconds: number): string {
  for (const unit of units) if (!UNIT.test(unit)) throw new RangeError(`not a unit name: ${unit}`);
  const names = units.map((unit) => shellQuote(unit)).join(' ');
  return String.raw`
os=; kernel=; boot=; cpus=0
if [ -e /etc/os-release ]; then
  while IFS= read -r line; do case $line in "PRETTY_NAME="*) os=${'${line#PRETTY_NAME=}'};; esac; done < /etc/os-release
fi
os=${'${os#\\"}'}; os=${'${os%\\"}'}
kernel=$(uname -r)
if [ -e /proc/sys/kernel/random/boot_id ]; then read -r boot < /proc/sys/kernel/random/boot_id; fi
cpus=$(nproc 2>/dev/null) || cpus=1
while :; do
  total=0; free=0; load=0; up=0; name=
  while read -r key value rest; do
    case $key in MemTotal:) total=$value;; MemAvailable:) free=$value; break;; esac
  done < /proc/meminfo
  read -r load rest < /proc/loadavg
  read -r up rest < /proc/uptime
  if [ -e /proc/sys/kernel/hostname ]; then read -r name < /proc/sys/kernel/hostname; else name=$(hostname); fi
  disk=$(df -P -k / 2>/dev/null | tail -n 1)
  set -- $disk
  clock=${'${EPOCHSECONDS:-}'}; if [ -z "$clock" ]; then clock=$(date +%s); fi
  reboot=no; if [ -e /run/reboot-required ]; then reboot=yes; fi
  states=; ${units.length === 0 ? ':' : `for state in $(systemctl is-active ${names} 2>/dev/null); do states="$states,$state"; done`}
  # An absent unit is "inactive" too; only then is it worth asking.
  loaded=; case $states in *inactive*) for state in $(systemctl show --property=LoadState --value ${names} 2>/dev/null); do loaded="$loaded,$state"; done;; esac
  printf 'T\tclock=%s\thostname=%s\tos=%s\tkernel=%s\tboot=%s\tuptime=%s\tload=%s\tcpus=%s\ttotal=%s\tfree=%s\tdisk=%s\tused=%s\treboot=%s\tstates=%s\tloaded=%s\n' \
    "$clock" "$name" "$os" "$kernel" "$boot" "$up" "$load" "$cpus" "$total" "$free" "${'${2:-0}'}" "${'${3:-0}'}" "$reboot" "${'${states#,}'}" "${'${loaded#,}'}" || exit 0
  sleep ${intervalSeconds}
done
`.trim();
}

const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
const decimal = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,9})?$/)
  .transform(Number);
const word = z
  .string()
  .max(200)
  .transform((text) => cleanRemoteText(text).trim());
const list = z
  .string()
  .max(20_000)
  .transform((text) => (text === '' ? [] : text.split(',')));
const sampleSchema = z.object({
  clock: whole,
  hostname: word,
  os: word,
  kernel: word,
  boot: word,
  uptime: decimal,
  load: decimal,
  cpus: whole,
  total: whole,
  free: whole,
  disk: whole,
  used: whole,
  reboot: z.enum(['yes', 'no']),
  states: list,
  loaded: list,
});

function unitState(active: string | undefined, loaded: string | undefined): UnitState {
  if (loaded === 'not-found') return 'absent';
  switch (active) {
    case 'active':
    case 'reloading':
    case 'refreshing':
      return 'active';
    case 'activating':
      return 'activating';
    case 'failed':
      return 'failed';
    case 'inactive':
    case 'deactivating':
    case 'maintenance':
      return 'inactive';
    default:
      return 'absent';
  }
}

/**
 * Understands one line of the loop; null when it is not one.
 *
 * @param at operator's clock, epoch ms
 */
export function parseSample(line: string, units: readonly string[], at: number): Sample | null {
  const [tag, ...fields] = Buffer.from(line, 'latin1').toString('utf8').split('\t');
  if (tag !== 'T') return null;
  const entries = fields.map((field): [string, string] => {
    const equals = field.indexOf('=');
    return [field.slice(0, equals), field.slice(equals + 1)];
  });
  const parsed = sampleSchema.safeParse(Object.fromEntries(entries));
  if (!parsed.success) return null;
  const seen = parsed.data;
  const states = units.map((unit, index): [string, UnitState] => [
    unit,
    unitState(seen.states[index], seen.loaded[index]),
  ]);
  return {
    at,
    hostClock: seen.clock,
    hostname: seen.hostname,
    os: seen.os,
    kernel: seen.kernel,
    bootId: seen.boot,
    uptimeSeconds: seen.uptime,
    load1: seen.load,
    cpus: seen.cpus,
    memTotalBytes: seen.total * 1024,
    memAvailableBytes: seen.free * 1024,
    diskTotalBytes: seen.disk * 1024,
    diskUsedBytes: seen.used * 1024,
    units: Object.fromEntries(states),
    rebootPending: seen.reboot === 'yes',
  };
}
