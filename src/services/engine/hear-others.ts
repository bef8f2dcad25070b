/** What a command beside the screen, or another screen, does to the same lab: told as if it had been done here. */
import type { LiveBook } from '../../state/live/book.js';
import { createDiaryFile } from '../files/diary-file.js';
import { followJournal } from './journal-timeline.js';
import type { Dispatch } from './runner-parts.js';
import type { Session } from './session.js';

/**
 * Verdicts and waivers that others save, green smoke tests, and what the journal tells of the timeline.
 * @param options.book null: nobody looks at live things
 * @param options.tell what keeps a file from being read
 * @returns stops it
 */
export function hearOthers(
  session: Session,
  options: {
    readonly dispatch: Dispatch;
    readonly book: LiveBook | null;
    readonly tell: (error: unknown) => void;
    /** Something was broken on purpose, or taken back. */
    readonly onFault: () => void;
  },
): () => void {
  const { dispatch, book, tell, onFault } = options;
  const takeIn = async (): Promise<void> => {
    const { results, waivers } = await session.memory.refresh();
    for (const result of results) dispatch({ type: 'gate.judged', result });
    for (const [key, waiver] of waivers) dispatch({ type: 'waiver', key, waiver });
  };
  const stops = [session.stateFile.onOthers(() => void takeIn().catch(tell))];
  if (book !== null) {
    const diary = createDiaryFile(session.lab.stateDir);
    const look = async (): Promise<void> => {
      const green = await diary.read();
      if (green !== null) dispatch({ type: 'live.green', at: green.at });
    };
    void look().catch(tell);
    stops.push(
      followJournal(session, book, tell, onFault),
      diary.onWritten(() => void look().catch(tell)),
    );
  }
  return () => {
    for (const stop of stops) stop();
  };
}
