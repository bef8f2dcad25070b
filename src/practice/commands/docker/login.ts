/** docker login and logout: credentials in config.json, tried at the registry before they are kept. */
import { PullError, tryLogin } from '../../images/pull.js';
import { readLine } from '../../kernel/description.js';
import { daemon, Refusal, withDockerOptions, type Call } from './call.js';
import type { Verb } from './containers.js';

const HUB = 'https://index.docker.io/v1/';
interface ClientConfig {
  auths?: Record<string, { auth?: string }>;
  [key: string]: unknown;
}
function readConfig(call: Call): ClientConfig {
  const path = `${call.configDir}/config.json`;
  if (call.process.view.peek(path) === undefined) return {};
  try {
    const parsed: ClientConfig = JSON.parse(call.process.view.readText(path));
    return parsed;
  } catch {
    return {};
  }
}
function writeConfig(call: Call, config: ClientConfig): void {
  const { view } = call.process;
  if (view.peek(call.configDir) === undefined) view.makeDirectory(call.configDir, 0o700);
  const path = `${call.configDir}/config.json`;
  view.write(path, `${JSON.stringify(config, null, '\t')}`, { mode: 0o600 });
}
/** The credential kept for a registry, base64. */
export function loginFor(call: Call, registry: string): string | null {
  const key = registry === 'docker.io' ? HUB : registry;
  try {
    return readConfig(call).auths?.[key]?.auth ?? null;
  } catch {
    return null;
  }
}

export const login: Verb = (call, args) =>
  withDockerOptions(
    call,
    'login',
    args,
    { values: 'up', long: ['username=', 'password=', 'password-stdin'] },
    async (options) => {
      const [registry = 'docker.io'] = options.operands;
      const user = options.value('u', 'username');
      let password = options.value('p', 'password');
      if (password !== undefined)
        await call.process.err('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
      if (options.has('password-stdin')) {
        if (user === undefined) throw new Refusal('Must provide --username with --password-stdin');
        if (password !== undefined)
          throw new Refusal('--password and --password-stdin are mutually exclusive');
        password = (await call.process.readText(0)).replace(/\r?\n$/, '');
      }
      if (user === undefined || password === undefined) {
        if (!call.process.tty)
          throw new Refusal('Error: Cannot perform an interactive login from a non TTY device');
        await call.process.err('Password: ');
        password = (await readLine(call.process.descriptor(0), call.process.signal)).line.toString('utf8');
      }
      const engine = daemon(call, 'v1.51/auth');
      const auth = Buffer.from(`${user ?? ''}:${password}`).toString('base64');
      const insecure =
        engine.config?.insecureRegistries.includes(registry) === true ||
        /^(127\.|localhost(:|$))/.test(registry);
      try {
        if (registry === 'docker.io')
          throw new PullError(
            'unauthorized',
            'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password',
          );
        await tryLogin(call.host, call.process, { insecure, login: auth }, registry);
      } catch (error) {
        if (!(error instanceof PullError)) throw error;
        throw new Refusal(`Error response from daemon: ${error.message}`);
      }
      const config = readConfig(call);
      writeConfig(call, { ...config, auths: { ...config.auths, [registry]: { auth } } });
      await call.process.err(
        `\nWARNING! Your credentials are stored unencrypted in '${call.configDir}/config.json'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
      );
      await call.process.out('Login Succeeded\n');
      return 0;
    },
  );

export const logout: Verb = async (call, args) => {
  const [registry = 'docker.io'] = args;
  const key = registry === 'docker.io' ? HUB : registry;
  const config = readConfig(call);
  const auths = { ...config.auths };
  if (auths[key] === undefined) {
    await call.process.out(`Not logged in to ${registry}\n`);
    return 0;
  }
  delete auths[key];
  writeConfig(call, { ...config, auths });
  await call.process.out(`Removing login credentials for ${registry}\n`);
  return 0;
};
