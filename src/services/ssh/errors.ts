/** What errors of sockets and of ssh2 look like, read without trusting their shape. */
import { cleanRemoteText } from '../text/clean.js';

/** `code` of a system error (`ECONNREFUSED`); of the first one inside when several addresses were tried. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) {
    for (const inner of error.errors) {
      const code = errorCode(inner);
      if (code !== null) return code;
    }
  }
  return null;
}

/** Where in the protocol ssh2 says that it failed: `client-authentication`, `client-timeout`, `handshake` … */
export function errorLevel(error: unknown): string | null {
  return error instanceof Error && 'level' in error && typeof error.level === 'string' ? error.level : null;
}

/** The text of anything thrown, cleaned and bounded: servers have a say in some of it. */
export function errorText(error: unknown): string {
  return cleanRemoteText(rawText(error)).slice(0, 300);
}

function rawText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((inner) => rawText(inner)).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
