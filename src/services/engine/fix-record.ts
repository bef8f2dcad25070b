/** Where hosts keep what a fix changed, and under which name. */
import { shellWord } from '../../runbook/shell.js';
import type { RenderedAction } from '../../runbook/types.js';

/** Where a fix keeps its record: root's on the whole host, the user's at home. */
export const RECORDS = {
  root: '/var/lib/threebody/fixes',
  user: '"$HOME/.local/state/threebody/fixes"',
} as const;
export type As = keyof typeof RECORDS;

/** The name of a fix's record, made from the time at which it begins. @param at epoch ms */
export function fixRecord(symptom: string, fix: string, at: number): string {
  return `${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${symptom}.${fix}`;
}

export const RECORD_NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(S\d{2,3})\.([a-z][a-z0-9-]*)$/;

/** The same action, with what it changes kept under that name as well. */
export function recorded(action: RenderedAction, record: string): RenderedAction {
  const open = `export TB_FIX=${RECORDS[action.as]}/${shellWord(record)}\ntb_begin_fix`;
  return { ...action, script: `${open}\n${action.script}` };
}
