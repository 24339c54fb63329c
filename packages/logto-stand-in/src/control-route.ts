/**
 * Handles one method and path of the control endpoint. Returns the response body, or undefined for
 * 204. A thrown ZodError becomes 400, a {@link NotFoundError} becomes 404.
 * @param id the last part of the path, empty for a collection.
 */
export type ControlRoute = (body: unknown, id: string) => unknown;

export class NotFoundError extends Error {}
