/** What Harbor's API v2.0 tells of itself: health to everybody, projects and repositories to its admin. */
import { z } from 'zod';
import { Trouble } from '../../lab/types.js';
import type { HarborFacts } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';
import type { AskJson } from './http.js';

/** Harbor gives at most this many entries a page. A lab has a handful. */
const PAGE = 100;
/** Of so many repositories the tags are shown. */
const MOST_REPOSITORIES = 50;
const MOST_TAGS = 50;

const healthSchema = z.object({
  status: z.string(),
  components: z.array(z.object({ name: z.string(), status: z.string(), error: z.string().nullish() })),
});
const infoSchema = z.object({ harbor_version: z.string().nullish() });
const projectsSchema = z.array(
  z.object({
    name: z.string(),
    project_id: z.number(),
    repo_count: z.number().nullish(),
    metadata: z.object({ public: z.union([z.string(), z.boolean()]).nullish() }).nullish(),
  }),
);
const quotasSchema = z.array(
  z.object({
    ref: z.object({ id: z.number().nullish(), name: z.string().nullish() }).nullish(),
    hard: z.object({ storage: z.number().nullish() }).nullish(),
    used: z.object({ storage: z.number().nullish() }).nullish(),
  }),
);
const repositoriesSchema = z.array(
  z.object({
    name: z.string(),
    artifact_count: z.number().nullish(),
    pull_count: z.number().nullish(),
    update_time: z.string().nullish(),
  }),
);
const artifactsSchema = z.array(z.object({ tags: z.array(z.object({ name: z.string() })).nullish() }));
type Projects = z.infer<typeof projectsSchema>;
type Repository = HarborFacts['repositories'][number];

/** Tags read before, by repository, with what they depended on. */
export type TagCache = Map<string, { readonly key: string; readonly tags: readonly string[] }>;

/**
 * Asks Harbor everything that is shown of it.
 * @param parts.admin the header that makes us its admin; null: only what everybody may know
 * @param parts.tags kept between two readings, so that tags of unchanged repositories are not asked again
 * @throws Trouble when it does not answer, `harbor-strange` when what answers is no Harbor
 */
export async function readHarbor(
  ask: AskJson,
  parts: {
    readonly admin: string | null;
    readonly tags: TagCache;
    readonly now: () => number;
    readonly mask: (text: string) => string;
  },
): Promise<HarborFacts> {
  const { mask } = parts;
  const word = (text: string): string => cleanRemoteText(text, { mask }).replaceAll('\n', ' ').slice(0, 300);
  const answered = await ask('/api/v2.0/health', null);
  const health = healthSchema.safeParse(answered.body);
  if (!health.success) throw strange(answered.status);
  const { admin } = parts;
  const info = await ask('/api/v2.0/systeminfo', admin);
  const version = infoSchema.safeParse(info.body);
  const listed = admin === null ? null : await ask(`/api/v2.0/projects?page=1&page_size=${PAGE}`, admin);
  const refused = listed?.status === 401 || listed?.status === 403 || info.status === 401;
  const projects = projectsSchema.safeParse(listed?.body);
  const known = projects.success && !refused ? projects.data : [];
  return {
    at: parts.now(),
    version: word(version.data?.harbor_version ?? ''),
    status: word(health.data.status),
    components: health.data.components.map(({ name, status, error }) => ({
      name: word(name),
      status: word(status),
      error: word(error ?? ''),
    })),
    access: admin === null ? 'no-password' : refused ? 'refused' : 'admin',
    projects: admin === null || refused ? [] : await withQuotas(ask, admin, known, word),
    repositories:
      admin === null || refused ? [] : await readRepositories(ask, admin, known, parts.tags, word),
  };
}

function strange(status: number): Trouble {
  return new Trouble(
    'harbor-strange',
    {
      id: `Yang menjawab di port Harbor tidak memberi laporan kesehatan (HTTP ${status}).`,
      en: `What answers on Harbor's port gives no health report (HTTP ${status}).`,
    },
    {
      id: 'Saat Harbor baru menyala ini biasa; tunggu sampai tiga menit. Kalau tidak berubah, lihat gate B3.health.',
      en: 'While Harbor has only just started this is usual; wait up to three minutes. If it stays, look at the gate B3.health.',
    },
    'vm-docker',
    3,
  );
}

async function withQuotas(
  ask: AskJson,
  admin: string,
  projects: Projects,
  word: (text: string) => string,
): Promise<HarborFacts['projects']> {
  const answer = await ask(`/api/v2.0/quotas?reference=project&page=1&page_size=${PAGE}`, admin);
  const quotas = quotasSchema.safeParse(answer.body);
  return projects.map((project) => {
    const quota = quotas.data?.find(
      ({ ref }) => ref?.id === project.project_id || ref?.name === project.name,
    );
    const hard = quota?.hard?.storage ?? -1;
    return {
      name: word(project.name),
      public: String(project.metadata?.public) === 'true',
      repositories: project.repo_count ?? 0,
      usedBytes: quota?.used?.storage ?? null,
      // Harbor says -1 for "as much as there is".
      quotaBytes: hard < 0 ? null : hard,
    };
  });
}

async function readRepositories(
  ask: AskJson,
  admin: string,
  projects: Projects,
  cache: TagCache,
  word: (text: string) => string,
): Promise<readonly Repository[]> {
  const repositories: Repository[] = [];
  for (const project of projects) {
    const base = `/api/v2.0/projects/${encodeURIComponent(project.name)}/repositories`;
    const answer = await ask(`${base}?page=1&page_size=${PAGE}`, admin);
    const found = repositoriesSchema.safeParse(answer.body);
    for (const one of found.data ?? []) {
      if (repositories.length >= MOST_REPOSITORIES) return repositories;
      const key = `${one.artifact_count ?? ''}|${one.update_time ?? ''}`;
      const before = cache.get(one.name);
      // Without a time of change, nothing says that the tags are the same.
      const tags =
        before?.key === key && one.update_time != null
          ? before.tags
          : await readTags(ask, admin, base, one.name.slice(project.name.length + 1), word);
      cache.set(one.name, { key, tags });
      const updated = Date.parse(one.update_time ?? '');
      repositories.push({
        name: word(one.name),
        artifacts: one.artifact_count ?? 0,
        pulls: one.pull_count ?? 0,
        updatedAt: Number.isNaN(updated) ? null : updated,
        tags,
      });
    }
  }
  return repositories;
}

async function readTags(
  ask: AskJson,
  admin: string,
  base: string,
  repository: string,
  word: (text: string) => string,
): Promise<readonly string[]> {
  // A slash in a repository's name is to be encoded twice, as Harbor's own documentation of the API says.
  const encoded = encodeURIComponent(encodeURIComponent(repository));
  const answer = await ask(`${base}/${encoded}/artifacts?with_tag=true&page=1&page_size=20`, admin);
  const artifacts = artifactsSchema.safeParse(answer.body);
  const tags = (artifacts.data ?? []).flatMap((artifact) => artifact.tags ?? []);
  return tags.slice(0, MOST_TAGS).map(({ name }) => word(name));
}
