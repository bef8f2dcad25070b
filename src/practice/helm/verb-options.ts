/** Options of helm's commands: which one takes which, and which of them the practice lab carries out. */
import type { Options, OptionSpec } from '../commands/options.js';
import { HelmError } from './helm-error.js';

const SHORT: Readonly<Record<string, string>> = {
  n: 'namespace',
  f: 'values',
  i: 'install',
  A: 'all-namespaces',
  a: 'all',
  h: 'help',
  q: 'short',
  d: 'date',
  o: 'output',
};
interface VerbOptions {
  readonly simulated: readonly string[];
  /** Real ones that would change what happens, and would do nothing here. */
  readonly other: readonly string[];
}
const EVERYWHERE: VerbOptions = {
  simulated: ['namespace', 'kubeconfig', 'help', 'debug'],
  other: ['kube-context'],
};
const CHART = ['values', 'set', 'set-string', 'version', 'skip-crds'];
const INSTALL: VerbOptions = {
  simulated: [...CHART, 'wait', 'timeout', 'create-namespace'],
  other: [
    'dry-run',
    'atomic',
    'rollback-on-failure',
    'wait-for-jobs',
    'no-hooks',
    'description',
    'force',
    'output',
  ],
};
const UNINSTALL: VerbOptions = {
  simulated: ['wait', 'timeout', 'ignore-not-found'],
  other: ['dry-run', 'keep-history', 'no-hooks', 'description'],
};
const LIST: VerbOptions = {
  simulated: ['all-namespaces', 'all', 'pending', 'short', 'output'],
  other: ['date', 'filter', 'deployed', 'failed'],
};
const HISTORY: VerbOptions = { simulated: [], other: ['output'] };
const VERBS: Readonly<Record<string, VerbOptions>> = {
  install: INSTALL,
  upgrade: {
    simulated: [...INSTALL.simulated, 'install', 'reuse-values', 'reset-values'],
    other: [...INSTALL.other, 'history-max', 'cleanup-on-fail'],
  },
  template: {
    simulated: CHART,
    other: [...INSTALL.other, 'include-crds', 'wait', 'timeout', 'create-namespace'],
  },
  uninstall: UNINSTALL,
  delete: UNINSTALL,
  del: UNINSTALL,
  un: UNINSTALL,
  rollback: {
    simulated: ['wait', 'timeout'],
    other: ['dry-run', 'no-hooks', 'force', 'cleanup-on-fail', 'history-max', 'wait-for-jobs'],
  },
  list: LIST,
  ls: LIST,
  status: { simulated: ['output'], other: ['revision', 'show-resources'] },
  history: HISTORY,
  hist: HISTORY,
  get: { simulated: ['output'], other: ['all', 'revision', 'template'] },
  repo: { simulated: ['force-update', 'no-update', 'fail-on-repo-update-fail'], other: ['output'] },
  version: { simulated: ['short', 'client'], other: ['template'] },
};
/** Formats that `--output` has in this lab. */
const FORMATS = ['json', 'table'];

/**
 * What of a call would have to be ignored, as a person wrote it; null when all of it is carried out.
 * @throws HelmError for an option that the command does not have
 */
export function notSimulated(verb: string, options: Options, spec: OptionSpec): string | null {
  const own = VERBS[verb];
  if (own === undefined) return null;
  const known = (['simulated', 'other'] as const).map((key) => [...EVERYWHERE[key], ...own[key]]);
  const [simulated = [], other = []] = known;
  const names = [
    ...[...(spec.flags ?? ''), ...(spec.values ?? '')],
    ...new Set((spec.long ?? []).map((one) => one.replace(/=$/, ''))),
  ];
  for (const name of names.filter((one) => options.has(one))) {
    const letter = name.length === 1;
    const long = letter ? (SHORT[name] ?? name) : name;
    const written = letter ? `-${name}` : `--${name}`;
    if (other.includes(long)) return `${verb} ${written}`;
    if (!simulated.includes(long))
      throw new HelmError(
        letter ? `unknown shorthand flag: '${name}' in -${name}` : `unknown flag: --${name}`,
      );
  }
  const format = options.value('o', 'output');
  return format === undefined || FORMATS.includes(format) ? null : `${verb} --output ${format}`;
}
