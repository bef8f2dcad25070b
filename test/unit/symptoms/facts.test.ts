import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateResult } from '../../../src/gates/types.js';
import { historyOf, meaningful } from '../../../src/symptoms/begun.js';
import { observeHost } from '../../../src/symptoms/facts/read-hosts.js';
import { questionsFor } from '../../../src/symptoms/facts/hosts.js';
import {
  isOvercome,
  observeGates,
  observeOutput,
  observePasted,
  withoutOldNews,
} from '../../../src/symptoms/observe.js';
import { HOST_NAMES } from '../../../src/lab/types.js';
import { spawnSync } from 'node:child_process';
import { ourRunbook } from '../content/content.js';
import { seen } from './catalogue.js';

const runbook = await ourRunbook();
const gate = (id: string, verdict: GateResult['verdict'], over: Partial<GateResult> = {}): GateResult => ({
  gate: id,
  subject: 'vm-k8s',
  verdict,
  say: { id: 'satu', en: 'one' },
  hints: [],
  symptom: null,
  evidence: [],
  blockedBy: [],
  judgedAt: 5,
  ...over,
});
const CLUSTER = [
  'N|vm-worker|',
  'A|InternalIP|192.168.56.44',
  'A|Hostname|vm-worker',
  'D|MemoryPressure|False|KubeletHasSufficientMemory|fine',
  'D|Ready|False|KubeletNotReady|container runtime network not ready: cni plugin not initialized',
  'P|prod|go-1|vm-worker|Pending||go|ReplicaSet|2026-01-01T00:00:00Z||u1|',
  'D|PodScheduled|True||',
  'D|Ready|False|ContainersNotReady|containers with unready status: [go]',
  'I|wait|busybox|true|0||Completed|0|||||',
  'C|go|harbor.local:8080/threebody/go:x|false|3|ImagePullBackOff||||||Back-off pulling image "a|b"',
  'P|prod|web-1|vm-worker|Running||frontend|ReplicaSet|2026-01-01T00:00:00Z||u2|',
  'D|Ready|True||',
  'C|web|nginx|true|0||||||2026-01-01T00:00:00Z|',
  'W|Deployment|prod|go|1|',
  'J|prod|laravel-migrate||',
  'D|Failed|True|BackoffLimitExceeded|too many',
  'S|prod|go|30081',
  'E|prod|go|false',
  'K|prod|mysql-data|Pending|',
  'T|prod|Pod|go-1|Warning|Failed|4|u1|Failed to pull image "a": not found',
  'T|prod|Pod|go-1|Warning|FailedScheduling|1|u0|of the Pod that had this name before',
  'T|prod|Pod|web-1|Warning|Unhealthy|1|u2|long ago',
  'L|prod|go-1|go|panic: no DB_HOST | really',
].join('\n');

