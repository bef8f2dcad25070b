/** Breakages of the way through GitLab, each met by the push or the pipeline that fails of it, found, proved and mended. */
import { PRACTICE_PROJECT } from '../../src/practice/gitlab/server.js';
import { rehearseFaults } from './rehearse-faults.js';

const pushed = { change: true, steps: ['E2'] } as const;
const delivered = { change: true, steps: ['E2', 'E3'] } as const;

rehearseFaults(
  ['A', 'B', 'C', 'D', 'E1'],
  [
    // A project that has a README already can only be met by the first push.
    ['gitlab-project-readme', 'S73', 'diverged', 'person', { steps: ['E2'] }],
    ['gitlab-runner-stopped', 'S68', 'service-down', 'program', delivered],
    ['gitlab-branch-unprotected', 'S71', 'unprotected-branch', 'program', delivered],
    ['gitlab-runner-tag', 'S67', 'no-tag', 'person', delivered],
    ['gitlab-key-unknown', 'S73', 'key-unknown', 'person', pushed],
  ],
  {
    parameters: {
      delivery: 'gitlab',
      gitlab_project: PRACTICE_PROJECT,
      git_remote: `git@gitlab-443:${PRACTICE_PROJECT}.git`,
    },
  },
);
