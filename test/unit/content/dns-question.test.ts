/** D2.pod-network asks the cluster's DNS from plain bash: what really leaves the host must be one DNS question. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ourRunbook } from './content.js';
import { probeOf } from './sandbox.js';

const run = promisify(execFile);

/** The labels of a question (RFC 1035, 4.1.2), which begins after the twelve bytes of the header. */
function nameIn(packet: Buffer): readonly string[] {
  const labels: string[] = [];
  for (let at = 12; packet[at] !== 0 && at < packet.length; at += 1 + (packet[at] ?? 0))
    labels.push(packet.toString('latin1', at + 1, at + 1 + (packet[at] ?? 0)));
  return labels;
}

test('sends the whole question in one datagram, and a server that understands it turns the gate green', async () => {
  const server = createSocket('udp4');
  const asked: Buffer[] = [];
  server.on('message', (packet, from) => {
    asked.push(packet);
    // A server answers what it can read; the first half of a question is not that.
    if (nameIn(packet).at(-1) === 'local') server.send(packet, from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const directory = await mkdtemp(join(tmpdir(), 'dns-'));
  const config = join(directory, 'config.yaml');
  await writeFile(config, 'clusterDNS:\n- 127.0.0.1\nclusterDomain: cluster.local\n');
  try {
    const probe = probeOf(await ourRunbook(), 'D2.pod-network')
      .replaceAll('/var/lib/kubelet/config.yaml', config)
      .replaceAll('/dev/udp/$0/53', `/dev/udp/$0/${server.address().port}`);
    const { stdout } = await run('bash', ['-c', probe]);
    expect(asked.map((packet) => nameIn(packet).join('.'))).toEqual([
      'kube-dns.kube-system.svc.cluster.local',
    ]);
    expect(stdout.trim()).toBe('127.0.0.1 answers');
  } finally {
    server.close();
    await rm(directory, { recursive: true, force: true });
  }
});
