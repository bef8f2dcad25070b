/** What update() asks of the world, as values; services/engine carries them out. */
import type { GateKey, Waiver } from '../gates/types.js';
import type { HostName, Language } from '../lab/types.js';
import type { StepId, Variant } from '../runbook/types.js';
import type { FaultsEffect } from './faults-types.js';
import type { LiveEffect } from './live/state.js';
import type { PathEffect } from './path.js';
import type { ReportEffect } from './report-types.js';
import type { SmokeEffect } from './smoke-types.js';
import type { TroublesEffect } from './troubles-types.js';
import type { LabDraft, VagrantPlan } from './types.js';

/** What update() asks of the world. Each is answered with ServiceMessages. */
export type Effect =
  | LiveEffect
  | PathEffect
  | TroublesEffect
  | SmokeEffect
  | FaultsEffect
  | ReportEffect
  | {
      readonly type: 'lab.open';
      readonly source: { readonly kind: 'practice' } | { readonly kind: 'file'; readonly path: string };
    }
  | { readonly type: 'lab.close' }
  | { readonly type: 'host-key.answer'; readonly ask: number; readonly accept: boolean }
  /** `typed` is null when the person does not give it. */
  | {
      readonly type: 'secret.answer';
      readonly ask: number;
      readonly typed: { readonly value: string; readonly keep: boolean } | null;
    }
  | {
      readonly type: 'gates.check';
      readonly scope:
        | { readonly kind: 'all' }
        | { readonly kind: 'step'; readonly step: StepId }
        | { readonly kind: 'keys'; readonly keys: readonly GateKey[] };
    }
  | {
      readonly type: 'step.run';
      readonly step: StepId;
      readonly hosts: readonly HostName[];
      readonly force: boolean;
      readonly variants: Readonly<Record<string, Variant>>;
    }
  | { readonly type: 'step.undo'; readonly step: StepId; readonly hosts: readonly HostName[] }
  | { readonly type: 'step.cancel'; readonly step: StepId; readonly hosts: readonly HostName[] }
  | { readonly type: 'gate.waive'; readonly waiver: Waiver }
  | { readonly type: 'gate.unwaive'; readonly key: GateKey }
  | { readonly type: 'draft.test'; readonly draft: LabDraft }
  | { readonly type: 'draft.write'; readonly draft: LabDraft; readonly replace: boolean }
  /** Looks at a key file; answered by `draft.key`. */
  | { readonly type: 'draft.key'; readonly path: string }
  /** Looks for a public key of the operator; answered by `vagrant.key`. */
  | { readonly type: 'vagrant.key' }
  | {
      readonly type: 'vagrant.write';
      readonly directory: string;
      readonly plan: VagrantPlan;
      readonly replace: boolean;
    }
  /** Keeps the language for the next start. */
  | { readonly type: 'language.remember'; readonly language: Language }
  | {
      readonly type: 'save';
      readonly variants: Readonly<Record<string, Variant>>;
      readonly cursor: { readonly phase: string; readonly step: StepId | null };
    }
  | { readonly type: 'link.retry'; readonly host: HostName }
  /** Reads the newest entries; answered by `journal`, oldest first. */
  | { readonly type: 'journal.read'; readonly limit: number }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'quit' };
