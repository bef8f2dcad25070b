/**
 * All command probes for one host as one script: they run side by side on the host, and each answer comes back as one
 * line as soon as it is there. Nothing stays on the host: the directory they use goes when the script ends.
 */
import { z } from 'zod';
import type { RenderedProbe } from '../../gates/types.js';
import { shellQuote } from '../ssh/envelope.js';
import { lettingDockerSleep } from './sleeping-docker.js';

export type CommandProbe = Extract<RenderedProbe, { kind: 'command' }>;

/** Bytes of stdout and of stderr of one probe that come back; the rest is cut off on the host. */
export const MAX_PROBE_BYTES = 64 * 1024;
/** timeout(1): 124 after TERM; 137 when it had to be KILL. */
const KILL_AFTER_SECONDS = 2;

/**
 * Runs probe `$1` with a limit of `$2` seconds: stdin empty, both streams cut at their bound (the reader ends, so an
 * endless talker does too), then says its number. Writes of a few bytes into a pipe are whole, so numbers never mix.
 */
const FUNCTIONS = String.raw`
tb_now() {
  if [ -n "${'${EPOCHREALTIME:-}'}" ]; then t=${'${EPOCHREALTIME/[.,]/}'}; t=${'${t%???}'}; else t=$(date +%s)000; fi
}
tb_probe() {
  tb_now; from=$t
  { { timeout -k ${KILL_AFTER_SECONDS} "$2" bash "$d/$1.sh" < /dev/null; printf '%s\n' "$?" > "$d/$1.rc"; } 2>&3 | head -c ${MAX_PROBE_BYTES} > "$d/$1.out"; } 3>&1 | head -c ${MAX_PROBE_BYTES} > "$d/$1.err"
  tb_now
  printf '%s\n' "$((t - from))" > "$d/$1.ms"
  printf '%s\n' "$1"
}
`.trim();

function part(
  probes: readonly { readonly index: number; readonly probe: CommandProbe }[],
  end: string,
): string {
  const lines: string[] = [];
  for (const { index, probe } of probes) {
    lines.push(
      `cat > "$d/${index}.sh" <<'${end}${index}'`,
      lettingDockerSleep(probe.script),
      `${end}${index}`,
    );
  }
  for (const { index, probe } of probes) {
    lines.push(`tb_probe ${index} ${Math.max(1, Math.ceil(probe.timeoutMs / 1000))} &`);
  }
  lines.push('wait');
  return lines.join('\n');
}

/**
 * The script for a batch. Root's probes go through `tb_root`, once for all of them. Answers: lines
 * `P INDEX EXIT MILLISECONDS STDOUT STDERR`, the last two in base64 or `-` when empty. When sudo lets none of root's through
 * there is one line `R WORDS` instead of theirs, with what sudo said in base64.
 *
 * @param end a word that occurs in none of the probes
 */
export function batchScript(probes: readonly CommandProbe[], end: string): string {
  const numbered = probes.map((probe, index) => ({ index, probe }));
  const user = numbered.filter(({ probe }) => probe.as === 'user');
  const root = numbered.filter(({ probe }) => probe.as === 'root');
  const lines = [
    'umask 077',
    'd=$(mktemp -d "${TMPDIR:-/tmp}/threebody.XXXXXXXXXX") || exit 73',
    `trap 'rm -rf "$d"' EXIT`,
    FUNCTIONS,
    '{',
  ];
  if (root.length > 0) {
    // The directory is the user's alone; what root writes there has to be readable to the user.
    lines.push(
      `{ printf 'd=%q\\n' "$d"; cat <<'${end}R'`,
      'umask 022',
      ': > "$d/begun"',
      FUNCTIONS,
      part(root, end),
      `${end}R`,
      '} | tb_root 2> "$d/sudo" &',
    );
  }
  lines.push(part(user, end));
  if (root.length > 0) lines.push('if [ ! -e "$d/begun" ]; then echo R; fi');
  lines.push(
    '} | while IFS= read -r n; do',
    `  if [ "$n" = R ]; then printf 'R %s\\n' "$(head -c 600 "$d/sudo" | base64 -w0)"; continue; fi`,
    '  rc=; ms=; out=-; err=-',
    '  if [ -e "$d/$n.rc" ]; then read -r rc < "$d/$n.rc"; fi',
    '  if [ -e "$d/$n.ms" ]; then read -r ms < "$d/$n.ms"; fi',
    '  if [ -s "$d/$n.out" ]; then out=$(base64 -w0 < "$d/$n.out"); fi',
    '  if [ -s "$d/$n.err" ]; then err=$(base64 -w0 < "$d/$n.err"); fi',
    `  printf 'P %s %s %s %s %s\\n' "$n" "\${rc:-255}" "\${ms:-0}" "$out" "$err"`,
    'done',
  );
  return lines.join('\n');
}

/** One answer of a batch. */
export interface ProbeAnswer {
  readonly index: number;
  readonly exit: number;
  readonly durationMs: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const count = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);
const payload = z.union([
  z.literal('-').transform(() => Buffer.alloc(0)),
  z
    .base64()
    .max(2 * MAX_PROBE_BYTES)
    .transform((text) => Buffer.from(text, 'base64')),
]);
const frameSchema = z.tuple([z.literal('P'), count, count, count, payload, payload]);

/** What sudo said instead of running root's probes; null when a line is not about that. */
export function parseRefusal(line: string): string | null {
  const words = /^R ([A-Za-z0-9+/=]{0,1000})$/.exec(line)?.[1];
  return words === undefined ? null : Buffer.from(words, 'base64').toString('utf8');
}

/** Reads one line of a batch's answers; null when it is none. */
export function parseAnswer(line: string): ProbeAnswer | null {
  const parsed = frameSchema.safeParse(line.split(' '));
  if (!parsed.success) return null;
  const [, index, exit, durationMs, stdout, stderr] = parsed.data;
  return { index, exit, durationMs, stdout, stderr };
}

/** What a person sees as the question: the script, on one line when it has one. */
export function askedText(probe: CommandProbe): string {
  const script = probe.script.trim();
  return probe.as === 'root' ? `sudo bash -c ${shellQuote(script)}` : script;
}
