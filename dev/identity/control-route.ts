/**
 * What answers one method and path of the control endpoint: a body, or undefined for 204.
 * A ZodError that it throws becomes 400, a {@link NotFoundError} 404.
 * @param id the last part of the path, empty for a collection.
 */
export type ControlRoute = (body: unknown, id: string) => unknown;

export class NotFoundError extends Error {}
