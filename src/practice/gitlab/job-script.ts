/** The scripts that a shell runner makes of a job, in the words of the real one. */
import type { Job } from './ci/pipeline.js';
import { expanded, granted } from './ci/variables.js';

const GREEN = '\\033[32;1m';
const RESET = '\\033[0;m';

export interface Prepared {
  readonly variables: ReadonlyMap<string, string>;
  /** File variables: path → content. */
  readonly files: ReadonlyMap<string, string>;
  /** Values that the log must not show. */
  readonly secrets: readonly string[];
  readonly directory: string;
}
/** @param builds the runner's directory for builds of this runner */
export function prepare(job: Job, builds: string, hostname: string): Prepared {
  const { pipeline, spec } = job;
  const { project, head } = pipeline;
  const directory = `${builds}/${project.path}`;
  const own = new Map([
    ...head.variables,
    ['CI_PIPELINE_ID', String(pipeline.id)],
    ['CI_PIPELINE_IID', String(head.iid)],
    ['CI_PIPELINE_URL', pipeline.webUrl],
    ['CI_JOB_ID', String(job.id)],
    ['CI_JOB_NAME', job.name],
    ['CI_JOB_STAGE', spec.stage],
    ['CI_JOB_TOKEN', job.token],
    ['CI_JOB_URL', `${project.webUrl}/-/jobs/${job.id}`],
    ['CI_JOB_STATUS', 'running'],
    ['CI_NODE_TOTAL', '1'],
    ['CI_PROJECT_DIR', directory],
    ['CI_BUILDS_DIR', builds.slice(0, builds.lastIndexOf('/builds/') + 7)],
    ['CI_CONCURRENT_ID', '0'],
    ['CI_RUNNER_ID', String(job.runner?.id ?? 0)],
    ['CI_RUNNER_DESCRIPTION', job.runner?.description ?? hostname],
    ['CI_RUNNER_TAGS', JSON.stringify(job.runner?.tags ?? [])],
    ['CI_RUNNER_EXECUTABLE_ARCH', 'linux/amd64'],
    ['CI_REPOSITORY_URL', `https://gitlab-ci-token:${job.token}@gitlab.com/${project.path}.git`],
    ...(spec.environment === null
      ? []
      : ([
          ['CI_ENVIRONMENT_NAME', spec.environment],
          ['CI_ENVIRONMENT_SLUG', spec.environment],
        ] as const)),
  ]);
  const kept = [
    ...granted(project, head.ref, spec.environment).filter(
      (one) => !head.given.some(({ key }) => key === one.key),
    ),
    ...head.given,
  ];
  // A project's variables win over those of the file, those of whoever started the pipeline over both; what may be expanded is, in values only.
  const all = new Map([...own, ...spec.variables]);
  for (const one of kept) all.set(one.key, one.value);
  const raw = new Set(kept.filter((one) => one.raw || one.type === 'file').map((one) => one.key));
  const variables = new Map(
    [...all].map(([key, value]) => [key, raw.has(key) || own.has(key) ? value : expanded(value, all)]),
  );
  const files = new Map<string, string>();
  for (const one of kept) {
    if (one.type !== 'file') continue;
    const path = `${directory}.tmp/${one.key}`;
    files.set(path, one.value);
    variables.set(one.key, path);
  }
  const secrets = [job.token, ...kept.filter((one) => one.masked).map((one) => variables.get(one.key) ?? '')];
  return { variables, files, secrets: secrets.filter((one) => one.length >= 6), directory };
}
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
const says = (text: string): string => `printf '%b\\n' ${quoted(text)}`;

/** Gets the commit into the job's directory. */
export function sourceScript(job: Job, prepared: Prepared): string {
  const { variables, directory } = prepared;
  const { head } = job.pipeline;
  const strategy = variables.get('GIT_STRATEGY') ?? 'fetch';
  const depth = variables.get('GIT_DEPTH') ?? '20';
  const flags = variables.get('GIT_CLEAN_FLAGS') ?? '-ffdx';
  const url = variables.get('CI_REPOSITORY_URL') ?? '';
  const dir = quoted(directory);
  if (strategy === 'none' || strategy === 'empty')
    return `${says('Skipping Git repository setup')}\nmkdir -p ${dir}\n${says('Skipping Git checkout')}`;
  return [
    'set -eo pipefail',
    'export GIT_TERMINAL_PROMPT=0',
    ...(strategy === 'clone' ? [`rm -rf ${dir}`] : []),
    says(`${GREEN}Fetching changes with git depth set to ${depth}...${RESET}`),
    `mkdir -p ${quoted(`${directory}.tmp`)}`,
    `git -c init.defaultBranch=main init ${dir}`,
    `cd ${dir}`,
    `git remote add origin ${quoted(url)} 2>/dev/null || git remote set-url origin ${quoted(url)}`,
    `git fetch --quiet --depth=${depth} origin ${quoted(`+refs/heads/${head.ref}:refs/remotes/origin/${head.ref}`)}`,
    says(`${GREEN}Checking out ${head.sha.slice(0, 8)} as detached HEAD (ref is ${head.ref})...${RESET}`),
    `git checkout --force --quiet ${head.sha}`,
    ...(flags === 'none' ? [] : [`git clean ${flags}`]),
    '',
    says(`${GREEN}Skipping Git submodules setup${RESET}`),
  ].join('\n');
}
/** before_script and script, each command shown before it runs. */
export function stepScript(lines: readonly string[], directory: string): string {
  const steps = lines.flatMap((line) => {
    const [first = '', ...more] = line.split('\n');
    const shown = more.some((one) => one.trim() !== '')
      ? `${GREEN}$ ${first.replaceAll('\\', '\\\\')} # collapsed multi-line command${RESET}`
      : `${GREEN}$ ${first.replaceAll('\\', '\\\\')}${RESET}`;
    return [`printf '%b\\n' ${quoted(shown)}`, line];
  });
  return ['set -eo pipefail', 'set +o noclobber', `cd ${quoted(directory)}`, ...steps].join('\n');
}
/** What a login shell does at its end: Ubuntu's clears the console, which a job does not have (T37). */
export const LOGOUT = 'if [ -r ~/.bash_logout ]; then SHLVL=1; . ~/.bash_logout; fi';
