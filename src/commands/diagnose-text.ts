/** A diagnosis for the person at the terminal. */
import { riskWord } from '../i18n/texts/words.js';
import type { Language, Text } from '../lab/types.js';
import { deepestProof, firstBroken, type Diagnosed } from '../symptoms/diagnosis.js';
import type { Layer } from '../symptoms/schema.js';
import type { Answer, FixSource, FoundEvidence, StandingCause, Walk } from '../symptoms/types.js';
import { glyphs } from '../term/glyphs.js';
import { paintTone, type Tone } from '../term/theme.js';
import type { DiagnosisReport } from './diagnose-json.js';
import { oneLine } from './output/plain.js';
import { plainSigns, type Style } from './output/text.js';

export const LAYER_WORD: Readonly<Record<Layer, Text>> = {
  host: { id: 'mesin dan SSH', en: 'machine and SSH' },
  system: { id: 'sistem operasi', en: 'operating system' },
  docker: { id: 'Docker', en: 'Docker' },
  harbor: { id: 'Harbor', en: 'Harbor' },
  kubernetes: { id: 'Kubernetes', en: 'Kubernetes' },
  application: { id: 'aplikasi', en: 'application' },
  edge: { id: 'edge', en: 'edge' },
  delivery: { id: 'pengiriman', en: 'delivery' },
  monitoring: { id: 'pemantauan', en: 'monitoring' },
};

const WORDS = {
  id: {
    nothing: 'Tidak ada gejala yang dikenali.',
    healthy: 'Semua gate yang berarti hijau.',
    unknownText: 'Tidak dikenali. Inilah yang ada; simpan dengan `threebody-tui report` bila perlu bantuan.',
    first: 'Putus pertama',
    seen: 'terlihat',
    more: 'lagi',
    also: 'ikut terjelaskan',
    checked: 'diperiksa',
    unasked: 'tidak bisa ditanyakan',
    cause: 'Penyebab',
    unproved: 'Penyebabnya belum terbukti.',
    open: 'masih mungkin',
    out: 'bukan',
    fix: 'Perbaikan',
    byHand: 'oleh Anda',
    run: 'Menjalankannya',
    why: 'Mengapa',
    read: 'Baca',
    meant: 'Memang begitu di sini',
    red: 'Merah, tanpa gejala yang cocok',
    unanswered: 'Belum dapat dinilai; tanyakan lagi',
    silent: 'Tidak menjawab',
    helped: 'menolong',
    failed: 'gagal',
    noHelp: 'tidak menolong',
    declined: 'ditolak',
    named: 'tidak terlihat di lab ini; disebut oleh Anda',
    allGreen: 'Semua gate yang tadi merah sudah hijau.',
    stillRed: 'Masih merah',
    here: 'dari komputer ini',
    points: 'pesannya menunjuk ke sini',
    toCheck: 'yang perlu diperiksa',
  },
  en: {
    nothing: 'No symptom was recognised.',
    healthy: 'All gates that count are green.',
    unknownText:
      'Not recognised. This is what there is; keep it with `threebody-tui report` if you need help.',
    first: 'First broken hop',
    seen: 'seen',
    more: 'more',
    also: 'explained by this',
    checked: 'checked',
    unasked: 'could not be asked',
    cause: 'Cause',
    unproved: 'No cause is proved.',
    open: 'still possible',
    out: 'ruled out',
    fix: 'Fix',
    byHand: 'by you',
    run: 'To run it',
    why: 'Why',
    read: 'Read',
    meant: 'Meant to be so here',
    red: 'Red, and no symptom fits',
    unanswered: 'Could not be judged; ask again',
    silent: 'Gave no answer',
    helped: 'helped',
    failed: 'failed',
    noHelp: 'did not help',
    declined: 'declined',
    named: 'not seen in this lab; named by you',
    allGreen: 'All gates that were red are green now.',
    stillRed: 'Still red',
    here: 'from this computer',
    points: 'the message points here',
    toCheck: 'to be checked',
  },
} as const satisfies Readonly<Record<Language, Readonly<Record<string, string>>>>;

/** Evidence lines that are shown of one symptom. */
const MOST_EVIDENCE = 3;

export function diagnosisText(report: DiagnosisReport, style: Style): string {
  const { language } = style;
  const { diagnosed, expected, unexplained, unanswered, silent } = report.diagnosis;
  const words = WORDS[language];
  const lines: string[] = [];
  const first = firstBroken(diagnosed.filter((one) => one.recognised).map((one) => one.finding));
  if (diagnosed.length === 0) {
    lines.push(words.nothing);
    const told = unexplained.length + unanswered.length + silent.length;
    if (report.asked === 'lab' && told === 0) lines.push(words.healthy);
    if (report.asked === 'paste') lines.push(words.unknownText);
  }
  // Where a pasted line comes from is not known.
  if (first !== null && report.asked === 'lab')
    lines.push(`${words.first}: ${LAYER_WORD[first.layer][language]} · ${first.places.join(', ')}`);
  for (const one of diagnosed) lines.push('', ...diagnosedLines(one, report.asked, style));
  if (unexplained.length > 0) {
    lines.push('', paintTone(`${words.red}:`, 'warn', style.color));
    for (const { gate, subject, say, evidence } of unexplained) {
      lines.push(`  ${gate}@${subject}: ${oneLine(say[language])}`);
      const [seen] = evidence;
      if (seen !== undefined && seen.excerpt !== '')
        lines.push(`    ${words.seen}: ${oneLine(seen.excerpt)}`);
    }
  }
  if (unanswered.length > 0) {
    lines.push('', paintTone(`${words.unanswered}:`, 'warn', style.color));
    for (const { gate, subject, say } of unanswered)
      lines.push(`  ${gate}@${subject}: ${oneLine(say[language])}`);
  }
  if (silent.length > 0) lines.push('', `${words.silent}: ${silent.join(', ')}`);
  const meant = new Set(expected.map(({ symptom, say }) => `${symptom}: ${say[language]}`));
  if (meant.size > 0) lines.push('', `${words.meant}:`, ...[...meant].map((one) => `  ${one}`));
  for (const { symptom, fix, helped, carriedOut, declined } of report.fixed) {
    const came = declined ? words.declined : helped ? words.helped : carriedOut ? words.noHelp : words.failed;
    lines.push('', `${words.fix} ${symptom}/${fix.id}: ${came}`);
  }
  if (report.after !== null) {
    const red = report.after.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn');
    lines.push(
      red.length === 0
        ? words.allGreen
        : `${words.stillRed}: ${red.map(({ gate, subject }) => `${gate}@${subject}`).join(', ')}`,
    );
  }
  return plainSigns(`${lines.join('\n')}\n`, style.ascii);
}

