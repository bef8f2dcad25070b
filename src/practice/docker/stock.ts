/** What an engine keeps beside its containers: images and volumes. */
import type { Host } from '../host.js';
import { readReference, type ImageSpec } from '../images/spec.js';
import { EngineEvents } from './events.js';
import { EngineError, type NamedVolume, type StoredImage } from './types.js';

export class Stock {
  readonly host: Host;
  readonly events: EngineEvents;
  readonly images: StoredImage[] = [];
  readonly volumes = new Map<string, NamedVolume>();

  constructor(host: Host) {
    this.host = host;
    this.events = new EngineEvents(() => host.machine.now());
  }

  findImage(name: string): StoredImage | undefined {
    const plain = name.replace(/^sha256:/, '');
    if (/^[0-9a-f]{6,64}$/.test(plain)) {
      const hit = this.images.find(({ spec }) => spec.id.startsWith(plain));
      if (hit !== undefined) return hit;
    }
    const reference = readReference(name);
    if (reference === null) return undefined;
    if (reference.digest !== null) return this.images.find(({ spec }) => spec.digest === reference.digest);
    return this.images.find(({ names }) => names.has(`${reference.familiar}:${reference.tag}`));
  }
  /** Keeps an image under a name; the name leaves the image that had it. */
  addImage(name: string, spec: ImageSpec): StoredImage {
    for (const other of this.images) if (other.spec.id !== spec.id) other.names.delete(name);
    const known = this.images.find((one) => one.spec.id === spec.id);
    if (known !== undefined) {
      known.names.add(name);
      return known;
    }
    const need = spec.sizeBytes;
    if (need > this.host.freeBytes)
      throw new EngineError('write /var/lib/docker/tmp/GetImageBlob: no space left on device');
    this.host.machine.diskUsedBytes += need;
    const stored = { spec, names: new Set([name]) };
    this.images.push(stored);
    return stored;
  }
  dropImage(stored: StoredImage): void {
    const at = this.images.indexOf(stored);
    if (at < 0) return;
    this.images.splice(at, 1);
    this.host.machine.diskUsedBytes -= stored.spec.sizeBytes;
  }

  makeVolume(name: string, labels: Readonly<Record<string, string>>): NamedVolume {
    const mountpoint = `/var/lib/docker/volumes/${name}/_data`;
    this.host.volume.ensureDirectory(mountpoint);
    const made = { name, mountpoint, labels, createdAt: this.host.machine.now() };
    this.volumes.set(name, made);
    this.events.emit('volume', 'create', name, { driver: 'local' });
    return made;
  }
  /** Forgets a volume; its files are the caller's concern. */
  dropVolume(name: string): void {
    if (this.volumes.delete(name)) this.events.emit('volume', 'destroy', name, { driver: 'local' });
  }
  /** Makes what a mount names, where that is allowed. @throws EngineError */
  protected prepareMount(type: 'bind' | 'volume', source: string, mustExist: boolean): void {
    const { volume } = this.host;
    if (type === 'volume') {
      if (!this.volumes.has(source)) this.makeVolume(source, {});
      return;
    }
    if (volume.find(source) !== undefined) return;
    if (mustExist)
      throw new EngineError(
        `invalid mount config for type "bind": bind source path does not exist: ${source}`,
      );
    volume.ensureDirectory(source);
  }
}
