/** The project on its way to a host: ours filled in, and a person's own, as `run` brings them to a practice host. */
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDesk, type Desk, type Ended } from '../unit/commands/program.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TEXT = '{id: a, en: a}';
/** Laid over ours: phase M with one step that unpacks the project. */
const PHASE = `id: M
title: ${TEXT}
about: ${TEXT}
hosts: [vm-docker]
steps:
  - id: M9
    title: ${TEXT}
    hosts: [vm-docker]
    why: ${TEXT}
    effect: ${TEXT}
    success: ${TEXT}
    actions:
      - id: unpack
        say: ${TEXT}
        risk: config
        as: user
        files: [{name: project.tar, project: true}]
        script: |
          echo "format $(cat "$TB_FILES/project.tar.format")"
          rm -rf /tmp/unpacked && mkdir /tmp/unpacked
          tar -xf "$TB_FILES/project.tar" -C /tmp/unpacked
          echo "entries $(ls -A /tmp/unpacked | tr '\\n' ' ')"
          cat /tmp/unpacked/deploy/edge/nginx/conf.d/edge.conf
    gates:
      - id: there
        title: ${TEXT}
        probe: {command: test -d /tmp/unpacked}
        outcomes:
          - {when: {exit: 0}, verdict: pass}
          - {verdict: fail, say: ${TEXT}}
`;

let desk: Desk;
let lab = '';
let text = '';
let pack = '';
let stop: () => Promise<unknown> = () => Promise.resolve();

beforeAll(async () => {
  desk = await createDesk();
  pack = join(desk.home, 'pack');
  await mkdir(join(pack, 'runbook'), { recursive: true });
  await writeFile(join(pack, 'runbook', 'phase-m.yaml'), PHASE);
  const child = desk.start(['practice']);
  const { stdout } = child;
  if (stdout === null) throw new Error('no stdout');
  const ended = once(child, 'close');
  const [first] = await Promise.race([
    once(stdout.setEncoding('utf8'), 'data'),
    ended.then(([code]) => Promise.reject(new Error(`the practice lab ended with ${String(code)}`))),
  ]);
  lab = join(desk.home, 'lab.yaml');
  text = await readFile(String(first).trim(), 'utf8');
  stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
});
afterAll(async () => {
  await stop();
  await desk.clear();
});

/** @param own the lab's project_source */
async function tui(own: string, ...args: readonly string[]): Promise<Ended> {
  const line = `  project_source: '${own}'\n`;
  const whole = /^parameters:$/m.test(text)
    ? text.replace(/^parameters:\n/m, `parameters:\n${line}`)
    : `${text}\nparameters:\n${line}`;
  await writeFile(lab, whole, { mode: 0o600 });
  return desk.run([...args, '--lab', lab, '--runbook', pack]);
}

describe('a step with the project', () => {
  it('is planned by how many files there are, not by their contents', async () => {
    await tui('', 'connect', '--accept-host-keys');
    const { stdout } = await tui('', 'plan', 'M9');
    expect(stdout).toMatch(/file project\.tar:\n.*\(the project, \d+ files\)/);
    const own = await tui('/srv/shop', 'plan', 'M9', '--json');
    expect(own.stdout).toContain('"content": "(the project in /srv/shop)"');
  });

  it('finds ours at the top of a tar, filled in for the lab', async () => {
    const ended = await tui('', 'run', 'M9', '--yes');
    const seen = ended.stdout + ended.stderr;
    expect([ended.code, seen]).toEqual([0, expect.stringContaining('format tar')]);
    expect(seen).toMatch(/project\.tar: the project, \d+ files/);
    expect(seen).toMatch(/entries .*\.gitlab-ci\.yml.* go /);
    expect(seen).toMatch(/proxy_pass http:\/\/192\.168\.56\.44:30080;/);
    // The same bytes are not sent again.
    const again = await tui('', 'run', 'M9', '--yes');
    expect(again.stdout + again.stderr).toContain('project.tar: vm-docker has it');
  });

  it('finds a person’s own as it is, and hears what stayed at home', async () => {
    const own = join(desk.home, 'shop');
    await mkdir(join(own, 'deploy/edge/nginx/conf.d'), { recursive: true });
    await writeFile(join(own, 'deploy/edge/nginx/conf.d/edge.conf'), 'mine {{param.site_host}}\n');
    await writeFile(join(own, '.env'), 'SECRET=1');
    const ended = await tui(own, 'run', 'M9', '--yes');
    const seen = ended.stdout + ended.stderr;
    expect([ended.code, seen]).toEqual([0, expect.stringContaining('mine {{param.site_host}}')]);
    expect(seen).toContain('project.tar: left out: .env');
    expect(seen).toMatch(/entries deploy ?\n/);
  });

  it('does not begin with one that is not there', async () => {
    const ended = await tui(join(desk.home, 'nowhere'), 'run', 'M9', '--yes');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('your own project cannot be used: there is no such folder or file');
  });
});
