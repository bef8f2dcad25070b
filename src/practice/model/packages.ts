/** What dpkg and apt know on a virtual host. */

export type PackageStatus = 'installed' | 'half-configured' | 'unpacked' | 'config-files' | 'not-installed';
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly architecture?: 'amd64' | 'all';
  readonly sizeKiB?: number;
  readonly depends?: readonly string[];
  readonly installed?: boolean;
  /** Name of the site whose archive has it, when that is not the distribution's own. */
  readonly archive?: string;
  /** Versions that apt could install now, newest first, where that is more than one or depends on the sources. */
  readonly candidates?: () => readonly string[];
  /** Configuration files that it brings, as dpkg lists them. */
  readonly conffiles?: readonly string[];
  /** Packages that cannot be there at the same time. */
  readonly conflicts?: readonly string[];
}
export interface Package {
  readonly spec: PackageSpec;
  status: PackageStatus;
  version: string;
  held: boolean;
  manual: boolean;
}
/** What installing and removing a package does to the host. */
export interface PackageEffects {
  readonly installed?: () => void | Promise<void>;
  readonly removed?: (purge: boolean) => void | Promise<void>;
}
export const LOCK_FILES = {
  frontend: '/var/lib/dpkg/lock-frontend',
  dpkg: '/var/lib/dpkg/lock',
  lists: '/var/lib/apt/lists/lock',
  archives: '/var/cache/apt/archives/lock',
} as const;
export interface LockHolder {
  readonly pid: number;
  readonly command: string;
}

export class Packages {
  readonly all = new Map<string, Package>();
  readonly #effects = new Map<string, PackageEffects>();
  /** Lock file → who holds it (fcntl locks, which lslocks and fuser show). */
  readonly locks = new Map<string, LockHolder>();
  /** Sites of further archives whose lists were fetched: what apt knows beyond the distribution. */
  readonly archives = new Set<string>();

  add(spec: PackageSpec, effects: PackageEffects = {}): void {
    this.all.set(spec.name, {
      spec,
      status: spec.installed === false ? 'not-installed' : 'installed',
      version: spec.version,
      held: false,
      manual: spec.installed === false,
    });
    this.#effects.set(spec.name, effects);
  }
  find(name: string): Package | undefined {
    return this.all.get(name.replace(/:(amd64|all)$/, ''));
  }
  /** Whether apt could install it now. */
  isKnown(wanted: Package): boolean {
    const { archive } = wanted.spec;
    if (wanted.status === 'installed') return true;
    return (archive === undefined || this.archives.has(archive)) && this.candidatesOf(wanted).length > 0;
  }
  candidatesOf(wanted: Package): readonly string[] {
    return wanted.spec.candidates?.() ?? [wanted.spec.version];
  }
  isInstalled(name: string): boolean {
    return this.find(name)?.status === 'installed';
  }
  /** Packages that dpkg --audit complains about. */
  get broken(): readonly Package[] {
    return [...this.all.values()].filter(
      ({ status }) => status === 'half-configured' || status === 'unpacked',
    );
  }
  /** @param version another one than the newest */
  async install(wanted: Package, version?: string): Promise<void> {
    const fresh = wanted.status !== 'installed';
    if (version !== undefined) wanted.version = version;
    wanted.status = 'installed';
    if (fresh) await this.#effects.get(wanted.spec.name)?.installed?.();
  }
  async remove(wanted: Package, purge: boolean): Promise<void> {
    wanted.status = purge ? 'not-installed' : 'config-files';
    await this.#effects.get(wanted.spec.name)?.removed?.(purge);
  }
  /** Takes the locks that apt or dpkg needs. Gives the lock that another holds, or null when all were taken. */
  acquire(
    files: readonly string[],
    holder: LockHolder,
  ): { readonly file: string; readonly by: LockHolder } | null {
    for (const file of files) {
      const by = this.locks.get(file);
      if (by !== undefined && by.pid !== holder.pid) return { file, by };
    }
    for (const file of files) this.locks.set(file, holder);
    return null;
  }
  release(pid: number): void {
    for (const [file, holder] of this.locks) if (holder.pid === pid) this.locks.delete(file);
  }
}
