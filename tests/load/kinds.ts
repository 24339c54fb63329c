import { get, isComplete, type Kind } from "./requests";

/** Requests of pages and handlers. */
export const kinds: readonly Kind[] = [
  get("/dashboard", isComplete),
  get("/profile", isComplete),
  get("/organizations", isComplete),
  get("/api/auth/check", (response) => response.ok()),
  get("/api/auth/session", async (response) => (await response.text()).includes("@example.com")),
];
