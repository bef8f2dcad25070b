/** Which handler answers a request to the Docker API. */
import { API_VERSION, MIN_API_VERSION } from '../../commands/docker/call.js';
import { deleteContainer, kill, rename, restart, start, stop, wait } from './container-actions.js';
import { inspect, list, top } from './containers.js';
import { events } from './events.js';
import { createExec, inspectExec, resizeExec, startExec } from './exec.js';
import { ApiError, type Handler } from './exchange.js';
import { logs } from './logs.js';
import { stats } from './stats.js';
import {
  inspectImage,
  inspectNetwork,
  inspectVolume,
  listImages,
  listNetworks,
  listVolumes,
} from './stock.js';
import { diskUsage, info, ping, version } from './system.js';

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}
const get = (path: RegExp, handle: Handler): Route => ({ method: 'GET', path, handle });
const post = (path: RegExp, handle: Handler): Route => ({ method: 'POST', path, handle });

const ROUTES: readonly Route[] = [
  get(/^\/_ping$/, ping),
  { method: 'HEAD', path: /^\/_ping$/, handle: ping },
  get(/^\/version$/, version),
  get(/^\/info$/, info),
  get(/^\/events$/, events),
  get(/^\/system\/df$/, diskUsage),
  get(/^\/containers\/json$/, list),
  get(/^\/containers\/([^/]+)\/json$/, inspect),
  get(/^\/containers\/([^/]+)\/top$/, top),
  get(/^\/containers\/([^/]+)\/logs$/, logs),
  get(/^\/containers\/([^/]+)\/stats$/, stats),
  post(/^\/containers\/([^/]+)\/start$/, start),
  post(/^\/containers\/([^/]+)\/stop$/, stop),
  post(/^\/containers\/([^/]+)\/restart$/, restart),
  post(/^\/containers\/([^/]+)\/kill$/, kill),
  post(/^\/containers\/([^/]+)\/rename$/, rename),
  post(/^\/containers\/([^/]+)\/wait$/, wait),
  post(/^\/containers\/([^/]+)\/exec$/, createExec),
  { method: 'DELETE', path: /^\/containers\/([^/]+)$/, handle: deleteContainer },
  post(/^\/exec\/([^/]+)\/start$/, startExec),
  post(/^\/exec\/([^/]+)\/resize$/, resizeExec),
  get(/^\/exec\/([^/]+)\/json$/, inspectExec),
  get(/^\/images\/json$/, listImages),
  get(/^\/images\/(.+)\/json$/, inspectImage),
  get(/^\/networks$/, listNetworks),
  get(/^\/networks\/([^/]+)$/, inspectNetwork),
  get(/^\/volumes$/, listVolumes),
  get(/^\/volumes\/([^/]+)$/, inspectVolume),
];
/** What the real API has and this one has not; everything else is no page at all. */
const KNOWN =
  /^\/(containers|images|networks|volumes|exec|build|commit|auth|session|grpc|swarm|nodes|services|tasks|secrets|configs|plugins|distribution|system)(\/|$)/;

/** Compares `1.9` and `1.24` part by part. */
function older(a: string, b: string): boolean {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA === majorB ? minorA < minorB : majorA < majorB;
}

/** @throws ApiError 400 for a version that the daemon does not speak, 404, 501 */
export function routeOf(
  method: string,
  url: string,
): { readonly handle: Handler; readonly names: readonly string[]; readonly query: URLSearchParams } {
  const [whole = '/', question = ''] = url.split(/\?(.*)/s);
  const [, asked, rest] = /^\/v(\d+\.\d+)(\/.*)$/s.exec(whole) ?? [];
  if (asked !== undefined && older(asked, MIN_API_VERSION))
    throw new ApiError(
      400,
      `client version ${asked} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`,
    );
  if (asked !== undefined && older(API_VERSION, asked))
    throw new ApiError(
      400,
      `client version ${asked} is too new. Maximum supported API version is ${API_VERSION}`,
    );
  const path = rest ?? whole;
  for (const route of ROUTES) {
    const match = route.method === method ? route.path.exec(path) : null;
    if (match === null) continue;
    return {
      handle: route.handle,
      names: match.slice(1).map(decoded),
      query: new URLSearchParams(question),
    };
  }
  if (KNOWN.test(path)) throw new ApiError(501, `practice lab: ${method} ${path} is not simulated`);
  throw new ApiError(404, 'page not found');
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError(400, `invalid URL escape in "${text}"`);
  }
}
