/** What a waiver of a gate must say before it holds: a reason, and a day on which it ends. */
import { isoDate } from '../i18n/format.js';
import { reasons } from '../i18n/texts/reasons.js';
import type { Text } from '../lab/types.js';
import type { Dialog } from './types.js';

type WaiverDialog = Extract<Dialog, { kind: 'waive' }>;

const DAY_MS = 86_400_000;
const USUAL_DAYS = 7;
/** Longest time a gate may be waived: a waiver is an exception, not a setting. */
export const MAX_WAIVER_DAYS = 365;

/** The day that is proposed, as `YYYY-MM-DD`. @param now epoch ms */
export function usualWaiverEnd(now: number): string {
  return isoDate(now + USUAL_DAYS * DAY_MS);
}

/**
 * The field that is to be filled in next, and what is wrong with it; null when the waiver is complete.
 * @param now epoch ms
 */
export function waiverGap(
  dialog: WaiverDialog,
  now: number,
): { readonly field: WaiverDialog['field']; readonly problem: Text | null } | null {
  const { until } = dialog;
  if (dialog.reason.trim().length < 3) return { field: 'reason', problem: reasons.waiverReason };
  if (dialog.field === 'reason') return { field: 'until', problem: null };
  const day = Date.parse(`${until}T00:00:00Z`);
  // Date.parse moves 30 February on to March in some engines and refuses it in others: compare what it made of it.
  const real =
    /^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(day) && new Date(day).toISOString().startsWith(until);
  if (!real) return { field: 'until', problem: reasons.waiverDate };
  if (until < isoDate(now)) return { field: 'until', problem: reasons.waiverPast };
  if (until > isoDate(now + MAX_WAIVER_DAYS * DAY_MS)) return { field: 'until', problem: reasons.waiverFar };
  return null;
}
