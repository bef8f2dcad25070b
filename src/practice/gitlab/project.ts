/** A project at the practice GitLab: its repository, who may push what, its variables, its pipelines. */
import { NO_ID } from '../git/objects.js';
import type { Repository } from '../git/repository.js';
import { isAncestor } from '../git/revisions.js';
import type { Update, Verdict } from '../git/transport.js';
import type { Pipeline } from './ci/pipeline.js';

export interface Variable {
  readonly key: string;
  readonly value: string;
  readonly type: 'env_var' | 'file';
  readonly protected: boolean;
  readonly masked: boolean;
  readonly hidden: boolean;
  readonly raw: boolean;
  readonly scope: string;
  readonly description: string | null;
}
/** 0 nobody, 30 developers, 40 maintainers. */
export type AccessLevel = 0 | 30 | 40;
export interface ProtectedBranch {
  readonly id: number;
  readonly name: string;
  readonly push: AccessLevel;
  readonly merge: AccessLevel;
  readonly allowForcePush: boolean;
}

export class Project {
  readonly id: number;
  /** `group/name`. */
  readonly path: string;
  readonly repository: Repository;
  readonly variables = new Map<string, Variable>();
  readonly protectedBranches = new Map<string, ProtectedBranch>();
  readonly pipelines: Pipeline[] = [];
  readonly createdAt: number;

  constructor(id: number, path: string, repository: Repository, createdAt: number) {
    this.id = id;
    this.path = path;
    this.repository = repository;
    this.createdAt = createdAt;
  }
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }
  get namespace(): string {
    return this.path.slice(0, this.path.lastIndexOf('/'));
  }
  get webUrl(): string {
    return `https://gitlab.com/${this.path}`;
  }
  get defaultBranch(): string | null {
    const { head } = this.repository;
    return head.kind === 'branch' && this.repository.headCommit !== null
      ? head.ref.replace('refs/heads/', '')
      : null;
  }
  rule(branch: string): ProtectedBranch | undefined {
    return [...this.protectedBranches.values()].find((one) =>
      new RegExp(`^${one.name.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(branch),
    );
  }
  protect(name: string, push: AccessLevel, merge: AccessLevel, allowForcePush: boolean): ProtectedBranch {
    const made = { id: this.id * 10 + this.protectedBranches.size + 1, name, push, merge, allowForcePush };
    this.protectedBranches.set(name, made);
    return made;
  }

  /** What the server's own checks say to an update, and the update itself when they agree. */
  receive(update: Update): Verdict {
    const { ref, before, after } = update;
    const { repository } = this;
    const branch = ref.startsWith('refs/heads/') ? ref.slice(11) : null;
    const rule = branch === null ? undefined : this.rule(branch);
    const forced = before !== NO_ID && after !== NO_ID && !isAncestor(repository, before, after);
    const why =
      branch === null || rule === undefined
        ? null
        : rule.push === 0
          ? 'You are not allowed to push code to protected branches on this project.'
          : after === NO_ID
            ? 'You can only delete protected branches using the web interface.'
            : forced && !rule.allowForcePush
              ? 'You are not allowed to force push code to a protected branch on this project.'
              : null;
    if (why !== null) return { declined: 'pre-receive hook declined', said: [`GitLab: ${why}`] };
    const first = repository.refs('refs/heads').size === 0;
    if (after === NO_ID) repository.deleteRef(ref);
    else repository.setRef(ref, after);
    if (first && branch !== null && after !== NO_ID) {
      // The first branch becomes the default one.
      repository.head = { kind: 'branch', ref };
    }
    return { declined: null, said: [] };
  }
}
