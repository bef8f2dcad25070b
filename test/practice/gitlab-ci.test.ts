/** What the practice GitLab makes of .gitlab-ci.yml, without a runner. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { encodeCommit, NO_ID } from '../../src/practice/git/objects.js';
import { gitlabApi } from '../../src/practice/gitlab/api.js';
import { prepare } from '../../src/practice/gitlab/job-script.js';
import {
  Gitlab,
  PRACTICE_ACCOUNT,
  PRACTICE_API_TOKEN,
  PRACTICE_PROJECT,
} from '../../src/practice/gitlab/server.js';
import type { HttpResponse } from '../../src/practice/model/http.js';

/** A GitLab whose main has this file. */
function withFile(text: string) {
  const gitlab = new Gitlab();
  const project = gitlab.project(PRACTICE_PROJECT);
  const served = gitlab.open(PRACTICE_ACCOUNT, PRACTICE_PROJECT);
  if (project === undefined || typeof served === 'string') throw new Error('no project');
  const { repository } = project;
  const blob = repository.write('blob', Buffer.from(text));
  const who = { name: 'P', email: 'p@example.com', seconds: 1_700_000_000, zone: '+0000' };
  const after = repository.write(
    'commit',
    encodeCommit({
      tree: repository.writeTree(new Map([['.gitlab-ci.yml', { mode: '100644', id: blob }]])),
      parents: [],
      author: who,
      committer: who,
      message: 'First\n',
    }),
  );
  served.receive([{ ref: 'refs/heads/main', before: NO_ID, after }], []);
  const ask = (method: string, path: string, body: unknown = undefined): HttpResponse =>
    gitlabApi(gitlab, {
      method,
      url: new URL(`https://gitlab.com/api/v4/projects/${project.id}/${path}`),
      headers: new Map([
        ['private-token', PRACTICE_API_TOKEN],
        ['content-type', 'application/json'],
      ]),
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      from: '192.168.56.1',
    });
  return { project, ask };
}
const LINT = z.object({ valid: z.boolean(), errors: z.array(z.string()) });
const lintOf = (response: HttpResponse) => LINT.parse(JSON.parse(response.body.toString('utf8')));
const job = (rest: string) => `a:\n  script: echo\n${rest}`;

describe('a regular expression that is none', () => {
  it.each([
    [
      job("  rules:\n    - if: '$CI_COMMIT_BRANCH =~ /(/'\n"),
      'jobs:a:rules:rule if invalid expression syntax',
    ],
    [
      job("  only: ['/(/']\n"),
      'jobs:a:only config should be an array of strings or regular expressions using re2 syntax',
    ],
    [
      `workflow:\n  rules:\n    - if: '$CI_COMMIT_BRANCH =~ /[/'\n${job('')}`,
      'workflow:rules:rule if invalid expression syntax',
    ],
    [
      job("  variables: {P: '/(/'}\n  rules:\n    - if: '$CI_COMMIT_BRANCH =~ $P'\n"),
      'Invalid regular expression!',
    ],
  ])('makes a pipeline that says so: %s', (file, words) => {
    const { project } = withFile(file);
    expect(project.pipelines.map((one) => [one.status, one.head.yamlErrors])).toEqual([['failed', words]]);
  });
  it('takes `(?i)` as RE2 does', () => {
    const { project } = withFile(job("  rules:\n    - if: '$CI_COMMIT_BRANCH =~ /(?i)^MAIN$/'\n"));
    expect(project.pipelines[0]?.jobs).toHaveLength(1);
  });
});

describe('the API', () => {
  it("lints the repository's own file when it is given none", () => {
    expect(lintOf(withFile(job('')).ask('GET', 'ci/lint'))).toEqual({ valid: true, errors: [] });
    expect(lintOf(withFile('a:\n  scrip: x\n').ask('GET', 'ci/lint')).valid).toBe(false);
    expect(lintOf(withFile(job('')).ask('POST', 'ci/lint', { content: 'a: 1' })).valid).toBe(false);
  });
  it('starts a pipeline by POST only, with variables that win over those of file and project', () => {
    const { project, ask } = withFile(
      job(
        '  variables: {WORD: file}\n  rules:\n    - if: \'$WORD == "asked" && $CI_PIPELINE_SOURCE == "api"\'\n',
      ),
    );
    expect(project.pipelines).toHaveLength(0);
    expect(ask('GET', 'pipeline?ref=main').status).toBe(405);
    expect(ask('POST', 'pipeline', { ref: 'main' }).status).toBe(400);
    expect(ask('POST', 'pipeline', { ref: 'main', variables: 'x' }).status).toBe(400);
    ask('POST', 'variables', { key: 'WORD', value: 'kept' });
    expect(
      ask('POST', 'pipeline', { ref: 'main', variables: [{ key: 'WORD', value: 'asked' }] }).status,
    ).toBe(201);
    const made = project.pipelines[0]?.jobs[0];
    if (made === undefined) throw new Error('no job');
    expect(prepare(made, '/b', 'h').variables.get('WORD')).toBe('asked');
  });
});
