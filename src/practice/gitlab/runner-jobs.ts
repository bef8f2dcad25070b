/** `gitlab-runner run`: asks GitLab for jobs and runs them as its user, one after the other. */
import { account, credentialsOf } from '../commands/owners.js';
import type { Host } from '../host.js';
import { DeviceDescription, type Description } from '../kernel/description.js';
import { execute, findExecutable } from '../kernel/exec.js';
import type { Process } from '../kernel/process.js';
import { makeParents } from '../vfs/parents.js';
import { fetchFrom, NoAnswer } from '../web/fetch.js';
import { View } from '../vfs/view.js';
import type { Job } from './ci/pipeline.js';
import { Trace } from './job-trace.js';
import { LOGOUT, prepare, sourceScript, stepScript, type Prepared } from './job-script.js';
import { RUNNER_VERSION, type RunnerSection } from './runner-config.js';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin';
/** How often a runner that cannot reach GitLab tries again, simulated ms. */
const RETRY_MS = 30_000;

/** Asks for a job; null when there is none or GitLab is out of reach. */
async function request(
  host: Host,
  process: Process,
  runner: RunnerSection,
): Promise<{ readonly job: Job | null; readonly reached: boolean }> {
  const url = URL.parse('/api/v4/jobs/request', runner.url);
  if (url === null) return { job: null, reached: false };
  try {
    const response = await fetchFrom(host, process, {
      method: 'POST',
      url,
      headers: new Map([['content-type', 'application/json']]),
      body: Buffer.from(JSON.stringify({ token: runner.token })),
      resolve: new Map(),
      insecure: false,
      authorities: [],
      connectTimeoutMs: 20_000,
      timeoutMs: 60_000,
    });
    if (response.status !== 201) return { job: null, reached: true };
    const body: unknown = JSON.parse(response.body.toString('utf8'));
    const id = typeof body === 'object' && body !== null && 'id' in body ? Number(body.id) : 0;
    return { job: host.world.gitlab.jobs().find((one) => one.id === id) ?? null, reached: true };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { job: null, reached: false };
  }
}

class Run {
  readonly #host: Host;
  readonly #process: Process;
  readonly #job: Job;
  readonly #runner: RunnerSection;
  readonly #trace: Trace;
  readonly #user: string;
  #child: Process | null = null;
  #over = false;

