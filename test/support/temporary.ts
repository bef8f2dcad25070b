/** One directory for everything that a run of the tests puts into the system's temporary one, gone when the run is over. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Vitest calls this before the workers start, so they and all programs that the tests start inherit the directory. Several
 * tests leave files behind that others share with them; and one that was interrupted cannot tidy up.
 * @returns what vitest calls at the end of the run
 */
export default function setup(): () => void {
  const before = process.env['TMPDIR'];
  // Short: paths of UNIX sockets below it end at 107 bytes.
  const directory = mkdtempSync(join(tmpdir(), 'tb-tests-'));
  // Root's servers of the test run as nobody, who has to pass through here.
  chmodSync(directory, 0o711);
  process.env['TMPDIR'] = directory;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
}
