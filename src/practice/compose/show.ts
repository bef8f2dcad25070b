/** docker compose: what shows something: config, ps, logs, ls. */
import { stringify } from 'yaml';
import { daemon, table, withDockerOptions, type Call } from '../commands/docker/call.js';
import { formatted } from '../commands/docker/containers.js';
import { portsText, psRow, statusText } from '../docker/describe.js';
import type { Container } from '../docker/container.js';
import { chosen, ofProject, serviceOf } from './actions.js';
import { loadProject, type Project } from './project.js';

export interface Given {
  readonly files: readonly string[];
  readonly directory: string | null;
  readonly name: string | null;
}
export async function load(call: Call, given: Given): Promise<Project> {
  const project = loadProject(call.process, given);
  for (const words of project.warnings)
    await call.process.err(
      `time="${new Date(call.host.machine.now()).toISOString().slice(0, 19)}Z" level=warning msg="${words.replaceAll('"', '\\"')}"\n`,
    );
  return project;
}
const health = (container: Container) => (container.health === 'none' ? '' : container.health);

function psObject(container: Container): Readonly<Record<string, unknown>> {
  const row = psRow(container);
  return {
    Command: row['Command'],
    CreatedAt: row['CreatedAt'],
    ExitCode: container.exitCode,
    Health: health(container),
    ID: container.shortId,
    Image: container.spec.image,
    Labels: row['Labels'],
    LocalVolumes: row['LocalVolumes'],
    Mounts: row['Mounts'],
    Name: container.name,
    Names: container.name,
    Networks: row['Networks'],
    Ports: portsText(container),
    Project: container.spec.labels['com.docker.compose.project'],
    Publishers: container.spec.ports.map((port) => ({
      URL: port.address === '' ? '0.0.0.0' : port.address,
      TargetPort: port.containerPort,
      PublishedPort: port.hostPort,
      Protocol: port.protocol,
    })),
    RunningFor: row['RunningFor'],
    Service: serviceOf(container),
    Size: '0B',
    State: container.status,
    Status: statusText(container),
  };
}

export type Sub = (call: Call, given: Given, args: readonly string[]) => Promise<number>;
export const config: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose config',
    args,
    {
      flags: 'q',
      values: 'o',
      long: [
        'quiet',
        'services',
        'images',
        'volumes',
        'networks',
        'profiles',
        'format=',
        'no-interpolate',
        'output=',
        'hash=',
        'resolve-image-digests',
      ],
    },
    async (options) => {
      const project = await load(call, given);
      const lines = (items: readonly string[]) => call.process.out(items.map((item) => `${item}\n`).join(''));
      if (options.has('q', 'quiet')) return 0;
      if (options.has('services')) await lines(project.services.map(({ name }) => name));
      else if (options.has('images')) await lines(project.services.map(({ image }) => image));
      else if (options.has('volumes')) await lines([...project.volumes.keys()]);
      else if (options.has('networks')) await lines([...project.networks.keys()]);
      else {
        const { version: _version, ...source } = project.source;
        const shown = { name: project.name, ...source };
        await call.process.out(
          options.value('format') === 'json' ? `${JSON.stringify(shown, null, 2)}\n` : stringify(shown),
        );
      }
      return 0;
    },
  );
export const psSub: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose ps',
    args,
    {
      flags: 'aq',
      long: ['all', 'quiet', 'services', 'format=', 'filter=', 'status=', 'no-trunc', 'orphans'],
    },
    async (options) => {
      const project = await load(call, given);
      daemon(call, 'v1.51/containers/json');
      const states = [
        ...options.all('status'),
        ...options
          .all('filter')
          .filter((one) => one.startsWith('status='))
          .map((one) => one.slice(7)),
      ];
      const names =
        options.operands.length === 0
          ? null
          : chosen(project, options.operands, false).map(({ name }) => name);
      const rows = ofProject(call, project.name)
        .filter((one) => names === null || names.includes(serviceOf(one)))
        .filter((one) =>
          states.length > 0
            ? states.includes(one.status)
            : options.has('a', 'all') || one.status === 'running' || one.status === 'restarting',
        )
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      if (options.has('services')) {
        for (const name of new Set(rows.map(serviceOf))) await call.process.out(`${name}\n`);
        return 0;
      }
      if (options.has('q', 'quiet')) {
        for (const one of rows) await call.process.out(`${one.id}\n`);
        return 0;
      }
      const format = options.value('format');
      if (format === 'json') {
        for (const one of rows) await call.process.out(`${JSON.stringify(psObject(one))}\n`);
        return 0;
      }
      const objects = rows.map((one): Readonly<Record<string, string>> => ({
        Name: one.name,
        Image: one.spec.image,
        Command: psRow(one)['Command'] ?? '',
        Service: serviceOf(one),
        RunningFor: psRow(one)['RunningFor'] ?? '',
        Status: statusText(one),
        State: one.status,
        Health: health(one),
        ExitCode: String(one.exitCode),
        Ports: portsText(one),
      }));
      await call.process.out(
        formatted(format, objects, {
          Name: 'NAME',
          Image: 'IMAGE',
          Command: 'COMMAND',
          Service: 'SERVICE',
          RunningFor: 'CREATED',
          Status: 'STATUS',
          Ports: 'PORTS',
        }),
      );
      return 0;
    },
  );
export const logsSub: Sub = (call, given, args) =>
  withDockerOptions(
    call,
    'compose logs',
    args,
    {
      flags: 'ft',
      values: 'n',
      long: ['follow', 'timestamps', 'tail=', 'no-color', 'no-log-prefix', 'since='],
    },
    async (options) => {
      const project = await load(call, given);
      daemon(call);
      if (options.has('f', 'follow')) return call.process.refuse('compose logs -f (docker logs -f is)');
      const services = chosen(project, options.operands, false).map(({ name }) => name);
      const tail = Number(options.value('n', 'tail') ?? 1000);
      for (const one of ofProject(call, project.name)) {
        if (!services.includes(serviceOf(one))) continue;
        for (const line of one.lines.slice(-tail))
          await call.process.out(`${options.has('no-log-prefix') ? '' : `${one.name}  | `}${line.text}\n`);
      }
      return 0;
    },
  );
export const ls: Sub = (call, _given, args) =>
  withDockerOptions(
    call,
    'compose ls',
    args,
    { flags: 'aq', long: ['all', 'quiet', 'format=', 'filter='] },
    async (options) => {
      const engine = daemon(call);
      const names = [
        ...new Set(engine.containers.map((one) => one.spec.labels['com.docker.compose.project'] ?? '')),
      ]
        .filter((name) => name !== '')
        .toSorted();
      const rows = names.flatMap((name) => {
        const mine = ofProject(call, name);
        const counts = new Map<string, number>();
        for (const one of mine) counts.set(one.status, (counts.get(one.status) ?? 0) + 1);
        if (!options.has('a', 'all') && !counts.has('running')) return [];
        return [
          {
            Name: name,
            Status: [...counts].map(([status, count]) => `${status}(${count})`).join(', '),
            ConfigFiles: mine[0]?.spec.labels['com.docker.compose.project.config_files'] ?? '',
          },
        ];
      });
      if (options.has('q', 'quiet')) for (const row of rows) await call.process.out(`${row.Name}\n`);
      else if (options.value('format') === 'json') await call.process.out(`${JSON.stringify(rows)}\n`);
      else
        await call.process.out(
          table([
            ['NAME', 'STATUS', 'CONFIG FILES'],
            ...rows.map((row) => [row.Name, row.Status, row.ConfigFiles]),
          ]),
        );
      return 0;
    },
  );
