/** Users and groups, as /etc/passwd and /etc/group of the host say. */
import type { Process, Credentials } from '../kernel/process.js';
import type { Volume } from '../vfs/volume.js';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

export function accounts(volume: Volume): readonly Account[] {
  return (volume.text('/etc/passwd') ?? '')
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => {
      const [name = '', , uid = '0', gid = '0', comment = '', home = '/', shell = '/bin/sh'] =
        line.split(':');
      return { name, uid: Number(uid), gid: Number(gid), comment, home, shell };
    });
}
export function groups(volume: Volume): readonly Group[] {
  return (volume.text('/etc/group') ?? '')
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => {
      const [name = '', , gid = '0', members = ''] = line.split(':');
      return { name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') };
    });
}
export function account(volume: Volume, name: string): Account | undefined {
  return accounts(volume).find((entry) => entry.name === name || String(entry.uid) === name);
}
/** What a new login of this user may do, read when it logs in: a later usermod needs a new login. */
export function credentialsOf(volume: Volume, user: Account): Credentials {
  const extra = groups(volume).filter((group) => group.members.includes(user.name));
  return {
    uid: user.uid,
    gid: user.gid,
    user: user.name,
    groups: [...new Set([user.gid, ...extra.map((group) => group.gid)])],
  };
}
export function userName(volume: Volume, uid: number): string {
  return accounts(volume).find((entry) => entry.uid === uid)?.name ?? String(uid);
}
export function groupName(volume: Volume, gid: number): string {
  return groups(volume).find((entry) => entry.gid === gid)?.name ?? String(gid);
}
export function userId(process: Process, name: string): number | null {
  const { volume } = process.kernel;
  return account(volume, name)?.uid ?? (/^\d+$/.test(name) ? Number(name) : null);
}
export function groupId(process: Process, name: string): number | null {
  const group = groups(process.kernel.volume).find((entry) => entry.name === name);
  return group?.gid ?? (/^\d+$/.test(name) ? Number(name) : null);
}
/** `user`, `user:group`, `user:` or `:group`; null when one of them does not exist. */
export function ownerOf(
  process: Process,
  spec: string,
): { readonly uid?: number; readonly gid?: number } | null {
  const [user = '', group] = spec.split(/[:.]/);
  const uid = user === '' ? undefined : userId(process, user);
  if (uid === null) return null;
  const login = group === '' ? account(process.kernel.volume, user)?.gid : undefined;
  const gid = group === undefined ? undefined : group === '' ? login : groupId(process, group);
  if (gid === null) return null;
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}