  constructor(host: Host, process: Process, job: Job, runner: RunnerSection, user: string) {
    this.#host = host;
    this.#process = process;
    this.#job = job;
    this.#runner = runner;
    this.#trace = new Trace(job);
    this.#user = user;
  }
  #begin(name: string, title: string): void {
    const at = Math.floor(this.#host.machine.now() / 1000);
    this.#trace.write(`section_start:${at}:${name}\r\u001b[0K\u001b[0K\u001b[36;1m${title}\u001b[0;m\n`);
  }
  #finish(name: string): void {
    this.#trace.write(`section_end:${Math.floor(this.#host.machine.now() / 1000)}:${name}\r\u001b[0K\n`);
  }
  /** Runs a script as a login shell of the runner's user; its end is that of a login shell too. */
  async #shell(script: string, variables: ReadonlyMap<string, string>): Promise<number> {
    const host = this.#host;
    const user = account(host.volume, this.#user);
    if (user === undefined) {
      this.#trace.write(`\u001b[31;1mERROR: user: unknown user ${this.#user}\u001b[0;m\n`);
      return 1;
    }
    const run = async (words: string): Promise<number> => {
      const out = this.#trace.outlet;
      const child = host.kernel.spawn(
        {
          parent: this.#process,
          argv: ['bash', '--login'],
          env: new Map([
            ['PATH', PATH],
            ['HOME', user.home],
            ['USER', user.name],
            ['LOGNAME', user.name],
            ['SHELL', user.shell],
            ['LANG', 'C.UTF-8'],
            ...variables,
          ]),
          cwd: host.volume.find(user.home) === undefined ? '/' : user.home,
          credentials: credentialsOf(host.volume, user),
          lead: 'session',
          descriptors: new Map<number, Description>([
            [0, new DeviceDescription('null')],
            [1, out],
            [2, out],
          ]),
        },
        async (process) => {
          const found = findExecutable(process, '/bin/bash', PATH);
          if ('status' in found) return found.status;
          return execute(process, found, ['bash', '--login', '-c', words]);
        },
      );
      this.#child = child;
      if (this.#over) host.kernel.signal({ group: child.pid }, 'TERM');
      try {
        return await this.#process.until(child.exited);
      } finally {
        if (child.alive) host.kernel.signal({ group: child.pid }, 'KILL');
      }
    };
    const status = await run(script);
    if (status !== 0) return status;
    return run(LOGOUT);
  }
  #putFiles(prepared: Prepared): void {
    const { kernel, volume } = this.#host;
    const user = account(volume, this.#user);
    if (user === undefined) return;
    const { uid, gid, groups } = credentialsOf(volume, user);
    const view = new View(kernel.volume, { uid, gid, groups, pid: this.#process.pid }, () => 0o077);
    makeParents(view, `${prepared.directory}.tmp`);
    for (const [path, content] of prepared.files) view.write(path, content, { mode: 0o600 });
  }
  /** Stops what runs: the job was cancelled, or its time is over. */
  #stop(): void {
    this.#over = true;
    if (this.#child !== null) this.#host.kernel.signal({ group: this.#child.pid }, 'TERM');
  }

  async run(): Promise<void> {
    const host = this.#host;
    const job = this.#job;
    const trace = this.#trace;
    const { gitlab } = host.world;
    let expired = false;
    const end = new AbortController();
    job.onEnd = () => this.#stop();
    void host.clock.patience(job.spec.timeoutSeconds * 1000, end.signal).then(
      () => {
        expired = true;
        this.#stop();
      },
      () => undefined,
    );
    const over = (status: 'success' | 'failed', reason: string | null) => {
      end.abort();
      trace.flush();
      job.end(status, gitlab.now(), reason);
      gitlab.wake();
    };
    const system = (words: string) => {
      trace.write(`\u001b[31;1mERROR: Job failed (system failure): ${words}\u001b[0;m\n`);
      over('failed', 'runner_system_failure');
    };
    try {
      const short = this.#runner.token.replace(/^glrt-/, '').slice(0, 9);
      const user = account(host.volume, this.#user);
      const builds = `${user?.home ?? '/tmp'}/builds/${short}/0`;
      const prepared = prepare(job, builds, host.machine.hostname);
      trace.hide(prepared.secrets);
      trace.write(
        `\u001b[0KRunning with gitlab-runner ${RUNNER_VERSION} (1ed1a7b6)\u001b[0;m\n\u001b[0K  on ${this.#runner.name} ${short}, system ID: s_${(host.volume.text('/etc/machine-id') ?? '').slice(0, 12)}\u001b[0;m\n`,
      );
      this.#begin('prepare_executor', 'Preparing the "shell" executor');
      if (this.#runner.executor !== 'shell') {
        system(
          `the practice lab runs jobs with the shell executor only, not with "${this.#runner.executor}"`,
        );
        return;
      }
      trace.write('\u001b[0KUsing Shell (bash) executor...\u001b[0;m\n');
      this.#finish('prepare_executor');
      this.#begin('prepare_script', 'Preparing environment');
      const ready = await this.#shell('echo "Running on $(hostname)..."', new Map());
      if (ready !== 0) {
        system(
          `prepare environment: exit status ${ready}. Check https://docs.gitlab.com/runner/shells/#shell-profile-loading for more information`,
        );
        return;
      }
      this.#finish('prepare_script');
      this.#begin('get_sources', 'Getting source from Git repository');
      const got = await this.#shell(sourceScript(job, prepared), prepared.variables);
      if (got !== 0) {
        this.#failed(got, expired, over);
        return;
      }
      this.#finish('get_sources');
      this.#putFiles(prepared);
      this.#begin('step_script', 'Executing "step_script" stage of the job script');
      const { beforeScript, script, afterScript } = job.spec;
      const status = await this.#shell(
        stepScript([...beforeScript, ...script], prepared.directory),
        prepared.variables,
      );
      if (status === 0) this.#finish('step_script');
      if (afterScript.length > 0 && !this.#over) {
        this.#begin('after_script', 'Running after_script');
        trace.write('\u001b[32;1mRunning after script...\u001b[0;m\n');
        await this.#shell(stepScript(afterScript, prepared.directory), prepared.variables);
        this.#finish('after_script');
      }
      if (status === 0 && job.spec.artifacts.length > 0)
        trace.write(
          'practice lab: artifacts are not kept; a later job finds none of these paths: ' +
            `${job.spec.artifacts.join(' ')}\n`,
        );
      this.#begin('cleanup_file_variables', 'Cleaning up project directory and file based variables');
      for (const path of prepared.files.keys()) host.volume.drop(path);
      this.#finish('cleanup_file_variables');
      if (status !== 0) {
        this.#failed(status, expired, over);
        return;
      }
      trace.write('\u001b[32;1mJob succeeded\u001b[0;m\n');
      over('success', null);
    } finally {
      end.abort();
      job.onEnd = null;
    }
  }
  #failed(status: number, expired: boolean, over: (status: 'failed', reason: string) => void): void {
    if (this.#job.finished) this.#trace.write('\u001b[31;1mERROR: Job failed: canceled\u001b[0;m\n');
    else if (expired)
      this.#trace.write(
        `\u001b[31;1mERROR: Job failed: execution took longer than ${Math.floor(this.#job.spec.timeoutSeconds / 3600)}h${Math.floor((this.#job.spec.timeoutSeconds % 3600) / 60)}m0s seconds\u001b[0;m\n`,
      );
    else this.#trace.write(`\u001b[31;1mERROR: Job failed: exit status ${status}\n\u001b[0;m\n`);
    over('failed', expired ? 'job_execution_timeout' : 'script_failure');
  }
}

/**
 * Takes jobs until the process is ended.
 * @param runners asked anew each time: the file may change while the service runs
 * @param user as whom jobs run
 */
export async function takeJobs(
  host: Host,
  process: Process,
  runners: () => readonly RunnerSection[],
  user: string,
): Promise<never> {
  const { gitlab } = host.world;
  // A machine that lost its power forgot its jobs; GitLab finds out when their runner speaks again without them.
  for (const job of gitlab.jobs())
    if (job.status === 'running' && runners().some((one) => one.token === job.runner?.token))
      job.end('failed', gitlab.now(), 'stuck_or_timeout_failure');
  for (;;) {
    let woken = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      woken = resolve;
    });
    const quiet = gitlab.onWork(woken);
    try {
      let reached = true;
      let busy = false;
      for (const runner of runners()) {
        const asked = await request(host, process, runner);
        reached &&= asked.reached;
        if (asked.job === null) continue;
        busy = true;
        if (asked.job.runner !== null) asked.job.runner.description = runner.name;
        const id = String(asked.job.id);
        await process.err(
          `Checking for jobs... received                       job=${id} repo_url=https://gitlab.com/${asked.job.pipeline.project.path}.git runner=${runner.token.replace(/^glrt-/, '').slice(0, 9)}\n`,
        );
        await new Run(host, process, asked.job, runner, user).run();
        await process.err(
          `Job ${asked.job.status === 'success' ? 'succeeded' : 'failed'}${' '.repeat(41)}job=${id} project=${asked.job.pipeline.project.id}\n`,
        );
      }
      if (busy) continue;
      if (reached) await process.until(work);
      else await process.until(Promise.race([work, host.clock.patience(RETRY_MS, process.signal)]));
    } finally {
      quiet();
    }
  }
}
