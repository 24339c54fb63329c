import { BoundedMap } from "@/lib/bounded-map";

/**
 * State that all of one process shares. Middleware, handlers and pages are separate bundles, each
 * with its own copy of every module, so that a module-level variable would exist three times.
 *
 * @param name names the state within the process
 * @param create makes it at first use
 */
export function processWide<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`next-logto-starter.${name}`);
  // Written nowhere but below, and with the type that belongs to the name.
  const isCreated = (value: unknown): value is T => value !== undefined;
  const existing: unknown = Reflect.get(globalThis, key);
  if (isCreated(existing)) return existing;
  const created = create();
  Reflect.set(globalThis, key, created);
  return created;
}

/**
 * Tells an error by its name. `instanceof` fails for an error that another bundle of this process
 * made.
 *
 * @param name of the error's class
 */
export const hasErrorName = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

const mentioned = () => processWide("said", () => new BoundedMap<string, true>(1_000));

/**
 * Whether this process is asked about something for the first time, as far as it remembers: for
 * what is worth one line in the log.
 */
export function isFirstTime(what: string): boolean {
  const isNew = !mentioned().get(what);
  mentioned().set(what, true);
  return isNew;
}
