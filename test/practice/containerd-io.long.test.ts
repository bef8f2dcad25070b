/** C2 and C3 with Docker's containerd.io, whose configuration is of version 3: other tables, other quotes, CRI off. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPracticeLab, type PracticeLab } from '../../src/practice/lab.js';
import { ask, attempt, expectHelp, green, notGreen, undo } from './attempt.js';
import { Rehearsal, STEPS } from './runbook.js';

const HOST = 'vm-k8s';
const CONFIG = '/etc/containerd/config.toml';
let lab: PracticeLab;
let rehearsal: Rehearsal;
const root = (script: string) => rehearsal.root(HOST, script);
/** The lines of a table of config.toml, as they stand there. */
const table = async (name: string) =>
  (
    await root(
      `awk -v wanted="[${name}]" '/^ *\\[/ { inside = ($1 == wanted) } inside { print $1, $2, $3 }' ${CONFIG}`,
    )
  ).stdout;
const perform = async (step: string) =>
  expect((await attempt(rehearsal, step, HOST)).action, step).toBeNull();

beforeAll(async () => {
  lab = await startPracticeLab({ seed: 53, timeScale: 0 });
  rehearsal = await Rehearsal.open(lab, { containerd_source: 'docker' });
  for (const step of [...STEPS, 'C1']) await rehearsal.perform(step, HOST);
}, 60_000);
afterAll(async () => {
  rehearsal.close();
  await lab.close();
});

describe("Docker's containerd.io", () => {
  it('comes with CRI off and nothing set: red, with a symptom each', async () => {
    const [install] = rehearsal.actions('C2', HOST);
    if (install === undefined) throw new Error('C2 has no action');
    expect((await rehearsal.act(HOST, install, install.script)).code).toBe(0);
    expect((await root('containerd --version; containerd config default | head -n 1')).stdout).toMatch(
      /^containerd containerd\.io 2\.[0-9.]+ .*\nversion = 3\n$/,
    );
    expectHelp(await ask(rehearsal, `C2.cri@${HOST}`), 'S35', /CRI is switched off/);
    expectHelp(await ask(rehearsal, `C2.systemd-cgroup@${HOST}`), 'S36', /SystemdCgroup false/);
    expectHelp(await ask(rehearsal, `C2.registry-path@${HOST}`), 'S50', /config_path empty/);
  });

  it('C2 writes the tables of version 3, and every gate is green', async () => {
    await perform('C2');
    expect(await notGreen(rehearsal, 'C2')).toEqual([]);
    expect((await root(`head -n 1 ${CONFIG}`)).stdout).toBe('version = 3\n');
    expect(await table("plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options")).toContain(
      'SystemdCgroup = true',
    );
    expect(await table("plugins.'io.containerd.cri.v1.images'.registry")).toContain(
      'config_path = "/etc/containerd/certs.d"',
    );
    expect(
      (
        await root(
          `grep -c "grpc.v1.cri'.registry" ${CONFIG}; ctr plugins ls | awk '/cri/ { print $2, $NF }'`,
        )
      ).stdout,
    ).toBe('0\nimages ok\nruntime ok\ncri ok\n');
  });

  it('C3 is read there: the node pulls over HTTP as hosts.toml says', async () => {
    await perform('C3');
    await perform('C4');
    expect((await ask(rehearsal, `C3.hosts-toml@${HOST}`)).verdict).toBe('pass');
    // No Harbor stands in this lab: what counts is which door was knocked at.
    expect((await root('crictl pull harbor.local:8080/threebody/x:1')).stderr).toMatch(
      /http:\/\/harbor\.local:8080\/v2\//,
    );
  });

  it('a second run changes nothing', async () => {
    const before = (await root(`sha256sum ${CONFIG}`)).stdout;
    await perform('C2');
    expect((await root(`sha256sum ${CONFIG}`)).stdout).toBe(before);
  });

  it("the runbook's own sed misses config_path here without a word (T47), and the gate tells", async () => {
    const config = rehearsal.actions('C2', HOST, 'runbook').find(({ action }) => action === 'config');
    if (config?.runbookScript === undefined || config.runbookScript === null) throw new Error('no such line');
    expect(await rehearsal.act(HOST, config, config.runbookScript, false)).toMatchObject({
      code: 0,
      stderr: '',
    });
    await root('systemctl restart containerd');
    expect(await table("plugins.'io.containerd.cri.v1.images'.registry")).toContain("config_path = ''");
    expectHelp(await ask(rehearsal, `C2.registry-path@${HOST}`), 'S50', /config_path empty/);
    expect(await green(rehearsal, 'C2')).toContain(`C2.systemd-cgroup@${HOST}`);
    await perform('C2');
    expect(await notGreen(rehearsal, 'C2')).toEqual([]);
  });

  it('a default without SystemdCgroup (T46) gets the line that a sed would never find', async () => {
    await root(`containerd config default | grep -v SystemdCgroup >${CONFIG}; systemctl restart containerd`);
    expectHelp(await ask(rehearsal, `C2.systemd-cgroup@${HOST}`), 'S36', /cgroupfs/);
    await perform('C2');
    expect(await notGreen(rehearsal, 'C2')).toEqual([]);
    expect(await table("plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options")).toContain(
      'SystemdCgroup = true',
    );
  });

  it('the two directories of 2.2.0 and 2.2.1 (T47) are told, and become one', async () => {
    await root(
      `apt-get install -y --allow-downgrades containerd.io=2.2.1-1~ubuntu.24.04~noble; containerd config default >${CONFIG}; systemctl restart containerd`,
    );
    expect((await root('containerd --version')).stdout).toContain(' 2.2.1 ');
    expectHelp(
      await ask(rehearsal, `C2.registry-path@${HOST}`),
      'S50',
      /two directories \(config_path \/etc\/containerd\/certs\.d:\/etc\/docker\/certs\.d\)/,
    );
    await perform('C2');
    expect(await notGreen(rehearsal, 'C2')).toEqual([]);
  });

  it('undo takes away what came, the repository of Docker with it', async () => {
    await undo(rehearsal, 'C2', HOST);
    const left = await root(
      `ls ${CONFIG} /etc/apt/sources.list.d/docker.list /etc/apt/keyrings/docker.asc; dpkg -l containerd containerd.io | grep -c ^ii`,
    );
    expect(left.stdout).toBe('0\n');
  });

  it("the distribution's package pushes it out (T45) and cannot read version 3; C2 starts afresh", async () => {
    await perform('C2');
    expect((await root('apt-get install -y containerd')).stdout).toMatch(/REMOVED:\n +containerd\.io/);
    expectHelp(
      await ask(rehearsal, `C2.config-valid@${HOST}`),
      'S34',
      /version equal to or less than `2`, got `3`/,
    );
    expectHelp(await ask(rehearsal, `C2.active@${HOST}`), 'S34', /not running/);
    const other = await Rehearsal.open(lab, { containerd_source: 'distribution' });
    expect((await attempt(other, 'C2', HOST)).said).toContain(
      "it is kept as a backup, and replaced by containerd's default",
    );
    expect(await notGreen(other, 'C2')).toEqual([]);
    other.close();
  });
});
