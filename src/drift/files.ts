/** Files of ours on a host: what was left there, what is there now, and what that makes of each. Pure. */

/**
 * How a file of ours is.
 * `as-left` what a step wrote · `adopted` the lab's own version · `kept` changed, and a person said that it may be so ·
 * `edited` another content · `mode` the same content with another mode or owner · `missing` · `replaced` something of
 * another kind stands there · `unreadable` nobody could look into it · `unknown` it was not noted what was left.
 */
export const FILE_STATES = [
  'as-left',
  'adopted',
  'kept',
  'edited',
  'mode',
  'missing',
  'replaced',
  'unreadable',
  'unknown',
] as const;
export type FileState = (typeof FILE_STATES)[number];

/** Changed since, and nobody has said yet that it may be. */
export function isDrifted(state: FileState): boolean {
  return state === 'edited' || state === 'mode' || state === 'missing' || state === 'replaced';
}

/** Whose backups a record lies in, and as whom it is looked at and put back. */
export type StoreOwner = 'root' | 'user';

export interface OurFile {
  readonly path: string;
  /** Who wrote it last: `A3`, or a symptom whose fix did. */
  readonly step: string;
  readonly action: string;
  readonly as: StoreOwner;
  readonly state: FileState;
  /** The host's words for what is there now: `file SHA256`, `link TARGET`, `absent`, `other`; empty when it cannot be read. */
  readonly print: string;
  /** It holds a secret, or not everybody on the host may read it: its content is never shown. */
  readonly hidden: boolean;
  /** What was left is known well enough to be put back. */
  readonly restorable: boolean;
  /** Our content, or the adopted one, is kept on the host: a difference can be shown. */
  readonly comparable: boolean;
  /** The lab has a version of its own. */
  readonly adopted: boolean;
  /** When it was written by us, host's clock, epoch ms; null when that was not noted. */
  readonly writtenAt: number | null;
  /** As it is now; empty or null when it is not there. */
  readonly mode: string;
  readonly owner: string;
  readonly bytes: number | null;
  /** Host's clock, epoch ms. */
  readonly changedAt: number | null;
  /** As we left them; empty when that is not known. */
  readonly leftMode: string;
  readonly leftOwner: string;
  readonly there: boolean;
}

interface Shape {
  readonly mode: string;
  readonly owner: string;
  readonly bytes: number | null;
  readonly at: number | null;
  readonly kind: string;
}
interface Kept {
  readonly mode: string;
  readonly owner: string;
  /** Text that sorts by time. */
  readonly time: string;
}
/** What one action noted about one path. */
interface FileRecord {
  readonly as: StoreOwner;
  readonly step: string;
  readonly action: string;
  readonly path: string;
  readonly wrote: string;
  readonly kept: string;
  readonly secret: boolean;
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
const seconds = (text: string | undefined): number | null => {
  const read = whole(text);
  return read === null ? null : read * 1000;
};

/** Names whose content is nobody's to see, whatever its mode. */
const SECRET_NAME =
  /(?:\.(?:key|pem|p12|pfx|kubeconfig)|\/\.env[^/]*|\/\.kube\/[^/]+|\/g?shadow-?|\/kubeconfig[^/]*|\/id_[a-z0-9_]+|\/(?:admin|super-admin|kubelet|controller-manager|scheduler)\.conf|\/\.docker\/config\.json|[^/]*(?:token|secret|password|credential)[^/]*)$/i;

/** Whether a content may not be shown. @param modes octal, as stat prints them; empty ones do not count */
export function isSecret(path: string, marked: boolean, modes: readonly string[]): boolean {
  if (marked || SECRET_NAME.test(path)) return true;
  return modes.some((mode) => mode !== '' && (Number.parseInt(mode.slice(-1), 8) & 4) === 0);
}

/**
 * Understands what the functions of services/drift/host-scripts.ts print; lines that are not understood are left out, never guessed. Where several actions
 * wrote one path, the one that did last counts.
 */
export function readOurFiles(text: string): readonly OurFile[] {
  const records: FileRecord[] = [];
  const shapes = new Map<string, Shape>();
  const keeps = new Map<string, Kept>();
  const prints = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [tag, ...parts] = line.split('\t');
    const [a = '', b = '', c = '', d = '', e = '', f = ''] = parts;
    if (tag === 'F' && c.startsWith('/')) {
      const dot = b.indexOf('.');
      records.push({
        as: a === 'u' ? 'user' : 'root',
        step: dot < 0 ? b : b.slice(0, dot),
        action: dot < 0 ? '' : b.slice(dot + 1),
        path: c,
        wrote: d,
        kept: e,
        secret: f === 'h',
      });
    } else if (tag === 'S') shapes.set(a, { mode: b, owner: c, bytes: whole(d), at: seconds(e), kind: f });
    else if (tag === 'R') keeps.set(a, { mode: b, owner: c, time: d });
    else if (tag === 'H' && /^[0-9a-f]{64}$/.test(a)) prints.set(b, `file ${a}`);
    else if (tag === 'L') prints.set(a, `link ${b}`);
  }
  const newest = new Map<string, { readonly file: OurFile; readonly time: string }>();
  for (const record of records) {
    const beside = `${record.as === 'user' ? 'u' : 'r'}:${record.step}${record.action === '' ? '' : `.${record.action}`}:${record.path}`;
    const time = keeps.get(`${beside}:wrote`)?.time ?? '';
    const file = judge(record, beside, time, shapes, keeps, prints);
    const before = newest.get(record.path);
    // Written in the same moment: the one that is as it was left is the later one.
    const later =
      before === undefined || time > before.time || (time === before.time && !isDrifted(file.state));
    if (later) newest.set(record.path, { file, time });
  }
  return [...newest.values()].map(({ file }) => file).toSorted(byState);
}

