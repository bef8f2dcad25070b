/** The go command in images: mod, vet, test, build. */
import { listTree } from '../images/tree.js';
import type { Program } from '../kernel/kernel.js';
import type { Process } from '../kernel/process.js';
import { baseName, dirName, joinPath } from '../vfs/volume.js';
import type { Around } from './around.js';
import { binaryText, readSources } from './go.js';
import { notRun } from './not-run.js';
import { reaches } from './package-tools.js';

interface Module {
  readonly root: string;
  readonly name: string;
  readonly goVersion: string;
  readonly requires: boolean;
  /** Its go.mod. */
  readonly text: string;
}
/** The module around a directory; null when there is none. */
function moduleAt(process: Process): Module | null {
  for (let dir = process.cwd; ; dir = dirName(dir)) {
    const text = process.kernel.volume.text(joinPath(dir, 'go.mod'));
    if (text !== null)
      return {
        root: dir,
        name: /^module\s+(\S+)/m.exec(text)?.[1] ?? '',
        goVersion: /^go\s+(\S+)/m.exec(text)?.[1] ?? '1.16',
        requires: /^require\b/m.test(text),
        text,
      };
    if (dir === '/') return null;
  }
}
const number = (version: string) => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 1e6 + minor * 1e3 + patch;
};
/** Texts of the .go files of one directory, or of all below it. */
function sources(
  process: Process,
  directory: string,
  deep: boolean,
): readonly (readonly [path: string, text: string])[] {
  return listTree(process.kernel.volume, directory).flatMap((entry) =>
    entry.kind === 'file' && entry.path.endsWith('.go') && (deep || dirName(entry.path) === directory)
      ? [[entry.path, entry.content] as const]
      : [],
  );
}
/** Whether a source imports a module that go.mod does not name. */
function missing(process: Process, module: Module): boolean {
  const known = [
    module.name,
    ...[...module.text.matchAll(/^\s*(?:require\s+)?(\S+)\s+v\d\S*/gm)].map((match) => match[1] ?? ''),
  ];
  return sources(process, module.root, true).some(([, text]) => {
    const head = text.split(/^(?:func|type|var|const)\b/m)[0] ?? '';
    return [...head.matchAll(/^\s*(?:import\s+)?(?:[\w.]+\s+)?"([^"]+)"\s*(?:\/\/.*)?$/gm)].some((match) => {
      const path = match[1] ?? '';
      // Paths of the standard library have no dot in their first part.
      const external = path.split('/')[0]?.includes('.') === true;
      return external && !known.some((one) => path === one || path.startsWith(`${one}/`));
    });
  });
}
const MARK = '/root/go/pkg/mod/practice-lab';

