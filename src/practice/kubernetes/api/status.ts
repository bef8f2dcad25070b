/** Refusals of the API server: the `Status` objects that clients read, in its wording. */
import type { Json, JsonMap } from '../json.js';
import { groupOf, type Resource } from '../resources.js';

/** A request that ends with a `Status` instead of an object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  readonly details: JsonMap | undefined;
  readonly metadata: JsonMap;

  /** @param code HTTP status; @param reason machine-readable word of `Status.reason` */
  constructor(code: number, reason: string, message: string, details?: JsonMap, metadata: JsonMap = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.metadata = metadata;
  }
  get status(): JsonMap {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.metadata,
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}
/** `deployments.apps`, `pods`. */
export function groupResource(resource: Resource): string {
  const group = groupOf(resource);
  return group === '' ? resource.plural : `${resource.plural}.${group}`;
}
function about(resource: Resource, name: string, kind = resource.plural): JsonMap {
  const group = groupOf(resource);
  return { name, ...(group === '' ? {} : { group }), kind };
}
export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);
export const noSuchPath = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
export const notFound = (resource: Resource, name: string) =>
  new ApiError(404, 'NotFound', `${groupResource(resource)} "${name}" not found`, about(resource, name));
export const alreadyExists = (resource: Resource, name: string) =>
  new ApiError(
    409,
    'AlreadyExists',
    `${groupResource(resource)} "${name}" already exists`,
    about(resource, name),
  );
/** Somebody else was faster. */
export const conflict = (
  resource: Resource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${why}`,
    about(resource, name),
  );
/** @param cause as in `Required value`, `Invalid value: -1: must be greater than or equal to 0` */
export function invalid(resource: Resource, name: string, field: string, cause: string): ApiError {
  const type = /^(Required value|Invalid value|Forbidden|Unsupported value|Duplicate value)/.exec(cause)?.[1];
  const reasons: Readonly<Record<string, string>> = {
    'Required value': 'FieldValueRequired',
    Forbidden: 'FieldValueForbidden',
    'Unsupported value': 'FieldValueNotSupported',
    'Duplicate value': 'FieldValueDuplicate',
  };
  const causes: Json[] = [{ reason: reasons[type ?? ''] ?? 'FieldValueInvalid', message: cause, field }];
  const group = groupOf(resource);
  const kind = group === '' ? resource.kind : `${resource.kind}.${group}`;
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${field}: ${cause}`, {
    ...about(resource, name, resource.kind),
    causes,
  });
}
export const expired = (message: string) => new ApiError(410, 'Expired', message);
export const methodNotAllowed = () =>
  new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
/** What is done for a request that leaves no object behind. */
export function success(resource: Resource, name: string, uid: string): JsonMap {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...about(resource, name), ...(uid === '' ? {} : { uid }) },
  };
}
