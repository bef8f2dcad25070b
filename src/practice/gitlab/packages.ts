/** The package gitlab-runner: its user, its home, its service. */
import { installProgram } from '../commands/all.js';
import { account, groups } from '../commands/owners.js';
import type { Host } from '../host.js';
import { UnitFile } from '../model/unit-file.js';
import { unitProcess } from '../model/unit-process.js';
import { gitlabRunner } from './runner.js';

const UNIT = `[Unit]
Description=GitLab Runner
ConditionFileIsExecutable=/usr/bin/gitlab-runner
After=network.target

[Service]
StartLimitInterval=5
StartLimitBurst=10
ExecStart=/usr/bin/gitlab-runner "run" "--config" "/etc/gitlab-runner/config.toml" "--working-directory" "/home/gitlab-runner" "--service" "gitlab-runner" "--user" "gitlab-runner"
Restart=always
RestartSec=120

[Install]
WantedBy=multi-user.target
`;
const FRAGMENT = '/etc/systemd/system/gitlab-runner.service';
const HOME = '/home/gitlab-runner';
/** What useradd copies from /etc/skel. */
const LOGOUT = `# ~/.bash_logout: executed by bash(1) when login shell exits.

# when leaving the console clear the screen to increase privacy

if [ "$SHLVL" = 1 ]; then
    [ -x /usr/bin/clear_console ] && /usr/bin/clear_console -q
fi
`;

function addUser(host: Host): void {
  if (account(host.volume, 'gitlab-runner') !== undefined) return;
  const used = groups(host.volume).map(({ gid }) => gid);
  const id = Array.from({ length: 90 }, (_, index) => 999 - index).find((one) => !used.includes(one)) ?? 900;
  host.volume.put('/etc/group', `${host.volume.text('/etc/group') ?? ''}gitlab-runner:x:${id}:\n`);
  host.volume.put(
    '/etc/passwd',
    `${host.volume.text('/etc/passwd') ?? ''}gitlab-runner:x:${id}:${id}:GitLab Runner:${HOME}:/bin/bash\n`,
  );
  const own = { uid: id, gid: id };
  host.volume.ensureDirectory(HOME, { ...own, mode: 0o750 });
  host.volume.put(`${HOME}/.bash_logout`, LOGOUT, own);
  host.volume.put(
    `${HOME}/.profile`,
    '# ~/.profile: executed by the command interpreter for login shells.\n',
    own,
  );
}

export function addGitlabPackages(host: Host): void {
  host.packages.add(
    {
      name: 'gitlab-runner',
      version: '18.6.2-1',
      description: 'GitLab Runner',
      sizeKiB: 31_000,
      installed: false,
      archive: 'packages.gitlab.com',
      depends: ['git', 'gitlab-runner-helper-images'],
    },
    {
      installed: async () => {
        installProgram(host, 'gitlab-runner', gitlabRunner(host));
        addUser(host);
        host.volume.ensureDirectory('/etc/gitlab-runner', { mode: 0o700 });
        host.volume.put(FRAGMENT, UNIT);
        const unit = host.systemd.add(
          {
            name: 'gitlab-runner.service',
            description: 'GitLab Runner',
            enablement: 'enabled',
            active: false,
            type: 'simple',
            process: 'gitlab-runner',
            memoryKiB: 41_000,
            fragment: FRAGMENT,
            text: UNIT,
            wantedBy: ['multi-user.target'],
            properties: { Restart: 'always' },
          },
          unitProcess(host, 'gitlab-runner.service', new UnitFile([UNIT])),
        );
        host.volume.place(
          '/etc/systemd/system/multi-user.target.wants/gitlab-runner.service',
          host.volume.make.symlink(FRAGMENT),
        );
        await host.systemd.start(unit);
      },
      removed: async () => {
        const unit = host.systemd.find('gitlab-runner.service');
        if (unit !== undefined) await host.systemd.stop(unit);
        host.systemd.remove('gitlab-runner.service');
        host.volume.drop(FRAGMENT);
        host.volume.drop('/etc/systemd/system/multi-user.target.wants/gitlab-runner.service');
        host.volume.drop('/usr/bin/gitlab-runner');
      },
    },
  );
  host.packages.add({
    name: 'gitlab-runner-helper-images',
    version: '18.6.2-1',
    description: 'GitLab Runner Helper Docker Images',
    sizeKiB: 460_000,
    architecture: 'all',
    installed: false,
    archive: 'packages.gitlab.com',
  });
}
