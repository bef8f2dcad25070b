/** Pictures of screens for reports: the same letters as on the screen, nothing that a reader's browser would carry out. */
import { describe, expect, it } from 'vitest';
import { homePicture } from '../../src/home-picture.js';
import { LANGUAGES, type Language } from '../../src/lab/types.js';
import { stillOf } from '../../src/screens/still.js';
import { createLogBook } from '../../src/state/logs.js';
import type { ScreenName } from '../../src/state/types.js';
import { pictureSvg, SVG_STYLE } from '../../src/term/svg.js';
import { PENS, TONES } from '../../src/term/theme.js';
import { NASTY } from '../unit/commands/report-fixture.js';
import { parseXml, type Element } from '../unit/commands/xml.js';
import { after, busyLab, lab, NOW, result, RUNBOOK, start, viewOn } from './fixture.js';

const same = (text: string): string => text;
const screens: readonly ScreenName[] = ['home', 'gates', 'host', 'step', 'path', 'journal'];

function wordsOf(svg: string): string {
  return parseXml(svg)
    .children.map((one) => one.text)
    .join('\n');
}
function still(screen: ScreenName, lang: Language, mask = same): string {
  return pictureSvg(stillOf(viewOn(busyLab(start({ lang }))), screen), { title: 'x', mask });
}

describe.each(LANGUAGES)('a picture of the screen in %s', (lang) => {
  it.each(screens)('of %s is one image of texts inside its frame', (screen) => {
    const root = parseXml(still(screen, lang));
    expect([root.name, root.attributes['role']]).toEqual(['svg', 'img']);
    const [, , width = 0, height = 0] = (root.attributes['viewBox'] ?? '').split(' ').map(Number);
    const texts = root.children.filter((one) => one.name === 'text');
    expect(root.children.map((one) => one.name).filter((name) => name !== 'text')).toEqual(['rect']);
    expect(texts.length).toBeGreaterThan(10);
    for (const { attributes, text } of texts) {
      const number = (name: string): number => Number(attributes[name]);
      expect(text.trim()).toBe(text);
      expect(number('x') + number('textLength')).toBeLessThanOrEqual(width);
      expect(number('y')).toBeLessThan(height);
    }
  });

  it('shows the hosts, what they do and how the gates stand', () => {
    const words = wordsOf(still('home', lang));
    for (const shown of ['vm-docker', 'vm-k8s', 'vm-worker', 'Reading package lists... line 40', 'A2.'])
      expect(words).toContain(shown);
    expect(words).toContain(lang === 'id' ? 'koneksi ditolak' : 'connection refused');
  });

  it('leaves out what was only of the moment: a question, a notice', () => {
    const [text] = [{ id: 'Hanya sesaat', en: 'Only for a moment' }];
    const state = after(busyLab(start({ lang })), {
      type: 'notice',
      notice: { tone: 'bad', text, at: NOW },
    });
    expect(wordsOf(pictureSvg(stillOf(viewOn(state), 'home'), { title: '', mask: same }))).not.toContain(
      text[lang],
    );
  });

  it('is drawn of what is on record, where no screen is open, in the language of the report', () => {
    const { svg, caption } = homePicture({
      runbook: RUNBOOK,
      lab: lab(false),
      results: [result('A2.hostname@vm-docker', 'fail')],
      waivers: [],
      variants: {},
      cursor: null,
      language: lang,
      now: NOW,
      mask: same,
    });
    const words = wordsOf(svg);
    expect(words).toContain('kelas-a');
    expect(words).toContain(lang === 'id' ? 'gagal' : 'fail');
    expect(words).not.toContain(lang === 'id' ? 'not yet' : 'belum');
    expect(caption[lang]).toContain(lang === 'id' ? 'Host tidak ditanya' : 'No host was asked');
  });
});

describe('a picture of hostile text', () => {
  const logs = createLogBook(20);
  const lines = [
    NASTY,
    '</text></svg><script>alert(1)</script>',
    'turned \u202E round \u2028 here',
    ']]>&#x3c;',
  ];
  for (const line of lines) logs.append('vm-docker', 'A1/x', line, NOW);
  const view = viewOn(busyLab(start({ lang: 'en' })), logs);
  const svg = pictureSvg(stillOf(view, 'home'), { title: `"><b>${NASTY}`, mask: same });

  it('holds it as text', () => {
    expect(wordsOf(svg)).toContain('<script>alert(1)</script>');
    const names = (one: Element): readonly string[] => [one.name, ...one.children.flatMap(names)];
    expect(new Set(names(parseXml(svg)))).toEqual(new Set(['svg', 'rect', 'text']));
    expect(svg).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\ud800-\udfff]/u,
    );
    expect(parseXml(svg).attributes['aria-label']).toContain('"><b>');
  });

  it('says which colours its page has to give', () => {
    const used = [...svg.matchAll(/ class="(tb-[a-z]+)"/g)].map(([, name]) => name);
    for (const name of new Set(used)) expect(SVG_STYLE).toContain(`.${name} `);
    const looks = TONES.map((tone) => ({ text: `<${tone}>`, tone }));
    const all = pictureSvg(
      { columns: 80, rows: 1, color: true, blocks: [{ top: 0, left: 0, lines: [looks] }] },
      { title: '', mask: same },
    );
    // Every look but the plain one has a class: a new colour of the terminal must get one here.
    expect(all.match(/<text /g)?.length).toBeGreaterThanOrEqual(PENS.length);
    expect(all.match(/<text [^>]*class=/g)).toHaveLength((all.match(/<text /g)?.length ?? 0) - 1);
  });
});

it('hides a secret that stands in a picture, also where it is drawn in two colours', () => {
  const row = [
    { text: 'it is se', tone: 'ok' as const },
    { text: 'same & so on', tone: 'bad' as const },
  ];
  const picture = { columns: 60, rows: 1, color: true, blocks: [{ top: 0, left: 0, lines: [row] }] };
  const svg = pictureSvg(picture, { title: '', mask: (text) => text.replaceAll('sesame', '***') });
  expect(wordsOf(svg)).toContain('it is *** & so on');
  expect(svg).not.toContain('same');
});
