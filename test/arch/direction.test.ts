/** Imports run one way; see docs/architecture.md, which tells the same rules to people. */
import { beforeAll, describe, expect, it } from 'vitest';
import { importsOf, readSources, type Import } from './imports.js';

/**
 * Folder of src/ (or `main`, `app`) → folders that it may import. Its own folder is always allowed.
 * `types:x` allows types only, which are gone at run time.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lab: [],
  gates: ['lab', 'types:runbook'],
  project: ['lab'],
  drift: ['lab'],
  runbook: ['lab', 'gates', 'project'],
  symptoms: ['lab', 'gates', 'runbook'],
  smoke: ['lab', 'gates', 'runbook'],
  i18n: ['lab', 'types:gates', 'types:drift', 'types:runbook', 'types:state', 'types:ports'],
  term: ['lab', 'i18n', 'types:gates', 'types:state'],
  state: ['lab', 'gates', 'drift', 'runbook', 'symptoms', 'smoke', 'i18n', 'types:ports'],
  input: ['lab', 'gates', 'runbook', 'state', 'i18n', 'types:ports'],
  screens: [
    'lab',
    'gates',
    'drift',
    'runbook',
    'symptoms',
    'smoke',
    'state',
    'i18n',
    'term',
    'input',
    'types:ports',
  ],
  ports: ['types:lab', 'types:gates', 'types:runbook'],
  services: ['lab', 'gates', 'drift', 'project', 'runbook', 'symptoms', 'smoke', 'state', 'i18n', 'ports'],
  practice: ['lab', 'i18n'],
  commands: [
    'lab',
    'gates',
    'drift',
    'project',
    'runbook',
    'symptoms',
    'smoke',
    'state',
    'i18n',
    'term',
    'ports',
    'services',
    'practice',
  ],
  app: [
    'lab',
    'gates',
    'runbook',
    'symptoms',
    'smoke',
    'state',
    'i18n',
    'term',
    'input',
    'ports',
    'services',
    'screens',
    'practice',
    'commands',
  ],
  main: ['lab', 'i18n', 'term', 'commands', 'app', 'types:state'],
};

/** Package → folders whose code may load it at run time. Whatever is not listed here may be used by nobody. */
const PACKAGES: Readonly<Record<string, { readonly by: readonly string[]; readonly lazily?: true }>> = {
  react: { by: ['app', 'screens'] },
  ink: { by: ['app', 'screens'] },
  'ink-spinner': { by: ['screens'] },
  zustand: { by: ['state'] },
  zod: { by: ['lab', 'runbook', 'gates', 'symptoms', 'smoke', 'services', 'commands', 'practice'] },
  yaml: { by: ['lab', 'runbook', 'services', 'commands', 'practice'] },
  'string-width': { by: ['screens', 'term', 'services', 'commands'] },
  'write-file-atomic': { by: ['services'] },
  'ssh-config': { by: ['services'] },
  'tar-stream': { by: ['services'], lazily: true },
  'node-ssh': { by: ['services'], lazily: true },
  ssh2: { by: ['services', 'practice'], lazily: true },
  dockerode: { by: ['services'], lazily: true },
  '@kubernetes/client-node': { by: ['services'], lazily: true },
  'just-bash': { by: ['practice'] },
  'smol-toml': { by: ['practice'] },
  ws: { by: ['services', 'practice'], lazily: true },
};

/** Parts of Node that screens, states and content do not reach for: their world comes to them as values. */
const PURE = [
  'lab',
  'gates',
  'drift',
  'project',
  'runbook',
  'symptoms',
  'smoke',
  'state',
  'input',
  'screens',
  'i18n',
];
/** Reading content is what load.ts and read.ts are there for; path and crypto compute, they do not act. */
const NODE_ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'src/runbook/load.ts': ['node:fs/promises', 'node:path', 'node:url'],
  'src/project/read.ts': ['node:fs/promises'],
  'src/symptoms/load.ts': ['node:fs/promises', 'node:path'],
  'src/smoke/load.ts': ['node:fs/promises', 'node:path'],
};
const NODE_COMPUTES = ['node:path', 'node:crypto', 'node:util'];

function folderOf(file: string): string {
  if (file === 'src/services/ports.ts') return 'ports';
  const top = /^src\/([^/.]+)(\/)?/.exec(file);
  // What stands beside main.ts is the screen side put together.
  return top?.[2] === undefined && top?.[1] !== 'main' ? 'app' : (top?.[1] ?? file);
}

function packageOf(name: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name;
}

const show = ({ from, to }: Import): string => `${from} imports ${to}`;

let sources: ReadonlyMap<string, string> = new Map();
let imports: readonly Import[] = [];
beforeAll(async () => {
  sources = await readSources();
  imports = [...sources].flatMap(([name, text]) => importsOf(name, text, sources));
});

