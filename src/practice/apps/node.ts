/** npm in images: ci, install, and the scripts that build a front end. */
import { createHash } from 'node:crypto';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { joinPath } from '../vfs/volume.js';
import { listTree } from '../images/tree.js';
import type { Around } from './around.js';
import { notRun } from './not-run.js';
import { reaches } from './package-tools.js';

type Manifest = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function read(process: Process, name: string): Manifest | null {
  const path = process.path(name);
  if (process.view.peek(path)?.kind !== 'file') return null;
  const parsed: unknown = JSON.parse(process.view.readText(path));
  return isMap(parsed) ? parsed : null;
}
const mapOf = (value: unknown): Manifest => (isMap(value) ? value : {});

async function missing(process: Process): Promise<number> {
  await process.err(
    `npm error code ENOENT\nnpm error syscall open\nnpm error path ${process.path('package.json')}\nnpm error errno -2\nnpm error enoent Could not read package.json: Error: ENOENT: no such file or directory, open '${process.path('package.json')}'\n`,
  );
  return 254;
}
/** Packages that package.json wants and the lock file does not know, or knows otherwise. */
function unlocked(manifest: Manifest, lock: Manifest): readonly string[] {
  const root = mapOf(mapOf(lock['packages'])['']);
  return ['dependencies', 'devDependencies'].flatMap((kind) => {
    const locked = mapOf(root[kind]);
    return Object.entries(mapOf(manifest[kind]))
      .filter(([name, range]) => locked[name] !== range)
      .map(([name, range]) => `${name}@${String(range)}`);
  });
}
async function install(around: Around, process: Process, clean: boolean): Promise<number> {
  const manifest = read(process, 'package.json');
  if (manifest === null) return missing(process);
  const lock = read(process, 'package-lock.json') ?? read(process, 'npm-shrinkwrap.json');
  if (clean && lock === null) {
    await process.err(
      'npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install with an existing package-lock.json or\nnpm error npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or\nnpm error later to generate a package-lock.json file, then try again.\n',
    );
    return 1;
  }
  const apart = clean && lock !== null ? unlocked(manifest, lock) : [];
  if (apart.length > 0) {
    await process.err(
      `npm error code EUSAGE\nnpm error\nnpm error \`npm ci\` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with \`npm install\` before continuing.\nnpm error\n${apart.map((name) => `npm error Missing: ${name} from lock file\n`).join('')}`,
    );
    return 1;
  }
  const site = 'registry.npmjs.org';
  if (
    !(await reaches(
      around,
      process,
      site,
      `npm error code EAI_AGAIN\nnpm error syscall getaddrinfo\nnpm error errno EAI_AGAIN\nnpm error request to https://${site}/ failed, reason: getaddrinfo EAI_AGAIN ${site}\n`,
    ))
  )
    return 1;
  const count = Object.keys(mapOf(lock?.['packages'])).filter((name) => name !== '').length;
  await process.sleep(15_000);
  const names = ['dependencies', 'devDependencies'].flatMap((kind) => Object.keys(mapOf(manifest[kind])));
  for (const name of names)
    process.kernel.volume.put(
      process.path(`node_modules/${name}/package.json`),
      `${JSON.stringify({ name })}\n`,
    );
  process.kernel.volume.put(process.path('node_modules/.package-lock.json'), '{}\n');
  await process.out(
    `\nadded ${Math.max(count, names.length)} packages, and audited ${Math.max(count, names.length) + 1} packages in 15s\n\nfound 0 vulnerabilities\n`,
  );
  return 0;
}
/** What a bundler makes of a page: the page itself, its script under a name by content, and what lies in public. */
async function bundle(process: Process, page: string, out: string, tool: string): Promise<number> {
  const { volume } = process.kernel;
  const html = volume.text(process.path(page));
  if (html === null) {
    await process.err(
      tool === 'vite'
        ? `error during build:\nCould not resolve entry module "${page}".\n`
        : `Could not find a required file.\n  Name: index.html\n  Searched in: ${process.path('public')}\n`,
    );
    return 1;
  }
  const source = [...html.matchAll(/<script[^>]*src="([^"]+)"[^>]*>/g)]
    .map((match) => match[1] ?? '')
    .find((src) => src.startsWith('/'));
  if (source !== undefined && volume.text(process.path(`.${source}`)) === null && tool === 'vite') {
    await process.err(
      `error during build:\n[vite]: Rollup failed to resolve import "${source}" from "${process.path(page)}".\n`,
    );
    return 1;
  }
  const env = [...process.env]
    .filter(([name]) => /^(VITE|REACT_APP)_/.test(name))
    .map(([name, value]) => `${name}=${value}`);
  const sources = listTree(volume, process.path('src')).flatMap((entry) =>
    entry.kind === 'file' ? [entry.content] : [],
  );
  const code = `/* practice lab: what ${tool} made of ${sources.length} sources; ${env.join(' ')} */\n`;
  const name = `index-${createHash('sha256').update(sources.join('\0')).update(env.join('\0')).digest('hex').slice(0, 8)}.js`;
  const folder = tool === 'vite' ? 'assets' : 'static/js';
  const tag = `<script type="module" crossorigin src="/${folder}/${name}"></script>`;
  const made =
    source === undefined
      ? html.replace('</head>', `${tag}</head>`)
      : html.replace(/<script[^>]*src="\/[^"]+"[^>]*><\/script>/, tag);
  volume.put(process.path(`${out}/index.html`), made.replaceAll('%PUBLIC_URL%', ''));
  volume.put(process.path(`${out}/${folder}/${name}`), code);
  for (const entry of listTree(volume, process.path('public'))) {
    const to = joinPath(process.path(out), entry.path.slice(process.path('public').length));
    if (entry.kind === 'file' && !entry.path.endsWith('/index.html'))
      volume.place(to, volume.make.file({}, Buffer.from(entry.content, entry.encoding)));
  }
  await process.sleep(6000);
  await process.out(
    tool === 'vite'
      ? `vite building for production...\n✓ ${sources.length} modules transformed.\n${out}/index.html\n${out}/${folder}/${name}\n✓ built in 2.41s\n`
      : 'Creating an optimized production build...\nCompiled successfully.\n',
  );
  return 0;
}
async function step(process: Process, text: string): Promise<number> {
  const words = text.trim().split(/\s+/);
  const [tool = ''] = words[0] === 'npx' ? words.slice(1) : words;
  const bin = tool === 'tsc' ? 'typescript' : tool;
  const known = ['vite', 'vitest', 'tsc', 'eslint', 'oxlint', 'prettier', 'react-scripts'];
  if (!known.includes(tool)) return process.refuse(`the script "${text.trim()}"`);
  if (process.view.peek(process.path(`node_modules/${bin}`)) === undefined) {
    await process.err(`sh: ${tool}: not found\n`);
    return 127;
  }
  if (tool === 'vite' && words.includes('build')) {
    const config = ['vite.config.js', 'vite.config.ts', 'vite.config.mjs']
      .map((name) => process.kernel.volume.text(process.path(name)))
      .find((found) => found !== null);
    return bundle(
      process,
      'index.html',
      /outDir:\s*['"]([^'"]+)['"]/.exec(config ?? '')?.[1] ?? 'dist',
      'vite',
    );
  }
  if (tool === 'react-scripts' && words.includes('build'))
    return bundle(process, 'public/index.html', 'build', tool);
  if (tool === 'vite' || tool === 'react-scripts') return process.refuse(`"${text.trim()}"`);
  await process.sleep(3000);
  await process.out(
    tool === 'vitest'
      ? notRun('vitest', 'these tests are not run', 'tes ini tidak dijalankan')
      : notRun(tool, 'the sources are not examined', 'kode sumbernya tidak diperiksa'),
  );
  return 0;
}
async function runScript(process: Process, name: string): Promise<number> {
  const manifest = read(process, 'package.json');
  if (manifest === null) return missing(process);
  const scripts = mapOf(manifest['scripts']);
  const text = scripts[name];
  if (typeof text !== 'string') {
    await process.err(
      `npm error Missing script: "${name}"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n`,
    );
    return 1;
  }
  await process.out(
    `\n> ${String(manifest['name'] ?? '')}@${String(manifest['version'] ?? '')} ${name}\n> ${text}\n\n`,
  );
  for (const part of text.split('&&')) {
    const inner = /^\s*npm (?:run )?([\w:-]+)\s*$/.exec(part)?.[1];
    const status = inner === undefined ? await step(process, part) : await runScript(process, inner);
    if (status !== 0) return status;
  }
  return 0;
}
/** `npm config set` of what makes no difference to what is simulated. */
const harmlessSetting = (args: readonly string[]): boolean =>
  args[1] === 'set' &&
  /^(fund|audit|update-notifier|progress|loglevel|fetch-[\w-]+)(=|$)/.test(args[2] ?? '');

export const npm =
  (around: Around): Program =>
  async (process, args) => {
    const [verb = '', name = ''] = args.filter((arg) => !arg.startsWith('-'));
    if (args.includes('--version') || args.includes('-v')) {
      await process.out('10.9.4\n');
      return 0;
    }
    switch (verb) {
      case 'ci':
      case 'clean-install':
        return install(around, process, true);
      case 'install':
      case 'i':
        return name === '' ? install(around, process, false) : process.refuse(`npm install ${name}`);
      case 'run':
      case 'run-script':
        return runScript(process, name);
      case 'test':
      case 't':
        return runScript(process, 'test');
      case 'cache':
        return name === 'clean' || name === 'verify' ? 0 : process.refuse(`npm cache ${name}`);
      case 'config':
        return harmlessSetting(args) ? 0 : process.refuse('this npm config');
      default:
        return process.refuse(`npm ${verb}`);
    }
  };
export const node: Program = async (process, args) => {
  if (args[0] !== '-v' && args[0] !== '--version') return process.refuse(`node ${args[0] ?? ''}`.trim());
  await process.out(`v${process.env.get('NODE_VERSION') ?? '22.21.1'}\n`);
  return 0;
};
