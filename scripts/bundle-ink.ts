/** What is put right in Ink and in the layout engine below it, when the bundle is made. Ink is pinned exactly. */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Yoga carries its WebAssembly as a data: URL and reads it with `fetch`, which makes Node load its whole HTTP client: more
 * than half of the time that Ink takes to load. Handed over as bytes it is read at once.
 */
const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]yoga-layout[\\/].*[\\/]yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const embedded = /data:application\/octet-stream;base64,(?<wasm>[A-Za-z0-9+/=]+)/.exec(source);
      const options = 'loadYoga = loadYoga || {};';
      const wasm = embedded?.groups?.['wasm'];
      if (embedded === null || wasm === undefined || !source.includes(options))
        throw new Error('yoga-layout has changed: look at how it loads its WebAssembly now');
      return {
        contents: source
          .replace(embedded[0], 'data:,')
          .replace(options, `loadYoga = { wasmBinary: Buffer.from('${wasm}', 'base64'), ...loadYoga };`),
      };
    });
  },
};

/**
 * Ink remembers how 4,096 to 8,192 texts were measured and wrapped, each with its whole text; quick-lru keeps up to twice its
 * size. Here a text is a part of the screen, 12 KB at 160×48, and logs and Pods make ten new ones a second: a screen left open
 * grew by a megabyte a minute. Remembering the parts of the last few frames is all that helps.
 */
const inkRemembersLess: Plugin = {
  name: 'ink-remembers-less',
  setup(setup) {
    setup.onLoad(
      { filter: /[\\/]node_modules[\\/]ink[\\/]build[\\/](?:measure|wrap)-text\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const size = 'maxSize: 4096';
        if (source.split(size).length !== 2)
          throw new Error('Ink has changed: look at how many texts it remembers now');
        return { contents: source.replace(size, 'maxSize: 64') };
      },
    );
  },
};

/** @throws Error when a piece that is to be replaced is not there, or there twice */
function replaced(source: string, pieces: readonly (readonly [piece: string, by: string])[]): string {
  let text = source;
  for (const [piece, by] of pieces) {
    if (text.split(piece).length !== 2)
      throw new Error(`Ink has changed: look at what it works out anew for every frame now (${piece})`);
    text = text.replace(piece, () => by);
  }
  return text;
}

/** A map that asks the one of the frame before, and takes over what is still of use. */
const FRAME_MAP = `
class FrameMap extends Map {
    constructor(before) {
        super();
        this.before = before;
        // Nothing older than one frame is kept.
        if (before !== undefined) before.before = undefined;
    }
    get(key) {
        const own = super.get(key);
        if (own !== undefined || this.before === undefined) return own;
        const known = this.before.get(key);
        if (known !== undefined) this.set(key, known);
        return known;
    }
}
let lastCaches;
// Made once: as a literal where it is used it is made anew for every character.
const ignorable = new RegExp('^\\\\p{Default_Ignorable_Code_Point}+$', 'u');
const charactersOf = (text) =>
    styledCharsFromTokens(tokenize(text)).filter(({ value }) => value < '\\x7F' || !ignorable.test(value));
`;

/**
 * Ink takes every text of a frame apart into characters, twice, and forgets them when the frame is drawn; nearly all of a
 * frame is as it was in the last one. Here what one frame found out is there for the next, and no longer; and a text that
 * was looked over for control characters, and measured for its layout, is not so again to be drawn. A frame in which one pane
 * of six changed takes a quarter of the time.
 */
const inkKnowsTheLastFrame: Plugin = {
  name: 'ink-knows-the-last-frame',
  setup(setup) {
    const patch = (file: string, pieces: readonly (readonly [piece: string, by: string])[]): void =>
      setup.onLoad(
        { filter: new RegExp(String.raw`[\\/]node_modules[\\/]ink[\\/]build[\\/]${file}\.js$`) },
        async ({ path }) => ({ contents: replaced(await readFile(path, 'utf8'), pieces) }),
      );
    patch('output', [
      [
        'class OutputCaches {\n',
        `${FRAME_MAP}class OutputCaches {\n    lines = new FrameMap(lastCaches?.lines);\n`,
      ],
      ['    widths = new Map();\n', '    widths = new FrameMap(lastCaches?.widths);\n'],
      ['    blockWidths = new Map();\n', '    blockWidths = new FrameMap(lastCaches?.blockWidths);\n'],
      ['    styledChars = new Map();\n', '    styledChars = new FrameMap(lastCaches?.styledChars);\n'],
      ['    caches = new OutputCaches();\n', '    caches = (lastCaches = new OutputCaches());\n'],
      [
        'cached = styledCharsFromTokens(tokenize(line)).filter(character => !/^\\p{Default_Ignorable_Code_Point}+$/u.test(character.value));',
        'cached = charactersOf(line);',
      ],
      // The characters of a whole text are wanted only to make lines of it.
      [
        'for (const character of this.caches.getStyledChars(text)) {\n            if',
        'const known = this.caches.lines.get(text);\n        if (known === undefined) for (const character of charactersOf(text)) {\n            if',
      ],
      [
        'let lines = characterLines.map(line => styledCharsToString(line));\n',
        'let lines = known ?? characterLines.map(line => styledCharsToString(line));\n        if (known === undefined) this.caches.lines.set(text, lines);\n',
      ],
    ]);
    patch('render-node-to-output', [
      ["import widestLine from 'widest-line';\n", "import measureText from './measure-text.js';\n"],
      ['const currentWidth = widestLine(text);', 'const currentWidth = measureText(text).width;'],
    ]);
    patch('squash-text-nodes', [
      [
        'const squashTextNodes = (node) => {\n',
        'const sanitized = new QuickLRU({ maxSize: 64 });\nconst squashTextNodes = (node) => {\n',
      ],
      [
        "import wrapAnsi from 'wrap-ansi';\n",
        "import QuickLRU from 'quick-lru';\nimport wrapAnsi from 'wrap-ansi';\n",
      ],
      [
        "text = sanitizeAnsi(text.replaceAll('\\r\\n', '\\n'));\n",
        "const raw = text;\n    text = sanitized.get(raw) ?? sanitizeAnsi(raw.replaceAll('\\r\\n', '\\n'));\n    sanitized.set(raw, text);\n",
      ],
    ]);
  },
};

export const INK: readonly Plugin[] = [yogaWithoutFetch, inkRemembersLess, inkKnowsTheLastFrame];