const isOurs = ({ to }: Import): boolean => to.startsWith('src/');
const isNode = ({ to }: Import): boolean => to.startsWith('node:');

describe('the direction of imports', () => {
  it('knows every folder of src/', () => {
    const unknown = [...sources.keys()].filter((name) => MAY_IMPORT[folderOf(name)] === undefined);
    expect(unknown).toEqual([]);
  });

  it('goes only from a room to the rooms below it', () => {
    const wrong = imports.filter((one) => {
      if (!isOurs(one)) return false;
      const [from, to] = [folderOf(one.from), folderOf(one.to)];
      const allowed = MAY_IMPORT[from] ?? [];
      return !(from === to || allowed.includes(to) || (one.typeOnly && allowed.includes(`types:${to}`)));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('names files that are there', () => {
    const missing = imports.filter((one) => isOurs(one) && !sources.has(one.to) && !one.to.endsWith('.json'));
    expect(missing.map(show)).toEqual([]);
  });

  it('loads packages only where they belong, and the heavy ones only when they are needed', () => {
    const wrong = imports.filter((one) => {
      if (isOurs(one) || isNode(one) || one.typeOnly) return false;
      const rule = PACKAGES[packageOf(one.to)];
      if (rule === undefined || !rule.by.includes(folderOf(one.from))) return true;
      // The practice lab as a whole is loaded lazily, so its own imports may be plain ones.
      return rule.lazily === true && !one.dynamic && folderOf(one.from) !== 'practice';
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('loads the practice lab and the screens only when they are needed', () => {
    const wrong = imports.filter((one) => {
      const [from, to] = [folderOf(one.from), folderOf(one.to)];
      if (!isOurs(one) || one.typeOnly || one.dynamic || from === to) return false;
      return to === 'practice' || (from === 'main' && to === 'app');
    });
    expect(wrong.map(show)).toEqual([]);
  });

  /** Packages that loading a file loads with it. */
  function packagesBehind(file: string): string[] {
    const reached = new Set([file]);
    // A Set also hands out what is added while it is walked.
    for (const name of reached) {
      for (const one of imports) {
        if (one.from === name && !one.typeOnly && !one.dynamic && !isNode(one)) reached.add(one.to);
      }
    }
    return [...reached].filter((name) => !name.startsWith('src/')).sort();
  }

  it('reads no package before the first line is on the screen', () => {
    expect(packagesBehind('src/main.ts')).toEqual([]);
    expect(packagesBehind('src/commands/enter.ts')).toEqual([]);
  });

  it('reads small ones only before the first frame', () => {
    expect(packagesBehind('src/start-screen.ts')).toEqual(['string-width', 'zustand/vanilla']);
  });

  it('keeps Node out of rooms that only compute', () => {
    const wrong = imports.filter(
      (one) =>
        PURE.includes(folderOf(one.from)) &&
        isNode(one) &&
        !one.typeOnly &&
        !NODE_COMPUTES.includes(one.to) &&
        !(NODE_ALLOWED[one.from] ?? []).includes(one.to),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

/** Buffers hand out what piled up at a bounded rate: the one timer that is neither a service's nor a screen's. */
const MAY_ACT = ['src/state/logs.ts', 'src/state/live/book.ts', 'src/state/live/stream.ts'];
/** Names of the globals that act on the world or wait for it. */
const ACTING = /\b(?:process|setTimeout|setInterval|setImmediate|fetch|queueMicrotask)\b(?=[.(])/;

describe('what a room may do', () => {
  it('gives screens, states and keys no process, timer or network of their own', () => {
    const wrong = [...sources].flatMap(([name, text]) => {
      if (
        !['screens', 'state', 'input', 'gates', 'symptoms', 'smoke'].includes(folderOf(name)) ||
        MAY_ACT.includes(name)
      )
        return [];
      return text
        .split('\n')
        .flatMap((line, index) => (ACTING.test(line) ? [`${name}:${index + 1}: ${line.trim()}`] : []));
    });
    expect(wrong).toEqual([]);
  });

  it('ends the process in main.ts only', () => {
    const wrong = [...sources].filter(
      ([name, text]) => name !== 'src/main.ts' && /\bprocess\.exit\(/.test(text),
    );
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('tells which files have become long: is each still one room?', () => {
    const long = [...sources].flatMap(([name, text]) => {
      const lines = text.split('\n').length;
      return lines > 350 ? [`${name} (${lines})`] : [];
    });
    // A warning: where to cut is for people to see, and a rule on lines alone is obeyed in bad places.
    if (long.length > 0) process.stderr.write(`over 350 lines without comments: ${long.join(', ')}\n`);
    expect(sources.size).toBeGreaterThan(0);
  });
});
