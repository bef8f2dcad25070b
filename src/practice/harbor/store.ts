/** What Harbor keeps in its data volume: accounts and projects in the database's directory, images in the registry's. */
import type { Host } from '../host.js';
import type { ImageSpec } from '../images/spec.js';

export interface Project {
  readonly project_id: number;
  readonly name: string;
  readonly public: boolean;
  readonly creation_time: string;
}
interface Database {
  admin: string;
  nextProject: number;
  projects: Project[];
}
interface Repositories {
  /** `threebody/go` → tag → digest. */
  tags: Record<string, Record<string, string>>;
  images: Record<string, ImageSpec>;
}
const DATABASE = 'practice-lab.json';
const REGISTRY = 'practice-lab.json';

export class HarborStore {
  readonly #host: Host;
  readonly #database: string;
  readonly #registry: string;

  /** @param database directory on the host where the database lives @param registry where the registry does */
  constructor(host: Host, database: string, registry: string) {
    this.#host = host;
    this.#database = `${database}/${DATABASE}`;
    this.#registry = `${registry}/docker/${REGISTRY}`;
  }
  #read<T>(path: string, fresh: T): T {
    const text = this.#host.volume.text(path);
    return text === null ? fresh : JSON.parse(text);
  }
  get database(): Database {
    return this.#read<Database>(this.#database, { admin: '', nextProject: 2, projects: [] });
  }
  /** The database's first start: the admin's password counts only now. */
  initialise(adminPassword: string): void {
    if (this.#host.volume.text(this.#database) !== null) return;
    const now = new Date(this.#host.machine.now()).toISOString();
    this.#save({
      admin: adminPassword,
      nextProject: 2,
      projects: [{ project_id: 1, name: 'library', public: true, creation_time: now }],
    });
  }
  #save(database: Database): void {
    this.#host.volume.put(this.#database, JSON.stringify(database), { uid: 999, gid: 999, mode: 0o600 });
  }
  setAdminPassword(password: string): void {
    this.#save({ ...this.database, admin: password });
  }
  addProject(name: string, isPublic: boolean): Project {
    const database = this.database;
    const made: Project = {
      project_id: database.nextProject,
      name,
      public: isPublic,
      creation_time: new Date(this.#host.machine.now()).toISOString(),
    };
    this.#save({
      ...database,
      nextProject: database.nextProject + 1,
      projects: [...database.projects, made],
    });
    return made;
  }
  dropProject(name: string): void {
    const database = this.database;
    this.#save({ ...database, projects: database.projects.filter((one) => one.name !== name) });
  }
  get repositories(): Repositories {
    return this.#read<Repositories>(this.#registry, { tags: {}, images: {} });
  }
  /** Takes an image under a tag. */
  push(repository: string, tag: string, image: ImageSpec): void {
    const all = this.repositories;
    all.tags[repository] = { ...all.tags[repository], [tag]: image.digest };
    all.images[image.digest] = image;
    this.#host.volume.put(this.#registry, JSON.stringify(all), { uid: 10_000, gid: 10_000 });
  }
  /** @param reference a tag, or `sha256:…` */
  find(repository: string, reference: string): ImageSpec | undefined {
    const all = this.repositories;
    const tags = all.tags[repository];
    if (tags === undefined) return undefined;
    const digest = reference.startsWith('sha256:') ? reference.slice(7) : tags[reference];
    if (digest === undefined || !Object.values(tags).includes(digest)) return undefined;
    return all.images[digest];
  }
}
