import type { BrowserContext } from "@playwright/test";
import { acme, apiResources } from "../../packages/logto-stand-in/src/seed";
import { cookiesOfRenewal } from "./storage";
import { expectNewestGrant } from "./newest-grant";
import { addPerson, isActive } from "./people";
import {
  expireAccessToken,
  putCookies,
  readSession,
  sessionCookies,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";
import {
  beginSignIn,
  csrfForm,
  expect,
  expectSignedOut,
  signInByRequests,
  test,
  typePassword,
  visit,
} from "./stage";

const [shopping = "", store = ""] = apiResources.map(({ indicator }) => indicator);

/** Logto at its strictest: a refresh token works once, and a second use revokes the grant. */
const strictRotation = { rotation: "always", graceInterval: 0 } as const;

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

/** The permissions that /api-access shows, in page order. */
async function permissionsShown(context: BrowserContext): Promise<string[]> {
  const response = await visit(context, "/api-access", { maxRedirects: 0 });
  expect(response.status()).toBe(200);
  const main = (await response.text()).replace(/<script.*?<\/script>/gs, "");
  return [...main.matchAll(/<li[^>]*>(?:<[^>]+>)*(read|write|delete)\b/g)].map(
    ([, scope = ""]) => scope,
  );
}

test("two users who load the same page at once, several times, each see their own permissions", async ({
  browser,
  stage,
}) => {
  const permissions = {
    admin: ["read", "write", "read", "delete"],
    viewer: ["read"],
  };
  const people = await Promise.all(
    Object.entries(permissions).map(async ([role, expected]) => {
      const { username } = await addPerson(stage.control, { roles: [role] });
      const context = await browser.newContext({ baseURL: stage.url });
      await signInByRequests(context, username, { origin: stage.url });
      return { context, expected };
    }),
  );
  const loads = Array.from({ length: 3 }, () => people).flat();
  const shown = await Promise.all(loads.map(({ context }) => permissionsShown(context)));
  expect(shown).toEqual(loads.map(({ expected }) => expected));
  // One exchange for each user and resource, however often the page was loaded.
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(4);
  await Promise.all(people.map(({ context }) => context.close()));
});

test("the next navigation writes the refresh token that a page's exchange rotated, and it works", async ({
  context,
  stage,
}) => {
  await stage.control.change(strictRotation);
  await signInByRequests(context, "alice");
  const old = await readSession(context, stage);

  const page = await visit(context, "/api-access", { maxRedirects: 0 });
  expect(page.status()).toBe(200);
  expect(writtenSessionCookies(page)).toEqual([]);
  const next = await visit(context, "/dashboard", { maxRedirects: 0 });
  expect(writtenSessionCookies(next)).toHaveLength(cookiesOfRenewal(stage));
  expect((await readSession(context, stage)).sessionId).toBe(old.sessionId);
  await expectNewestGrant(context, stage);

  await expireAccessToken(context, stage);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  await expectNewestGrant(context, stage);
  expect(stage.log()).not.toContain("session ended");
});

test("pages that exchange tokens at once, at expiry and with the strictest rotation, lose no token", async ({
  context,
  stage,
}) => {
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
    const loads = [...exchanging, ...exchanging];
    const responses = await Promise.all(
      loads.map(({ path }) =>
        visit(context, path, { maxRedirects: 0 }).then((response) => response.status()),
      ),
    );
    expect(responses).toEqual(loads.map(() => 200));
    await stage.control.clearFaults();
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    await expectNewestGrant(context, stage);
  }
  // Two renewals, and the exchanges only once: their tokens outlive the renewals.
  const exchanges = exchanging.reduce((sum, each) => sum + each.exchanges, 0);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(2 + exchanges);
  expect(stage.log()).not.toContain("session ended");
});

test(
  "a page says that an API resource was not requested at sign-in, and the session goes on",
  { tag: "@once" },
  async ({ page, context, stage }) => {
    // As if the operator had added the second resource after the sign-in.
    const begun = await beginSignIn(context, "/dashboard", { maxRedirects: 0 });
    const authorization = new URL(begun.headers().location ?? "");
    authorization.searchParams.delete("resource", store);
    await typePassword(context, await context.request.get(authorization.href), "alice");

    await page.goto("/api-access");
    const card = (indicator: string) => page.getByRole("region", { name: indicator });
    await expect(card(store).getByRole("alert")).toContainText("resource_not_configured");
    await expect(card(shopping).getByRole("listitem")).toHaveText(["read", "write"]);
    await expireAccessToken(context, stage);
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    expect((await context.request.get("/api/auth/check")).status()).toBe(200);
  },
);

test("a sign-out during a renewal restores no session, and leaves no grant", async ({
  context,
  stage,
}) => {
  await stage.control.change(strictRotation);
  const person = await addPerson(stage.control);
  await signInByRequests(context, person.username);
  await expireAccessToken(context, stage, 5);
  const oldCookie = await sessionValue(context);
  const form = await csrfForm(context);
  // Shorter than the app's timeout.
  const delay = { kind: "delay", when: "after", delayMs: 1_000, times: 1 } as const;
  await stage.control.inject({ endpoint: "token", grant: "refresh_token", ...delay });
  await stage.control.forgetRequests();

  const renewing = visit(context, "/dashboard", { maxRedirects: 0 });
  const begun = async () => (await stage.control.requests()).byGrant.refresh_token;
  await expect.poll(begun, { intervals: [50] }).toBe(1);
  // Middleware leaves out Auth.js's own routes, so the sign-out runs during the renewal.
  const signingOut = context.request.post("/api/auth/signout", { form, maxRedirects: 0 });
  const [late, signedOut] = await Promise.all([renewing, signingOut]);

  expect(signedOut.status()).toBe(302);
  expect(late.status()).toBe(307);
  expect(await sessionCookies(context)).toEqual([]);
  await putCookies(context, stage.url, { "authjs.session-token": oldCookie });
  await expectSignedOut(context);
  const issued = (await stage.control.issued()).filter(({ sub }) => sub === person.id);
  const refreshTokens = issued.filter(({ kind }) => kind === "refresh_token");
  expect(refreshTokens).toHaveLength(2);
  for (const { value } of refreshTokens) expect(await isActive(stage.control, value)).toBe(false);
});
