/** The practice GitLab: one account with a project, its keys and tokens, its runners. It lives as long as the lab. */
import { Repository } from '../git/repository.js';
import { encodeCommit } from '../git/objects.js';
import type { GitServer, Served, Update, Verdict } from '../git/transport.js';
import { ROOT, Volume } from '../vfs/volume.js';
import { View } from '../vfs/view.js';
import { pipelineFor } from './ci/create.js';
import type { Job } from './ci/pipeline.js';
import { Project } from './project.js';

/** What the practice lab's own lab file names, so that a person need not make an account anywhere. */
export const PRACTICE_ACCOUNT = 'praktik';
export const PRACTICE_PROJECT = 'praktik/three-body-problem-lab';
export const PRACTICE_API_TOKEN = 'glpat-practice-lab';
export const PRACTICE_RUNNER_TOKEN = 'glrt-practiceRunner01';
/** The comment of the key that the runbook makes for GitLab (B6). */
const KEY_COMMENT = 'vm-docker-gitlab';

export interface Runner {
  readonly id: number;
  readonly token: string;
  description: string;
  tags: readonly string[];
  runUntagged: boolean;
  /** When it last asked, epoch ms; null before its first question. */
  contactedAt: number | null;
}
export interface SshKey {
  readonly id: number;
  readonly title: string;
  /** `ssh-ed25519 AAAA…` */
  readonly key: string;
  readonly account: string;
}

export class Gitlab implements GitServer {
  readonly projects: Project[] = [];
  readonly runners = new Map<string, Runner>();
  readonly keys: SshKey[] = [];
  /** Whether the practice account's owner has pasted the key that B6 shows. */
  pastesKey = true;
  /** Tags that a runner gets that is made at this GitLab. */
  runnerTags: readonly string[] = ['deploy'];
  readonly #volume = new Volume(() => Date.now());
  readonly #view = new View(this.#volume, ROOT);
  readonly #waiting = new Set<() => void>();
  #next = 41_200_000;

  constructor() {
    this.createProject(PRACTICE_PROJECT);
  }
  now(): number {
    return Date.now();
  }
  nextId(): number {
    this.#next += 3;
    return this.#next;
  }

  // ------------------------------------------------------------ projects

  createProject(path: string): Project {
    const id = this.nextId();
    const repository = Repository.create(this.#view, `/repositories/${id}.git`, null, 'main');
    const project = new Project(id, path, repository, this.now());
    project.protect('main', 40, 40, false);
    this.projects.push(project);
    return project;
  }
  /** By number or by path. */
  project(word: string): Project | undefined {
    return this.projects.find(
      (one) => String(one.id) === word || one.path.toLowerCase() === word.toLowerCase(),
    );
  }
  /** A first commit as GitLab makes it for "initialize repository with a README". */
  addReadme(project: Project): void {
    const { repository } = project;
    const blob = repository.write(
      'blob',
      Buffer.from(`# ${project.name}\n\nMade together with the project.\n`),
    );
    const who = {
      name: 'Praktik',
      email: 'praktik@example.com',
      seconds: Math.floor(this.now() / 1000),
      zone: '+0000',
    };
    const id = repository.write(
      'commit',
      encodeCommit({
        tree: repository.writeTree(new Map([['README.md', { mode: '100644', id: blob }]])),
        parents: [],
        author: who,
        committer: who,
        message: 'Initial commit\n',
      }),
    );
    repository.setRef('refs/heads/main', id);
  }
  open(account: string, path: string): Served | string {
    const wanted = path.replace(/^\/+/, '').replace(/\.git$/, '');
    const project = this.project(wanted);
    if (project === undefined || (account !== PRACTICE_ACCOUNT && account !== `job:${project.id}`))
      return "The project you were looking for could not be found or you don't have permission to view it.";
    return {
      repository: project.repository,
      receive: (updates, options) => this.#receive(project, account, updates, options),
    };
  }
  #receive(
    project: Project,
    account: string,
    updates: readonly Update[],
    options: readonly string[],
  ): readonly Verdict[] {
    if (account !== PRACTICE_ACCOUNT)
      return updates.map(() => ({
        declined: 'pre-receive hook declined',
        said: ['GitLab: You are not allowed to push code to this project.'],
      }));
    return updates.map((update) => {
      const verdict = project.receive(update);
      if (verdict.declined === null && update.ref.startsWith('refs/heads/')) {
        const made = pipelineFor(this, project, update, options);
        if (made !== null) {
          project.pipelines.unshift(made);
          made.advance();
          this.wake();
        }
      }
      return verdict;
    });
  }

  // ------------------------------------------------------------ who

  accountOfKey(key: string): string | null {
    return this.keys.find((one) => one.key === key)?.account ?? null;
  }
  addKey(key: string, title: string): SshKey | null {
    const text = key.trim().split(/\s+/).slice(0, 2).join(' ');
    if (this.keys.some((one) => one.key === text)) return null;
    const made = { id: this.nextId(), title, key: text, account: PRACTICE_ACCOUNT };
    this.keys.push(made);
    return made;
  }
  /** A key knocks. The account's owner has pasted the one that the runbook told to paste. */
  keyShown(key: string, comment: string): void {
    if (this.pastesKey && comment === KEY_COMMENT) this.addKey(key, comment);
  }
  /** The account of an API token; null for one that is nobody's. */
  accountOfToken(token: string): string | null {
    return token === PRACTICE_API_TOKEN ? PRACTICE_ACCOUNT : null;
  }
  accountOf(user: string, password: string): string | null {
    if (user !== 'gitlab-ci-token') return this.accountOfToken(password);
    const job = this.jobs().find((one) => one.token === password && one.status === 'running');
    return job === undefined ? null : `job:${job.pipeline.project.id}`;
  }

  // ------------------------------------------------------------ runners and jobs

  jobs(): readonly Job[] {
    return this.projects.flatMap((project) => project.pipelines.flatMap((pipeline) => pipeline.jobs));
  }
  /** The runner of a token that was shown at this GitLab; undefined when the token is nobody's. */
  runner(token: string): Runner | undefined {
    const known = this.runners.get(token);
    if (known !== undefined) return known;
    const valid = /^(glrt-|GR1348941)[A-Za-z0-9_.-]{8,}$/.test(token) && !/invalid|expired/i.test(token);
    if (!valid) return undefined;
    const id =
      [...token].reduce((sum, char) => (sum * 33 + (char.codePointAt(0) ?? 0)) % 90_000_000, 11) + 1_000_000;
    const made: Runner = {
      id,
      token,
      description: '',
      tags: this.runnerTags,
      runUntagged: false,
      contactedAt: null,
    };
    this.runners.set(token, made);
    return made;
  }
  /** The next job that a runner may do; it is running from now on. Null when there is none. */
  take(runner: Runner): Job | null {
    runner.contactedAt = this.now();
    const fits = (job: Job) =>
      job.tags.length === 0 ? runner.runUntagged : job.tags.every((tag) => runner.tags.includes(tag));
    const job = this.jobs()
      .toSorted((a, b) => a.id - b.id)
      .find((one) => one.status === 'pending' && fits(one));
    if (job === undefined) return null;
    job.begin(runner, this.now());
    return job;
  }
  /** Calls back when there may be work; gives the way to stop that. */
  onWork(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }
  wake(): void {
    for (const listener of [...this.#waiting]) listener();
  }
}
