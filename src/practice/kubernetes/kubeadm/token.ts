/** kubeadm token: the tokens with which machines join. */
import { randomInt } from 'node:crypto';
import { contactOf, instant } from '../access.js';
import type { Cluster } from '../cluster.js';
import { textAt } from '../json.js';
import { hostConfig } from '../kubeconfig.js';
import { readCertificate } from '../access.js';
import { type Call, flagsOf, KubeadmError } from './call.js';
import { duration } from './configuration.js';
import { caHash } from './pki.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const FORM = /^[a-z0-9]{6}\.[a-z0-9]{16}$/;
const word = (length: number) =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)] ?? 'a').join('');

/** @throws KubeadmError for one that is not of the right form */
export function newToken(given = ''): string {
  if (given === '') return `${word(6)}.${word(16)}`;
  if (FORM.test(given)) return given;
  throw new KubeadmError(
    `the bootstrap token "${given}" was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`,
  );
}
/** The cluster that kubeadm manages here. @throws KubeadmError */
export async function managed(call: Call): Promise<Cluster> {
  const path = call.options.value('kubeconfig') ?? '/etc/kubernetes/admin.conf';
  const readable = call.process.view.access(path, 4);
  if (!readable && call.host.volume.find(path) !== undefined)
    throw new KubeadmError(`failed to load admin kubeconfig: open ${path}: permission denied`);
  if (!readable)
    throw new KubeadmError(`failed to load admin kubeconfig: open ${path}: no such file or directory`);
  const contact = contactOf(call.host, path);
  if (contact.api !== null) return contact.api.cluster;
  await call.process.sleep(1000);
  const { server } = hostConfig(call.host, path) ?? { server: '' };
  throw new KubeadmError(
    contact.failure === 'unauthorized'
      ? 'failed to list bootstrap tokens: Unauthorized'
      : `failed to list bootstrap tokens: Get "${server}/api/v1/namespaces/kube-system/secrets?fieldSelector=type%3Dbootstrap.kubernetes.io%2Ftoken": ${contact.words}`,
  );
}
/** Time left as Kubernetes writes it short: `23h`, `59m`. */
export function shortDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 31_536_000) return `${Math.floor(seconds / 86_400)}d`;
  return `${Math.floor(seconds / 31_536_000)}y`;
}
/** Columns as Go's tabwriter lays them out. */
export function columns(rows: readonly (readonly string[])[], padding = 3): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map(
      (row) =>
        `${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd((widths[index] ?? 0) + padding))).join('')}\n`,
    )
    .join('');
}
export function joinCommand(call: Call, secret: string): string {
  const config = hostConfig(call.host, call.options.value('kubeconfig') ?? '/etc/kubernetes/admin.conf');
  const ca = readCertificate(config?.ca ?? '');
  return `kubeadm join ${(config?.server ?? '').replace('https://', '')} --token ${secret} --discovery-token-ca-cert-hash ${ca === null ? '' : caHash(config?.ca ?? '')} `;
}

/** @throws KubeadmError */
export async function token(call: Call, args: readonly string[]): Promise<number> {
  const { process, host } = call;
  const [verb = '', ...rest] = args;
  switch (verb) {
    case 'generate':
      await process.out(`${newToken()}\n`);
      return 0;
    case 'create': {
      const options = flagsOf(
        rest,
        { long: ['ttl=', 'description=', 'print-join-command', 'usages=', 'groups='] },
        ['config=', 'certificate-key='],
      );
      const made = newToken(options.operands[0]);
      const ttl = duration(options.value('ttl') ?? '24h0m0s', '--ttl');
      const own = { ...call, options };
      const cluster = await managed(own);
      const [id = '', secret = ''] = made.split('.');
      if (cluster.tokens.some((one) => one.id === id))
        throw new KubeadmError(`a token with id "${id}" already exists`);
      const usages = (options.value('usages') ?? 'signing,authentication').split(',');
      cluster.addToken({
        id,
        secret,
        expires: ttl === null ? null : host.machine.now() + ttl,
        usages,
        description: options.value('description') ?? '',
      });
      await process.out(options.has('print-join-command') ? `${joinCommand(own, made)}\n` : `${made}\n`);
      return 0;
    }
    case 'list': {
      const options = flagsOf(rest, { values: 'o', long: ['output='] });
      const cluster = await managed({ ...call, options });
      const format = options.value('o', 'output') ?? 'text';
      const { tokens } = cluster;
      if (format === 'json') {
        for (const one of tokens)
          await process.out(
            `${JSON.stringify({ kind: 'BootstrapToken', apiVersion: 'output.kubeadm.k8s.io/v1alpha3', token: `${one.id}.${one.secret}`, ...(one.description === '' ? {} : { description: one.description }), ...(one.expires === null ? {} : { expires: instant(one.expires) }), usages: one.usages, groups: ['system:bootstrappers:kubeadm:default-node-token'] }, null, 4)}\n`,
          );
        return 0;
      }
      if (format !== 'text') return process.refuse(`output format ${format}`);
      if (tokens.length === 0) return 0;
      await process.out(
        columns([
          ['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS'],
          ...tokens.map((one) => [
            `${one.id}.${one.secret}`,
            one.expires === null ? '<forever>' : shortDuration(one.expires - host.machine.now()),
            one.expires === null ? '<never>' : instant(one.expires),
            one.usages.join(','),
            one.description === '' ? '<none>' : one.description,
            'system:bootstrappers:kubeadm:default-node-token',
          ]),
        ]),
      );
      return 0;
    }
    case 'delete': {
      const options = flagsOf(rest, {});
      const cluster = await managed({ ...call, options });
      if (options.operands.length === 0)
        throw new KubeadmError('missing subcommand; "token delete" is missing the token id');
      for (const given of options.operands) {
        const id = given.split('.')[0] ?? '';
        if (!/^[a-z0-9]{6}$/.test(id))
          throw new KubeadmError(
            `given token didn't match pattern "\\\\A([a-z0-9]{6})\\\\z" or "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"`,
          );
        if (!cluster.removeToken(id))
          throw new KubeadmError(
            `failed to delete bootstrap token "${id}": secrets "bootstrap-token-${id}" not found`,
          );
        await process.out(`bootstrap token "${id}" deleted\n`);
      }
      return 0;
    }
    default:
      throw new KubeadmError(
        verb === ''
          ? 'missing subcommand; "token" is not meant to be run on its own'
          : `invalid subcommand "${verb}"`,
      );
  }
}
export const configurationText = (cluster: Cluster): string =>
  textAt(cluster.configuration, 'data', 'ClusterConfiguration');
