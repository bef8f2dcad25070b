/** The question which container of a pod is meant. */
import { live as text } from '../i18n/texts/live.js';
import type { ContainerDialog } from '../state/live/containers.js';
import { cell, line, span, BLANK, type Line } from './ui/line.js';
import { glyphsOf, inLang, type View } from './view.js';

export function containerLines(view: View, dialog: ContainerDialog): Line[] {
  const name = Math.max(...dialog.containers.map((one) => one.name.length));
  return [
    line(`${dialog.namespace}/${dialog.pod}`, 'dim'),
    BLANK,
    ...dialog.containers.map((one, i): Line => {
      const chosen = i === dialog.cursor;
      return [
        span(chosen ? glyphsOf(view).focus : ' ', 'accent'),
        span(` ${i + 1}  `, 'dim'),
        cell(one.name, Math.min(40, name), chosen ? 'title' : 'plain'),
        span(`  ${one.reason === '' ? one.state : one.reason}`, one.state === 'waiting' ? 'warn' : 'dim'),
        ...(one.init ? [span(`  ${inLang(view, text.prepares)}`, 'dim')] : []),
      ];
    }),
  ];
}