describe('what hosts answer', () => {
  const found = observeHost('vm-k8s', { cluster: CLUSTER }, Date.parse('2026-01-01T00:01:00Z'));
  const of = (source: string) => found.filter((one) => one.source === source);

  it('becomes nodes, pods, containers and the rest, each at its machine', () => {
    expect(of('node')).toMatchObject([
      { place: 'vm-worker', object: 'vm-worker', fields: { ready: 'False', 'internal-ip': '192.168.56.44' } },
    ]);
    expect(of('node')[0]?.text).toContain('cni plugin not initialized');
    expect(of('pod')[0]).toMatchObject({
      place: 'vm-worker',
      object: 'prod/go-1',
      fields: { ready: false, app: 'go', 'age-seconds': 60 },
    });
    expect(
      of('container').map((one) => [
        one.object,
        one.fields['init'],
        one.fields['state'],
        one.fields['reason'],
      ]),
    ).toEqual([
      ['prod/go-1/wait', true, 'terminated', 'Completed'],
      ['prod/go-1/go', false, 'waiting', 'ImagePullBackOff'],
      ['prod/web-1/web', false, 'running', ''],
    ]);
    expect(of('container')[1]?.text).toBe('waiting ImagePullBackOff: Back-off pulling image "a|b"');
    expect(of('workload').map((one) => [one.text, one.fields['failed']])).toEqual([
      ['Deployment go 0/1', false],
      ['Job laravel-migrate 0/1 BackoffLimitExceeded', true],
    ]);
    expect(of('service')[0]?.fields).toMatchObject({ 'node-port': 30081, 'ready-endpoints': 0 });
    expect(of('volume')[0]?.fields).toMatchObject({ kind: 'PersistentVolumeClaim', phase: 'Pending' });
    expect(of('log')[0]).toMatchObject({ place: 'vm-worker', text: 'panic: no DB_HOST | really' });
  });
  it('leaves out events of what is well by now', () => {
    expect(of('event').map((one) => one.object)).toEqual(['Pod/prod/go-1']);
  });
  it('leaves out events of what was overcome: the Pod is going, has its node, has its images', () => {
    const pod = (name: string, deleted: string, container: string): readonly string[] => [
      `P|prod|${name}|vm-worker|Running||go|ReplicaSet|2026-01-01T00:00:00Z|${deleted}|${name}|`,
      'D|Ready|False|ContainersNotReady|',
      container,
    ];
    const waits = 'C|go|a|false|0|ImagePullBackOff||||||';
    const runs = 'C|go|a|false|0||||||2026-01-01T00:00:00Z|';
    const cluster = [
      ...pod('waits', '', waits),
      ...pod('runs', '', runs),
      ...pod('goes', '2026-01-01T00:00:40Z', waits),
      'T|prod|Pod|waits|Warning|FailedScheduling|1|waits|0/2 nodes are available',
      ...['waits', 'runs', 'goes'].map(
        (name) =>
          `T|prod|Pod|${name}|Warning|Failed|2|${name}|Failed to pull image "a": http: server gave HTTP response to HTTPS client`,
      ),
      'T|prod|Pod|runs|Warning|Unhealthy|4|runs|Readiness probe failed',
    ].join('\n');
    const observed = observeHost('vm-k8s', { cluster }, Date.parse('2026-01-01T00:01:00Z'));
    expect(observed.filter(({ source }) => source === 'event').map(({ text }) => text.slice(0, 21))).toEqual([
      'Failed: Failed to pul',
      'Unhealthy: Readiness ',
    ]);
    expect(observed.filter(({ source }) => source === 'event').map(({ object }) => object)).toEqual([
      'Pod/prod/waits',
      'Pod/prod/runs',
    ]);
  });
  it('tells units, containers, disks and the clock apart', () => {
    const host = [
      'disk|/|97',
      'inodes|/|12',
      'swap|/swap.img',
      'clock|1767225680|no',
      'resolv|/run/systemd/resolve/stub-resolv.conf|127.0.0.53 ',
    ].join('\n');
    const units =
      'unit|kubelet.service|activating|auto-restart|exit-code|enabled|7|false\njournal|kubelet.service|open config.yaml: no such file | x';
    const docker =
      'container|harbor-core|running|Up 2 minutes (unhealthy)|goharbor/core\ncontainer|edge-nginx|exited|Exited (1) 3 minutes ago|nginx\nlog|edge-nginx|nginx: [emerg] no cert';
    const all = observeHost('vm-docker', { host, units, docker }, Date.parse('2026-01-01T00:01:00Z'));
    const fields = (object: string) => all.find((one) => one.object === object)?.fields;
    expect(fields('disk /')).toEqual({ 'used-percent': 97, 'inodes-percent': 12 });
    expect(fields('swap')).toEqual({ on: true });
    expect(fields('clock')).toEqual({ 'offset-seconds': 20, synced: false });
    expect(fields('resolv')).toMatchObject({ stub: true });
    expect(fields('kubelet.service')).toMatchObject({
      active: 'activating',
      sub: 'auto-restart',
      restarts: 7,
      joined: false,
    });
    expect(fields('harbor-core')).toMatchObject({ state: 'running', health: 'unhealthy' });
    expect(fields('edge-nginx')).toMatchObject({ state: 'exited', exit: 1 });
    expect(all.filter((one) => one.source === 'journal').map((one) => one.text)).toEqual([
      'open config.yaml: no such file | x',
    ]);
  });
  it('is never too strange to be read', () => {
    const property = () =>
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
          observeHost(
            'vm-k8s',
            { cluster: a.replaceAll('\\', '|'), units: b, docker: `container|${b}`, host: `disk|${a}` },
            0,
          );
        }),
      );
    expect(property).not.toThrow();
  });
});

it('every question is a script that bash reads', () => {
  for (const host of HOST_NAMES)
    for (const { id, script } of questionsFor(host))
      expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' }), `${host} ${id}`).toMatchObject({
        status: 0,
      });
});

