/** The bundle: everything that the program needs, in one directory of ES modules, with heavy parts in chunks of their own. */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import './hooks.mjs';
import { build, type Metafile, type Plugin } from 'esbuild';
import type { Runbook } from '../src/runbook/types.js';
import { INK } from './bundle-ink.ts';

/**
 * Native addons of ssh2 and ws, and what `debug` colours its lines with, all of them optional: a `require` that throws makes
 * them do without.
 */
const NATIVE = /(?:^(?:cpu-features|bufferutil|utf-8-validate|supports-color)$|\.node$)/;
/** Ink loads this only with DEV=true, to talk to a debugger that is not shipped. */
const DEBUGGER = /(?:^react-devtools-core$|\/devtools\.js$)/;
/**
 * Commands of just-bash that the practice hosts do not have, or have of our own: whole interpreters (Python and SQLite as
 * WebAssembly, 20 MB), an HTTP client, the large ones among the rest, and the native codecs of `tar --zstd` and `tar --xz`.
 * Each is behind an import of its own. What they do use stands in src/practice/commands/text.ts.
 */
const NOT_ON_PRACTICE_HOSTS =
  /(?:\/(?:python3|sqlite3|js-exec|html-to-markdown|undici|curl|flag-coverage|yq|xan|rg|tar|ls|find|sort|date|diff|xargs)-[A-Z0-9]+\.js$|^@mongodb-js\/zstd$|^node-liblzma$)/;

/** What is left out stays a module that throws when it is reached, so that a mistake here is loud. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup(setup) {
    const leftOut = ({ path }: { readonly path: string }) => ({ path, namespace: 'left-out' });
    setup.onResolve({ filter: NATIVE }, leftOut);
    setup.onResolve({ filter: DEBUGGER }, leftOut);
    setup.onResolve({ filter: NOT_ON_PRACTICE_HOSTS }, (found) =>
      /[\\/]node_modules[\\/]just-bash[\\/]/.test(found.importer) ? leftOut(found) : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not part of this bundle`)});`,
    }));
  },
};

/**
 * string-width asks of every sign that is not ASCII whether it is an emoji, with a pattern that takes V8 20 ms to compile:
 * a quarter of a first frame with one rule in it. A single code unit can only be one when it is shown as emoji by itself,
 * which a small pattern tells.
 */
const stringWidthWithoutDelay: Plugin = {
  name: 'string-width-without-delay',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]string-width[\\/]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const test = 'rgiEmojiRegex.test(segment)';
      if (source.split(test).length !== 2)
        throw new Error('string-width has changed: look at how it finds emoji now');
      return {
        contents: `const shownAsEmoji = /\\p{Emoji_Presentation}/u;\n${source.replace(
          test,
          `((segment.length > 1 || shownAsEmoji.test(segment)) && ${test})`,
        )}`,
      };
    });
  },
};

/**
 * `import … from 'node:http'` makes Node read every export once, and one of them, WebSocket, loads another HTTP client as
 * it is read: 20 ms that nobody asked for. `require` reads none.
 */
