/** The practice lab in this process, and its lab file read like any other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLabFile, type ParameterDefault } from '../lab/parse-lab.js';
import type { Lab } from '../lab/types.js';
import type { OwnFaults } from '../services/engine/fault-hands.js';
import { PRIVATE_FILE, replaceFile } from '../services/files/atomic.js';
import { labFileTrouble } from '../services/files/lab-file.js';

export interface StartedPractice {
  readonly lab: Lab;
  /** Breakages of its model, and their mending. */
  readonly faults: OwnFaults;
  /** Ends the three hosts; what was remembered of them goes with them. */
  close(): Promise<void>;
}

/**
 * Starts the practice lab. Key, journal and state lie in a private directory that ends with it: the next practice lab is
 * made of other machines.
 * @throws Trouble `lab-file` when the lab's own parameters do not fit the runbook pack
 */
export async function startPractice(parameters: readonly ParameterDefault[]): Promise<StartedPractice> {
  const [{ startPracticeLab }, { FAULTS }] = await Promise.all([
    import('../practice/lab.js'),
    import('../practice/faults.js'),
  ]);
  const directory = await mkdtemp(join(tmpdir(), 'threebody-practice-'));
  const opened: { close(): Promise<void> }[] = [];
  try {
    const practice = await startPracticeLab({
      stateDir: directory,
      secrets: parameters.filter(({ type }) => type === 'secret').map(({ name }) => name),
    });
    opened.push(practice);
    const { lab, diagnostics } = parseLabFile(practice.labFileText, null, {
      parameters,
      home: homedir(),
      stateRoot: directory,
      fileMode: null,
    });
    if (lab === null) throw labFileTrouble('practice', diagnostics);
    // Who has just made the machines knows their keys; asking a person about them would teach to nod them through.
    await replaceFile(lab.knownHosts, practice.knownHosts, PRIVATE_FILE);
    return {
      lab,
      faults: { ids: FAULTS.map(({ id }) => id), inject: practice.inject, heal: practice.heal },
      async close() {
        await practice.close();
        await rm(directory, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    for (const one of opened) await one.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}
