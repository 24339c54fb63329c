import { cookieStore } from "@/lib/session/stores/cookie-store";
import type { SessionStore } from "@/lib/session/stores/store";

/*
 * A store outside the cookie, for tests. Use it with `vi.mock("@/lib/session/stores/current-store",
 * () => import("./current-store"))`.
 */

const unexpected = () => Promise.reject(new Error("unexpected use of the store"));
let current: SessionStore = cookieStore;

/** Replaces `sessionStore` of lib/session/stores/current-store.ts. */
export const sessionStore = () => current;

/**
 * Selects the store.
 *
 * @param methods of a store outside the cookie; its other methods fail. Default: the cookie store
 */
export function selectStore(methods?: Partial<SessionStore>): void {
  current = methods
    ? {
        isInCookie: false,
        cookieLifetime: 3600,
        read: unexpected,
        begin: unexpected,
        cookieFor: () => Promise.resolve(undefined),
        exclusively: unexpected,
        end: unexpected,
        endAll: unexpected,
        ...methods,
      }
    : cookieStore;
}
