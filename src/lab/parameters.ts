/**
 * What a parameter of the lab may be. These values end in scripts, configuration files and URLs on the hosts, so each type
 * admits only what the thing it names can be written with: no white space, control characters, quotes or `$`, ever.
 */
import { formatCidr, parseCidr, parseIpv4 } from './net.js';
import type { ParameterValue, Text } from './types.js';

/** The types of a parameter; the same list as the runbook's schema offers to authors. */
export type ParameterType =
  | 'word'
  | 'hostname'
  | 'ipv4'
  | 'cidr'
  | 'port'
  | 'version'
  | 'path'
  | 'url'
  | 'boolean'
  | 'integer'
  | 'hostname-list'
  | 'ipv4-list'
  | 'cidr-list'
  | 'choice'
  | 'secret';

/** What this module needs to know of a parameter's declaration. */
export interface ParameterSpec {
  readonly name: string;
  readonly type: ParameterType;
  readonly choices?: readonly string[] | undefined;
  /** May be empty. */
  readonly optional?: boolean;
}

const WORD = /^[A-Za-z0-9_][A-Za-z0-9._:@/+=-]{0,252}$/;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOSTNAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const VERSION = /^v?[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}(?:[-+~][A-Za-z0-9][A-Za-z0-9.+~-]{0,63})?$/;
const PATH = /^\/(?:[A-Za-z0-9._@+-]+(?:\/[A-Za-z0-9._@+-]+)*\/?)?$/;
const URL_TEXT = /^https?:\/\/[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:[/?][A-Za-z0-9._~:/?@!&+,;=%-]*)?$/;
const LIST_LIMIT = 64;

/** Whether a text is a host name: RFC 1123 labels, lower case, at most 253 characters, and not an address. */
export function isHostname(text: string): boolean {
  return text.length <= 253 && HOSTNAME.test(text) && !/^[0-9.]+$/.test(text);
}

/**
 * Checks a value against a parameter's declaration.
 * @returns what is wrong, as the end of a sentence (`must be …`), or null when it is right. Never quotes the value.
 */
export function checkParameter(spec: ParameterSpec, value: unknown): Text | null {
  if (spec.optional === true && isEmpty(value)) return null;
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : { id: 'harus true atau false', en: 'must be true or false' };
    case 'integer':
      return Number.isSafeInteger(value)
        ? null
        : { id: 'harus bilangan bulat', en: 'must be a whole number' };
    case 'port':
      return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535
        ? null
        : { id: 'harus nomor port, 1 sampai 65535', en: 'must be a port number, 1 to 65535' };
    case 'choice':
      return typeof value === 'string' && (spec.choices ?? []).includes(value)
        ? null
        : {
            id: `harus salah satu dari: ${(spec.choices ?? []).join(', ')}`,
            en: `must be one of: ${(spec.choices ?? []).join(', ')}`,
          };
    case 'hostname-list':
      return checkList(value, (one) => checkText('hostname', one));
    case 'ipv4-list':
      return checkList(value, (one) => checkText('ipv4', one));
    case 'cidr-list':
      return checkList(value, (one) => checkText('cidr', one));
    case 'secret':
      return checkSecret(value);
    case 'word':
    case 'hostname':
    case 'ipv4':
    case 'cidr':
    case 'version':
    case 'path':
    case 'url':
      return checkText(spec.type, value);
  }
}

/** What an optional parameter may be instead of a value: nothing, an empty text or an empty list. */
function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** The shortest secret: below this one could not be hidden in outputs without hiding half of all words, nor withstand a guess. */
const SHORTEST_SECRET = 8;

/** What the names of variables that give secrets begin with. */
export const SECRET_PREFIX = 'THREEBODY_SECRET_';

/** The variable of the environment by which a secret can be given. */
export function secretVariable(name: string): string {
  return SECRET_PREFIX + name.toUpperCase();
}

/**
 * Checks the value of a secret, wherever it comes from: the lab file, the environment, a prompt.
 * @returns what is wrong, as the end of a sentence, or null when it is right. Never quotes the value.
 */
