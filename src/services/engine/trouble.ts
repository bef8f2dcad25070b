/** Any error → the three things a person needs to read. */
import { Trouble } from '../../lab/types.js';
import type { TroubleView } from '../../state/types.js';

/**
 * A `Trouble` as it is; anything else becomes `unexpected` with its message, without a stack trace. The caller logs the
 * error itself to the program's log.
 */
export function troubleView(error: unknown): TroubleView {
  if (error instanceof Trouble) {
    const { code, what, remedy, where } = error;
    return { code, what, remedy, where };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    what: { id: `kesalahan tak terduga: ${message}`, en: `unexpected error: ${message}` },
    remedy: {
      id: 'Jalankan lagi dengan --debug; rinciannya ditulis ke berkas log, lalu laporkan.',
      en: 'Run again with --debug; the details are written to a log file, then report it.',
    },
    where: null,
  };
}
