/** E1 run for real: values by their form, the kubeconfig, and the variables, with stand-ins for the API server and GitLab. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Parameters } from '../../../src/lab/types.js';
import { ourRunbook } from './content.js';
import type { Ended } from './sandbox.js';
import { APP_KEY, KUBECONFIG, PROJECT, SECRETS, VmDocker } from './vm-docker-home.js';

const runbook = await ourRunbook();

let box: VmDocker;
beforeEach(() => {
  box = new VmDocker(runbook);
});
afterEach(() => box.remove());

describe('E1, the values', () => {
  test('are told good without being shown', async () => {
    const output = await box.well('E1', 'check-values', SECRETS);
    expect(output).toContain('good: APP_KEY');
    for (const value of Object.values(SECRETS)) expect(output).not.toContain(value);
  });

  test.each([
    ['mysql-password', 'with$dollar1', 'MYSQL_PASSWORD - has a dollar sign'],
    ['harbor-password', 'with a space', 'HARBOR_PASSWORD - has a space'],
    ['mysql-root-password', 'x1y2z3', 'MYSQL_ROOT_PASSWORD - shorter than 8'],
    ['mysql-root-password', "it's quoted", 'MYSQL_ROOT_PASSWORD - has a space'],
    ['mysql-root-password', "it's-quoted", 'MYSQL_ROOT_PASSWORD - has a quote'],
    ['app-key', 'base64:c2hvcnQ=', 'APP_KEY - is not 32 bytes'],
    ['app-key', 'x'.repeat(32), 'APP_KEY - does not begin with base64:'],
  ])('%s that would fail later is refused now', async (file, value, message) => {
    const { code, output } = await box.action('E1', 'check-values', { ...SECRETS, [file]: value });
    expect(code).not.toBe(0);
    expect(output).toContain(`NOT GOOD: ${message}`);
    expect(output).not.toContain(value);
  });

  test.each([
    [{ mysql_user: 'root' }, 'MYSQL_USER'],
    [{ mysql_database: 'a-b' }, 'MYSQL_DATABASE'],
    [{ pull_secret: 'Harbor_Cred' }, 'K8S_IMAGEPULL_SECRET'],
  ])('%o is refused', async (parameters, name) => {
    const { code, output } = await box.action('E1', 'check-values', SECRETS, parameters);
    expect(code).not.toBe(0);
    expect(output).toContain(`NOT GOOD: ${name}`);
  });
});

describe('E1, the kubeconfig', () => {
  /** An API server that takes one certificate. */
  const server = (answer: string): void =>
    box.stub(
      `curl() { local a b=; for a in "$@"; do if [ "$b" = --cert ]; then grep -q 'certificate of the admin' "$a" || { printf 401; return 0; }; fi; b="$a"; done; ${answer}; }`,
    );

  test('is tried, kept closed, and out of git; a second time changes nothing', async () => {
    server('printf 200');
    const output = await box.well('E1', 'kubeconfig', { kubeconfig: KUBECONFIG });
    expect(output).toContain('takes the kubeconfig');
    expect(output).not.toContain('client-key-data');
    expect(statSync(join(box.root, PROJECT, 'kubeconfig-prod')).mode & 0o777).toBe(0o600);
    expect(await box.seen('E1.kubeconfig-file')).toBe(
      'mode 600\nserver https://192.168.56.43:6443\nignored\n',
    );
    expect(await box.seen('E1.api')).toBe('curl 0 http 200 https://192.168.56.43:6443\n');
    expect(await box.well('E1', 'kubeconfig', { kubeconfig: KUBECONFIG })).toContain(
      'already as it should be',
    );
    await box.well('E1', 'kubeconfig', {}, {}, 'undo');
    expect(existsSync(join(box.root, PROJECT, 'kubeconfig-prod'))).toBe(false);
  });

  test('that names the loopback is refused', async () => {
    server('printf 200');
    const { code, output } = await box.action('E1', 'kubeconfig', {
      kubeconfig: KUBECONFIG.replace('192.168.56.43', '127.0.0.1'),
    });
    expect(code).not.toBe(0);
    expect(output).toContain('only for vm-k8s itself');
  });

  test('that the cluster does not know is refused and not kept', async () => {
    server('printf 401');
    const { code, output } = await box.action('E1', 'kubeconfig', { kubeconfig: KUBECONFIG });
    expect(code).not.toBe(0);
    expect(output).toContain('answers 401');
    expect(existsSync(join(box.root, PROJECT, 'kubeconfig-prod'))).toBe(false);
  });

  test('is told apart from no way to the API server', async () => {
    server('printf "curl: (7) Failed to connect"; return 7');
    expect((await box.action('E1', 'kubeconfig', { kubeconfig: KUBECONFIG })).output).toContain(
      'not within reach',
    );
  });

  test('gets a line in a .gitignore without one, and undo takes the line back', async () => {
    server('printf 200');
    box.write(`${PROJECT}/.gitignore`, '*.log');
    await box.well('E1', 'kubeconfig', { kubeconfig: KUBECONFIG });
    expect(readFileSync(join(box.root, PROJECT, '.gitignore'), 'utf8')).toBe('*.log\nkubeconfig-prod\n');
    await box.well('E1', 'kubeconfig', {}, {}, 'undo');
    expect(readFileSync(join(box.root, PROJECT, '.gitignore'), 'utf8')).toBe('*.log');
  });

  test('that git follows already is refused', async () => {
    box.git('init', '--quiet');
    box.write(`${PROJECT}/kubeconfig-prod`, 'old');
    box.git('add', '--force', 'kubeconfig-prod');
    const { code, output } = await box.action('E1', 'kubeconfig', { kubeconfig: KUBECONFIG });
    expect(code).not.toBe(0);
    expect(output).toContain('git follows kubeconfig-prod already');
    expect(await box.seen('E1.kubeconfig-file')).toContain('followed by git');
  });
});

