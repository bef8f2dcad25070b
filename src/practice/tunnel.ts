/** Connections that an SSH client opens through a host (`direct-tcpip`): they begin at that host and end at a server of the lab. */
import type { ServerChannel, TcpipRequestInfo } from 'ssh2';
import type { Host } from './host.js';
import { HttpServing } from './http-serving.js';
import { lookUp } from './kubernetes/registry.js';

/** How long a host waits for somebody who does not answer, simulated ms. */
const DIAL_MS = 120_000;

/**
 * Opens a tunnel, or refuses it as sshd does when its own connection fails. Only servers that speak TCP for
 * real can be reached so: the API of a cluster, and everything with HTTP.
 */
export async function openTunnel(
  host: Host,
  { destIP, destPort }: TcpipRequestInfo,
  accept: () => ServerChannel,
  reject: () => void,
): Promise<void> {
  const address = lookUp(host, destIP);
  const reach = address === null ? 'unreachable' : host.world.reach(host, address, destPort);
  if (reach === 'silent')
    await host.clock.patience(DIAL_MS, new AbortController().signal).catch(() => undefined);
  if (address === null || reach !== 'open') {
    reject();
    return;
  }
  const here = address.startsWith('127.') || host.machine.addresses.includes(address);
  const target = here ? host : host.world.holder(address);
  const server = target?.listeners.find(address, destPort);
  if (target == null || server === undefined || (server.accept === undefined && server.http === undefined)) {
    reject();
    return;
  }
  const channel = accept();
  channel.on('error', () => undefined);
  if (server.accept !== undefined) {
    server.accept(channel);
    return;
  }
  const http = new HttpServing(target, address, destPort, here ? address : host.address);
  channel.once('close', () => http.close());
  if (!http.take(server, channel)) channel.close();
}
