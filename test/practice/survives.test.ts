/** A mistake of one pod, one request or one text never ends the program that plays the lab. */
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeImage } from '../../src/practice/images/spec.js';
import { Clock } from '../../src/practice/kernel/clock.js';
import type { PodContext } from '../../src/practice/kubernetes/pod-context.js';
import type { JsonMap } from '../../src/practice/kubernetes/json.js';
import { PodVolumes } from '../../src/practice/kubernetes/pod-files.js';
import { PodNet } from '../../src/practice/kubernetes/pod-net.js';
import { isStarted, PodProcess } from '../../src/practice/kubernetes/pod-process.js';
import { answer } from '../../src/practice/model/http.js';
import { World } from '../../src/practice/model/network.js';
import { Random } from '../../src/practice/model/random.js';
import { Host } from '../../src/practice/host.js';
import { OperatorPort } from '../../src/practice/operator-ports.js';

const IMAGE = makeImage('test', {
  program: 'shell',
  entrypoint: ['sleep'],
  command: ['60'],
  tools: ['shell'],
});

function hostIn(world: World, name: string, address: string): Host {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const host = new Host({
    name,
    address,
    sizes: { cpus: 2, memoryMiB: 4096, diskGiB: 20 },
    user: 'cikal',
    password: 'x',
    authorizedKey: 'ssh-ed25519 AAAA x',
    hostKey: { privateKey, publicKey },
    world,
    random: new Random(1),
    clock: new Clock(0),
    bootMs: 0,
  });
  world.hosts.set(name, host);
  return host;
}
/** Starts a container as the kubelet does. */
function start(container: JsonMap, volumes: readonly JsonMap[] = []): { why: string; events: string[] } {
  const host = hostIn(new World(), 'vm-k8s', '192.168.56.43');
  const events: string[] = [];
  const net = new PodNet(host, 'default');
  const held = new PodVolumes(host);
  const pod: JsonMap = { metadata: { name: 'p', namespace: 'default' }, spec: { volumes: [...volumes] } };
  const context: PodContext = {
    host,
    pod,
    unsettled: null,
    address: host.address,
    log: (_type, reason, message) => events.push(`${reason}: ${message}`),
    find: () => null,
    net,
    volumes: held,
  };
  const made = PodProcess.start(context, { name: 'c', ...container }, IMAGE, net, held, () => undefined);
  if (!isStarted(made)) return { why: `${made.reason} ${made.message}`, events };
  void made.kill();
  return { why: '', events };
}

describe('a pod that cannot be started as it is written', () => {
  it('has a working directory that is a file', () => {
    expect(start({ workingDir: '/etc/hostname' }).why).toMatch(
      /^RunContainerError .*error during container init: mkdir \/etc\/hostname: not a directory: unknown$/,
    );
  });
  it('mounts a volume below a file of its image', () => {
    expect(
      start({ volumeMounts: [{ name: 'v', mountPath: '/etc/hosts/x' }] }, [{ name: 'v', emptyDir: {} }]).why,
    ).toMatch(
      /^RunContainerError .*create mountpoint for \/etc\/hosts\/x mount: mkdir \/etc\/hosts: not a directory/,
    );
  });
  it.each(['', 'DirectoryOrCreate', 'FileOrCreate'])(
    'wants the path "below a file" of its node (type "%s")',
    (type) => {
      const { why, events } = start({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, [
        { name: 'v', hostPath: { path: '/etc/passwd/x', type } },
      ]);
      expect(why).toBe('ContainerCreating ');
      expect(events.join('\n')).toMatch(
        /^FailedMount: MountVolume\.SetUp failed for volume "v" : (mkdir|open) \/etc\/passwd: not a directory$/,
      );
    },
  );
});

describe('a second in which one host fails', () => {
  it('passes for the others, and is told once in the journal of that host', () => {
    const world = new World();
    const bad = hostIn(world, 'bad', '192.168.56.43');
    const good = hostIn(world, 'good', '192.168.56.44');
    let ticks = 0;
    bad.kube.tick = () => {
      throw new Error('boom');
    };
    good.kube.tick = () => {
      ticks += 1;
    };
    world.simulation.tick();
    world.simulation.tick();
    expect(ticks).toBe(2);
    expect(bad.journal.lines.filter((line) => line.message.includes('Error: boom'))).toHaveLength(1);
    expect(good.journal.lines.filter((line) => line.message.includes('boom'))).toHaveLength(0);
  });
});

describe('a forwarded port', () => {
  it('answers 500 for a server that fails, and outlives a client that stops in the middle of its request', async () => {
    const host = hostIn(new World(), 'vm-docker', '192.168.56.42');
    let asked = 0;
    host.listeners.open({
      address: '0.0.0.0',
      port: 8080,
      process: 'test',
      pid: 1,
      http: ({ url }) => {
        asked += 1;
        if (url.pathname === '/bad') throw new Error('handler broke');
        return answer(200, 'fine');
      },
    });
    const port = await OperatorPort.open(host, 8080);
    const base = `http://127.0.0.1:${port.port}`;
    try {
      expect((await fetch(`${base}/bad`)).status).toBe(500);
      expect(host.journal.lines.some((line) => line.message.includes('handler broke'))).toBe(true);
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port.port, '127.0.0.1', () => {
          socket.write('POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf', () => {
            socket.resetAndDestroy();
          });
        });
        socket.once('close', () => resolve());
        socket.once('error', reject);
      });
      expect(await (await fetch(base)).text()).toBe('fine');
      expect(asked).toBe(2);
    } finally {
      await port.close();
    }
  });
});
