/** One script on one open connection: sent, followed, bounded, cleaned. */
import type { Client } from 'ssh2';
import type { HostLogin } from '../../lab/types.js';
import { Trouble } from '../../lab/types.js';
import type { RunOptions, RunResult } from '../ports.js';
import { cleanRemoteText, RemoteTextDecoder } from '../text/clean.js';
import { runChannel } from './channel.js';
import type { SudoAccess } from './envelope.js';
import { envelop, MarkerGate } from './envelope.js';
import { shellTrouble } from './shell.js';
import { StreamHead } from './stream-head.js';
import { sudoTrouble } from './sudo.js';

const DEFAULT_MAX_BYTES = 1024 * 1024;
/** Of the complaints of a command whose output is handed on as it comes: it may run for days. */
const FOLLOWED_MAX_BYTES = 64 * 1024;
/** How long after its own limit a host may take to say so. */
const TIMEOUT_GRACE_MS = 8_000;
/** timeout(1): the command was ended by TERM; 137 when it had to be KILL. */
const TIMED_OUT_EXITS = new Set([124, 137]);

function timeoutTrouble(login: HostLogin, milliseconds: number): Trouble {
  const seconds = Math.round(milliseconds / 1000);
  return new Trouble(
    'run-timeout',
    {
      id: `Perintah di ${login.name} tidak selesai dalam ${seconds} detik.`,
      en: `The command on ${login.name} did not finish within ${seconds} seconds.`,
    },
    {
      id: 'Periksa beban dan disk VM, lalu coba lagi.',
      en: 'Check load and disk of the VM, then try again.',
    },
    login.name,
    3,
  );
}

/**
 * Runs a script over one channel.
 *
 * @throws Trouble `sudo-none`, `sudo-password-wrong`, `run-timeout`, `remote-shell`, `link-lost`, `ssh-channel`, `cancelled`
 */
export async function runScript(
  client: Client,
  login: HostLogin,
  sudo: SudoAccess,
  script: string,
  options: RunOptions,
  mask: (text: string) => string,
): Promise<RunResult> {
  const as = options.as ?? 'user';
  if (as === 'root' && sudo.kind === 'none') throw sudoTrouble(login, sudo.why);
  const { timeoutMs } = options;
  const wrapped = envelop(script, {
    as,
    withRoot: options.withRoot ?? false,
    sudo,
    timeoutSeconds: timeoutMs === undefined ? null : Math.max(1, Math.ceil(timeoutMs / 1000)),
    input: options.input !== undefined,
  });
  const outGate = new MarkerGate(wrapped.marker, wrapped.shellMarker);
  const errGate = new MarkerGate(wrapped.marker);
  const { onStdout, onBytes } = options;
  const followed = onStdout !== undefined || onBytes !== undefined;
  const out = new StreamHead(options.maxBytes ?? DEFAULT_MAX_BYTES);
  const err = new StreamHead(options.maxBytes ?? (followed ? FOLLOWED_MAX_BYTES : DEFAULT_MAX_BYTES));
  const decoder = new RemoteTextDecoder({ mask });
  const give = (text: string): void => {
    if (text !== '') onStdout?.(text);
  };
  const started = performance.now();
  const deadline = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs + TIMEOUT_GRACE_MS);
  const signals = [options.signal, deadline].filter((signal) => signal !== null && signal !== undefined);
  const end = await runChannel(
    client,
    login.name,
    wrapped.stdin,
    {
      onStdout: (chunk) => {
        const rest = outGate.push(chunk);
        if (onBytes !== undefined) onBytes(rest);
        else if (onStdout === undefined) out.push(rest);
        else give(decoder.push(rest));
      },
      onStderr: (chunk) => err.push(errGate.push(chunk)),
    },
    signals.length === 0 ? undefined : AbortSignal.any(signals),
    options.input,
  ).catch((error: unknown) => {
    throw deadline?.aborted === true && timeoutMs !== undefined ? timeoutTrouble(login, timeoutMs) : error;
  });
  const durationMs = performance.now() - started;
  if (!outGate.open) {
    if (!outGate.sawOther)
      throw shellTrouble(login.name, Buffer.concat([outGate.refused, errGate.refused]), end.exit);
    // 2 is bash's own: the script could not be parsed. Anything else before the script has begun is sudo's.
    if (as === 'root' && end.exit !== 2) {
      const words = cleanRemoteText(errGate.refused.toString('utf8'), { mask }).trim().slice(0, 300);
      throw sudoTrouble(login, 'refused', words);
    }
    err.push(errGate.refused);
  }
  if (
    timeoutMs !== undefined &&
    end.exit !== null &&
    TIMED_OUT_EXITS.has(end.exit) &&
    durationMs >= timeoutMs
  ) {
    throw timeoutTrouble(login, timeoutMs);
  }
  give(decoder.end());
  return {
    exit: end.exit,
    signal: end.signal,
    stdout: cleanRemoteText(out.text(), { mask }),
    stderr: cleanRemoteText(err.text(), { mask }),
    droppedBytes: out.dropped + err.dropped,
    durationMs,
  };
}
