import { BoundedMap } from "@/lib/bounded-map";

/**
 * Process-wide state. Next.js builds middleware, handlers and pages as separate bundles. Each
 * bundle has its own copy of every module, so a module-level variable would exist three times.
 *
 * @param name identifies the state within the process
 * @param create creates the state at first use
 * @example const cache = () => processWide("cache", () => new Map<string, string>());
 */
export function processWide<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`next-logto-starter.${name}`);
  // Only `Reflect.set` below writes this key, with the type that belongs to the name.
  const isCreated = (value: unknown): value is T => value !== undefined;
  const existing: unknown = Reflect.get(globalThis, key);
  if (isCreated(existing)) return existing;
  const created = create();
  Reflect.set(globalThis, key, created);
  return created;
}

/**
 * Recognises an error by its name. `instanceof` fails for an error that another bundle of this
 * process created.
 *
 * @param name of the error's class
 */
export const hasErrorName = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

const seenBefore = () => processWide("said", () => new BoundedMap<string, true>(1_000));

/**
 * Whether this is the first call with `what` in this process, for messages that should be logged
 * only once. The memory is bounded: a `what` that has dropped out counts as new again.
 */
export function isFirstTime(what: string): boolean {
  const isNew = !seenBefore().get(what);
  seenBefore().set(what, true);
  return isNew;
}
