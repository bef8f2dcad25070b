/** The one JSON document of a call with `--json`. Its shape is a contract: what is there stays, what is new is added. */
export const SCHEMA_VERSION = 1;

/** What a document is about. Each kind has a published shape, see documents.ts. */
export type DocumentKind =
  | 'bundle'
  | 'cancel'
  | 'check'
  | 'connect'
  | 'diagnose'
  | 'diary'
  | 'drift'
  | 'expiry'
  | 'fault'
  | 'faults'
  | 'fix-undo'
  | 'gates'
  | 'glossary'
  | 'plan'
  | 'report'
  | 'run'
  | 'scaffold'
  | 'smoke'
  | 'steps'
  | 'symptoms'
  | 'undo';

/** ISO 8601 in UTC. @param at milliseconds since the epoch */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
export function instantOrNull(at: number | null): string | null {
  return at === null ? null : instant(at);
}

/**
 * @param kind names the shape of the rest
 * @param mask hides secrets; asked for each text by itself, since in the finished document it would cut into the quoting
 */
export function jsonDocument(
  kind: DocumentKind,
  content: Readonly<Record<string, unknown>>,
  mask: (text: string) => string = (text) => text,
): string {
  const document = { schemaVersion: SCHEMA_VERSION, kind, ...content };
  const masked = (_key: string, value: unknown): unknown => (typeof value === 'string' ? mask(value) : value);
  return `${JSON.stringify(document, masked, 2)}\n`;
}
