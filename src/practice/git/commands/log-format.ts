/** How one commit is written: `--format`, the usual form, the names that point at it. */
import type { Call } from '../call.js';
import { subjectOf, type Signature } from '../objects.js';
import type { Repository } from '../repository.js';
import { abbreviate } from '../revisions.js';
import { branchName } from './status.js';

const shifted = ({ seconds, zone }: Signature): number => {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3));
  return (seconds + (zone.startsWith('-') ? -minutes : minutes) * 60) * 1000;
};
const iso = (who: Signature): string =>
  `${new Date(shifted(who)).toISOString().slice(0, 19)}${who.zone === '+0000' ? 'Z' : `${who.zone.slice(0, 3)}:${who.zone.slice(3)}`}`;
/** `Sun Nov 22 07:46:37 2026 +0000`. */
function long(who: Signature): string {
  const [day = '', date = '', month = '', year = '', clock = ''] = new Date(shifted(who))
    .toUTCString()
    .split(/,? /);
  return `${day} ${month} ${Number(date)} ${clock} ${year} ${who.zone}`;
}
function ago(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [31_536_000, 'year'],
    [2_592_000, 'month'],
    [604_800, 'week'],
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  const unit = units.find(([size]) => seconds >= size);
  const [size, word] = unit ?? [1, 'second'];
  const number = Math.max(0, Math.floor(seconds / size));
  return `${number} ${word}${number === 1 ? '' : 's'} ago`;
}
/** A time as --date wants it. */
function dated(call: Call, who: Signature, how: string | undefined): string {
  switch (how) {
    case 'short':
      return iso(who).slice(0, 10);
    case 'iso-strict':
      return iso(who);
    case 'iso':
    case 'iso8601':
      return `${iso(who).slice(0, 19).replace('T', ' ')} ${who.zone}`;
    case 'unix':
      return String(who.seconds);
    case 'relative':
      return ago(call.seconds - who.seconds);
    default:
      return long(who);
  }
}
/** Branches, tags and HEAD that name a commit, as %D lists them. */
export function decorations(repository: Repository, id: string): string {
  const branch = branchName(repository);
  const names = [...repository.refs()]
    .filter(([, at]) => repository.peel(at) === id)
    .map(([ref]) =>
      ref.startsWith('refs/tags/') ? `tag: ${ref.slice(10)}` : ref.replace(/^refs\/(heads|remotes)\//, ''),
    )
    .filter((name) => name !== branch && !name.endsWith('/HEAD'));
  const head = repository.headCommit === id ? [branch === null ? 'HEAD' : `HEAD -> ${branch}`] : [];
  return [
    ...head,
    ...names.toSorted((a, b) => Number(b.startsWith('tag:')) - Number(a.startsWith('tag:'))),
  ].join(', ');
}
/** One commit in a `--format`. */
export function formatted(
  call: Call,
  repository: Repository,
  id: string,
  format: string,
  dates?: string,
): string {
  const commit = repository.commit(id);
  const { author, committer } = commit;
  const body = commit.message
    .split(/\n\s*\n/)
    .slice(1)
    .join('\n\n');
  const who = (letter: string, one: Signature): Readonly<Record<string, string>> => ({
    [`${letter}n`]: one.name,
    [`${letter}e`]: one.email,
    [`${letter}I`]: iso(one),
    [`${letter}d`]: dated(call, one, dates),
    [`${letter}t`]: String(one.seconds),
    [`${letter}s`]: iso(one).slice(0, 10),
    [`${letter}r`]: ago(call.seconds - one.seconds),
    [`${letter}i`]: `${iso(one).slice(0, 19).replace('T', ' ')} ${one.zone}`,
  });
  const fields: Readonly<Record<string, string>> = {
    H: id,
    h: abbreviate(repository, id),
    T: commit.tree,
    t: abbreviate(repository, commit.tree),
    P: commit.parents.join(' '),
    p: commit.parents.map((one) => abbreviate(repository, one)).join(' '),
    s: subjectOf(commit.message),
    b: body,
    B: commit.message,
    D: decorations(repository, id),
    d: decorations(repository, id) === '' ? '' : ` (${decorations(repository, id)})`,
    n: '\n',
    '%': '%',
    x00: '\0',
    x09: '\t',
    ...who('a', author),
    ...who('c', committer),
  };
  return format.replaceAll(/%(x00|x09|[ac][neIdtsri]|C\([^)]*\)|C\w+|[A-Za-z%])/g, (whole, name: string) =>
    name.startsWith('C') ? '' : (fields[name] ?? whole),
  );
}
export function medium(repository: Repository, id: string, decorate: boolean): string {
  const commit = repository.commit(id);
  const names = decorate ? decorations(repository, id) : '';
  const indented = commit.message
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('');
  return `commit ${id}${names === '' ? '' : ` (${names})`}\nAuthor: ${commit.author.name} <${commit.author.email}>\nDate:   ${long(commit.author)}\n\n${indented}`;
}
