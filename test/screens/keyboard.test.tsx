/** What reaches the key table of what is typed: names of keys, and pastes as text. */
import { render } from 'ink-testing-library';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Keys } from '../../src/screens/root.js';

let heard: string[] = [];
let typed: ReturnType<typeof render>;
beforeEach(() => {
  heard = [];
  typed = render(
    <Keys
      onKey={(name) => heard.push(name)}
      onPaste={(text) => heard.push(`paste ${text}`)}
      onReady={() => undefined}
    />,
  );
});
afterEach(() => typed.unmount());

it.each([
  ['q', ['q']],
  ['Q', ['Q']],
  [' ', ['space']],
  ['\r', ['enter']],
  ['\t', ['tab']],
  ['\u001B[Z', ['shift-tab']],
  ['\u001B[A', ['up']],
  ['\u001BOB', ['down']],
  ['\u001B[6~', ['pagedown']],
  ['\u007F', ['backspace']],
  ['\u0003', ['ctrl-c']],
  // Fast typing comes in one piece.
  ['jj r', ['j', 'j', 'space', 'r']],
  ['2\r\t', ['2', 'enter', 'tab']],
  ['\u0015ab', ['ctrl-u', 'a', 'b']],
  ['é語', ['é', '語']],
  // What a terminal answers or tells by itself is no key.
  ['\u001B[I', []],
  ['\u001B[24;80R', []],
])('hears %j', async (input, names) => {
  typed.stdin.write(input);
  typed.stdin.write('!');
  await expect.poll(() => heard.at(-1)).toBe('!');
  expect(heard.slice(0, -1)).toEqual(names);
});

it('takes a paste as one text', async () => {
  typed.stdin.write('\u001B[200~rm -rf /\r\u001B[201~');
  await expect.poll(() => heard).toEqual(['paste rm -rf /\r']);
});
