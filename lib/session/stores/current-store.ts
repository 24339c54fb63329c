import { rowStore } from "@/lib/database/row-store";
import { usesRowStore } from "@/lib/env";
import { cookieStore } from "./cookie-store";
import type { SessionStore } from "./store";

/** The store that the configuration selects. Nothing else selects one. */
export function sessionStore(): SessionStore {
  if (usesRowStore()) return rowStore;
  return cookieStore;
}
