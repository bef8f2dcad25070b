/** Breakages of the practice GitLab and of what stands between it and vm-docker. */
import type { Fault } from '../fault.js';
import { PRACTICE_PROJECT } from './server.js';

export const GITLAB_FAULTS: readonly Fault[] = [
  {
    id: 'gitlab-project-readme',
    apply: ({ world: { gitlab } }) => {
      const project = gitlab.project(PRACTICE_PROJECT);
      if (project === undefined || project.repository.ref('refs/heads/main') !== null) return () => undefined;
      gitlab.addReadme(project);
      const made = project.repository.ref('refs/heads/main');
      return () => {
        if (project.repository.ref('refs/heads/main') === made)
          project.repository.deleteRef('refs/heads/main');
      };
    },
  },
  {
    id: 'gitlab-key-unknown',
    apply: ({ world: { gitlab } }) => {
      const before = gitlab.keys.splice(0);
      gitlab.pastesKey = false;
      return () => {
        gitlab.pastesKey = true;
        gitlab.keys.push(...before);
      };
    },
  },
  {
    id: 'gitlab-runner-tag',
    apply: ({ world: { gitlab } }) => {
      const set = (tags: readonly string[]) => {
        gitlab.runnerTags = tags;
        for (const runner of gitlab.runners.values()) runner.tags = tags;
        gitlab.wake();
      };
      set(['docker']);
      return () => set(['deploy']);
    },
  },
  {
    id: 'gitlab-runner-stopped',
    apply: async ({ hosts: [docker] }) => {
      const unit = docker.systemd.find('gitlab-runner.service');
      if (unit === undefined || !docker.systemd.isActive('gitlab-runner.service')) return () => undefined;
      await docker.systemd.stop(unit);
      return async () => {
        await docker.systemd.start(unit);
      };
    },
  },
  {
    id: 'gitlab-branch-unprotected',
    apply: ({ world: { gitlab } }) => {
      const project = gitlab.project(PRACTICE_PROJECT);
      const rule = project?.protectedBranches.get('main');
      project?.protectedBranches.delete('main');
      return () => {
        if (rule !== undefined) project?.protectedBranches.set('main', rule);
      };
    },
  },
];
