/** The practice GitLab: its API, what a push starts there, and the runner on vm-docker that does the work. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from 'ssh2';
import { z } from 'zod';
import { GITLAB_FAULTS } from '../../src/practice/gitlab/faults.js';
import {
  PRACTICE_API_TOKEN,
  PRACTICE_PROJECT,
  PRACTICE_RUNNER_TOKEN,
} from '../../src/practice/gitlab/server.js';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { connect, run, until, type Answer } from './ssh.js';

let lab: PracticeLab;
let client: Client;
const shell = (script: string): Promise<Answer> => run(client, script);
const text = async (script: string): Promise<string> => (await shell(`exec 2>&1\n${script}`)).stdout;

const API = `
P=https://gitlab.com/api/v4/projects/${encodeURIComponent(PRACTICE_PROJECT)}
printf 'header = "PRIVATE-TOKEN: ${PRACTICE_API_TOKEN}"\\n' >~/api
api() { curl --silent --show-error --config ~/api "$@"; }
code() { api --output /dev/null --write-out '%{http_code}\\n' "$@"; }
`;
const CI = `stages: [build, deploy]
workflow:
  rules:
    - if: '$CI_COMMIT_BRANCH == "main"'
    - when: never
variables:
  TAG: '$CI_COMMIT_SHORT_SHA'
  GIT_CLEAN_FLAGS: '-ffdx -e .bin/'
default:
  tags: ['deploy']
check:
  stage: build
  script:
    - mkdir -p .bin; echo kept >>.bin/tool; touch left
    - echo "tag $TAG by $(id -un) in $CI_PROJECT_DIR, password $PASSWORD"
release:
  stage: deploy
  resource_group: production
  script:
    - test ! -e left; cat .bin/tool
    - |
      stat -c '%a %U' "$KUBECONFIG_PROD"
      cat "$KUBECONFIG_PROD"
    - exit "$RESULT"
later:
  stage: deploy
  rules:
    - when: manual
      allow_failure: true
  script: echo by hand
`;
const commit = (ci: string, message = 'Change') => `
cd ~/proj; cat >.gitlab-ci.yml <<'END_OF_CI'
${ci}END_OF_CI
git add --all; git commit --quiet --allow-empty -m '${message}'
`;
const PUSH = 'git push --quiet origin main';

const PIPELINE = z.object({ id: z.number(), status: z.string(), yaml_errors: z.string().nullish() });
const JOB = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  failure_reason: z.string().optional(),
});
type Row = z.infer<typeof JOB>;
/** The pipeline of the commit at hand once it is over, and its jobs. */
async function pipeline(
  over = (status: string) => ['success', 'failed', 'skipped'].includes(status),
): Promise<{ readonly status: string; readonly errors: string | null; readonly jobs: readonly Row[] }> {
  const ask = async (path: string): Promise<unknown> =>
    JSON.parse((await shell(`${API}\napi "$P/${path}"`)).stdout);
  const sha = (await shell('git -C ~/proj rev-parse HEAD')).stdout.trim();
  let id = 0;
  await until(async () => {
    const [found] = z.array(PIPELINE).parse(await ask(`pipelines?sha=${sha}&per_page=1`));
    id = found?.id ?? 0;
    return found !== undefined && over(found.status);
  });
  const whole = PIPELINE.parse(await ask(`pipelines/${id}`));
  const jobs = z.array(JOB).parse(await ask(`pipelines/${id}/jobs?per_page=100`));
  return { status: whole.status, errors: whole.yaml_errors ?? null, jobs };
}
const trace = (job: Row | undefined) => text(`${API}\napi "$P/jobs/${job?.id}/trace"`);
const variable = (key: string, value: string, more = '') =>
  `api --output /dev/null --request POST "$P/variables" --data key=${key} --data protected=true --data raw=true ${more} --data-urlencode value='${value}'\n`;

beforeAll(async () => {
  lab = await startPracticeLab({ timeScale: 0, seed: 12 });
  client = await connect(lab, 'vm-docker');
  const answer = await shell(`set -e
sudo bash -c 'apt-get update; apt-get install -y jq git
curl -fsSL https://packages.gitlab.com/install/repositories/runner/gitlab-runner/script.deb.sh | bash; apt-get install -y gitlab-runner
CI_SERVER_TOKEN=${PRACTICE_RUNNER_TOKEN} gitlab-runner register --non-interactive --url https://gitlab.com --executor shell --name vm-docker
sed -i s/^/#/ /home/gitlab-runner/.bash_logout' >/dev/null
mkdir -p ~/.ssh; ssh-keygen -q -t ed25519 -C vm-docker-gitlab -N '' -f ~/.ssh/id_ed25519_gitlab
printf 'Host gitlab-443\\n  HostName altssh.gitlab.com\\n  Port 443\\n  User git\\n  IdentityFile ~/.ssh/id_ed25519_gitlab\\n  StrictHostKeyChecking accept-new\\n' >~/.ssh/config
git init --quiet -b main ~/proj; cd ~/proj; git config user.name P; git config user.email p@example.com
git remote add origin git@gitlab-443:${PRACTICE_PROJECT}.git
${API}
${variable('PASSWORD', 'supersecret99', '--data masked=true')}${variable('RESULT', '0')}${variable('KUBECONFIG_PROD', 'apiVersion: v1\n&=+ end', '--data variable_type=file')}`);
  if (answer.code !== 0) throw new Error(answer.stderr);
});
afterAll(async () => {
  client.end();
  await lab.close();
});
afterEach(() => lab.heal());

