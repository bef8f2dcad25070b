/** Carries out what the screens before there is a lab ask for: tries, key files, the lab file, the Vagrantfile. */
import { formTexts } from '../../i18n/texts/form.js';
import { Trouble, type Lab } from '../../lab/types.js';
import type { LabDraft, ServiceMessage, VagrantPlan } from '../../state/types.js';
import type { LabSession } from './assemble.js';
import type { RunnerParts } from './runner-parts.js';
import { troubleView } from './trouble.js';
import { tryDraft } from './try-draft.js';

type Parts = Pick<
  RunnerParts,
  'labOfDraft' | 'writeDraft' | 'checkKey' | 'findPublicKey' | 'writeVagrantfile' | 'logError'
>;

export interface SetUp {
  /** Looks at the key file of that path and tells how it is; true when it can be used. */
  lookAtKey(path: string, submitted: boolean): Promise<boolean>;
  /** Logs in to all hosts of the draft and tells of each. */
  tryLogins(draft: LabDraft, open: (lab: Lab) => Promise<LabSession>): Promise<void>;
  writeLab(draft: LabDraft, replace: boolean): Promise<void>;
  findPublicKey(): Promise<void>;
  /** @throws Trouble for every failure but that of a file that is there already, which is asked about */
  writeVagrantfile(directory: string, plan: VagrantPlan, replace: boolean): Promise<void>;
}

export function createSetUp(parts: Parts, dispatch: (message: ServiceMessage) => void): SetUp {
  const lookAtKey = async (path: string, submitted: boolean): Promise<boolean> => {
    const found = await parts.checkKey(path);
    const problem =
      found === null
        ? null
        : {
            short: formTexts.key.unusable,
            detail: {
              id: `${found.what.id}. ${found.remedy.id}`,
              en: `${found.what.en}. ${found.remedy.en}`,
            },
          };
    dispatch({ type: 'draft.key', path, problem, submitted });
    return problem === null;
  };
  const keyFits = async (draft: LabDraft): Promise<boolean> =>
    draft.auth !== 'key' || lookAtKey(draft.key, true);

  return {
    lookAtKey,
    async tryLogins(draft, open) {
      if (await keyFits(draft)) await tryDraft(() => parts.labOfDraft(draft), open, dispatch);
    },
    async writeLab(draft, replace) {
      if (!(await keyFits(draft))) return;
      try {
        const path = await parts.writeDraft(draft, replace);
        dispatch({ type: 'draft.written', path });
      } catch (error) {
        parts.logError(error);
        dispatch({ type: 'draft.failed', trouble: troubleView(error) });
      }
    },
    async findPublicKey() {
      dispatch({ type: 'vagrant.key', found: await parts.findPublicKey() });
    },
    async writeVagrantfile(directory, plan, replace) {
      try {
        const path = await parts.writeVagrantfile(directory, plan, replace);
        dispatch({ type: 'vagrant.written', path });
      } catch (error) {
        if (!(error instanceof Trouble) || error.code !== 'file-exists') throw error;
        dispatch({ type: 'vagrant.exists', path: error.where ?? directory });
      }
    },
  };
}
