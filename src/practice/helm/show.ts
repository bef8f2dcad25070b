/** How releases are shown. */
import type { Options } from '../commands/options.js';
import type { Process } from '../kernel/process.js';
import { columns } from '../kubernetes/kubeadm/token.js';
import type { Session } from '../kubernetes/kubectl/call.js';
import { releases, type Release } from './release.js';

export const namespaceOf = (session: Session): string => session.namespace || 'default';
export const date = (ms: number): string => {
  const [day = '', number = '', month = '', year = '', clock = ''] = new Date(ms).toUTCString().split(/,? /);
  return `${day} ${month} ${String(Number(number)).padStart(2)} ${clock} ${year}`;
};
export function statusText(release: Release): string {
  return `NAME: ${release.name}\nLAST DEPLOYED: ${date(release.deployedAt)}\nNAMESPACE: ${release.namespace}\nSTATUS: ${release.status}\nREVISION: ${release.revision}\nTEST SUITE: None\n${release.notes === '' ? '' : `NOTES:\n${release.notes}`}`;
}
export async function list(session: Session, options: Options, process: Process): Promise<number> {
  const everywhere = options.has('A', 'all-namespaces');
  const newest = new Map<string, Release>();
  for (const one of releases(session.api.cluster, everywhere ? undefined : namespaceOf(session)))
    newest.set(`${one.namespace}/${one.name}`, one);
  const shown = [...newest.values()].filter(
    (one) =>
      options.has('a', 'all') ||
      ['deployed', 'failed'].includes(one.status) ||
      (options.has('pending') && one.status.startsWith('pending')),
  );
  if (options.value('o', 'output') === 'json') {
    await process.out(
      `${JSON.stringify(shown.map((one) => ({ name: one.name, namespace: one.namespace, revision: String(one.revision), updated: new Date(one.deployedAt).toISOString(), status: one.status, chart: `${one.chart}-${one.version}`, app_version: one.appVersion })))}\n`,
    );
    return 0;
  }
  if (options.has('q', 'short')) {
    await process.out(shown.map((one) => `${one.name}\n`).join(''));
    return 0;
  }
  await process.out(
    columns([
      ['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION'],
      ...shown.map((one) => [
        one.name,
        one.namespace,
        String(one.revision),
        `${new Date(one.deployedAt).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC`,
        one.status,
        `${one.chart}-${one.version}`,
        one.appVersion,
      ]),
    ]),
  );
  return 0;
}
