/** How a rehearsal's lab is set, and how a fault is met in it. */
import { parse, stringify } from 'yaml';
import { z } from 'zod';

/** What a lab file has beside the practice lab's own lines. */
export interface LabSettings {
  readonly parameters?: Readonly<Record<string, string>>;
}

/** How a fault is met. */
export interface Rehearsal {
  /** The lab is opened anew once it is broken, as by somebody who comes back to it: what is open already may go on. */
  readonly reopened?: boolean;
  /** Steps that are run once it is broken. One of them fails because of it; all are run again when it is mended. */
  readonly steps?: readonly string[];
  /** The step that the person takes back, as the fix for a person says. */
  readonly takenBack?: string;
  /** Something in the project is changed first, so that there is a commit to push. */
  readonly change?: boolean;
  /** What somebody tries, for a fault that only shows in what comes of it. @returns what was printed */
  readonly attempt?: () => Promise<string>;
  /** What the fault is about ends by itself while the program's fix waits for it in this action. */
  readonly endsDuring?: string;
}

const labSchema = z.looseObject({});

/** The text of a lab file with these settings in it. */
export function labFileWith(text: string, { parameters }: LabSettings): string {
  if (parameters === undefined) return text;
  return stringify({ ...labSchema.parse(parse(text)), parameters });
}
