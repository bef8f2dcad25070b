/**
 * The way to the API server: through the SSH connection of the control plane, with TLS inside of it from this computer to the
 * server. No port is opened here, so nobody else on this computer gets a way to the cluster.
 */
import type { AgentOptions } from 'node:https';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { HostLink, Links } from '../ports.js';
import type { Access } from './kubeconfig.js';

/** Certificates as the library made them out of the kubeconfig. */
export type Credentials = Pick<AgentOptions, 'ca' | 'cert' | 'key'>;

const HANDSHAKE_MS = 15_000;

/** Opens a stream to the API's port, as vm-k8s sees it. */
async function openStream(links: Links, access: Access, signal: AbortSignal): Promise<Duplex> {
  const login = links.lab.hosts['vm-k8s'];
  const isItself = [login.address, login.name, 'localhost', '127.0.0.1', '::1'].includes(access.host);
  const forward = isItself ? login.forwards[String(access.port)] : undefined;
  // A lab behind port forwarding says itself where its ports are reached.
  if (forward !== undefined) return connectTcp(forward.port, forward.host).setNoDelay(true);
  const link: HostLink = links.link('vm-k8s');
  return link.dial({ kind: 'port', address: access.host, port: access.port }, signal);
}

/**
 * Connects and checks the server's certificate against the kubeconfig's CA.
 * @throws the errors of Node's TLS (`ERR_TLS_CERT_ALTNAME_INVALID` …), or a Trouble of the link
 */
export async function openTunnel(
  links: Links,
  access: Access,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const stream = await openStream(links, access, signal);
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: stream,
      // The name that the certificate must be good for. Only names, no addresses, are told to the server beforehand.
      host: access.host,
      ...(access.serverName === null ? {} : { servername: access.serverName }),
      ...credentials,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      // A stream a watch, as brief as can be: several requests in one stream would wait for each other in the SSH channel.
      ALPNProtocols: ['http/1.1'],
    });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      socket.destroy();
      stream.destroy();
      reject(error);
    };
    const leave = (): void => fail(new Error('cancelled'));
    const timer = setTimeout(
      () => fail(Object.assign(new Error('TLS handshake timed out'), { code: 'ETIMEDOUT' })),
      HANDSHAKE_MS,
    );
    const closed = (): void =>
      fail(Object.assign(new Error('closed during the handshake'), { code: 'ECONNRESET' }));
    signal.addEventListener('abort', leave, { once: true });
    stream.once('error', fail);
    socket.once('error', fail);
    socket.once('close', closed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      socket.removeListener('close', closed);
      socket.removeListener('error', fail);
      // A stream that breaks takes the TLS socket with it; whoever uses that one is told there.
      stream.removeListener('error', fail);
      stream.on('error', (error) => socket.destroy(error));
      stream.once('close', () => socket.destroy());
      socket.once('close', () => {
        // TLS on a stream that is no socket of the system may end after it has closed. Who reads it has let go by
        // then, and undici did not survive that (8.12: `Cannot read properties of null`).
        socket.removeAllListeners('end');
        socket.removeAllListeners('error');
        socket.on('error', () => undefined);
        stream.destroy();
      });
      resolve(socket);
    });
  });
}