function byState(a: OurFile, b: OurFile): number {
  const weight = (file: OurFile): number => (isDrifted(file.state) ? 0 : file.state === 'unreadable' ? 1 : 2);
  return weight(a) - weight(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

function judge(
  record: FileRecord,
  beside: string,
  time: string,
  shapes: ReadonlyMap<string, Shape>,
  keeps: ReadonlyMap<string, Kept>,
  prints: ReadonlyMap<string, string>,
): OurFile {
  const { path, wrote } = record;
  const shape = shapes.get(path);
  const own = keeps.get(`${beside}:adopted`);
  const left = own ?? keeps.get(`${beside}:left`);
  const adoptedPrint = prints.get(`${beside}:adopted`) ?? '';
  const base = own === undefined ? wrote : adoptedPrint;
  const print = printOf(path, shape, prints);
  const regular = print.startsWith('file ');
  const sameShape =
    !regular ||
    left === undefined ||
    shape === undefined ||
    (left.mode === shape.mode && left.owner === shape.owner);
  const state = ((): FileState => {
    if (base === '') return 'unknown';
    if (print === '') return 'unreadable';
    if (print === base && sameShape) return own === undefined ? 'as-left' : 'adopted';
    if (record.kept !== '' && record.kept === keepLine(print, shape?.mode ?? '', shape?.owner ?? ''))
      return 'kept';
    if (print === base) return 'mode';
    if (print === 'absent') return 'missing';
    return regular && base.startsWith('file ') ? 'edited' : 'replaced';
  })();
  return {
    path,
    step: record.step,
    action: record.action,
    as: record.as,
    state,
    print,
    hidden: isSecret(path, record.secret, [regular ? (shape?.mode ?? '') : '', left?.mode ?? '']),
    restorable: base !== '' && (left !== undefined || !base.startsWith('file ')),
    comparable: left !== undefined,
    adopted: own !== undefined,
    writtenAt: timeOf(time),
    mode: shape?.mode ?? '',
    owner: shape?.owner ?? '',
    bytes: shape?.bytes ?? null,
    changedAt: shape?.at ?? null,
    leftMode: left?.mode ?? '',
    leftOwner: left?.owner ?? '',
    there: shape !== undefined,
  };
}

/** What is noted when a person keeps a file as it is. */
export function keepLine(print: string, mode: string, owner: string): string {
  return `${print} ${mode === '' ? '-' : mode} ${owner === '' ? '-' : owner}`;
}

function printOf(path: string, shape: Shape | undefined, prints: ReadonlyMap<string, string>): string {
  if (shape === undefined) return 'absent';
  const print = prints.get(path);
  if (print !== undefined) return print;
  return shape.kind.startsWith('regular') ? '' : 'other';
}

/** Of `2026-11-22 14:08:12.123456789 +0000`. */
function timeOf(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)? ([+-]\d{2})(\d{2})$/.exec(text);
  if (match === null) return null;
  const [, day = '', clock = '', hours = '', minutes = ''] = match;
  const at = Date.parse(`${day}T${clock}${hours}:${minutes}`);
  return Number.isNaN(at) ? null : at;
}
