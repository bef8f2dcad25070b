/** Questions to a person at a terminal. Answers that are secret are not shown as they are typed. */
import { Writable } from 'node:stream';
import { Trouble, type Language, type Text } from '../lab/types.js';

export interface Asking {
  /** @returns the answer without white space at its ends; may be empty */
  line(question: Text): Promise<string>;
  /** As `line`, unseen and unchanged. */
  secret(question: Text): Promise<string>;
  /** Only `y`, `yes`, `ya` mean yes. */
  yes(question: Text): Promise<boolean>;
}

const SILENT = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * @param input a terminal
 * @param output where questions are written: stderr, so that stdout holds results only
 * @param interrupt called for Ctrl-C, which a terminal in raw mode does not turn into a signal
 */
export function createAsking(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  options: { readonly language: Language; readonly signal: AbortSignal; readonly interrupt: () => void },
): Asking {
  let last: Promise<unknown> = Promise.resolve();

  /** One question at a time: three hosts may have something to ask at once. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  const ask = async (question: string, hidden: boolean): Promise<string> => {
    const { createInterface } = await import('node:readline/promises');
    const lines = createInterface({
      input,
      output: hidden ? SILENT() : output,
      terminal: true,
      historySize: 0,
    });
    const ended = new AbortController();
    lines.on('SIGINT', options.interrupt);
    lines.on('close', () => ended.abort());
    try {
      if (hidden) output.write(question);
      return await lines.question(hidden ? '' : question, {
        signal: AbortSignal.any([options.signal, ended.signal]),
      });
    } catch (error) {
      if (options.signal.aborted || ended.signal.aborted) throw noAnswer(error);
      throw error;
    } finally {
      lines.close();
      if (hidden) output.write('\n');
    }
  };

  const line = (question: Text): Promise<string> =>
    inTurn(async () => (await ask(`${question[options.language]} `, false)).trim());
  return {
    line,
    secret: (question) => inTurn(() => ask(`${question[options.language]} `, true)),
    async yes(question) {
      const answer = await line(question);
      return /^(?:y|yes|ya)$/i.test(answer);
    },
  };
}

function noAnswer(cause: unknown): Trouble {
  return new Trouble(
    'no-answer',
    { id: 'pertanyaan tidak dijawab', en: 'the question was not answered' },
    {
      id: 'Belum ada yang diubah. Jalankan lagi, atau beri jawabannya sebagai opsi.',
      en: 'Nothing has been changed. Run it again, or give the answer as an option.',
    },
    null,
    2,
    { cause },
  );
}
