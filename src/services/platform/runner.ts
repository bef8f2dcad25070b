/** GitLab Runner: its unit, who it is registered as, whether GitLab still knows it, and when the two last spoke. */
import type { Text } from '../../lab/types.js';
import type { RunnerFacts } from '../../state/live/rows.js';
import type { HostLink } from '../ports.js';
import type { Reading } from './keep.js';

const ASK_MS = 60_000;

/**
 * Run as root, to whom its configuration and journal belong. `gitlab-runner list` would print the tokens; what it lists is
 * read from the file that it reads, without them.
 */
function script(verify: boolean): string {
  return String.raw`
config=/etc/gitlab-runner/config.toml
command -v gitlab-runner >/dev/null 2>&1 && echo "there=yes"
echo "active=$(systemctl is-active gitlab-runner.service 2>/dev/null)"
echo "enabled=$(systemctl is-enabled gitlab-runner.service 2>/dev/null)"
echo "version=$(gitlab-runner --version 2>/dev/null | sed -nE 's/^Version: *(.*)$/\1/p')"
echo "contact=$(journalctl --unit gitlab-runner.service --no-pager --output short-unix --lines 500 2>/dev/null |
  grep -E 'Checking for jobs\.\.\. *received|coordinator\.\.\. *ok|Verifying runner\.\.\. *is (alive|valid)' | tail -n 1 | cut -d ' ' -f 1)"
if [ -e "$config" ]; then
  sed -nE -e 's/^[[:space:]]*(\[.*\])[[:space:]]*$/section \1/p' -e 's/^[[:space:]]*(name|url|executor) = "(.*)"$/\1 \2/p' "$config"
  ${verify ? String.raw`timeout 25 gitlab-runner verify 2>&1 | sed -nE 's/.*Verifying runner\.\.\. *(.*)$/verify \1/p'` : ':'}
fi
`.trim();
}

const ABSENT: Text = {
  id: 'GitLab Runner belum terpasang di sini; langkah B5 memasangnya.',
  en: 'GitLab Runner is not installed here yet; step B5 does that.',
};

type Runner = RunnerFacts['runners'][number];

/**
 * @param parts.verify GitLab is asked, too, whether it knows the runners; `before` is what it said the last time
 * @throws Trouble when the host cannot be asked, `sudo-none` among them
 */
export async function readRunner(
  link: HostLink,
  parts: {
    readonly verify: boolean;
    readonly before: RunnerFacts | null;
    readonly now: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Reading<RunnerFacts>> {
  const { verify, before, now, signal } = parts;
  const { stdout } = await link.run(script(verify), { as: 'root', timeoutMs: ASK_MS, signal });
  const lines = stdout.split('\n');
  const field = (name: string): string =>
    lines
      .find((line) => line.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .trim() ?? '';
  if (field('there') !== 'yes') return { kind: 'absent', why: ABSENT };
  const registered = readRegistered(lines);
  const verdicts = lines.flatMap((line) => (line.startsWith('verify ') ? [verdictOf(line)] : []));
  const contact = Number(field('contact'));
  return {
    kind: 'facts',
    facts: {
      at: now(),
      active: field('active') === 'active',
      enabled: field('enabled') === 'enabled',
      version: field('version').slice(0, 100),
      runners: registered.map((runner, index) => ({
        ...runner,
        // It verifies in the order of its file; where the numbers differ, nothing can be said of any single one.
        valid: verify
          ? verdicts.length === registered.length
            ? (verdicts[index] ?? null)
            : null
          : (before?.runners.find((one) => one.name === runner.name && one.url === runner.url)?.valid ??
            null),
      })),
      lastContactAt: contact > 0 ? Math.round(contact * 1000) : null,
    },
  };
}

/** What `[[runners]]` of the configuration say, in order. */
function readRegistered(lines: readonly string[]): readonly Omit<Runner, 'valid'>[] {
  const runners: { name: string; url: string; executor: string }[] = [];
  let inside = false;
  for (const line of lines) {
    const [, key = '', value = ''] = /^(section|name|url|executor) (.*)$/.exec(line) ?? [];
    switch (key) {
      case 'section':
        inside = value.replaceAll(/\s/g, '') === '[[runners]]';
        if (inside) runners.push({ name: '', url: '', executor: '' });
        break;
      case 'name':
      case 'url':
      case 'executor': {
        const runner = runners.at(-1);
        if (inside && runner !== undefined) runner[key] = value.slice(0, 300);
        break;
      }
      default:
        break;
    }
  }
  return runners;
}

/** Newer runners say `is valid`, older ones `is alive`. null: GitLab could not be asked. */
function verdictOf(line: string): boolean | null {
  if (/^verify is (?:alive|valid)/.test(line)) return true;
  return /^verify (?:is )?(?:removed|not valid|invalid)/.test(line) ? false : null;
}
