/** The question which gate or symptom of a hop is to be opened. */
import { path as text } from '../i18n/texts/path.js';
import { STANDING_COLUMNS } from '../i18n/texts/words.js';
import { contentOf } from '../state/content.js';
import { hopSymptom, type HopChoice, type HopDialog } from '../state/hop-choices.js';
import { keyStanding } from '../state/standing.js';
import { cell, line, span, BLANK, type Line } from './ui/line.js';
import { standingCell, subjectWord, SUBJECT_COLUMNS } from './ui/standing.js';
import { glyphsOf, inLang, type View } from './view.js';

const ID_COLUMNS = 22;

/** The title of a symptom, as far as the catalogue has been read. */
export function symptomTitle(view: View, id: string): string {
  const symptom = view.state.troubles.catalogue?.byId.get(id);
  return symptom === undefined ? '' : inLang(view, symptom.title);
}

export function hopChoiceLines(view: View, dialog: HopDialog): Line[] {
  const { state } = view;
  const flow = state.runbook.path.find((one) => one.id === dialog.flow);
  const hop = flow?.hops.find((one) => one.id === dialog.hop);
  if (flow === undefined || hop === undefined) return [];
  const seen = hopSymptom(state, flow.id, hop);
  const row = (choice: HopChoice, tone: 'title' | 'plain'): Line => {
    switch (choice.kind) {
      case 'gate': {
        const gate = contentOf(state).byKey.get(choice.key);
        return [
          ...standingCell(view, keyStanding(state, choice.key)),
          span(' '),
          cell(gate?.gate ?? choice.key, ID_COLUMNS, tone),
          cell(gate === undefined ? '' : subjectWord(view, gate.subject), SUBJECT_COLUMNS, 'dim'),
          span(gate === undefined ? '' : ` ${inLang(view, gate.title)}`, 'dim'),
        ];
      }
      case 'symptom': {
        const is = choice.id === seen;
        return [
          span('  '),
          cell(inLang(view, text.symptom), STANDING_COLUMNS, is ? 'bad' : 'dim'),
          span(' '),
          cell(choice.id, ID_COLUMNS, tone),
          cell(is ? inLang(view, text.seenNow) : '', SUBJECT_COLUMNS, 'bad'),
          span(` ${symptomTitle(view, choice.id)}`, 'dim'),
        ];
      }
    }
  };
  return [
    line(inLang(view, hop.title), 'dim'),
    BLANK,
    ...dialog.choices.map((choice, i): Line => {
      const chosen = i === dialog.cursor;
      return [
        span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
        span(` ${i + 1}  `, 'dim'),
        ...row(choice, chosen ? 'title' : 'plain'),
      ];
    }),
  ];
}
