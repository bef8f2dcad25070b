/** B4 undone: an edge that ran before goes on with its own files, directories of a person stay, what came from here goes. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { actionOf, Sandbox } from './sandbox.js';

const runbook = await ourRunbook();
const EDGE = 'home/three-body-problem/deploy/edge';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox(runbook, []);
  // A Docker with one container: its state stands in a file, and what was asked of it in another.
  box.stub(`HOME='${box.root}/home'; mkdir -p '${box.root}/${EDGE}/nginx/conf.d'
getent() { echo "cikal:x:1000:1000::${box.root}/home:/bin/bash"; }
chown() { :; }
docker() {
  local state; state="$(cat '${box.root}/edge' 2>/dev/null || true)"
  echo "$*" >>'${box.root}/log'
  case "$*" in
    'ps --quiet'*) if [ "$state" = running ]; then echo abc; fi ;;
    'ps --all'*) if [ -n "$state" ]; then echo abc; fi ;;
    'image inspect'*) test -e '${box.root}/image' ;;
    pull*) : >'${box.root}/image' ;;
    'image rm'*) rm '${box.root}/image' ;;
    *' down') rm -f '${box.root}/edge' ;;
    *' stop') echo exited >'${box.root}/edge' ;;
    *'up -d') echo running >'${box.root}/edge' ;;
  esac
}`);
  box.write(`${EDGE}/docker-compose.yml`, 'services: {}\n');
});
afterEach(() => box.remove());

const start = actionOf(runbook, 'B4', 'start');
const conf = actionOf(runbook, 'B4', 'edge-conf');
const state = (): string | null =>
  existsSync(join(box.root, 'edge')) ? readFileSync(join(box.root, 'edge'), 'utf8').trim() : null;

test('one that was not there is removed with its image', async () => {
  await box.run(conf);
  await box.run(start);
  expect(state()).toBe('running');
  await box.run(start, 'undo');
  await box.run(conf, 'undo');
  expect(state()).toBeNull();
  expect(existsSync(join(box.root, 'image'))).toBe(false);
});

test('one that was stopped is stopped again, and its image stays', async () => {
  box.write('edge', 'exited\n');
  box.write('image', '');
  await box.run(start);
  await box.run(start, 'undo');
  expect(state()).toBe('exited');
  expect(existsSync(join(box.root, 'image'))).toBe(true);
});

test('one that ran goes on, and is loaded again once its own edge.conf is back', async () => {
  box.write('edge', 'running\n');
  box.write('image', '');
  box.write(`${EDGE}/nginx/conf.d/edge.conf`, '# mine\n');
  await box.run(conf);
  await box.run(start);
  box.write('log', '');
  expect((await box.run(start, 'undo')).output).toContain('it goes on');
  expect((await box.run(conf, 'undo')).code).toBe(0);
  expect(state()).toBe('running');
  expect(readFileSync(join(box.root, EDGE, 'nginx/conf.d/edge.conf'), 'utf8')).toBe('# mine\n');
  expect(readFileSync(join(box.root, 'log'), 'utf8')).toContain('exec edge-nginx nginx -s reload');
});

test('empty directories that were there before stay', async () => {
  const folders = actionOf(runbook, 'B4', 'folders');
  mkdirSync(join(box.root, 'home/three-body-problem/deploy/k8s/base'), { recursive: true });
  await box.run(folders);
  expect(existsSync(join(box.root, 'home/three-body-problem/deploy/k8s/jobs'))).toBe(true);
  await box.run(folders, 'undo');
  expect(existsSync(join(box.root, 'home/three-body-problem/deploy/k8s/base'))).toBe(true);
  expect(existsSync(join(box.root, 'home/three-body-problem/deploy/k8s/jobs'))).toBe(false);
  expect(existsSync(join(box.root, EDGE, 'certs'))).toBe(false);
});
