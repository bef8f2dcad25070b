/** A vm-docker for E1 to E3: a home with a project in it, real git, and what the program would stage. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Parameters } from '../../../src/lab/types.js';
import type { Runbook } from '../../../src/runbook/types.js';
import { actionOf, probeOf, Sandbox, type Ended } from './sandbox.js';

export const PROJECT = 'home/three-body-problem';
export const APP_KEY = `base64:${Buffer.alloc(32, 7).toString('base64')}`;
export const SECRETS = {
  'harbor-password': 'Harborpassword1',
  'mysql-root-password': 'Rootpassword1',
  'mysql-password': 'Userpassword1',
  'app-key': APP_KEY,
};
export const KUBECONFIG = [
  'apiVersion: v1',
  'clusters:',
  '- cluster:',
  `    certificate-authority-data: ${Buffer.from('ca').toString('base64')}`,
  '    server: https://192.168.56.43:6443',
  '  name: kubernetes',
  'users:',
  '- name: kubernetes-admin',
  '  user:',
  `    client-certificate-data: ${Buffer.from('certificate of the admin').toString('base64')}`,
  `    client-key-data: ${Buffer.from('key of the admin, long enough to be one').toString('base64')}`,
  '',
].join('\n');

type Part = 'script' | 'satisfied' | 'undo';

export class VmDocker extends Sandbox {
  readonly #content: Runbook;

  constructor(runbook: Runbook) {
    super(runbook, []);
    this.#content = runbook;
    this.stub(`HOME='${this.root}/home'; export HOME; mkdir -p "$HOME"; export GIT_CONFIG_NOSYSTEM=1`);
    this.write(`${PROJECT}/.gitignore`, 'kubeconfig*\n.env\n.bin/\ndeploy/edge/certs/*\n');
    this.write(`${PROJECT}/go/main.go`, 'package main\n');
  }

  /** git in the project, as the person there. */
  git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: join(this.root, PROJECT),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: join(this.root, 'home'), GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();
  }

  action(
    step: string,
    action: string,
    files: Readonly<Record<string, string>> = {},
    parameters: Parameters = {},
    part: Part = 'script',
  ): Promise<Ended> {
    return this.run(actionOf(this.#content, step, action, parameters), part, files);
  }

  /** The same, for what has to end well. */
  async well(
    step: string,
    action: string,
    files: Readonly<Record<string, string>> = {},
    parameters: Parameters = {},
    part: Part = 'script',
  ): Promise<string> {
    const { code, output } = await this.action(step, action, files, parameters, part);
    if (code !== 0) throw new Error(`${step}/${action} ended with ${code}:\n${output}`);
    return output;
  }

  async seen(gate: string): Promise<string> {
    return (await this.probe(probeOf(this.#content, gate))).output;
  }

  /** Everything that E2 does. */
  async pushed(): Promise<string> {
    for (const action of ['init', 'commit', 'remote', 'push']) await this.well('E2', action);
    return this.git('rev-parse', 'HEAD');
  }
}
