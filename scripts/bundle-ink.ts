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

/** What stands between two pieces, with them. @throws Error when one of them is not there, or there twice */
function between(source: string, first: string, last: string): string {
  const [, after, twice] = source.split(first);
  const [inner, rest] = after?.split(last, 2) ?? [];
  if (inner === undefined || rest === undefined || twice !== undefined)
    throw new Error(`Ink has changed: look at how it puts a row together now (${first})`);
  return `${first}${inner}${last}`;
}

/**
 * Signs of one column each that never make one with their neighbours: Latin, arrows, lines, blocks, shapes, Braille. A line of
 * these and of SGR sequences, as nearly all are, needs no segmenter and no table of widths. A test goes through all of them.
 */
export const PLAIN_SIGNS = String.raw`\x20-\x7E\u00A1-\u00AC\u00AE-\u00FF\u2010-\u2015\u2018-\u201E\u2022\u2026\u2190-\u2193\u2500-\u25FA\u2713\u2717\u2800-\u28FF`;
const PLAIN = String.raw`
const NOT_PLAIN = /[^\x1B${PLAIN_SIGNS}]|\x1B(?!\[[\d;]*m)/;
`;

/** A plain line as Ink has it, with one object for all signs that are alike: they are never changed. */
const PLAIN_CHARACTERS = String.raw`${PLAIN}
const NO_STYLES = { styles: [], characters: new Map(), after: new Map() };
const styleSets = new Map();
function styledBy(set, code) {
    let next = set.after.get(code);
    if (next === undefined) {
        const styles = reduceAnsiCodesIncremental(set.styles, tokenize(code));
        const key = styles.map(style => style.code).join('');
        // Programs may use any colour there is.
        if (styleSets.size > 500) {
            styleSets.clear();
            NO_STYLES.after.clear();
        }
        next = styles.length === 0 ? NO_STYLES : styleSets.get(key) ?? { styles, characters: new Map(), after: new Map() };
        if (next !== NO_STYLES) styleSets.set(key, next);
        set.after.set(code, next);
    }
    return next;
}
function plainCharacters(line) {
    const characters = [];
    let set = NO_STYLES;
    for (let at = 0; at < line.length;) {
        if (line[at] === '\x1B') {
            const end = line.indexOf('m', at) + 1;
            set = styledBy(set, line.slice(at, end));
            at = end;
            continue;
        }
        const value = line[at];
        let character = set.characters.get(value);
        if (character === undefined) {
            character = { type: 'char', value, fullWidth: false, styles: set.styles };
            set.characters.set(value, character);
        }
        characters.push(character);
        at += 1;
    }
    return { characters, closed: set === NO_STYLES };
}
`;

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
const visible = ({ value }) => value < '\\x7F' || !ignorable.test(value);
const charactersOf = (text) => NOT_PLAIN.test(text) ? styledCharsFromTokens(tokenize(text)).filter(visible) : plainCharacters(text).characters;
const BLANK = { type: 'char', value: ' ', fullWidth: false, styles: [] };
const END = { type: 'char', value: '\\n', fullWidth: false };
`;

/** Of a text whose lines each put back what they switch on, which ours do, every line can be taken by itself, and kept. */
const LINES_OF = `
    linesOf(text) {
        const known = this.lines.get(text);
        if (known !== undefined) return known;
        const lines = text.split('\\n');
        if (!lines.slice(0, -1).every(line => this.isClosed(line))) return undefined;
        this.lines.set(text, lines);
        return lines;
    }
    isClosed(line) {
        let closed = this.closed.get(line);
        if (closed === undefined && !NOT_PLAIN.test(line)) {
            const plain = plainCharacters(line);
            closed = plain.closed;
            this.styledChars.set(line, plain.characters);
            this.closed.set(line, closed);
        } else if (closed === undefined) {
            const characters = styledCharsFromTokens([...tokenize(line), END]);
            closed = characters.pop().styles.length === 0 && !characters.some(({ value }) => value < ' ');
            this.styledChars.set(line, characters.filter(visible));
            this.closed.set(line, closed);
        }
        return closed;
    }
`;

/** A row of cells with nothing on it, as Ink makes them. */
const EMPTY_ROW = `            const row = [];
            for (let x = 0; x < this.width; x++) {
                row.push({
                    type: 'char',
                    value: ' ',
                    fullWidth: false,
                    styles: [],
                });
            }
`;
/** One line is put into its row, cell by cell. */
const PLACE_LINE = [
  '            const characters = this.caches.getStyledChars(line);\n',
  `            if (currentLine[offsetX]?.value === '') {
                currentLine[offsetX] = blankCell(currentLine[offsetX]);
            }
`,
] as const;
const WIDTH = 'Math.max(1, this.caches.getStringWidth(character.value))';
const ROW_TEXT = `            const lineWithoutEmptyItems = line.filter(item => item !== undefined);
            return styledCharsToString(lineWithoutEmptyItems).trimEnd();
