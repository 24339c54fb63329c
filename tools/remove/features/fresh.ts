import type { Feature } from "../feature";

export default {
  what: "fresh: guards and access tokens that ask Logto anew, after a role was taken away",
  paths: [
    "lib/session/lifecycle/fresh-session.ts",
    "lib/session/model/current-tokens.ts",
    "tests/unit/fresh-render.test.ts",
    "tests/unit/fresh.test.ts",
  ],
  lines: {
    "CHANGELOG.md": [
      "- **Fresh**: a guard can ask Logto whether a role or permission still counts.",
    ],
    "docs/protecting.md": [
      "- `fresh: true`: Logto is asked whether all that still counts ([below](#now-not-within-the-hour)).",
    ],
    "lib/session/access-token.ts": [
      'import { refreshed } from "./lifecycle/fresh-session";',
      'import { isCurrent } from "./model/current-tokens";',
      "if (target.fresh && !resource && !organizationId) await refreshed(session);",
      `* With \`fresh\`, a token that is older than ten seconds is not used: for the moment after a
       * permission was taken away. (One that was gained needs a new sign-in at Logto; a guard's refusal
       * offers it.)
       *`,
      `/** The cached token if it was issued just now. */
       const currentToken = (token: AccessToken | undefined, now: number) =>
         token && isCurrent(token, now) ? token : undefined;`,
    ],
    "lib/session/guards.ts": [
      'import { freshSession } from "./lifecycle/fresh-session";',
      `* With \`fresh\`, Logto is asked first. A role that was taken away then counts no more, and while
       * Logto is down the guard fails.
       *`,
    ],
    "lib/session/lifecycle/renewal.ts": [
      'import { isCurrent } from "../model/current-tokens";',
      `/**
        * Renews a session whose access token is still valid, for the user's current claims. The request is
        * sent at most once in ten seconds, also if several processes share a row store.
        *
        * @param read as for renewSession
        * @param now returns the time in milliseconds
        */
       export async function renewForClaims(read: Session, now = Date.now): Promise<SessionStatus> {
         const state = sessionState(read);
         const isOld = (newest: Session) => !isCurrent(newest, now());
         if (sessionStatus(read).status === "active" && isOld(state.session))
           await state.renewal.run(() => renew(state, now, isOld), now).catch(() => undefined);
         return state.isRemoved ? { status: "none" } : sessionStatus(read);
       }`,
    ],
    "lib/session/model/requirement.ts": [
      `/**
        * Asks Logto anew, instead of relying on claims and permissions that are as old as their access
        * token. What counts is then at most ten seconds old.
        */
       fresh?: boolean | undefined;`,
    ],
  },
  sections: { "docs/protecting.md": ["### Now, not within the hour"] },
  parts: {
    "lib/session/access-token.ts": [
      ". With `fresh`: issued at most ten seconds ago",
      " & { fresh?: boolean | undefined }",
      "target.fresh ? currentToken(cached.token, now()) : ",
    ],
    "lib/session/guards.ts": [
      "requirement.fresh ? await freshSession() : ",
      ", fresh: requirement.fresh",
    ],
  },
  beside: {
    mutate: { paths: ["tools/mutate/mutations/fresh.diff"] },
    examples: {
      paths: ["app/api/examples/fresh", "tests/e2e/examples/fresh.spec.ts"],
      lines: {
        "components/examples/examples.ts": [
          `const fresh: Protection = {
             href: "/api/examples/fresh",
             protects: "A route handler, for users whose role counts now",
             guard: "withSession(handler, { role, fresh })",
             file: "app/api/examples/fresh/route.ts",
             code: \`export const GET = withSession(({ user }) => Response.json({ roles: user.roles }), {
             role: "admin",
             fresh: true,
           });\`,
           };`,
          "fresh,",
        ],
        "tests/e2e/examples/protected-paths.ts": [
          'handler("/api/examples/fresh", { notAllowed: "bob" }),',
        ],
      },
    },
  },
  traces: /fresh-session|current-tokens|renewForClaims/,
} satisfies Feature;
