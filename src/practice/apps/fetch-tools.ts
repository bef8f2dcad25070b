/** Small network programs inside containers: curl, wget, nslookup, nc; and who one is there. */
import type { Program } from '../kernel/kernel.js';
import { account, userName, groupName } from '../commands/owners.js';
import { reasonOf, type HttpResponse } from '../model/http.js';
import { isAddress } from '../model/machine.js';
import type { Around } from './around.js';

/** One request from inside a container: an answer, or curl's exit code and words. */
async function ask(
  around: Around,
  given: string,
  method: string,
): Promise<HttpResponse | { readonly code: number; readonly words: string }> {
  const url = URL.parse(/^https?:/.test(given) ? given : `http://${given}`);
  if (url === null) return { code: 3, words: 'URL using bad/illegal format or missing URL' };
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const address = isAddress(url.hostname) ? url.hostname : around.net.lookUp(url.hostname);
  if (address === null) return { code: 6, words: `Could not resolve host: ${url.hostname}` };
  const { reach, server, from } = around.net.dial(address, port);
  if (reach !== 'open')
    return reach === 'silent'
      ? { code: 28, words: 'Connection timed out' }
      : { code: 7, words: `Failed to connect to ${url.hostname} port ${port}: Connection refused` };
  const response = await server?.http?.({
    method,
    url,
    headers: new Map([
      ['host', url.host],
      ['user-agent', 'practice'],
    ]),
    body: Buffer.alloc(0),
    from,
  });
  return response ?? { code: 52, words: 'Empty reply from server' };
}
const isFailure = (made: object): made is { readonly code: number; readonly words: string } =>
  'words' in made;

export const fetchPrograms = (around: Around): Readonly<Record<string, Program>> => ({
  curl: async (process, args) => {
    const joined = args.join(' ');
    const url = args.find((arg) => /^(https?:\/\/|[\w.-]+:\d+|[\w.-]+\/)/.test(arg)) ?? '';
    const made = await process.until(ask(around, url, /-\w*I|--head/.test(joined) ? 'HEAD' : 'GET'));
    if (isFailure(made)) {
      await process.err(`curl: (${made.code}) ${made.words}\n`);
      return made.code;
    }
    const failing = /(^| )-\w*f|--fail/.test(joined) && made.status >= 400;
    if (failing) {
      await process.err(`curl: (22) The requested URL returned error: ${made.status}\n`);
      return 22;
    }
    const out = args[args.findIndex((arg) => arg === '-o' || arg === '--output') + 1];
    const toFile = args.some((arg) => arg === '-o' || arg === '--output');
    if (/-\w*I|--head/.test(joined))
      await process.out(`HTTP/1.1 ${made.status} ${reasonOf(made.status)}\r\n\r\n`);
    else if (!toFile) await process.out(made.body);
    else if (out !== undefined && out !== '/dev/null') process.view.write(process.path(out), made.body);
    const format = args[args.findIndex((arg) => arg === '-w' || arg === '--write-out') + 1];
    if (args.some((arg) => arg === '-w' || arg === '--write-out'))
      await process.out(
        (format ?? '').replaceAll('%{http_code}', String(made.status)).replaceAll('\\n', '\n'),
      );
    return 0;
  },
  wget: async (process, args) => {
    const url =
      args.find((arg, index) => !arg.startsWith('-') && !/^-\w*[OT]$/.test(args[index - 1] ?? '')) ?? '';
    const made = await process.until(ask(around, url, args.includes('--spider') ? 'HEAD' : 'GET'));
    if (isFailure(made)) {
      await process.err(
        made.code === 6
          ? `wget: bad address '${URL.parse(url)?.host ?? url}'\n`
          : `wget: can't connect to remote host: ${made.words.split(': ').at(-1) ?? ''}\n`,
      );
      return 1;
    }
    if (made.status >= 400) {
      await process.err(`wget: server returned error: HTTP/1.1 ${made.status} ${reasonOf(made.status)}\n`);
      return 1;
    }
    const index = args.findIndex((arg) => /^-\w*O$/.test(arg));
    const target =
      index < 0 ? (/-\w*O(\S+)/.exec(args.join(' '))?.[1] ?? 'index.html') : (args[index + 1] ?? '-');
    if (target === '-') await process.out(made.body);
    else if (!args.includes('--spider') && target !== '/dev/null')
      process.view.write(process.path(target), made.body);
    return 0;
  },
  nslookup: async (process, args) => {
    const [name = ''] = args.filter((arg) => !arg.startsWith('-'));
    const address = isAddress(name) ? name : around.net.lookUp(name);
    await process.out(`Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n`);
    if (address === null) {
      await process.out(`** server can't find ${name}: NXDOMAIN\n\n`);
      return 1;
    }
    await process.out(`Name:\t${name}\nAddress: ${address}\n\n`);
    return 0;
  },
  nc: async (process, args) => {
    const [name = '', port = ''] = args.filter(
      (arg, index) => !arg.startsWith('-') && args[index - 1] !== '-w',
    );
    if (!args.some((arg) => /^-\w*z/.test(arg))) return process.refuse('anything but -z');
    const address = isAddress(name) ? name : around.net.lookUp(name);
    if (address === null) return process.fail(`bad address '${name}'`);
    return around.net.dial(address, Number(port)).reach === 'open' ? 0 : 1;
  },
  id: async (process, args) => {
    const { uid, gid, groups } = process.credentials;
    const { volume } = process.kernel;
    if (args.includes('-u')) await process.out(`${args.includes('-n') ? userName(volume, uid) : uid}\n`);
    else if (args.includes('-g'))
      await process.out(`${args.includes('-n') ? groupName(volume, gid) : gid}\n`);
    else
      await process.out(
        `uid=${uid}(${userName(volume, uid)}) gid=${gid}(${groupName(volume, gid)}) groups=${[...new Set([gid, ...groups])].join(',')}\n`,
      );
    return 0;
  },
  whoami: async (process) => {
    const name = userName(process.kernel.volume, process.credentials.uid);
    if (account(process.kernel.volume, name) === undefined)
      return process.fail(`unknown uid ${process.credentials.uid}`);
    await process.out(`${name}\n`);
    return 0;
  },
  hostname: async (process) => {
    await process.out(process.kernel.volume.text('/etc/hostname') ?? '\n');
    return 0;
  },
  nproc: async (process) => {
    await process.out(`${around.host.machine.sizes.cpus}\n`);
    return 0;
  },
  'update-ca-certificates': () => 0,
});
