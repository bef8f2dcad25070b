/** B3 taken back, run for real: no more than it did, and what was there before stays what it was. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Parameters } from '../../../src/lab/types.js';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const DOWNLOADS = 'var/lib/threebody/downloads';
const NAME = 'harbor-offline-installer-v2.14.1.tgz';

let box: Sandbox;
afterEach(() => box.remove());
const text = (path: string): string => readFileSync(join(box.root, path), 'utf8');
const calls = (): readonly string[] =>
  existsSync(join(box.root, 'calls')) ? text('calls').trim().split('\n') : [];

describe('an archive that was there before', () => {
  const fetching = (parameters: Parameters) => actionOf(runbook, 'B3', 'fetch', parameters);
  let good: string;
  let sha256: string;
  beforeEach(() => {
    box = new Sandbox(runbook, ['/var/lib/threebody', '/opt/harbor'], {
      'https://github.com': 'http://127.0.0.1:1',
    });
    box.stub('sleep() { :; }');
    for (const name of ['prepare', 'install.sh', 'harbor.yml.tmpl', 'harbor.v2.14.1.tar.gz'])
      box.write(`src/harbor/${name}`, name);
    good = join(box.root, 'good.tgz');
    spawnSync('tar', ['-czf', good, '-C', join(box.root, 'src'), 'harbor']);
    sha256 = createHash('sha256').update(readFileSync(good)).digest('hex');
  });
  const downloads = (): readonly string[] => readdirSync(join(box.root, DOWNLOADS)).toSorted();

  test('and is refused is moved aside, not removed; undo gives it back', async () => {
    box.write(`${DOWNLOADS}/${NAME}`, 'something else');
    const { code, output } = await box.run(fetching({}));
    expect(code).not.toBe(0);
    expect(output).toContain(`it was moved to ${join(box.root, DOWNLOADS, NAME)}.yours`);
    expect(downloads()).toEqual([`${NAME}.refused`, `${NAME}.yours`]);
    const again = { 'harbor.tgz': `@${box.write('junk.tgz', 'another that is none')}` };
    expect((await box.run(fetching({}), 'script', again)).output).toContain('it was removed');
    expect(await box.run(fetching({}), 'undo')).toMatchObject({ code: 0 });
    expect(downloads()).toEqual([NAME]);
    expect(text(`${DOWNLOADS}/${NAME}`)).toBe('something else');
  });

  test("gives way to another from the operator's computer; undo gives it back", async () => {
    box.write(`${DOWNLOADS}/${NAME}`, 'something else');
    const fetch = fetching({ harbor_sha256: sha256 });
    for (let time = 0; time < 2; time += 1)
      expect(await box.run(fetch, 'script', { 'harbor.tgz': `@${good}` })).toMatchObject({ code: 0 });
    expect(readFileSync(join(box.root, DOWNLOADS, NAME))).toEqual(readFileSync(good));
    expect(await box.run(fetch, 'undo')).toMatchObject({ code: 0 });
    expect(downloads()).toEqual([NAME]);
    expect(text(`${DOWNLOADS}/${NAME}`)).toBe('something else');
  });

  test('is used as it is where the internet cannot be asked, and stays after undo', async () => {
    box.write(`${DOWNLOADS}/.keep`, '');
    copyFileSync(good, join(box.root, DOWNLOADS, NAME));
    const fetch = fetching({ harbor_sha256: sha256 });
    const { code, output } = await box.run(fetch);
    expect(code, output).toBe(0);
    expect(output).toContain('an archive was here before this step: it is checked and used');
    expect(await box.run(fetch, 'undo')).toMatchObject({ code: 0 });
    expect(readFileSync(join(box.root, DOWNLOADS, NAME))).toEqual(readFileSync(good));
  });

  test('and is only half of one makes room for the whole; undo gives it back', async () => {
    const half = readFileSync(good).subarray(0, 60);
    box.write(`${DOWNLOADS}/.keep`, '');
    writeFileSync(join(box.root, DOWNLOADS, NAME), half);
    box.stub(
      `curl() { case "$*" in *-fsSIL*) echo "Content-Length: $(stat -c %s '${good}')" ;; *-o*) cp '${good}' "\${@: -2:1}" ;; *) return 7 ;; esac; }`,
    );
    const { code, output } = await box.run(fetching({ harbor_sha256: sha256 }));
    expect(code, output).toBe(0);
    expect(readFileSync(join(box.root, DOWNLOADS, NAME))).toEqual(readFileSync(good));
    expect(await box.run(fetching({}), 'undo')).toMatchObject({ code: 0 });
    expect(readFileSync(join(box.root, DOWNLOADS, NAME))).toEqual(half);
  });

  test('is left alone by an undo of a step that fetched nothing', async () => {
    box.write(`${DOWNLOADS}/${NAME}`, 'something else');
    expect((await box.run(fetching({}), 'undo')).output).toContain('fetched nothing here');
    expect(downloads()).toEqual([NAME]);
  });
});

describe('harbor.yml', () => {
  const configure = actionOf(runbook, 'B3', 'configure');
  /** Whether containers of Harbor run. */
  const docker = (running: boolean): void => {
    box.write('opt/harbor/docker-compose.yml', '');
    box.write('opt/harbor/prepare', `#!/bin/sh\necho prepare >>'${box.root}/calls'\n`, 0o755);
    box.stub(`
docker() {
  case "$1" in
    ps) ${running ? 'echo abc' : ':'} ;;
    *) echo "docker $*" >>'${box.root}/calls' ;;
  esac
}`);
  };
  beforeEach(() => {
    box = new Sandbox(runbook, ['/opt/harbor', '/data/harbor']);
  });
  /** As a run leaves it: the original kept, ours in its place. */
  async function changed(): Promise<void> {
    box.write('opt/harbor/harbor.yml', 'hostname: old\n');
    const write = {
      ...configure,
      script: 'tb_backup /opt/harbor/harbor.yml; echo new >/opt/harbor/harbor.yml',
    };
    expect(await box.run(write)).toMatchObject({ code: 0 });
  }

  test.each([
    ['runs', true, ['prepare', 'docker compose down', 'docker compose up -d']],
    ['does not run', false, ['prepare']],
  ])('is put back; a Harbor from before that %s stays like that', async (_name, running, expected) => {
    docker(running);
    await changed();
    expect(await box.run(configure, 'undo')).toMatchObject({ code: 0 });
    expect(text('opt/harbor/harbor.yml')).toBe('hostname: old\n');
    expect(calls()).toEqual(expected);
  });

  test('that was not changed leaves Harbor alone', async () => {
    docker(true);
    box.write('opt/harbor/harbor.yml', 'hostname: mine\n');
    expect((await box.run(configure, 'undo')).output).toContain('Harbor is left alone');
    expect(calls()).toEqual([]);
  });
});

