/**
 * Rules of the lab file that reach across keys: three hosts, each once, each with an address of its own and a way to log in;
 * parameters that exist; secrets only in a private file. They look at unchecked data, so that a person sees these mistakes
 * together with those of single values.
 */
import { nearest } from './nearest.js';
import { parseIpv4 } from './net.js';
import { checkParameter, checkSecret, type ParameterSpec } from './parameters.js';
import { HOST_NAMES, type Diagnostic, type SourcePlace, type Text } from './types.js';

type PlaceOf = (path: readonly PropertyKey[]) => SourcePlace;
type Group = Readonly<Record<string, unknown>>;
interface RulesContext {
  readonly parameters: readonly ParameterSpec[];
  readonly fileMode: number | null;
}
interface FoundHost {
  readonly index: number;
  readonly data: Group;
}

const SECRET_KEYS = ['password', 'passphrase', 'sudo_password'] as const;
/** Any of these says how to log in; an `ssh_config_host` brings its own IdentityFile. */
const LOGIN_KEYS = ['key', 'password', 'agent', 'ssh_config_host'] as const;

/** All mistakes in `data` that concern more than one value. Data of the wrong shape is left to the schema. */
export function checkLabRules(data: unknown, placeOf: PlaceOf, context: RulesContext): readonly Diagnostic[] {
  if (!isGroup(data)) return [];
  const listed = Array.isArray(data['hosts']) ? data['hosts'] : [];
  const hosts = listed.flatMap((host: unknown, index): FoundHost[] =>
    isGroup(host) ? [{ index, data: host }] : [],
  );
  return [
    ...checkNames(Array.isArray(data['hosts']), hosts, placeOf),
    ...checkAddresses(hosts, placeOf),
    ...checkLogins(data, hosts, placeOf),
    ...checkSecrets(data, hosts, placeOf, context.fileMode),
    ...checkParameters(data['parameters'], placeOf, context.parameters),
    ...checkSecretParameters(data['secrets'], placeOf, context.parameters),
  ];
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkNames(isList: boolean, hosts: readonly FoundHost[], placeOf: PlaceOf): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, number>();
  for (const { index, data } of hosts) {
    const name = data['name'];
    if (typeof name !== 'string') continue;
    const place = placeOf(['hosts', index, 'name']);
    const before = seen.get(name);
    if (!HOST_NAMES.some((known) => known === name)) {
      const close = nearest(name, HOST_NAMES);
      const all = HOST_NAMES.join(', ');
      diagnostics.push({
        place,
        what: { id: `host \`${shown(name)}\` tidak dikenal`, en: `unknown host \`${shown(name)}\`` },
        remedy:
          close === null
            ? { id: `Nama ketiga host adalah ${all}.`, en: `The three hosts are called ${all}.` }
            : { id: `Maksudnya \`${close}\`?`, en: `Did you mean \`${close}\`?` },
      });
    } else if (before !== undefined) {
      const line = placeOf(['hosts', before, 'name']).line;
      diagnostics.push({
        place,
        what: {
          id: `host \`${name}\` sudah ada di baris ${line}`,
          en: `host \`${name}\` is there already, on line ${line}`,
        },
        remedy: { id: 'Hapus salah satunya.', en: 'Remove one of them.' },
      });
    }
    if (before === undefined) seen.set(name, index);
  }
  if (!isList) return diagnostics;
  for (const name of HOST_NAMES.filter((one) => !seen.has(one)))
    diagnostics.push({
      place: placeOf(['hosts']),
      what: { id: `host \`${name}\` tidak ada`, en: `host \`${name}\` is missing` },
      remedy: {
        id: `Tambahkan di bawah \`hosts\`: \`- name: ${name}\` dengan \`address\`-nya.`,
        en: `Add it below \`hosts\`: \`- name: ${name}\` with its \`address\`.`,
      },
    });
  return diagnostics;
}

function checkAddresses(hosts: readonly FoundHost[], placeOf: PlaceOf): Diagnostic[] {
  const seen = new Map<string, number>();
  return hosts.flatMap(({ index, data }) => {
    const address = data['address'];
    if (typeof address !== 'string' || parseIpv4(address) === null) return [];
    const before = seen.get(address);
    if (before === undefined) {
      seen.set(address, index);
      return [];
    }
    const line = placeOf(['hosts', before, 'address']).line;
    return [
      {
        place: placeOf(['hosts', index, 'address']),
        what: {
          id: `alamat ${address} sudah dipakai di baris ${line}`,
          en: `address ${address} is used already on line ${line}`,
        },
        remedy: {
          id: 'Beri setiap VM alamat sendiri; lihat dengan `ip -4 -brief address` di tiap VM.',
          en: 'Give each VM an address of its own; see them with `ip -4 -brief address` on each VM.',
        },
      },
    ];
  });
}

function checkLogins(data: Group, hosts: readonly FoundHost[], placeOf: PlaceOf): Diagnostic[] {
  const says = (group: Group, key: string): boolean =>
    group[key] !== undefined && group[key] !== null && group[key] !== false;
  return hosts.flatMap(({ index, data: host }) => {
    const found: Diagnostic[] = [];
    const name = typeof host['name'] === 'string' ? shown(host['name']) : `hosts.${index}`;
    const place = placeOf(['hosts', index, 'name']);
    if (!says(host, 'user') && !says(data, 'user'))
      found.push({
        place,
        what: {
          id: `pengguna untuk \`${name}\` belum disebut`,
          en: `no user is given for \`${name}\``,
        },
        remedy: {
          id: 'Tambahkan `user:` di atas `hosts`, atau pada host ini.',
          en: 'Add `user:` above `hosts`, or to this host.',
        },
      });
    const agentOff = host['agent'] === false;
    const some = LOGIN_KEYS.some(
      (key) => says(host, key) || (says(data, key) && !(key === 'agent' && agentOff)),
    );
    if (!some)
      found.push({
        place,
        what: {
          id: `cara masuk ke \`${name}\` belum disebut`,
          en: `nothing says how to log in to \`${name}\``,
        },
        remedy: {
          id: 'Tambahkan `key: ~/.ssh/id_ed25519`, `password:`, atau `agent: true`.',
          en: 'Add `key: ~/.ssh/id_ed25519`, `password:`, or `agent: true`.',
        },
      });
    return found;
  });
}