describe('E1, the variables', () => {
  const GITLAB = { delivery: 'gitlab', gitlab_project: 'group/lab' };
  /** A GitLab in a directory: a file a variable, with the arguments that it was set with. */
  const gitlab = (): void => {
    mkdirSync(join(box.root, 'gitlab'), { recursive: true });
    box.stub(`GITLAB='${box.root}/gitlab'
curl() {
  local method= out= url= config= b= a file= key= type=env_var masked=false protected=false raw=false name
  for a in "$@"; do
    case "$b" in
      --request) method="$a" ;; --output) out="$a" ;; --config) config="$a" ;;
      --data) case "$a" in key=*) key="\${a#*=}" ;; variable_type=*) type="\${a#*=}" ;; masked=*) masked="\${a#*=}" ;; protected=*) protected="\${a#*=}" ;; raw=*) raw="\${a#*=}" ;; esac ;;
      --data-urlencode) file="\${a#value@}" ;;
    esac
    b="$a"; url="$a"
  done
  printf '%s %s\\n' "$method" "$url" >>"$GITLAB/log"
  grep -q 'PRIVATE-TOKEN: glpat-good' "$config" || { printf '{"message":"401 Unauthorized"}' >"$out"; printf 401; return; }
  name="\${url##*/}"
  case "$method $url" in
    *'/projects/group%2Flab/protected_branches/main') if [ "$method" = DELETE ]; then rm -f "$GITLAB/main"; printf 204; elif [ -e "$GITLAB/main" ]; then printf 200; else printf 404; fi ;;
    *'/projects/group%2Flab/protected_branches') : >"$GITLAB/main"; printf 201 ;;
    *'/projects/group%2Flab') printf 200 ;;
    GET*/variables/*) if [ -e "$GITLAB/var.$name" ]; then cp "$GITLAB/var.$name" "$out"; printf 200; else printf 404; fi ;;
    DELETE*/variables/*) rm -f "$GITLAB/var.$name"; printf 204 ;;
    *) jq -n --rawfile value "$file" --arg type "$type" --argjson masked "$masked" --argjson protected "$protected" --argjson raw "$raw" '{variable_type: $type, value: $value, masked: $masked, protected: $protected, raw: $raw}' >"$GITLAB/var.\${key:-$name}"; if [ "$method" = POST ]; then printf 201; else printf 200; fi ;;
  esac
}`);
  };
  const variable = (name: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(box.root, 'gitlab', `var.${name}`), 'utf8')) as Record<string, unknown>;
  const set = (parameters: Parameters = GITLAB, token = 'glpat-good'): Promise<Ended> =>
    box.action(
      'E1',
      'variables',
      { ...SECRETS, ...(token === '' ? {} : { 'gitlab-token': token }) },
      parameters,
    );

  beforeEach(() => {
    box.write(`${PROJECT}/kubeconfig-prod`, KUBECONFIG, 0o600);
  });

  test('without GitLab only a record without values is left, and left alone the next time', async () => {
    const { output } = await set({}, '');
    expect(output).toContain('nothing is set at GitLab');
    const file = join(box.root, 'home/.config/threebody/variables.json');
    const text = readFileSync(file, 'utf8');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const value of Object.values(SECRETS)) expect(text).not.toContain(value);
    expect(await box.seen('E1.variables')).toMatch(/^wanted tool\ndelivery tool\n/);
    expect(await box.seen('E1.variables')).not.toContain('lacks');
    await set({}, '');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('without a token a list to paste is printed, without values', async () => {
    const { code, output } = await set(GITLAB, '');
    expect(code).toBe(0);
    expect(output).toMatch(
      /^\[ \] KUBECONFIG_PROD +File, +Visible +-> .*\(vm-docker; semua baris \/ all lines\)$/m,
    );
    expect(output).toMatch(/^\[ \] APP_KEY +Variable, Masked +-> threebody-tui secret app_key$/m);
    expect(output.match(/^\[ \] /gm)).toHaveLength(9);
    // What to do with it is told in both languages: the log of a job has no other.
    expect(output).toMatch(/^ID: Di GitLab buka proyek Anda[^]*^EN: At GitLab open your project/m);
    for (const value of Object.values(SECRETS)) expect(output).not.toContain(value);
  });

  test('are set protected, secrets masked, the kubeconfig as a file; equal ones are left alone', async () => {
    gitlab();
    const { code, output } = await set();
    expect(code, output).toBe(0);
    for (const value of Object.values(SECRETS)) expect(output).not.toContain(value);
    expect(variable('MYSQL_PASSWORD')).toEqual({
      variable_type: 'env_var',
      value: SECRETS['mysql-password'],
      masked: true,
      protected: true,
      raw: true,
    });
    expect(variable('KUBECONFIG_PROD')).toMatchObject({ variable_type: 'file', value: KUBECONFIG });
    expect(variable('HARBOR_USERNAME')).toMatchObject({ value: 'admin', masked: false });
    const again = await set();
    expect(again.output.match(/^same: /gm)).toHaveLength(9);
    expect(readFileSync(join(box.root, 'gitlab/log'), 'utf8')).not.toContain('password');
  });

  test('are deleted by undo, or get back what they were', async () => {
    gitlab();
    writeFileSync(
      join(box.root, 'gitlab/var.APP_KEY'),
      '{"variable_type":"env_var","value":"base64:old","masked":false,"protected":false,"raw":false}',
    );
    await set();
    expect(variable('APP_KEY')).toMatchObject({ value: APP_KEY, masked: true });
    await box.well('E1', 'variables', { 'gitlab-token': 'glpat-good' }, GITLAB, 'undo');
    expect(variable('APP_KEY')).toMatchObject({ value: 'base64:old', masked: false, protected: false });
    expect(existsSync(join(box.root, 'gitlab/var.MYSQL_USER'))).toBe(false);
  });

  test('a token that GitLab does not take is told as that, and is in no output', async () => {
    gitlab();
    const { code, output } = await set(GITLAB, 'glpat-stale');
    expect(code).not.toBe(0);
    expect(output).toContain('does not take the token (401)');
    expect(output).not.toContain('glpat-stale');
  });

  test('main is protected when it is not, and freed by undo only then', async () => {
    gitlab();
    const token = { 'gitlab-token': 'glpat-good' };
    expect(await box.well('E1', 'protect-main', token, GITLAB)).toContain('main is protected now');
    expect(await box.well('E1', 'protect-main', token, GITLAB)).toContain('already');
    await box.well('E1', 'protect-main', token, GITLAB, 'undo');
    expect(existsSync(join(box.root, 'gitlab/main'))).toBe(false);
    expect(await box.well('E1', 'protect-main', token, GITLAB, 'undo')).toContain(
      'not protected by this step',
    );
    expect((await box.action('E1', 'protect-main', {}, {}, 'satisfied')).code).toBe(0);
    expect((await box.action('E1', 'protect-main', {}, GITLAB, 'satisfied')).code).not.toBe(0);
  });
});