function diagnosedLines(
  { finding, recognised, walks }: Diagnosed,
  asked: 'lab' | 'paste',
  style: Style,
): readonly string[] {
  const { language, color } = style;
  const words = WORDS[language];
  const { symptom, evidence, folded } = finding;
  const lines = [
    `${paintTone(`${symptom.id} · ${symptom.title[language]}`, 'title', color)}  [${LAYER_WORD[symptom.layer][language]}]`,
    ...evidence.slice(0, MOST_EVIDENCE).map(evidenceLine),
  ];
  if (!recognised) lines.push(`  (${words.named})`);
  if (evidence.length > MOST_EVIDENCE) lines.push(`  … +${evidence.length - MOST_EVIDENCE} ${words.more}`);
  if (folded.length > 0)
    lines.push(
      `  ${words.also}: ${folded.map((one) => `${one.symptom.id} ${one.symptom.title[language]}`).join(' · ')}`,
    );
  lines.push(`  ${words.why}: ${oneLine(symptom.why[language])}`);
  for (const { walk, answers } of walks) lines.push(...walkLines(walk, answers, asked, style));
  const proof = deepestProof(walks);
  if (proof !== null) lines.push(...fixLines(proof.walk.symptom.id, proof.end.fixes, style));
  return lines;
}

function evidenceLine({ observation, line }: FoundEvidence): string {
  const { place, object, source } = observation;
  return `  ${place} ${object ?? source}: ${oneLine(line).slice(0, 160)}`;
}

function walkLines(
  walk: Walk,
  answers: readonly Answer[],
  asked: 'lab' | 'paste',
  style: Style,
): readonly string[] {
  const { language, color } = style;
  const words = WORDS[language];
  const signs = glyphs(style.ascii);
  const tell = (answer: Answer): string => {
    const check = walk.symptom.checks.find((one) => one.id === answer.check);
    const outcome = answer.outcome === null ? undefined : check?.outcomes[answer.outcome];
    const tone: Tone = answer.outcome === null ? 'warn' : outcome?.proves === undefined ? 'ok' : 'bad';
    const sign =
      answer.outcome === null
        ? signs.standing.unknown
        : outcome?.proves === undefined
          ? signs.standing.pass
          : signs.standing.fail;
    const [place] = answer.evidence;
    const where = place === undefined ? '' : ` (${answer.evidence.map((one) => one.place).join(', ')})`;
    const unasked = answer.outcome === null ? `${words.unasked}: ` : '';
    return `  ${paintTone(sign, tone, color)} ${walk.symptom.id} ${check?.say[language] ?? answer.check}${where} ${unasked}${oneLine(answer.say[language])}`;
  };
  const lines = answers.map(tell);
  const { end } = walk;
  if (end?.kind === 'proved')
    lines.push(`  ${paintTone(`${words.cause}: ${end.cause.say[language]}`, 'bad', color)}`);
  else if (answers.length > 0) lines.push(`  ${words.unproved}`);
  // Nothing could be asked: the causes themselves are the help, likeliest first.
  if (end?.kind !== 'proved' || asked === 'paste') {
    lines.push(...causeLines(walk.causes, 'open', words.open, language));
    lines.push(...causeLines(walk.causes, 'ruled-out', words.out, language));
  }
  if (answers.length === 0)
    lines.push(
      `  ${words.toCheck}:`,
      ...walk.symptom.checks.map((one) => `    - ${one.say[language]} (${one.on ?? words.here})`),
    );
  return lines;
}

function causeLines(
  causes: readonly StandingCause[],
  standing: StandingCause['standing'],
  word: string,
  language: Language,
): readonly string[] {
  const these = causes.filter((one) => one.standing === standing);
  return these.length === 0
    ? []
    : [
        `  ${word}:`,
        ...these.map(
          (one, n) =>
            `    ${n + 1}. ${one.cause.say[language]}${one.hinted && standing === 'open' ? ` (${WORDS[language].points})` : ''}`,
        ),
      ];
}

function fixLines(symptom: string, fixes: readonly FixSource[], style: Style): readonly string[] {
  const { language } = style;
  const words = WORDS[language];
  const lines = fixes.flatMap((fix) => {
    const byHand = fix['by-hand'];
    if (byHand !== undefined)
      return [`  ${words.fix} (${words.byHand}): ${fix.say[language]}`, `    ${byHand[language]}`];
    const how = fix.steps === undefined ? riskWord[fix.risk ?? 'config'][language] : fix.steps.join(', ');
    return [`  ${words.fix}: ${fix.say[language]} [${how}]`];
  });
  if (fixes.some((fix) => fix['by-hand'] === undefined))
    lines.push(`  ${words.run}: threebody-tui diagnose ${symptom} --fix`);
  return lines;
}