const httpWithoutFacade: Plugin = {
  name: 'http-without-facade',
  setup(setup) {
    setup.onResolve({ filter: /^(?:node:)?https?$/ }, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace !== 'required' ? { path, namespace: 'required' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Zod speaks forty languages; what of it reaches a person here is said in our own two. */
const zodWithoutLocales: Plugin = {
  name: 'zod-without-locales',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * What libraries load for ways that nobody goes here. dockerode: gRPC, tar and another way over SSH, for building images, a
 * megabyte and half a second. @kubernetes/client-node: kubeconfigs as text, proxies, the logins of cloud providers, and an
 * HTTP client; ours reads the kubeconfig itself, and has connections of its own. Each of these is a stand-in that throws
 * when it is used.
 */
const UNUSED: readonly { readonly by: RegExp; readonly what: RegExp }[] = [
  {
    by: /[\\/]node_modules[\\/](?:dockerode|docker-modem)[\\/]/,
    what: /^(?:\.\/(?:session|buildkit|ssh)(?:\.js)?|tar-fs|@grpc\/.*|@balena\/dockerignore)$/,
  },
  {
    by: /[\\/]node_modules[\\/]@kubernetes[\\/]client-node[\\/]/,
    what: /^(?:js-yaml|jsonpath-plus|openid-client|socks|socks-proxy-agent|hpagent|undici)$/,
  },
];
const withoutUnused: Plugin = {
  name: 'without-unused',
  setup(setup) {
    for (const { by, what } of UNUSED)
      setup.onResolve({ filter: what }, (found) =>
        by.test(found.importer) ? { path: found.path, namespace: 'unused' } : undefined,
      );
    setup.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `const gone = () => { throw new Error(${JSON.stringify(`${path} is not part of this bundle`)}); };
module.exports = new Proxy(gone, { apply: gone, construct: gone, get: (_gone, name) => (name === '__esModule' || name === 'prototype' ? undefined : gone()) });`,
    }));
  },
};

/**
 * The index of @kubernetes/client-node names 700 classes, and its package does not say that loading them does nothing else:
 * half a megabyte, loaded whenever a cluster is followed, of which nothing is used.
 */
const clusterWithoutModels: Plugin = {
  name: 'cluster-without-models',
  setup(setup) {
    setup.onResolve({ filter: /^\.\/(?:models\/all|types\/ObjectParamAPI)\.js$/ }, (found) =>
      /[\\/]client-node[\\/]dist[\\/]gen$/.test(found.resolveDir)
        ? { path: join(found.resolveDir, found.path), sideEffects: false }
        : undefined,
    );
  },
};

/** What is left out of libraries, or put right in them. */
export const LIBRARIES: readonly Plugin[] = [
  leaveOut,
  ...INK,
  stringWidthWithoutDelay,
  httpWithoutFacade,
  zodWithoutLocales,
  withoutUnused,
  clusterWithoutModels,
];

/**
 * Reading and checking the YAML of the built-in runbook takes ten times as long as everything else before the first
 * frame, and its outcome is known when the program is built: it goes beside the bundle as data, in a file that is read and
 * let go; inside a module its text would be kept twice for as long as the program runs, 2 MB. A person's own pack (`--runbook`)
 * is read and checked as ever.
 * @param root directory of package.json
 */
function runbookAsData(root: string): Plugin {
  return {
    name: 'runbook-as-data',
    setup(setup) {
      const loader = join(root, 'src', 'runbook', 'load.ts');
      setup.onResolve({ filter: /^built-in-runbook$/ }, () => ({
        path: 'runbook.json',
        namespace: 'built-in',
      }));
      setup.onLoad({ filter: /.*/, namespace: 'built-in' }, async () => ({
        contents: JSON.stringify(await readRunbook(root)),
        loader: 'file',
      }));
      setup.onLoad({ filter: /[\\/]runbook[\\/]load\.ts$/ }, ({ path, suffix }) => {
        if (path !== loader || suffix === '?from-files') return undefined;
        return {
          resolveDir: join(root, 'src', 'runbook'),
          contents: [
            "import { readFile } from 'node:fs/promises';",
            "import file from 'built-in-runbook';",
            'export async function loadRunbook(assets, pack = null) {',
            "  if (pack !== null) return (await import('./load.ts?from-files')).loadRunbook(assets, pack);",
            "  const text = await readFile(new URL(file, import.meta.url), 'utf8');",
            '  return { runbook: JSON.parse(text), diagnostics: [] };',
            '}',
          ].join('\n'),
        };
      });
    },
  };
}

/** @throws Error that lists every mistake in assets/ */
async function readRunbook(root: string): Promise<Runbook> {
  const { loadRunbook } = await import('../src/runbook/load.ts');
  // A relative path, so that the places in it do not name a directory of this computer.
  const { runbook, diagnostics } = await loadRunbook(relative(process.cwd(), join(root, 'assets')));
  if (runbook !== null) return runbook;
  const mistakes = diagnostics.map(
    ({ place, what, remedy }) => `${place?.file}:${place?.line}:${place?.column}: ${what.en} ${remedy.en}`,
  );
  throw new Error(`the runbook in assets/ has mistakes:\n${mistakes.join('\n')}`);
}

/**
 * CommonJS packages inside an ES module still ask for these; the names are theirs. Nothing but parts of Node is left to be
 * required when the program runs, and a `createRequire` in each chunk would take its time before the first frame.
 */
const COMMONJS = [
  'const require = (name) => {',
  '  const found = process.getBuiltinModule(name);',
  "  if (found === undefined) throw Object.assign(new Error(`${name} is not shipped`), { code: 'MODULE_NOT_FOUND' });",
  '  return found;',
  '};',
  'const __dirname = import.meta.dirname;',
  'const __filename = import.meta.filename;',
].join('\n');

/** Modules that a chunk may ask Node for at run time although no package of that name is shipped. */
function foreignImports(metafile: Metafile): string[] {
  const foreign = new Set<string>();
  for (const [output, { imports }] of Object.entries(metafile.outputs)) {
    for (const { path, external } of imports) {
      if (external === true && !path.startsWith('node:') && !BUILTINS.has(path.split('/')[0] ?? path))
        foreign.add(`${path} (in ${output})`);
    }
  }
  return [...foreign];
}
const BUILTINS = new Set((await import('node:module')).builtinModules);

/**
 * Bundles src/main.ts.
 * @param root directory of package.json
 * @param outdir absolute path of an empty directory
 * @returns what went into which file, for the licences and for tests
 * @throws Error when a chunk would import something that is neither shipped nor part of Node
 */
export async function bundle(root: string, outdir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir,
    bundle: true,
    splitting: true,
    // Flat, so that '../assets' beside import.meta.url is right in every file of dist/, as it is in src/.
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    jsx: 'automatic',
    // Names stay readable for the stack trace that --debug writes; white space and dead branches go.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    banner: { js: COMMONJS },
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    plugins: [...LIBRARIES, runbookAsData(root)],
  });
  const foreign = foreignImports(metafile);
  if (foreign.length > 0)
    throw new Error(`the bundle would need packages that are not shipped: ${foreign.join(', ')}`);
  return metafile;
}
