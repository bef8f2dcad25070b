/** /etc/gitlab-runner/config.toml: the runners that are registered on a host. */

export const RUNNER_VERSION = '18.6.2';

export interface RunnerSection {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly executor: string;
}
export function readRunners(text: string): readonly RunnerSection[] {
  return text
    .split(/^\s*\[\[runners\]\]\s*$/m)
    .slice(1)
    .map((part) => {
      const value = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*"([^"]*)"`, 'm').exec(part)?.[1] ?? '';
      return { name: value('name'), url: value('url'), token: value('token'), executor: value('executor') };
    });
}
export function section(runner: RunnerSection, id: number, now: number): string {
  const at = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  return `\n[[runners]]\n  name = "${runner.name}"\n  url = "${runner.url}"\n  id = ${id}\n  token = "${runner.token}"\n  token_obtained_at = ${at}\n  token_expires_at = 0001-01-01T00:00:00Z\n  executor = "${runner.executor}"\n  [runners.cache]\n    MaxUploadedArchiveSize = 0\n    [runners.cache.s3]\n    [runners.cache.gcs]\n    [runners.cache.azure]\n`;
}
