/**
 * Whether an object is one of Kubernetes' own, field by field, by the OpenAPI description that @kubernetes/client-node was
 * generated from: names and types from its type maps, required fields from its declarations. Needs no network. What only a
 * real API server knows (values, limits, immutability) is asked in test/lab/deploy.test.ts.
 */
import { readFileSync } from 'node:fs';
import * as kubernetes from '@kubernetes/client-node';
import { z } from 'zod';

const attributes = z.array(z.object({ baseName: z.string(), type: z.string() }));
const modelSchema = z.object({ getAttributeTypeMap: z.function({ output: attributes }) });
const models = new Map(
  Object.entries(kubernetes).filter(
    ([, value]) => typeof value === 'function' && 'getAttributeTypeMap' in value,
  ),
);
const declarations = new URL('gen/models/', import.meta.resolve('@kubernetes/client-node'));

function fieldsOf(model: string): ReadonlyMap<string, string> {
  const { getAttributeTypeMap } = modelSchema.parse({
    getAttributeTypeMap: Reflect.get(models.get(model) ?? {}, 'getAttributeTypeMap'),
  });
  return new Map(getAttributeTypeMap().map(({ baseName, type }) => [baseName, type]));
}

/** Fields that the declaration does not mark with "?". */
function requiredOf(model: string): readonly string[] {
  const text = readFileSync(new URL(`${model}.d.ts`, declarations), 'utf8');
  return [...text.matchAll(/^ {4}'(\w+)': /gm)].map(([, name = '']) => name);
}

/** Every mistake in `value`, told with its path; none when it fits the type. */
export function mistakes(type: string, value: unknown, path = ''): readonly string[] {
  const list = /^(?:Array|Set)<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) {
    return Array.isArray(value)
      ? value.flatMap((one: unknown, index) => mistakes(list, one, `${path}[${String(index)}]`))
      : [`${path} is not a list`];
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) {
    return isRecord(value)
      ? Object.entries(value).flatMap(([key, one]) => mistakes(map, one, `${path}.${key}`))
      : [`${path} is not a map`];
  }
  if (models.has(type))
    return isRecord(value) ? inModel(type, value, path) : [`${path} is not an object (${type})`];
  switch (type) {
    case 'string':
      return typeof value === 'string' ? [] : [`${path} is not a string: ${JSON.stringify(value)}`];
    case 'number':
      return typeof value === 'number' ? [] : [`${path} is not a number: ${JSON.stringify(value)}`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} is not true or false: ${JSON.stringify(value)}`];
    case 'IntOrString':
      return ['string', 'number'].includes(typeof value) ? [] : [`${path} is neither number nor string`];
    default:
      return [`${path} has a type that this check does not know: ${type}`];
  }
}

function inModel(model: string, value: Readonly<Record<string, unknown>>, path: string): readonly string[] {
  const fields = fieldsOf(model);
  return [
    ...requiredOf(model)
      .filter((name) => !(name in value))
      .map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const type = fields.get(name);
      return type === undefined
        ? [`${path}.${name} is no field of ${model}`]
        : mistakes(type, one, `${path}.${name}`);
    }),
  ];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type of an object by its kind; only the kinds that a lab's manifests hold. */
export function typeOf(apiVersion: string, kind: string): string {
  const group = apiVersion.split('/').at(-1) ?? '';
  return `${group.charAt(0).toUpperCase()}${group.slice(1)}${kind}`;
}
