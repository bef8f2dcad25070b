/** The messages that stand beside each signature, tried on it. Pure. */
import { compilePattern, fits, type CompiledPattern } from './match.js';
import type { Example, SignatureSource, Source } from './schema.js';
import type { Observation, Symptom } from './types.js';

/** A message that a signature takes for the wrong thing. */
export interface WrongExample {
  readonly symptom: string;
  /** Which of the symptom's signatures, from 0. */
  readonly signature: number;
  readonly kind: 'example does not match' | 'near miss matches';
  readonly text: string;
}

/** @param fill puts a lab's values into the placeholders of an expression */
export function wrongExamples(
  symptom: Symptom,
  fill: (expression: string) => string,
): readonly WrongExample[] {
  return symptom.signatures.flatMap((signature, index) => {
    const compiled = compilePattern(signature, fill);
    const wrong = (example: Example, kind: WrongExample['kind']): WrongExample => ({
      symptom: symptom.id,
      signature: index,
      kind,
      text: typeof example === 'string' ? example : JSON.stringify(example),
    });
    return [
      ...signature.examples
        .filter((one) => !matches(compiled, signature, one))
        .map((one) => wrong(one, 'example does not match')),
      ...signature['near-misses']
        .filter((one) => matches(compiled, signature, one))
        .map((one) => wrong(one, 'near miss matches')),
    ];
  });
}

/** A plain line is what a person pastes and what the first of the sources says; both must fit. */
function matches(compiled: CompiledPattern, signature: SignatureSource, example: Example): boolean {
  const source: Source = signature.sources?.find((one) => one !== 'pasted') ?? 'log';
  const place = signature.places?.[0] ?? 'vm-docker';
  if (typeof example === 'string') {
    const line: Observation = { source, place, object: '', text: example, fields: {}, at: 0 };
    return fits(compiled, line) !== null;
  }
  return (
    fits(compiled, {
      source: example.source ?? source,
      place: example.place ?? place,
      object: example.object ?? null,
      text: example.text,
      fields: example.fields,
      at: 0,
    }) !== null
  );
}