describe('the API', () => {
  it('lets nobody in without the token', async () => {
    expect(
      await text(
        `${API}\ncurl -s -o /dev/null -w '%{http_code} ' $P; code $P; code $P/variables/NONE; code https://gitlab.com/api/v4/projects/praktik%2Fnone`,
      ),
    ).toBe('401 200\n404\n404\n');
  });
  it('keeps variables as they are, and refuses what it cannot mask', async () => {
    expect(
      await text(`${API}
api $P/variables/KUBECONFIG_PROD | jq -r '.value, .variable_type, .protected'
code -X POST $P/variables --data key=PASSWORD --data value=x
api -X POST $P/variables --data key=SHORT --data masked=true --data value=short
code -X PUT $P/variables/RESULT --data value=0; code -X POST $P/variables --data key=TEMP --data value=1; code -X DELETE $P/variables/TEMP`),
    ).toBe('apiVersion: v1\n&=+ end\nfile\ntrue\n400\n{"message":{"value":["is invalid"]}}\n200\n201\n204\n');
  });
  it('protects a branch once', async () => {
    expect(
      await text(`${API}
code $P/protected_branches/main; code -X POST $P/protected_branches --data name=main
code -X DELETE $P/protected_branches/main; code $P/protected_branches/main
code -X POST $P/protected_branches --data name=main --data push_access_level=40 --data merge_access_level=40`),
    ).toBe('200\n409\n204\n404\n201\n');
  });
});

describe('a push', () => {
  it('starts a pipeline whose jobs run on vm-docker as gitlab-runner', async () => {
    expect((await shell(commit(CI) + PUSH)).code).toBe(0);
    const { status, jobs } = await pipeline();
    expect(status).toBe('success');
    expect(jobs.map(({ name, status: one }) => `${name} ${one}`)).toEqual([
      'later manual',
      'release success',
      'check success',
    ]);
    const sha = (await shell('git -C ~/proj rev-parse --short=8 HEAD')).stdout.trim();
    expect(await trace(jobs[2])).toContain(
      `tag ${sha} by gitlab-runner in /home/gitlab-runner/builds/practiceR/0/praktik/three-body-problem-lab, password [MASKED]\n`,
    );
    const log = await trace(jobs[1]);
    expect(log).toContain('kept\n');
    expect(log).toContain('600 gitlab-runner\napiVersion: v1\n&=+ end');
    expect(log).toContain('Job succeeded');
    expect(await text(`${API}\ncode -X POST $P/jobs/${jobs[0]?.id}/play`)).toBe('200\n');
    await until(async () => (await pipeline()).jobs[0]?.status === 'success');
  });
  it('stops at a job that fails, with its exit status', async () => {
    await shell(`${API}\napi -o /dev/null -X PUT $P/variables/RESULT --data value=3\n${commit(CI)}${PUSH}\n`);
    const { status, jobs } = await pipeline();
    expect(status).toBe('failed');
    expect(jobs[1]).toMatchObject({ name: 'release', status: 'failed', failure_reason: 'script_failure' });
    expect(await trace(jobs[1])).toContain('ERROR: Job failed: exit status 3');
    await shell(`${API}\napi -o /dev/null -X PUT $P/variables/RESULT --data value=0`);
  });
  it('makes nothing for another branch', async () => {
    const answer = await text(
      `${commit(CI)}git push -q origin HEAD:refs/heads/other; ${API}\napi "$P/pipelines?ref=other"; git push -q origin :other; git reset -q --hard HEAD~1`,
    );
    expect(answer).toBe('[]\n');
  });
  it.each([
    [
      CI.replace('stage: build\n', 'stage: build\n  skript: x\n'),
      'jobs:check config contains unknown keys: skript',
    ],
    [
      CI.replace('stage: build\n', 'stage: bild\n'),
      'check job: chosen stage bild does not exist; available stages are .pre, build, deploy, .post',
    ],
    [
      CI.replace('check:\n', 'check:\n  needs: [none]\n'),
      "'check' job needs 'none' job, but 'none' is not in any previous stage",
    ],
  ])('with a file that GitLab does not take makes a pipeline that failed', async (ci, words) => {
    await shell(commit(ci) + PUSH);
    const { status, errors, jobs } = await pipeline();
    expect([status, jobs.length]).toEqual(['failed', 0]);
    expect(errors).toContain(words);
  });
  it('by force is declined on a protected branch', async () => {
    const answer = await shell(
      'cd ~/proj; git commit -q --amend --allow-empty -m Forced; git push --force origin main; s=$?; git reset -q --hard origin/main; exit $s',
    );
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain(
      'remote: GitLab: You are not allowed to force push code to a protected branch on this project.',
    );
    expect(answer.stderr).toContain(' ! [remote rejected] main -> main (pre-receive hook declined)');
  });
});

