/**
 * Files of ours on real hosts, edited by hand behind the program's back: found, shown, restored, adopted. After the phases, as its
 * name sorts: skipped unless THREEBODY_LAB names a lab file and THREEBODY_LAB_CLUSTER is 1.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { driftDocument } from '../../src/commands/output/schemas-drift.js';
import { isDrifted } from '../../src/drift/files.js';
import { cli, type Finished } from '../support/cli.js';
import { createBench, LAB_FILE, type Bench } from './lab.js';

const WANTED = process.env['THREEBODY_LAB_CLUSTER'] === '1';
/** Written by A3 on every host; a line more in it harms nobody. */
const PATH = '/etc/hosts';
const NAME = `vm-worker:${PATH}`;
const STRANGER = '10.99.99.99 stranger.invalid';

describe.skipIf(LAB_FILE === undefined || !WANTED)('files of ours on real hosts', () => {
  let bench: Bench;
  const drift = (...args: readonly string[]): Promise<Finished> =>
    cli(['drift', ...args, '--lab', LAB_FILE ?? ''], { env: bench.env });
  const read = ({ stdout, stderr }: Finished) => {
    const found = driftDocument.safeParse(JSON.parse(stdout === '' ? '{}' : stdout));
    if (!found.success) throw new Error(`${stderr}\n${found.error.message}`);
    return found.data;
  };
  const text = (): Promise<string> => bench.ask('vm-worker', `cat ${PATH}`);
  /** Adds a line as a person with an editor does; what was there comes back whatever happens. */
  async function editByHand(): Promise<string> {
    const before = await text();
    onTestFinished(async () => {
      await bench.ask('vm-worker', `cat >${PATH} <<'END_OF_HOSTS'\n${before}END_OF_HOSTS`);
    });
    await bench.ask('vm-worker', `printf '%s\\n' '${STRANGER}' >>${PATH}`);
    return before;
  }

  beforeAll(async () => {
    bench = await createBench(LAB_FILE ?? '');
    const connected = await cli(['connect', '--lab', LAB_FILE ?? '', '--accept-host-keys'], {
      env: bench.env,
    });
    if (connected.code !== 0) throw new Error(connected.stderr);
  }, 120_000);
  afterAll(() => bench.remove());

  it('are as they were written', async () => {
    const found = await drift('--json');
    expect(found.code, found.stderr + found.stdout).toBe(0);
    const hosts = read(found).hosts;
    expect(hosts.map(({ host }) => host)).toEqual(['vm-docker', 'vm-k8s', 'vm-worker']);
    for (const { files } of hosts) expect(files.map(({ path }) => path)).toContain(PATH);
  });

  it('are shown with what differs once somebody has edited one, and restored to the byte', async () => {
    const before = await editByHand();
    const shown = await drift();
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain(PATH);
    expect(shown.stdout).toMatch(new RegExp(`^\\s*\\+ ?${STRANGER}$`, 'm'));
    const changed = read(await drift('--json')).hosts.flatMap(({ host, files }) =>
      files.flatMap((file) => (isDrifted(file.state) ? [`${host}:${file.path} ${file.state}`] : [])),
    );
    expect(changed).toEqual([`${NAME} edited`]);

    const restored = await drift('--restore', NAME, '--yes');
    expect(restored.code, restored.stderr).toBe(0);
    expect(await text()).toBe(before);
    expect((await drift()).code).toBe(0);
  });

  it('stay as they are once they are adopted, and can be had back', async () => {
    const before = await editByHand();
    const adopted = await drift('--adopt', NAME, '--yes');
    expect(adopted.code, adopted.stderr).toBe(0);
    expect(await text()).toContain(STRANGER);
    expect((await drift()).code).toBe(0);

    const restored = await drift('--restore', NAME, '--yes');
    expect(restored.code, restored.stderr).toBe(0);
    expect(await text()).toBe(before);
  });
});
