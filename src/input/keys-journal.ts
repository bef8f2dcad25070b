/** Keys of the journal and of one of its entries. */
import { say } from '../i18n/text.js';
import { reasons } from '../i18n/texts/reasons.js';
import { chosenEntry, JOURNAL_FILTER, journalCursor, newestEntries } from '../state/entries.js';
import type { Message } from '../state/messages.js';
import type { AppState } from '../state/types.js';
import { bind, type KeyBinding } from './binding.js';

/** To a neighbouring entry of the journal. */
function turnEntry(state: AppState, by: 1 | -1): Message {
  const count = newestEntries(state).length;
  const value = Math.min(Math.max(0, journalCursor(state) + by), Math.max(0, count - 1));
  return { type: 'ui.entry', at: value };
}

export const JOURNAL_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'journal.open',
    keys: ['enter'],
    places: ['journal'],
    label: say('buka', 'open'),
    describe: say('Buka catatan ini seutuhnya.', 'Open this entry whole.'),
    footer: 10,
    disabled: (state) => (chosenEntry(state) === null ? reasons.noEntry : null),
    act: () => ({ type: 'ui.open', screen: 'entry' }),
  }),
  bind({
    id: 'journal.filter',
    keys: ['/'],
    places: ['journal'],
    label: say('saring', 'filter'),
    describe: say(
      'Hanya catatan yang memuat teks ini: langkah, host, gate, orang.',
      'Only the entries that hold this text: a step, a host, a gate, a person.',
    ),
    footer: 25,
    act: () => ({ type: 'ui.type', name: JOURNAL_FILTER }),
  }),
  bind({
    id: 'entry.next',
    keys: ['right', 'n'],
    places: ['entry'],
    label: say('catatan lain', 'next entry'),
    describe: say('Catatan berikutnya (yang lebih lama).', 'The next entry (an older one).'),
    footer: 50,
    act: (state) => turnEntry(state, 1),
  }),
  bind({
    id: 'entry.previous',
    keys: ['left', 'p'],
    places: ['entry'],
    label: say('catatan sebelumnya', 'entry before'),
    describe: say('Catatan sebelumnya (yang lebih baru).', 'The entry before (a newer one).'),
    act: (state) => turnEntry(state, -1),
  }),
];
