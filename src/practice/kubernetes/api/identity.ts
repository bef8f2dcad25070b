/** Who a client is: by certificate, by the token of a ServiceAccount, by a bootstrap token, or nobody. */
import { createPublicKey, createSign, createVerify, randomUUID } from 'node:crypto';
import { identify } from '../access.js';
import type { ApiServer } from '../control-plane.js';
import { listAt, numberAt, textAt, type Json, type JsonMap } from '../json.js';
import { nameOf, namespaceOf, uidOf } from '../store.js';
import type { Identity, Question } from './call.js';
import { ApiError } from './status.js';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** Without a wish, and the shortest there is, seconds. */
const LASTS = 3600;
const SHORTEST = 600;

const part = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
function readPart(text: string): Json {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
/** A token for a ServiceAccount. @param wanted seconds that it is to last @throws ApiError 500 without a key to sign with */
export function issueToken(
  api: ApiServer,
  account: JsonMap,
  audiences: readonly string[],
  wanted: number | undefined,
): { readonly token: string; readonly expires: number; readonly audiences: readonly string[] } {
  const now = Math.floor(api.host.machine.now() / 1000);
  const expires = now + Math.max(SHORTEST, wanted ?? LASTS);
  const aud = audiences.length === 0 ? [ISSUER] : [...audiences];
  const name = nameOf(account);
  const namespace = namespaceOf(account);
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({
    aud,
    exp: expires,
    iat: now,
    iss: ISSUER,
    jti: randomUUID(),
    'kubernetes.io': { namespace, serviceaccount: { name, uid: uidOf(account) } },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  })}`;
  try {
    const signature = createSign('RSA-SHA256').update(text).sign(api.accountKeys.signs, 'base64url');
    return { token: `${text}.${signature}`, expires: expires * 1000, audiences: aud };
  } catch {
    throw new ApiError(500, 'InternalError', 'Internal error occurred: failed to sign the token');
  }
}
function accountOf(api: ApiServer, token: string): Identity | null {
  const [head = '', body = '', signature = ''] = token.split('.');
  try {
    const key = createPublicKey(api.accountKeys.verifies);
    if (!createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key, signature, 'base64url'))
      return null;
  } catch {
    return null;
  }
  const claims = readPart(body);
  const now = api.host.machine.now() / 1000;
  if ((numberAt(claims, 'exp') ?? 0) < now || (numberAt(claims, 'nbf') ?? 0) > now + 1) return null;
  if (!listAt(claims, 'aud').includes(ISSUER)) return null;
  const own = ['kubernetes.io', 'serviceaccount'] as const;
  const namespace = textAt(claims, 'kubernetes.io', 'namespace');
  const name = textAt(claims, ...own, 'name');
  const found = api.cluster.store.get('ServiceAccount', namespace, name);
  // With its account ends a token, also when there is a new one of that name.
  if (found === undefined || uidOf(found) !== textAt(claims, ...own, 'uid')) return null;
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
function bootstrap(api: ApiServer, token: string): Identity | null {
  const [id = '', secret = ''] = token.split('.');
  const found = api.cluster.tokens.find(
    (one) => one.id === id && one.secret === secret && one.usages.includes('authentication'),
  );
  return found === undefined
    ? null
    : {
        user: `system:bootstrap:${id}`,
        groups: [
          'system:bootstrappers',
          'system:bootstrappers:kubeadm:default-node-token',
          'system:authenticated',
        ],
      };
}
/** @throws ApiError 401 for a certificate or token that is not believed */
export function authenticate(api: ApiServer, question: Question): Identity {
  const refused = new ApiError(401, 'Unauthorized', 'Unauthorized');
  if (question.certificate !== null) {
    const found = identify(api, question.certificate, api.host.machine.now());
    if (found !== null) return { ...found, groups: [...found.groups, 'system:authenticated'] };
  }
  const header = question.headers.get('authorization') ?? '';
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (token !== undefined) {
    const found = token.split('.').length === 3 ? accountOf(api, token) : bootstrap(api, token);
    if (found !== null) return found;
    throw refused;
  }
  if (question.certificate !== null || header !== '') throw refused;
  return { user: 'system:anonymous', groups: ['system:unauthenticated'] };
}