describe('a red gate', () => {
  const red = [gate('C5.kubeconfig', 'fail'), gate('E3.mysql', 'fail')];
  const names = (results: readonly GateResult[]): readonly string[] => results.map((one) => one.gate);

  it('counts when its step was run', () => {
    expect(names(meaningful(runbook, red, historyOf([{ kind: 'run', step: 'C5' }])))).toEqual([
      'C5.kubeconfig',
    ]);
  });
  it('counts when it has been green', () => {
    expect(names(meaningful(runbook, red, historyOf([{ kind: 'pass', gate: 'E3.mysql@vm-k8s' }])))).toEqual([
      'E3.mysql',
    ]);
  });
  it('does not count once its step is undone', () => {
    const past = historyOf([
      { kind: 'run', step: 'C5' },
      { kind: 'pass', gate: 'C5.kubeconfig@vm-k8s' },
      { kind: 'run', step: 'A1' },
      { kind: 'undo', step: 'C5' },
    ]);
    expect(meaningful(runbook, red, past)).toEqual([]);
  });
  it('of a lab with an unknown past counts where most of the step is green', () => {
    const results = [...red, gate('C5.calico', 'pass'), gate('C5.pool', 'pass'), gate('E3.data', 'fail')];
    expect(
      names(meaningful(runbook, results, historyOf([]))).filter(
        (id) => id === 'C5.kubeconfig' || id.startsWith('E3'),
      ),
    ).toEqual(['C5.kubeconfig']);
  });
  it('of a bare VM does not count, though some of its gates are green there as well', () => {
    const results = [
      ...red,
      gate('A4.public-dns', 'fail'),
      gate('A4.resolv-conf', 'fail'),
      gate('A4.public-names', 'pass'),
      gate('D4.firewall', 'pass'),
      gate('D4.nodeports', 'pass'),
      gate('D4.kubelet-port', 'fail'),
      gate('F2.dumps', 'pass'),
    ];
    expect(meaningful(runbook, results, historyOf([])).filter(({ verdict }) => verdict === 'fail')).toEqual(
      [],
    );
  });
});

describe('observations', () => {
  it('of gates carry the symptom that the gate names, and what the site answered', () => {
    const evidence = [
      {
        place: 'operator' as const,
        asked: 'GET https://hit.local/',
        exit: 502,
        excerpt: 'HTTP/1.1 502 Bad Gateway\nServer: nginx',
        startedAt: 1,
        durationMs: 2,
      },
    ];
    expect(
      observeGates([gate('E3.site-home', 'fail', { symptom: 'S27', evidence }), gate('E3.site-go', 'pass')]),
    ).toMatchObject([
      {
        source: 'gate',
        object: 'E3.site-home@vm-k8s',
        fields: { verdict: 'fail', symptom: 'S27', step: 'E3' },
      },
      {
        source: 'http',
        place: 'operator',
        object: 'https://hit.local/',
        fields: { status: 502, server: 'nginx' },
      },
    ]);
  });
  it('of a step that failed are no news once all its gates are well', () => {
    const all = [gate('E3.images', 'pass'), gate('E3.app', 'warn'), gate('E1.clone', 'fail')];
    expect(isOvercome('E3', all)).toBe(true);
    expect(isOvercome('E1', all)).toBe(false);
    expect(isOvercome('E3', [...all, gate('E3.site', 'unknown')])).toBe(false);
    // A fix has no gates of its own.
    expect(isOvercome('S50', all)).toBe(false);
    expect(isOvercome('S50', [gate('E3.images', 'pass')])).toBe(true);
  });
  it('of what was pasted and printed are bounded', () => {
    expect(observePasted('x\n'.repeat(9000), 0).length).toBe(2000);
    expect(observePasted('y'.repeat(90_000), 0)[0]?.text.length).toBe(1000);
    const job = { host: 'vm-k8s' as const, step: 'C5', action: 'init', exit: 1 };
    expect(observeOutput({ ...job, tail: 'a\n\nb\n' }, 0).map((one) => one.text)).toEqual(['a', 'b']);
  });
  it('of the edge from before it was mended are left out', () => {
    const log = seen('[error] connect() failed', { object: 'edge-nginx' });
    const emerg = seen('[emerg] no cert', { object: 'edge-nginx' });
    const failed = observeGates([gate('E3.site-home', 'fail')]);
    const stopped = seen('', { source: 'docker', object: 'edge-nginx', fields: { state: 'exited' } });
    expect(withoutOldNews([log])).toEqual([]);
    expect(withoutOldNews([log, ...failed])).toContain(log);
    expect(withoutOldNews([log, emerg, stopped])).toEqual([emerg, stopped]);
  });
});
