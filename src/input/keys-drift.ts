/** The key of the hint that files of ours were changed on a host. */
import { say } from '../i18n/text.js';
import { driftText } from '../i18n/texts/drift.js';
import { reasons } from '../i18n/texts/reasons.js';
import { hostWithDrift } from '../state/live/drifted.js';
import { bind, type KeyBinding } from './binding.js';

/** As the hint beside the host writes it. */
export const DRIFT_KEY = 'D';

export const DRIFT_KEYS: readonly KeyBinding[] = [
  bind({
    id: 'home.drift',
    keys: [DRIFT_KEY],
    places: ['home'],
    label: say('berkas diubah', 'changed files'),
    describe: say(
      'Berkas kami yang diubah di host: buka daftarnya, di host ini atau host pertama yang punya.',
      'Files of ours that were changed on a host: open their list, on this host or the first that has any.',
    ),
    disabled: (state) => (state.lab === null ? reasons.noLab : null),
    act: (state, { live }) => {
      const host = hostWithDrift(live, state.ui.focusedHost);
      return host === null ? { type: 'ui.refuse', why: driftText.noneSeen } : { type: 'ui.files', host };
    },
  }),
];
