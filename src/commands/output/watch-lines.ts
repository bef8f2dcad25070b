/** One line for each change that a watch sees: for a person, or one JSON object a line for a program. */
import type { Standing } from '../../gates/types.js';
import type { HostName, Text } from '../../lab/types.js';
import { paintTone } from '../../term/theme.js';
import { instant, SCHEMA_VERSION } from './document.js';
import { oneLine } from './plain.js';
import { plainSigns, standingText, type Style } from './text.js';

/** Something that is different from the round before, or seen for the first time. */
export type Change =
  | {
      readonly kind: 'gate';
      /** Epoch ms. */
      readonly at: number;
      readonly key: string;
      readonly gate: string;
      readonly subject: string;
      /** null: seen for the first time. */
      readonly from: Standing | null;
      readonly verdict: Standing;
      readonly say: Text;
      readonly symptom: string | null;
    }
  | {
      readonly kind: 'host';
      readonly at: number;
      readonly host: HostName;
      readonly up: boolean;
      /** Why it is down; null when it is up. */
      readonly say: Text | null;
    };

/** @param mask hides secrets */
export function changeJson(change: Change, mask: (text: string) => string): string {
  const masked = (_key: string, value: unknown): unknown => (typeof value === 'string' ? mask(value) : value);
  const { kind, at, ...rest } = change;
  const document = { schemaVersion: SCHEMA_VERSION, kind: `watch-${kind}`, at: instant(at), ...rest };
  return `${JSON.stringify(document, masked)}\n`;
}

const WORDS = {
  id: { up: 'terhubung', down: 'terputus' },
  en: { up: 'up', down: 'down' },
} as const;

export function changeText(change: Change, style: Style): string {
  const { language, ascii, color } = style;
  const when = instant(change.at);
  switch (change.kind) {
    case 'gate':
      return plainSigns(
        `${when}  ${standingText(change.verdict, style)}  ${change.key}  ${oneLine(change.say[language])}\n`,
        ascii,
      );
    case 'host': {
      const word = WORDS[language][change.up ? 'up' : 'down'];
      const why = change.say === null ? '' : `  ${oneLine(change.say[language])}`;
      return plainSigns(
        `${when}  ${paintTone(word, change.up ? 'ok' : 'bad', color)}  ${change.host}${why}\n`,
        ascii,
      );
    }
  }
}
