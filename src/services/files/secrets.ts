/** The values of secret parameters: from the environment, the lab file, the kept ones, or made or typed when needed. */
import { randomBytes, randomInt } from 'node:crypto';
import { nearest } from '../../lab/nearest.js';
import { checkSecret, SECRET_PREFIX, secretVariable } from '../../lab/parameters.js';
import { Trouble, type Lab } from '../../lab/types.js';
import type { Parameter } from '../../runbook/types.js';
import type { SecretOrigin, Secrets } from '../ports.js';
import { createSecretsFile, type KeptSecret } from './secrets-file.js';

type Environment = Readonly<Record<string, string | undefined>>;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const GENERATED_LENGTH = 24;

interface Known {
  readonly value: string;
  readonly origin: SecretOrigin;
}

/**
 * Collects what is known of a lab's secrets. Each value is handed to `hide` before anybody else sees it.
 * @param options.hide from then on this text is masked everywhere
 * @throws Trouble `secret-invalid` for a value in the environment that cannot be one, `secret-unknown` for a variable
 * that names no secret
 */
export async function openSecrets(options: {
  readonly lab: Pick<Lab, 'secrets' | 'stateDir'>;
  readonly parameters: readonly Parameter[];
  readonly env: Environment;
  readonly now: () => number;
  readonly hide: (value: string) => void;
}): Promise<Secrets> {
  const { lab, env, now, hide } = options;
  const parameters = options.parameters.filter((one) => one.type === 'secret');
  const file = createSecretsFile(lab.stateDir);
  const known = new Map<string, Known>();
  const learn = (name: string, value: string, origin: SecretOrigin): void => {
    hide(value);
    known.set(name, { value, origin });
  };

  for (const [name, value] of Object.entries(lab.secrets)) learn(name, value, 'lab-file');
  for (const [name, value] of environmentSecrets(env, parameters)) learn(name, value, 'environment');
  // A damaged file is told when a secret is wanted from it, not to somebody who only looks.
  let damage: unknown = null;
  const kept: ReadonlyMap<string, KeptSecret> = await file.read().catch((error: unknown) => {
    damage = error;
    return new Map<string, KeptSecret>();
  });
  for (const [name, { value, origin }] of kept) {
    hide(value);
    if (!known.has(name)) known.set(name, { value, origin });
  }

  const keep = async (name: string, value: string, origin: KeptSecret['origin']): Promise<void> => {
    // Hidden before it is written: an error on the way must not show it.
    hide(value);
    learn(name, await file.keep(name, { value, origin, at: now() }), origin);
  };
  /** One after the other: a secret is made once, however many steps ask for it at the same time. */
  let last: Promise<unknown> = Promise.resolve();

  const prepare = async (names: readonly string[]): Promise<readonly string[]> => {
    const missing: string[] = [];
    for (const { name, generate, optional } of parameters) {
      if (!names.includes(name) || known.has(name)) continue;
      if (damage !== null) throw damage;
      if (generate !== false) await keep(name, generateSecret(generate), 'generated');
      else if (!optional) missing.push(name);
    }
    return missing;
  };

  return {
    file: file.path,
    value: (name) => known.get(name)?.value ?? null,
    origin: (name) => known.get(name)?.origin ?? null,
    missing: (names) =>
      parameters
        .filter(
          (one) =>
            names.includes(one.name) && !known.has(one.name) && one.generate === false && !one.optional,
        )
        .map((one) => one.name),
    optional: (names) =>
      parameters
        .filter((one) => names.includes(one.name) && !known.has(one.name) && one.optional)
        .map((one) => one.name),
    prepare(names) {
      const work = last.then(() => prepare(names));
      last = work.catch(() => undefined);
      return work;
    },
    async give(name, value, { keep: keepIt }) {
      hide(value);
      const wrong = checkSecret(value);
      if (wrong !== null) throw invalid(name, wrong, name);
      if (!keepIt) return learn(name, value, 'typed');
      if (damage !== null) throw damage;
      return keep(name, value, 'typed');
    },
  };
}

function environmentSecrets(
  env: Environment,
  parameters: readonly Parameter[],
): readonly (readonly [string, string])[] {
  const variables = new Map(parameters.map(({ name }) => [secretVariable(name), name]));
  return Object.entries(env).flatMap(([variable, value]) => {
    if (!variable.startsWith(SECRET_PREFIX) || value === undefined || value === '') return [];
    const name = variables.get(variable);
    if (name === undefined) throw unknownVariable(variable, [...variables.keys()]);
    const wrong = checkSecret(value);
    if (wrong !== null) throw invalid(name, wrong, variable);
    return [[name, value] as const];
  });
}

function unknownVariable(variable: string, known: readonly string[]): Trouble {
  const close = nearest(
    variable.slice(SECRET_PREFIX.length),
    known.map((one) => one.slice(SECRET_PREFIX.length)),
  );
  return new Trouble(
    'secret-unknown',
    { id: `tidak ada rahasia untuk ${variable}`, en: `there is no secret for ${variable}` },
    close !== null
      ? { id: `Maksudnya ${SECRET_PREFIX}${close}?`, en: `Did you mean ${SECRET_PREFIX}${close}?` }
      : known.length === 0
        ? { id: `Hapus: unset ${variable}`, en: `Remove it: unset ${variable}` }
        : { id: `Yang ada: ${known.join(', ')}.`, en: `Known: ${known.join(', ')}.` },
    variable,
  );
}

function invalid(name: string, wrong: { readonly id: string; readonly en: string }, where: string): Trouble {
  return new Trouble(
    'secret-invalid',
    { id: `rahasia ${name} ${wrong.id}`, en: `the secret ${name} ${wrong.en}` },
    { id: 'Betulkan nilainya, lalu coba lagi.', en: 'Correct the value, then try again.' },
    where,
  );
}

/**
 * A random value for a secret that the program makes up.
 * @param form `true`: letters and digits, with at least one capital, one small letter and one digit, as many programs demand
 * of a password. `base64-32`: the form of Laravel's APP_KEY for its default cipher AES-256, `base64:` and 32 random bytes in
 * Base64 (laravel/framework, Illuminate\Foundation\Console\KeyGenerateCommand).
 */
export function generateSecret(form: true | 'base64-32' = true): string {
  if (form === 'base64-32') return `base64:${randomBytes(32).toString('base64')}`;
  for (;;) {
    const secret = Array.from({ length: GENERATED_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join(
      '',
    );
    if (/[A-Z]/.test(secret) && /[a-z]/.test(secret) && /[0-9]/.test(secret)) return secret;
  }
}
