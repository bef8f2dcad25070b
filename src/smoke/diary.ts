/** The reboot diary: a lab at its last green smoke test, and what is different now. Pure. */
import type { HostName, Text } from '../lab/types.js';
import type { DiaryContent } from './diary-schema.js';

/** All of one kind on one host, as it was read. */
export interface DiarySection {
  readonly host: HostName;
  readonly kind: string;
  /** Name → value. */
  readonly facts: Readonly<Record<string, string>>;
}
export interface DiaryBoot {
  readonly host: HostName;
  readonly bootId: string;
  /** Epoch ms, operator's clock. */
  readonly bootedAt: number;
}
/** A lab as it was. */
export interface DiaryEntry {
  /** Epoch ms, operator's clock. */
  readonly at: number;
  readonly by: string;
  readonly boots: readonly DiaryBoot[];
  readonly parts: readonly string[];
  /** Only what could be read whole. */
  readonly sections: readonly DiarySection[];
}

/** One thing that is not as it was; `before` null: new, `after` null: gone. */
export interface Difference {
  readonly host: HostName;
  readonly kind: string;
  readonly title: Text;
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}
export interface Comparison {
  /** When what is compared with was written, epoch ms. */
  readonly since: number;
  readonly by: string;
  /** Hosts that were booted since then, with when. */
  readonly rebooted: readonly DiaryBoot[];
  /** Most telling first. */
  readonly differences: readonly Difference[];
  /** Hosts of which nothing was read now. */
  readonly unread: readonly HostName[];
}

/** Compares what was read at both times; a kind that was not read whole at either is left out. */
export function compareDiary(content: DiaryContent, before: DiaryEntry, now: DiaryEntry): Comparison {
  const differences = content.kinds.flatMap((kind) =>
    kind.on.flatMap((host) => {
      const [old, fresh] = [sectionOf(before, host, kind.id), sectionOf(now, host, kind.id)];
      if (old === undefined || fresh === undefined) return [];
      return differ(old.facts, fresh.facts).map((one): Difference => ({
        host,
        kind: kind.id,
        title: kind.title,
        ...one,
      }));
    }),
  );
  const hosts = new Set(before.sections.map(({ host }) => host));
  return {
    since: before.at,
    by: before.by,
    rebooted: now.boots.filter(({ host, bootId }) =>
      before.boots.some((one) => one.host === host && one.bootId !== bootId),
    ),
    differences,
    unread: [...hosts].filter((host) => !now.sections.some((one) => one.host === host)),
  };
}

function sectionOf(entry: DiaryEntry, host: HostName, kind: string): DiarySection | undefined {
  return entry.sections.find((one) => one.host === host && one.kind === kind);
}

/** What is gone, then what changed, then what is new. */
function differ(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly Pick<Difference, 'name' | 'before' | 'after'>[] {
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.keys(before).filter(
    (name) => Object.hasOwn(after, name) && after[name] !== before[name],
  );
  const added = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  return [...gone, ...changed, ...added].map((name) => ({
    name,
    before: Object.hasOwn(before, name) ? (before[name] ?? '') : null,
    after: Object.hasOwn(after, name) ? (after[name] ?? '') : null,
  }));
}
