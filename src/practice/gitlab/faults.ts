/** Breakages of the practice GitLab and of what stands between it and vm-docker. */
import type { Fault } from '../fault.js';
import { PRACTICE_PROJECT } from './server.js';

export const GITLAB_FAULTS: readonly Fault[] = [
  {
    id: 'gitlab-project-readme',
    title: { id: 'Proyek GitLab tidak kosong', en: 'GitLab project is not empty' },
    breaks: {
      id: 'proyek di GitLab dibuat dengan README, jadi riwayatnya lain dari milik Anda (T65)',
      en: 'the project at GitLab was made with a README, so its history is not yours (T65)',
    },
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
    title: { id: 'Kunci SSH belum ditambahkan', en: 'SSH key was not added' },
    breaks: {
      id: 'GitLab tidak mengenal kunci SSH vm-docker: Permission denied (publickey)',
      en: "GitLab does not know vm-docker's SSH key: Permission denied (publickey)",
    },
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
    title: { id: 'Runner tanpa tag deploy', en: 'Runner without the tag deploy' },
    breaks: {
      id: 'runner di GitLab bertag docker, bukan deploy: pekerjaan pipeline tetap pending',
      en: 'the runner at GitLab has the tag docker, not deploy: the jobs of a pipeline stay pending',
    },
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
    title: { id: 'Runner mati', en: 'Runner is stopped' },
    breaks: {
      id: 'gitlab-runner di vm-docker berhenti: pekerjaan pipeline tetap pending',
      en: 'gitlab-runner on vm-docker is stopped: the jobs of a pipeline stay pending',
    },
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
    title: { id: 'Branch main tidak dilindungi', en: 'Branch main is not protected' },
    breaks: {
      id: 'main tidak dilindungi di GitLab: variabel protected kosong di dalam pipeline (T66)',
      en: 'main is not protected at GitLab: protected variables are empty in a pipeline (T66)',
    },
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
