/** Steps with their scripts as they would run, for `plan`, `run` and `list --json`. */
import { HOST_NAMES, type HostName } from '../lab/types.js';
import { renderActions, shownFile } from '../runbook/render.js';
import type {
  RenderContext,
  RenderedAction,
  RenderedFile,
  Runbook,
  Step,
  Variant,
} from '../runbook/types.js';

/** One action with what it is on each host that it concerns. */
export interface PlannedAction {
  readonly action: Step['actions'][number];
  readonly on: readonly RenderedAction[];
}
export interface PlannedStep {
  readonly step: Step;
  readonly hosts: readonly HostName[];
  readonly actions: readonly PlannedAction[];
}

/** What a step would do on the hosts, in the order in which it would. */
export function planStep(
  runbook: Runbook,
  context: Omit<RenderContext, 'host'>,
  step: Step,
  hosts: readonly HostName[],
  variants: Readonly<Record<string, Variant>>,
): PlannedStep {
  const own = HOST_NAMES.filter((host) => hosts.includes(host) && step.hosts.includes(host));
  const rendered = own.flatMap((host) => renderActions(runbook, context, step, host, variants));
  return {
    step,
    hosts: own,
    actions: step.actions.flatMap((action) => {
      const on = rendered.filter((one) => one.action === action.id);
      return on.length === 0 ? [] : [{ action, on }];
    }),
  };
}

/** What runs: the runbook's own lines where they were chosen, after what keeps for undo the things they change. */
export function scriptOf({ variant, script, keep, runbookScript }: RenderedAction): string {
  if (variant === 'ours' || runbookScript === null) return script;
  return keep === null ? runbookScript : `${keep}\n${runbookScript}`;
}

/** Hosts on which the same text runs, told together. */
export function byText(
  actions: readonly RenderedAction[],
  text: (action: RenderedAction) => string,
): readonly { readonly hosts: readonly HostName[]; readonly text: string }[] {
  const groups = new Map<string, HostName[]>();
  for (const action of actions) groups.set(text(action), [...(groups.get(text(action)) ?? []), action.host]);
  return [...groups].map(([shown, hosts]) => ({ hosts, text: shown }));
}

/** A staged file as it stands in JSON documents: of a secret, a fetched file or an upload only where it comes from. */
export function fileContent(file: RenderedFile): Readonly<Record<string, unknown>> {
  return { name: file.name, source: file.source.kind, content: shownFile(file) };
}
