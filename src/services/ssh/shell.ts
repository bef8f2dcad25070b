/** What to say when something else than bash answers. */
import type { HostName } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import { cleanRemoteText } from '../text/clean.js';

/** The host ran something, but not our script. @param said what came back instead */
export function shellTrouble(host: HostName, said: Buffer, exit: number | null): Trouble {
  const words = cleanRemoteText(said.toString('utf8')).trim().slice(0, 300);
  const seen = words === '' ? `exit ${exit ?? '?'}` : `"${words}"`;
  return new Trouble(
    'remote-shell',
    { id: `${host} tidak menjalankan bash: ${seen}.`, en: `${host} did not run bash: ${seen}.` },
    {
      id: 'Periksa apakah bash terpasang, shell login pengguna benar (getent passwd), dan ~/.bashrc tidak keluar lebih dulu.',
      en: "Check that bash is installed, that the user's login shell is right (getent passwd), and that ~/.bashrc does not exit early.",
    },
    host,
  );
}
