/** The certificate that a TLS server shows, whoever signed it. */
import { connect } from 'node:tls';
import type { Duplex } from 'node:stream';
import type { EdgeFacts } from '../../state/live/rows.js';
import { cleanRemoteText } from '../text/clean.js';

/**
 * Reads the certificate and ends the stream.
 * @param stream to the server
 * @param servername the name that a browser would ask for
 * @returns null when the other end speaks no TLS, or shows none
 */
export function readCertificate(
  stream: Duplex,
  servername: string,
  signal: AbortSignal,
): Promise<EdgeFacts['certificate']> {
  return new Promise((resolve) => {
    // Nothing is said over this connection: the certificate is looked at, not relied upon.
    const socket = connect({ socket: stream, servername, rejectUnauthorized: false });
    const finish = (found: EdgeFacts['certificate']): void => {
      signal.removeEventListener('abort', leave);
      resolve(found);
      // A goodbye first, or servers note a broken handshake.
      socket.end(() => {
        socket.destroy();
        stream.destroy();
      });
    };
    const leave = (): void => {
      finish(null);
      socket.destroy();
      stream.destroy();
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    socket.on('error', leave);
    socket.once('close', leave);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      if (shown === undefined) return finish(null);
      const word = (text: string): string => cleanRemoteText(text).replaceAll('\n', ', ').slice(0, 300);
      const names = (shown.subjectAltName ?? '').split(', ').flatMap((name) => {
        const found = /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1];
        return found === undefined ? [] : [word(found)];
      });
      finish({ subject: word(shown.subject), names, notAfter: Date.parse(shown.validTo) });
    });
  });
}
