/** A check as JUnit XML, in the form that CI systems read: a suite for each step, a case for each gate. */
import type { Language } from '../../lab/types.js';
import { durationOf, type CheckedGate, type CheckReport } from '../verdicts.js';
import { printable } from './plain.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // An attribute's line breaks and tabs would be read back as spaces.
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function attribute(text: string): string {
  return printable(text).replaceAll(/[&<>"\n\r\t]/g, (sign) => ENTITIES[sign] ?? sign);
}
function content(text: string): string {
  return printable(text).replaceAll(/[&<>\r]/g, (sign) => ENTITIES[sign] ?? sign);
}
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function details({ result }: CheckedGate, language: Language): string {
  return [
    result.say[language],
    ...result.hints.map((hint) => `- ${hint[language]}`),
    ...result.evidence.map((one) => `[${one.place}] ${one.asked}\nexit ${one.exit ?? '-'}\n${one.excerpt}`),
  ].join('\n');
}

function outcome(checked: CheckedGate, language: Language): string {
  const { result, standing, waiver } = checked;
  const message = attribute(result.say[language]);
  switch (standing) {
    case 'pass':
      return '';
    case 'warn':
      return `<system-out>${content(details(checked, language))}</system-out>`;
    case 'fail':
      return `<failure type="fail" message="${message}">${content(details(checked, language))}</failure>`;
    case 'waived':
      return `<skipped message="${attribute(`waived until ${waiver?.until ?? '?'}: ${waiver?.reason ?? ''}`)}"/>`;
    case 'blocked':
    // Of a report: nobody has asked it yet.
    case 'never':
      return `<skipped message="${message}"/>`;
    case 'unknown':
    case 'stale':
    case 'running':
      return `<error type="${standing}" message="${message}">${content(details(checked, language))}</error>`;
  }
}

function testCase(checked: CheckedGate, language: Language): string {
  const { gate } = checked;
  const name = attribute(`${gate.key} ${gate.title[language]}`);
  const head = `    <testcase classname="${attribute(gate.step)}" name="${name}" time="${seconds(durationOf(checked))}"`;
  const body = outcome(checked, language);
  return body === '' ? `${head}/>` : `${head}>${body}</testcase>`;
}

function counts(gates: readonly CheckedGate[]): string {
  const number = (...standings: readonly CheckedGate['standing'][]): number =>
    gates.filter((gate) => standings.includes(gate.standing)).length;
  const errors = number('unknown', 'stale', 'running');
  const skipped = number('blocked', 'waived', 'never');
  const time = seconds(Math.max(0, ...gates.map(durationOf)));
  return `tests="${gates.length}" failures="${number('fail')}" errors="${errors}" skipped="${skipped}" time="${time}"`;
}

export function checkJunit(report: CheckReport, language: Language): string {
  const steps = [...new Set(report.gates.map((one) => one.gate.step))];
  const at = new Date(report.startedAt).toISOString().replace(/\.\d+Z$/, '');
  const suites = steps.map((step) => {
    const gates = report.gates.filter((one) => one.gate.step === step);
    return [
      `  <testsuite name="${attribute(step)}" timestamp="${at}" ${counts(gates)}>`,
      ...gates.map((gate) => testCase(gate, language)),
      '  </testsuite>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(`threebody-tui ${report.lab.name}`)}" ${counts(report.gates)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}