describe('what may be wrong', () => {
  const SHOWN: Readonly<Record<string, () => Promise<void>>> = {
    'gitlab-key-unknown': async () => {
      const answer = await shell('cd ~/proj; git ls-remote origin');
      expect(answer.code).toBe(128);
      expect(answer.stderr).toContain('git@altssh.gitlab.com: Permission denied (publickey).');
      expect(answer.stderr).toContain('fatal: Could not read from remote repository.');
    },
    'gitlab-runner-tag': async () => {
      await shell(commit(CI) + PUSH);
      const { jobs } = await pipeline((status) => status === 'pending');
      expect(jobs.at(-1)?.status).toBe('pending');
      await lab.heal();
      expect((await pipeline()).status).toBe('success');
    },
    'gitlab-runner-stopped': async () => {
      await shell(commit(CI) + PUSH);
      expect((await pipeline((status) => status === 'pending')).status).toBe('pending');
      await lab.heal();
      expect((await pipeline()).status).toBe('success');
    },
    'gitlab-branch-unprotected': async () => {
      await shell(commit(CI) + PUSH);
      const { status, jobs } = await pipeline();
      expect(status).toBe('failed');
      expect(await trace(jobs[2])).toContain('password \n');
    },
  };
  it.each(Object.keys(SHOWN))('%s', async (fault) => {
    await lab.inject(fault);
    expect(lab.faults).toEqual([fault]);
    await SHOWN[fault]?.();
  });
  it('a project with a README refuses a history of its own', async () => {
    const other = await startPracticeLab({ timeScale: 0, seed: 13, faults: ['gitlab-project-readme'] });
    const there = await connect(other, 'vm-docker');
    const answer = await run(
      there,
      `sudo bash -c 'apt-get update; apt-get install -y git' >/dev/null
mkdir -p ~/.ssh; ssh-keygen -q -t ed25519 -C vm-docker-gitlab -N '' -f ~/.ssh/id_ed25519_gitlab
git init -q -b main p; cd p; git config user.name P; git config user.email p@e; touch x; git add x; git commit -qm x
export GIT_SSH_COMMAND='ssh -i ~/.ssh/id_ed25519_gitlab -o StrictHostKeyChecking=accept-new'
git remote add origin ssh://git@altssh.gitlab.com:443/praktik/three-body-problem-lab.git
git push origin main; git push --force origin main`,
    );
    there.end();
    await other.close();
    expect(answer.stderr).toContain(' ! [rejected]        main -> main (fetch first)');
    expect(answer.stderr).toContain(
      'GitLab: You are not allowed to force push code to a protected branch on this project.',
    );
  });
  it('are all shown', () => {
    expect([...Object.keys(SHOWN), 'gitlab-project-readme'].toSorted()).toEqual(
      GITLAB_FAULTS.map(({ id }) => id).toSorted(),
    );
  });
  it("Ubuntu's .bash_logout fails a job before it begins (T37)", async () => {
    await shell(`sudo sed -i 's/^#//' /home/gitlab-runner/.bash_logout\n${commit(CI)}${PUSH}\n`);
    const { jobs } = await pipeline();
    expect(jobs.at(-1)).toMatchObject({
      name: 'check',
      status: 'failed',
      failure_reason: 'runner_system_failure',
    });
    expect(await trace(jobs.at(-1))).toContain(
      'ERROR: Job failed (system failure): prepare environment: exit status 1.',
    );
    await shell("sudo sed -i 's/^/#/' /home/gitlab-runner/.bash_logout");
  });
  it('after a boot the runner goes on', async () => {
    client.end();
    await lab.hosts['vm-docker'].reboot();
    client = await connect(lab, 'vm-docker');
    await shell(commit(CI) + PUSH);
    expect((await pipeline()).status).toBe('success');
  });
});
