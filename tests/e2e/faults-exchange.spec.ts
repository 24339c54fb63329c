import type { BrowserContext } from "@playwright/test";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { expect, type Stage, test } from "./fixtures";
import { addPerson, isActive, refreshTokensOf } from "./people";
import { expectSignedOut, signInByRequests, signOutByRequest, visit } from "./requests";
import {
  expireAccessToken,
  putCookies,
  readSession,
  sessionCookies,
  sessionValue,
} from "./session-cookie";

/** Logto at its strictest: a refresh token works once, and a second use revokes the grant. */
const strictRotation = { rotation: "always", graceInterval: 0 } as const;

/** The session's refresh token is the newest that Logto issued to the user, and it is active. */
async function expectNewestGrant(context: BrowserContext, stage: Stage): Promise<void> {
  const { refreshToken = "", subject } = await readSession(context, stage);
  expect(refreshToken).toBe((await refreshTokensOf(stage.control, { id: subject })).at(-1));
  expect(await isActive(stage.control, refreshToken)).toBe(true);
}

/**
 * Pages that need access tokens, in the order in which they are opened, and for how many of them
 * they exchange the refresh token. (`/profile` calls userinfo with the session's own.)
 */
const exchanging = [
  // One a line.
  { path: "/api-access", exchanges: 2 },
  { path: `/organizations/${acme.id}`, exchanges: 1 },
  { path: "/profile", exchanges: 0 },
  { path: "/organizations", exchanges: 0 },
];

test("parallel exchanges with the strictest rotation lose no token", async ({ context, stage }) => {
  await stage.control.change(strictRotation);
  const { username } = await addPerson(stage.control, {
    roles: ["admin"],
    organizations: [{ id: acme.id, roles: ["admin"] }],
  });
  await signInByRequests(context, username);
  for (let expiry = 0; expiry < 2; expiry += 1) {
    await expireAccessToken(context, stage);
    await stage.control.inject({
      endpoint: "token",
      when: "after",
      kind: "delay",
      delayMs: [0, 60],
    });
    const loads = [...exchanging, ...exchanging].map(({ path }) =>
      visit(context, path, { maxRedirects: 0 }),
    );
    for (const response of await Promise.all(loads)) expect(response.status()).toBe(200);
    await stage.control.clearFaults();
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    await expectNewestGrant(context, stage);
  }
  // Two renewals, and the exchanges only once: their tokens outlive the renewals.
  const exchanges = exchanging.reduce((sum, each) => sum + each.exchanges, 0);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(2 + exchanges);
  expect(stage.log()).not.toContain("session ended");
});

test("a sign-out during a renewal leaves no session and no grant", async ({ context, stage }) => {
  const { control } = stage;
  await control.change(strictRotation);
  const person = await addPerson(control);
  await signInByRequests(context, person.username);
  await expireAccessToken(context, stage, 5);
  const oldCookie = await sessionValue(context);
  // Shorter than the app's timeout.
  const delay = { kind: "delay", when: "after", delayMs: 1_000, times: 1 } as const;
  await control.inject({ endpoint: "token", grant: "refresh_token", ...delay });
  await control.forgetRequests();

  const renewing = visit(context, "/dashboard", { maxRedirects: 0 });
  const begun = async () => (await control.requests()).byGrant.refresh_token;
  await expect.poll(begun, { intervals: [50] }).toBe(1);
  // Middleware leaves out Auth.js's own routes, so the sign-out runs during the renewal.
  const [late, signedOut] = await Promise.all([renewing, signOutByRequest(context)]);

  expect(signedOut.status()).toBe(302);
  expect(late.status()).toBe(307);
  expect(await sessionCookies(context)).toEqual([]);
  await putCookies(context, stage.url, { "authjs.session-token": oldCookie });
  await expectSignedOut(context);
  const refreshTokens = await refreshTokensOf(control, person);
  expect(refreshTokens).toHaveLength(2);
  for (const token of refreshTokens) expect(await isActive(control, token)).toBe(false);
});
