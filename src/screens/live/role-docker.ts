/** What matters of vm-docker: Docker itself, Harbor, the edge, the runner. */
import { age } from '../../i18n/format.js';
import { live as text } from '../../i18n/texts/live.js';
import { containerHealth } from '../../state/live/items.js';
import type { Health } from '../../state/live/rows.js';
import { inLang, langOf, type View } from '../view.js';
import { span, type Span } from '../ui/line.js';
import { healthTone } from './health.js';
import { from, names, worst, type RoleFact } from './role-fact.js';

const DAY_MS = 86_400_000;
/** A certificate with fewer days left is worth a word. */
const CERTIFICATE_DAYS = 14;

export function dockerFact(view: View): RoleFact {
  return from(view, 'docker', 'docker@vm-docker', () => {
    const rows = view.live.containers('vm-docker');
    const bad = rows.filter((row) => containerHealth(row) === 'bad').length;
    const up = rows.filter((row) => row.state === 'running').length;
    return {
      health: bad > 0 ? 'bad' : 'good',
      brief: inLang(view, text.running({ up, all: rows.length })),
      more: bad === 0 ? [] : [span(inLang(view, text.broken({ count: bad })), 'bad')],
    };
  });
}

export function harborFact(view: View): RoleFact {
  return from(view, 'harbor', 'harbor', () => {
    const facts = view.live.harbor();
    if (facts === null) return null;
    const bad = facts.components.filter((one) => one.status !== 'healthy');
    const all = facts.components.length;
    return {
      health: bad.length > 0 || all === 0 ? 'bad' : 'good',
      brief: inLang(view, text.healthyOf({ good: all - bad.length, all })),
      more: bad.length === 0 ? [] : [span(names(bad.map((one) => one.name)), 'bad')],
    };
  });
}

export function edgeFact(view: View): RoleFact {
  return from(view, 'edge', 'edge', () => {
    const facts = view.live.edge();
    if (facts === null) return null;
    // What serves nothing can be asked for neither its configuration nor its certificate.
    if (!facts.running) return { health: 'bad', brief: inLang(view, text.edgeDown), more: [] };
    const brief = inLang(view, text.edgeUp);
    const config: Span[] = facts.configOk ? [] : [span(inLang(view, text.configWrong), 'bad')];
    if (facts.certificate === null) {
      const none = [...config, span(inLang(view, text.noCertificate), 'warn')];
      return { health: facts.configOk ? 'warn' : 'bad', brief, more: none };
    }
    const days = Math.floor((facts.certificate.notAfter - view.state.now) / DAY_MS);
    const certificate: Health = days < 0 ? 'bad' : days < CERTIFICATE_DAYS ? 'warn' : 'good';
    const told = days < 0 ? text.certificateOver({ days: -days }) : text.certificateDays({ days });
    const tone = certificate === 'good' ? 'dim' : healthTone(certificate, true);
    return {
      health: worst(facts.configOk ? 'good' : 'bad', certificate),
      brief,
      more: [...config, span(inLang(view, told), tone)],
    };
  });
}

export function runnerFact(view: View): RoleFact {
  return from(view, 'runner', 'runner', () => {
    const facts = view.live.runner();
    if (facts === null) return null;
    const refused = facts.runners.some((one) => one.valid === false);
    const count = facts.runners.length;
    const told = refused ? text.runnerRefused : count === 0 ? text.notRegistered : text.registered({ count });
    const contact =
      facts.lastContactAt === null
        ? ''
        : inLang(view, text.contact({ age: age(langOf(view), view.state.now - facts.lastContactAt) }));
    return {
      health: !facts.active || refused ? 'bad' : count === 0 ? 'warn' : 'good',
      brief: inLang(view, facts.active ? text.runnerUp : text.runnerDown),
      more: [
        span(inLang(view, told), refused ? 'bad' : count === 0 ? 'warn' : 'dim'),
        ...(contact === '' ? [] : [span(contact, 'dim')]),
      ],
    };
  });
}
