/** The edge: its container, what nginx says of its configuration, and the certificate that it serves. */
import type { Text } from '../../lab/types.js';
import type { EdgeFacts } from '../../state/live/rows.js';
import { lookAtDocker } from '../docker/look.js';
import { dockerTrouble } from '../docker/troubles.js';
import type { HostLink } from '../ports.js';
import { cleanRemoteText } from '../text/clean.js';
import { readCertificate } from './certificate.js';
import type { Reading } from './keep.js';

const ASK_MS = 45_000;
const CERTIFICATE_MS = 10_000;
const HTTPS = 443;

const SCRIPT = String.raw`
edge="$HOME/three-body-problem/deploy/edge/docker-compose.yml"
echo "written=$([ -e "$edge" ] && echo yes || echo no)"
echo "status=$(docker ps --all --filter 'name=^/?edge-nginx$' --format '{{.Status}}' 2>/dev/null | head -n 1)"
running="$(docker ps --quiet --filter 'name=^/?edge-nginx$' --filter status=running 2>/dev/null)"
if [ -n "$running" ]; then
  words="$(timeout 20 docker exec edge-nginx nginx -t 2>&1)"; code=$?
  echo "running=yes"
  echo "test=$code"
  printf '%s\n' "$words"
fi
`.trim();

const ABSENT: Text = {
  id: 'Edge belum ada di sini; langkah B4 memasangnya.',
  en: 'There is no edge here yet; step B4 sets it up.',
};

/**
 * @param siteHost the name by which browsers call the site
 * @throws Trouble when it cannot be asked
 */
export async function readEdge(
  link: HostLink,
  parts: {
    readonly siteHost: string;
    readonly now: () => number;
    readonly signal: AbortSignal;
  },
): Promise<Reading<EdgeFacts>> {
  const { siteHost, now, signal } = parts;
  // A daemon that was stopped must not be woken by our question.
  const look = await lookAtDocker(link, now, signal);
  if (look.kind === 'absent') return { kind: 'absent', why: ABSENT };
  if (look.kind === 'not-now') throw look.trouble;
  const { stdout } = await link.run(SCRIPT, { timeoutMs: ASK_MS, signal });
  const lines = stdout.split('\n');
  // The answers of ours stand before the words of the container, so the first of a name is ours.
  const field = (name: string): string =>
    lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const status = field('status');
  if (status === '' && field('written') !== 'yes') return { kind: 'absent', why: ABSENT };
  const tested = lines.findIndex((line) => line.startsWith('test='));
  const running = field('running') === 'yes';
  return {
    kind: 'facts',
    facts: {
      at: now(),
      container: cleanRemoteText(status).slice(0, 200),
      running,
      configOk: running && field('test') === '0',
      configWords: running
        ? lines
            .slice(tested + 1)
            .join('\n')
            .trim()
            .slice(0, 2_000)
        : '',
      certificate: running ? await served(link, siteHost, signal) : null,
    },
  };
}

/** The certificate as vm-docker itself gets it; null when nothing answers there. */
async function served(
  link: HostLink,
  siteHost: string,
  signal: AbortSignal,
): Promise<EdgeFacts['certificate']> {
  try {
    const stream = await link.dial({ kind: 'port', address: '127.0.0.1', port: HTTPS }, signal);
    return await readCertificate(
      stream,
      siteHost,
      AbortSignal.any([signal, AbortSignal.timeout(CERTIFICATE_MS)]),
    );
  } catch (error) {
    const trouble = dockerTrouble(link.host, error, signal);
    if (trouble.code === 'stream-refused') return null;
    throw trouble;
  }
}