describe('the installation', () => {
  const install = actionOf(runbook, 'B3', 'install');
  /** What the program keeps before the runbook's own lines, which is what our script notes as well. */
  const note = { ...install, script: install.keep ?? 'exit 9' };
  const docker = (containers: number, images: readonly string[]): void =>
    box.stub(`
docker() {
  case "$*" in
    ps*) for _ in $(seq ${containers}); do echo id; done ;;
    'image ls'*) printf '%s\\n' ${images.join(' ')} ;;
    'compose config --images') printf 'goharbor/harbor-core:v2.14.1\\ngoharbor/nginx-photon:v2.14.1\\n' ;;
    *) echo "docker $*" >>'${box.root}/calls' ;;
  esac
}`);
  beforeEach(() => {
    box = new Sandbox(runbook, ['/opt/harbor', '/data/harbor']);
    box.write('opt/harbor/harbor.yml', '');
  });
  const installed = (): void => {
    box.write('opt/harbor/docker-compose.yml', '');
    box.write('opt/harbor/common/config/core/env', '');
    mkdirSync(join(box.root, 'data/harbor'), { recursive: true });
  };

  test('takes away the images that came with it and no other, and what it generated', async () => {
    docker(0, ['goharbor/nginx-photon:v2.14.1', 'postgres:15']);
    expect(await box.run(note)).toMatchObject({ code: 0 });
    installed();
    docker(9, [
      'goharbor/harbor-core:v2.14.1',
      'goharbor/nginx-photon:v2.14.1',
      'goharbor/trivy-adapter-photon:v2.14.1',
      'goharbor/harbor-core:v2.13.0',
      'postgres:15',
    ]);
    const { code, output } = await box.run(install, 'undo');
    expect(code, output).toBe(0);
    expect(calls()).toEqual([
      'docker compose down',
      'docker image rm goharbor/harbor-core:v2.14.1',
      'docker image rm goharbor/trivy-adapter-photon:v2.14.1',
    ]);
    expect(readdirSync(join(box.root, 'opt/harbor'))).toEqual(['harbor.yml']);
    expect(existsSync(join(box.root, 'data'))).toBe(false);
  });

  test('keeps a data directory that was there, even an empty one', async () => {
    mkdirSync(join(box.root, 'data/harbor'), { recursive: true });
    docker(0, []);
    await box.run(note);
    installed();
    expect(await box.run(install, 'undo')).toMatchObject({ code: 0 });
    expect(existsSync(join(box.root, 'data/harbor'))).toBe(true);
    rmSync(join(box.root, 'data'), { recursive: true });
  });

  test.each([
    ['did not run is stopped again', 0, ['docker compose stop']],
    ['ran is left running', 9, []],
  ])('of before that %s', async (_name, containers, expected) => {
    installed();
    docker(containers, []);
    await box.run(note);
    docker(9, []);
    expect(await box.run(install, 'undo')).toMatchObject({ code: 0 });
    expect(calls()).toEqual(expected);
    expect(existsSync(join(box.root, 'opt/harbor/docker-compose.yml'))).toBe(true);
  });

  test('that was never begun takes nothing away', async () => {
    installed();
    docker(9, []);
    expect((await box.run(install, 'undo')).output).toContain('installed nothing here');
    expect(calls()).toEqual([]);
  });
});
