import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expect, expectNothingSecret, signInByRequests, test, visit } from "./stage";
import {
  expireAccessToken,
  readSession,
  sessionValue,
  writtenSessionCookies,
} from "./session-cookie";

type Kind = Pick<Parameters<StandInControl["inject"]>[0], "kind" | "status">;

const kinds: Record<string, Kind> = {
  "500": { kind: "status", status: 500 },
  "503": { kind: "status", status: 503 },
  "no response until the timeout": { kind: "hang" },
  "a dropped connection": { kind: "drop" },
  "a web page": { kind: "html" },
  "half of a JSON object": { kind: "truncated" },
};

/** One outcome is enough for the row store: only the place of the session differs. */
const tagOf = (outcome: string) => (outcome === "a dropped connection" ? {} : { tag: "@jwt" });

const renewal = { endpoint: "token", grant: "refresh_token" } as const;

for (const [outcome, kind] of Object.entries(kinds)) {
  for (const when of ["before", "after"] as const) {
    test(
      `a renewal that gets ${outcome} ${when} Logto acts succeeds with an immediate second attempt`,
      tagOf(outcome),
      async ({ context, stage }) => {
        await stage.control.change({ rotation: "always", graceInterval: 3 });
        await signInByRequests(context, "bob");
        const old = await expireAccessToken(context, stage);
        await stage.control.forgetRequests();
        await stage.control.inject({ ...renewal, ...kind, when, times: 1 });

        const page = await visit(context, "/dashboard", { maxRedirects: 0 });
        expect(page.status()).toBe(200);
        expect((await stage.control.requests()).byGrant.refresh_token).toBe(2);
        const renewed = await readSession(context, stage);
        expect(renewed).toMatchObject({ sessionId: old.sessionId, version: old.version + 1 });
        expect(renewed.refreshToken).not.toBe(old.refreshToken);
        expect(renewed.accessToken).not.toBe(old.accessToken);
        expect(stage.log()).toMatch(/"msg":"session renewed"/);

        // The browser's new cookie works for the next renewal, too.
        await expireAccessToken(context, stage);
        await visit(context, "/dashboard");
        const next = await readSession(context, stage);
        expect(next.version).toBe(renewed.version + 2);
        expect(next.expiresAt).toBeGreaterThan(Date.now() / 1000);
      },
    );
  }

  test(
    `renewals that get ${outcome} every time do not sign the user out, and recover by themselves`,
    tagOf(outcome),
    async ({ context, stage }) => {
      await signInByRequests(context, "bob");
      const old = await expireAccessToken(context, stage);
      await stage.control.forgetRequests();
      await stage.control.inject({ ...renewal, ...kind, when: "before" });

      const during = await visit(context, "/dashboard", { maxRedirects: 0 });
      expect(during.status()).toBe(200);
      expect(await during.text()).toContain("Welcome, Bob Park");
      expect(writtenSessionCookies(during)).toEqual([]);
      expect((await context.request.get("/api/auth/check")).status()).toBe(200);
      expect(await readSession(context, stage)).toMatchObject({ version: old.version });
      expect((await stage.control.requests()).byGrant.refresh_token).toBe(2);
      expect(
        stage.log().match(/"code":"unavailable".*"msg":"session renewal failed"/g),
      ).toHaveLength(1);

      await stage.control.clearFaults();
      await expect
        .poll(async () => {
          expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
          return (await readSession(context, stage)).version;
        })
        .toBe(old.version + 1);
    },
  );
}

test(
  "an outage causes only a few token requests, however many pages are requested",
  { tag: "@jwt" },
  async ({ context, stage }) => {
    await signInByRequests(context, "bob");
    await expireAccessToken(context, stage);
    await stage.control.forgetRequests();
    await stage.control.inject({ ...renewal, when: "before", kind: "status", status: 503 });
    const begun = Date.now();
    const attempts: number[] = [];
    let pages = 0;
    while (Date.now() - begun < 3_500) {
      const batch = await Promise.all(
        Array.from({ length: 5 }, () =>
          context.request.get("/api/auth/check", { maxRedirects: 0 }),
        ),
      );
      for (const response of batch) expect(response.status()).toBe(200);
      pages += batch.length;
      const sent = (await stage.control.requests()).byGrant.refresh_token ?? 0;
      if (sent > (attempts.at(-1) ?? 0)) attempts.push(sent);
    }
    expect(pages).toBeGreaterThan(20);
    // Two requests each: at once, after 1 s, and after 2 s more. The next would come 4 s later.
    expect(attempts.at(-1)).toBeLessThanOrEqual(6);
    expect(attempts.at(-1)).toBeGreaterThanOrEqual(4);
  },
);

test("the user does not notice an outage while the access token is valid", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "alice");
  await expireAccessToken(context, stage, 30);
  await stage.control.inject({ ...renewal, when: "before", kind: "drop" });
  const page = await visit(context, "/profile", { maxRedirects: 0 });
  expect(page.status()).toBe(200);
  // Only the userinfo endpoint has this value: it still accepts the old access token.
  expect(await page.text()).toContain("onboarded");
});

test("in an outage after the access token expired, the page says to try again, and the user stays signed in", async ({
  page,
  context,
  stage,
}) => {
  await signInByRequests(context, "alice");
  await expireAccessToken(context, stage);
  await stage.control.inject({ ...renewal, when: "before", kind: "status", status: 503 });
  await page.goto("/profile");
  await expect(page.getByRole("alert").filter({ hasText: /again/i })).toBeVisible();
  await expect(page.getByRole("cell", { name: "Alice Kim" }).first()).toBeVisible();
  await expectNothingSecret(await page.content(), stage);

  await stage.control.clearFaults();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("onboarded").first()).toBeVisible({ timeout: 1_000 });
  }).toPass();
});

test("a wrong client secret at a renewal does not sign the user out, and is logged for the operator", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await expireAccessToken(context, stage);
  await stage.control.forgetRequests();
  const rejection = { kind: "status", status: 401, error: "invalid_client" } as const;
  await stage.control.inject({ ...renewal, ...rejection, when: "before" });
  for (let count = 0; count < 3; count += 1)
    expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
  expect(
    stage.log().match(/"code":"invalid_client".*"msg":"session renewal failed"/g),
  ).toHaveLength(1);
  expect((await stage.control.requests()).byGrant.refresh_token).toBe(1);
});

test(
  "a failed renewal leaves the browser's cookie as it is",
  { tag: "@jwt" },
  async ({ context, stage }) => {
    await signInByRequests(context, "bob");
    await expireAccessToken(context, stage);
    const cookie = await sessionValue(context);
    await stage.control.inject({ ...renewal, when: "before", kind: "status", status: 503 });
    await visit(context, "/dashboard");
    await context.request.get("/api/auth/session");
    await visit(context, "/");
    expect(await sessionValue(context)).toBe(cookie);
  },
);