export const go =
  (around: Around): Program =>
  async (process, args) => {
    const [verb = '', ...rest] = args;
    const version = process.env.get('GOLANG_VERSION') ?? '1.25.4';
    if (verb === 'version') {
      await process.out(`go version go${version} linux/amd64\n`);
      return 0;
    }
    if (verb === 'env') {
      const known: Readonly<Record<string, string>> = {
        GOOS: process.env.get('GOOS') ?? 'linux',
        GOARCH: process.env.get('GOARCH') ?? 'amd64',
        CGO_ENABLED: process.env.get('CGO_ENABLED') ?? '1',
        GOVERSION: `go${version}`,
        GOPATH: '/go',
      };
      for (const name of rest) await process.out(`${known[name] ?? ''}\n`);
      return 0;
    }
    const found = moduleAt(process);
    if (found === null) {
      await process.err(
        "go: go.mod file not found in current directory or any parent directory; see 'go help modules'\n",
      );
      return 1;
    }
    if (number(found.goVersion) > number(version)) {
      await process.err(
        `go: go.mod requires go >= ${found.goVersion} (running go ${version}; GOTOOLCHAIN=local)\n`,
      );
      return 1;
    }
    const { volume } = process.kernel;
    const sums = volume.text(joinPath(found.root, 'go.sum'));
    const download = async (): Promise<number> => {
      if (found.requires && sums === null) {
        await process.err(
          'go: modules were required by go.mod but go.sum is missing; to add it:\n\tgo mod tidy\n',
        );
        return 1;
      }
      if (!found.requires || volume.text(MARK) === (sums ?? '')) return 0;
      const site = 'proxy.golang.org';
      if (
        !(await reaches(
          around,
          process,
          site,
          `go: Get "https://${site}/": dial tcp: lookup ${site}: no such host\n`,
        ))
      )
        return 1;
      await process.sleep(6000);
      volume.put(MARK, sums ?? '');
      return 0;
    };
    switch (verb) {
      case 'mod':
        if (rest[0] === 'verify') {
          await process.out(
            `all modules verified\n${notRun('go mod verify', 'the modules are not here, so nothing was compared', 'modulnya tidak ada di sini, jadi tidak ada yang dibandingkan')}`,
          );
          return 0;
        }
        if (rest[0] === 'tidy' && (missing(process, found) || (found.requires && sums === null)))
          return process.refuse('go mod tidy that has something to add to go.mod or go.sum');
        if (rest[0] !== 'download' && rest[0] !== 'tidy') return process.refuse(`go mod ${rest[0] ?? ''}`);
        return download();
      case 'vet':
      case 'test':
      case 'build': {
        const wrong = await download();
        if (wrong !== 0) return wrong;
        if (verb === 'build') return build(process, found, rest);
        await process.sleep(4000);
        if (verb === 'vet') {
          await process.err(
            notRun('go vet', 'the sources are not examined', 'kode sumbernya tidak diperiksa'),
          );
          return 0;
        }
        const tested = new Set(
          sources(process, found.root, true)
            .filter(([path]) => path.endsWith('_test.go'))
            .map(([path]) => dirName(path).slice(found.root.length)),
        );
        for (const below of [...tested].toSorted())
          await process.out(`?   \t${found.name}${below}\t[practice lab: tests not run]\n`);
        await process.out(notRun('go test', 'these tests are not run', 'tes ini tidak dijalankan'));
        return 0;
      }
      default:
        return process.refuse(`go ${verb}`);
    }
  };
async function build(process: Process, module: Module, args: readonly string[]): Promise<number> {
  let out: string | null = null;
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '-o') {
      at += 1;
      out = args[at] ?? '';
    } else if (word === '-ldflags' || word === '-tags' || word === '-mod') at += 1;
    else if (!word.startsWith('-')) operands.push(word);
  }
  const target = process.path(operands[0] ?? '.').replace(/(.)\/$/, '$1');
  const directory = target.endsWith('.go') ? dirName(target) : target;
  const own = sources(process, directory, false).filter(([path]) => !path.endsWith('_test.go'));
  if (own.length === 0) {
    await process.err(`no Go files in ${directory}\n`);
    return 1;
  }
  if (
    !own.some(([, text]) => /^package main\b/m.test(text)) ||
    !own.some(([, text]) => /^func main\(\)/m.test(text))
  ) {
    await process.err(`runtime.main_main·f: function main is undeclared in the main package\n`);
    return 1;
  }
  const all = sources(process, module.root, true).filter(([path]) => !path.endsWith('_test.go'));
  const { volume } = process.kernel;
  const named = out === null ? process.path(baseName(module.name)) : process.path(out);
  const path =
    volume.find(named)?.kind === 'directory' || out?.endsWith('/') === true
      ? joinPath(named, baseName(module.name))
      : named;
  const file = volume.make.file(
    { mode: 0o755 },
    binaryText(
      readSources(
        module.name,
        all.map(([, text]) => text),
      ),
    ),
  );
  file.program = 'go-binary';
  volume.place(path, file);
  await process.sleep(12_000);
  return 0;
}