export function checkSecret(value: unknown): Text | null {
  if (typeof value !== 'string')
    return {
      id: 'harus berupa teks; apit nilainya dengan tanda kutip',
      en: 'must be text; put the value in quotes',
    };
  if (value.length < SHORTEST_SECRET || value.length > 1024)
    return {
      id: `harus ${SHORTEST_SECRET} sampai 1024 karakter`,
      en: `must have ${SHORTEST_SECRET} to 1024 characters`,
    };
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value) || value.trim() !== value)
    return {
      id: 'harus satu baris tanpa karakter kendali, dan tanpa spasi di kedua ujungnya',
      en: 'must be one line without control characters, and without spaces at its ends',
    };
  return null;
}

/** Whether an unknown value has the shape that any parameter may have. */
export function isParameterValue(value: unknown): value is ParameterValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function checkList(value: unknown, check: (one: unknown) => Text | null): Text | null {
  if (!Array.isArray(value))
    return { id: 'harus berupa daftar, seperti [a, b]', en: 'must be a list, like [a, b]' };
  if (value.length > LIST_LIMIT)
    return {
      id: `hanya boleh berisi sampai ${LIST_LIMIT} nilai`,
      en: `may hold at most ${LIST_LIMIT} values`,
    };
  for (const [index, one] of value.entries()) {
    const wrong = check(one);
    if (wrong !== null)
      return { id: `nilai ke-${index + 1} ${wrong.id}`, en: `value ${index + 1} ${wrong.en}` };
  }
  return null;
}

type TextType = 'word' | 'hostname' | 'ipv4' | 'cidr' | 'version' | 'path' | 'url';

function checkText(type: TextType, value: unknown): Text | null {
  if (typeof value !== 'string')
    return {
      id: 'harus berupa teks; apit nilainya dengan tanda kutip',
      en: 'must be text; put the value in quotes',
    };
  switch (type) {
    case 'word':
      return WORD.test(value)
        ? null
        : {
            id: 'harus satu kata: huruf, angka, dan . _ : @ / + = -',
            en: 'must be one word: letters, digits and . _ : @ / + = -',
          };
    case 'hostname':
      return isHostname(value)
        ? null
        : {
            id: 'harus nama host: huruf kecil, angka, tanda hubung, dipisah titik',
            en: 'must be a host name: lower-case letters, digits and hyphens, joined by dots',
          };
    case 'ipv4':
      return parseIpv4(value) !== null
        ? null
        : {
            id: 'harus alamat IPv4, seperti 192.168.56.42',
            en: 'must be an IPv4 address, like 192.168.56.42',
          };
    case 'cidr':
      return checkCidr(value);
    case 'version':
      return VERSION.test(value)
        ? null
        : { id: 'harus nomor versi, seperti 1.33 atau v2.1.0', en: 'must be a version, like 1.33 or v2.1.0' };
    case 'path':
      return value.length <= 1024 && PATH.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value)
        ? null
        : {
            id: 'harus path mutlak tanpa spasi, "." atau ".."',
            en: 'must be an absolute path without spaces, "." or ".."',
          };
    case 'url':
      return value.length <= 2048 && URL_TEXT.test(value) && URL.canParse(value)
        ? null
        : {
            id: 'harus URL http:// atau https:// tanpa nama pengguna dan spasi',
            en: 'must be an http:// or https:// URL without user name or spaces',
          };
  }
}

/** A network must be written by its first address: tools downstream refuse, or silently cut, stray host bits. */
export function checkCidr(value: string): Text | null {
  const network = parseCidr(value);
  if (network === null)
    return {
      id: 'harus jaringan IPv4, seperti 10.244.0.0/16',
      en: 'must be an IPv4 network, like 10.244.0.0/16',
    };
  const right = formatCidr(network);
  return right === value
    ? null
    : {
        id: `harus ditulis dengan alamat pertama jaringannya: ${right}`,
        en: `must be written by the network's first address: ${right}`,
      };
}
