/** What the program of a container does, as far as anybody sees it. */

export interface Behaviour {
  /** First lines of its log. */
  readonly log: readonly string[];
  /** When the program ends by itself, seconds after its start; null when it stays. */
  readonly ends: { readonly after: number; readonly code: number; readonly log: readonly string[] } | null;
  /** Why it is not ready although it runs; null when it is. */
  readonly unready: string | null;
  /** Called each second that it runs. */
  readonly effect?: () => void;
  /** Not hurt by a node that kills its containers. */
  readonly sturdy: boolean;
}
export const STAYS: Behaviour = { log: [], ends: null, unready: null, sturdy: false };
export const ends = (after: number, code: number, ...log: readonly string[]): Behaviour => ({
  ...STAYS,
  ends: { after, code, log },
});