`;

/** Rows are lists of what comes to stand in them, and cells are made only of a list that the last frame had not. */
function knowsRows(source: string): string {
  const place = between(source, ...PLACE_LINE);
  return replaced(source, [
    [place, '            currentLine.push([x, line]);\n'],
    [`${EMPTY_ROW}            output.push(row);\n`, '            output.push([]);\n'],
    [ROW_TEXT, '            return this.rowOf(line);\n'],
    [
      '    get() {\n',
      `    rowOf(parts) {
        const key = [this.width, ...parts.flat()].join('\\n');
        const known = this.caches.rows.get(key);
        if (known !== undefined) return known;
        const currentLine = new Array(this.width).fill(BLANK);
        for (const [x, line] of parts) {
${replaced(place, [[WIDTH, `character.value.length === 1 && character.value < '\\x7F' ? 1 : ${WIDTH}`]])}        }
        const line = currentLine;
        const made = (() => {
${ROW_TEXT}        })();
        this.caches.rows.set(key, made);
        return made;
    }
    get() {\n`,
    ],
  ]);
}

/**
 * Ink remembers how 4,096 to 8,192 texts were measured and wrapped, each with its whole text; quick-lru keeps up to twice its
 * size. Here a text is a part of the screen, 12 KB at 160×48, and logs and Pods make ten new ones a second: a screen left open
 * grew by a megabyte a minute. Remembering the parts of the last few frames is all that helps.
 */
const FEWER_TEXTS = ['maxSize: 4096', 'maxSize: 64'] as const;

/**
 * Ink takes every text of a frame apart into characters, twice, puts them into cells, and forgets all of it when the frame is
 * drawn; nearly all of a frame is as it was in the last one. Here what one frame found out is there for the next, and no
 * longer; and a text that was looked over for control characters, and measured for its layout, is not so again to be drawn.
 */
const inkKnowsTheLastFrame: Plugin = {
  name: 'ink-knows-the-last-frame',
  setup(setup) {
    const patch = (
      file: string,
      pieces: readonly (readonly [piece: string, by: string])[],
      change: (source: string) => string = (source) => source,
    ): void =>
      setup.onLoad(
        { filter: new RegExp(String.raw`[\\/]node_modules[\\/]ink[\\/]build[\\/]${file}\.js$`) },
        async ({ path }) => ({ contents: replaced(change(await readFile(path, 'utf8')), pieces) }),
      );
    const inOutput = [
      ['import { styledCharsFromTokens, ', `import { reduceAnsiCodesIncremental, styledCharsFromTokens, `],
      [
        'class OutputCaches {\n',
        `${PLAIN_CHARACTERS}${FRAME_MAP}class OutputCaches {
    lines = new FrameMap(lastCaches?.lines);
    rows = new FrameMap(lastCaches?.rows);
    closed = new FrameMap(lastCaches?.closed);
${LINES_OF}`,
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
        'const known = this.caches.linesOf(text);\n        if (known === undefined) for (const character of charactersOf(text)) {\n            if',
      ],
      [
        'let lines = characterLines.map(line => styledCharsToString(line));\n',
        'let lines = known ?? characterLines.map(line => styledCharsToString(line));\n        if (known === undefined) this.caches.lines.set(text, lines);\n',
      ],
    ] as const;
    patch('output', inOutput, knowsRows);
    patch('render-node-to-output', [
      ["import widestLine from 'widest-line';\n", "import measureText from './measure-text.js';\n"],
      ['const currentWidth = widestLine(text);', 'const currentWidth = measureText(text).width;'],
    ]);
    patch('wrap-text', [FEWER_TEXTS]);
    patch('measure-text', [
      FEWER_TEXTS,
      ['const cache = ', `${PLAIN}const cache = `],
      [
        'const width = widestLine(text);',
        String.raw`const width = Math.max(...text.split('\n').map(line => NOT_PLAIN.test(line) ? widestLine(line) : line.replaceAll(/\x1B\[[\d;]*m/g, '').length));`,
      ],
    ]);
    patch('squash-text-nodes', [
      [
        'const squashTextNodes = (node) => {\n',
        `const sanitized = new QuickLRU({ maxSize: 64 });
// Nothing that Ink takes out, rewrites or moves: controls, sequences other than SGR, marks right after one.
const DIRTY = ${String.raw`/[\0-\x09\x0B-\x1A\x1C-\x1F\x7F-\x9F]|\x1B(?!\[[\d;]*m)|m\p{Mark}/u`};
const squashTextNodes = (node) => {\n`,
      ],
      [
        "import wrapAnsi from 'wrap-ansi';\n",
        "import QuickLRU from 'quick-lru';\nimport wrapAnsi from 'wrap-ansi';\n",
      ],
      [
        "text = sanitizeAnsi(text.replaceAll('\\r\\n', '\\n'));\n",
        "const raw = text;\n    text = sanitized.get(raw) ?? (DIRTY.test(raw) ? sanitizeAnsi(raw.replaceAll('\\r\\n', '\\n')) : raw);\n    sanitized.set(raw, text);\n",
      ],
    ]);
  },
};

export const INK: readonly Plugin[] = [yogaWithoutFetch, inkKnowsTheLastFrame];