function checkSecrets(
  data: Group,
  hosts: readonly FoundHost[],
  placeOf: PlaceOf,
  mode: number | null,
): Diagnostic[] {
  if (mode === null || (mode & 0o077) === 0) return [];
  const paths = [
    ...SECRET_KEYS.filter((key) => key in data).map((key) => [key]),
    ...(isGroup(data['secrets']) && Object.keys(data['secrets']).length > 0 ? [['secrets']] : []),
    ...hosts.flatMap((host) =>
      SECRET_KEYS.filter((key) => key in host.data).map((key) => ['hosts', host.index, key]),
    ),
  ];
  const first = paths[0];
  if (first === undefined) return [];
  const place = placeOf(first);
  const bits = (mode & 0o777).toString(8).padStart(4, '0');
  return [
    {
      place,
      what: {
        id: `berkas ini menyimpan rahasia, tetapi terbuka bagi pengguna lain (mode ${bits})`,
        en: `this file holds a secret, but others can open it (mode ${bits})`,
      },
      remedy: { id: `Jalankan: chmod 600 ${place.file}`, en: `Run: chmod 600 ${place.file}` },
    },
  ];
}

function checkParameters(given: unknown, placeOf: PlaceOf, specs: readonly ParameterSpec[]): Diagnostic[] {
  if (!isGroup(given)) return [];
  return Object.entries(given).flatMap(([name, value]): Diagnostic[] => {
    const place = placeOf(['parameters', name]);
    const spec = specs.find((one) => one.name === name);
    if (spec?.type === 'secret')
      return [
        {
          place,
          what: {
            id: `\`${name}\` adalah rahasia dan tidak boleh ada di bawah \`parameters\``,
            en: `\`${name}\` is a secret and may not stand below \`parameters\``,
          },
          remedy: {
            id: 'Pindahkan ke bawah `secrets:`, lalu chmod 600 berkas ini.',
            en: 'Move it below `secrets:`, then chmod 600 this file.',
          },
        },
      ];
    if (spec === undefined) {
      const names = specs.filter((one) => one.type !== 'secret').map((one) => one.name);
      return [
        {
          place,
          what: {
            id: `parameter \`${shown(name)}\` tidak dikenal`,
            en: `unknown parameter \`${shown(name)}\``,
          },
          remedy: unknownRemedy(nearest(name, names), names),
        },
      ];
    }
    const wrong = checkParameter(spec, value);
    if (wrong === null) return [];
    return [
      {
        place,
        what: { id: `parameter \`${name}\` ${wrong.id}`, en: `parameter \`${name}\` ${wrong.en}` },
        remedy: {
          id: 'Betulkan nilainya, atau hapus agar nilai bawaan dipakai.',
          en: 'Correct the value, or remove it to use the default.',
        },
      },
    ];
  });
}

function checkSecretParameters(
  given: unknown,
  placeOf: PlaceOf,
  specs: readonly ParameterSpec[],
): Diagnostic[] {
  if (!isGroup(given)) return [];
  const names = specs.filter((one) => one.type === 'secret').map((one) => one.name);
  return Object.entries(given).flatMap(([name, value]): Diagnostic[] => {
    const place = placeOf(['secrets', name]);
    const spec = specs.find((one) => one.name === name);
    if (spec === undefined)
      return [
        {
          place,
          what: { id: `rahasia \`${shown(name)}\` tidak dikenal`, en: `unknown secret \`${shown(name)}\`` },
          remedy: unknownRemedy(nearest(name, names), names),
        },
      ];
    if (spec.type !== 'secret')
      return [
        {
          place,
          what: { id: `\`${name}\` bukan rahasia`, en: `\`${name}\` is not a secret` },
          remedy: { id: 'Pindahkan ke bawah `parameters:`.', en: 'Move it below `parameters:`.' },
        },
      ];
    // `name:` with nothing behind it is as good as no line: it is asked for, or made, when it is needed.
    const wrong = value === null || value === '' ? null : checkSecret(value);
    if (wrong === null) return [];
    return [
      {
        place,
        what: { id: `rahasia \`${name}\` ${wrong.id}`, en: `secret \`${name}\` ${wrong.en}` },
        remedy: {
          id: 'Betulkan nilainya, atau hapus baris itu: nilainya ditanyakan bila perlu.',
          en: 'Correct the value, or remove the line: it is asked for when it is needed.',
        },
      },
    ];
  });
}

function unknownRemedy(close: string | null, names: readonly string[]): Text {
  if (close !== null) return { id: `Maksudnya \`${close}\`?`, en: `Did you mean \`${close}\`?` };
  if (names.length === 0) return { id: 'Hapus parameter itu.', en: 'Remove it.' };
  const list = names.join(', ');
  return { id: `Hapus, atau pakai salah satu dari: ${list}.`, en: `Remove it, or use one of: ${list}.` };
}

/** A name as the file has it, safe to show: one line, printable, short. */
function shown(text: string): string {
  const printable = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable;
}
