import { test } from "@playwright/test";
import { startTooEarly, strategies } from "./outage";
import { beginSignIn, expect, typePassword } from "./stage";

/** In strategy `jwt`, as in `npm run test:release`, less depends on it. */
const late = process.env.STORM === "full" ? strategies : (["database"] as const);

for (const strategy of late) {
  test(`an app that starts before its database takes sign-ins once that is there, strategy ${strategy}`, async ({
    browser,
  }) => {
    const early = await startTooEarly(strategy);
    const context = await browser.newContext({ baseURL: early.app.url });
    const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), "alice");
    expect(new URL(landed.url()).searchParams.get("error")).toBe("DatabaseUnavailable");
    await early.mend();
    // Logto remembers the password.
    await expect(async () => {
      expect((await beginSignIn(context, "/dashboard")).url()).toMatch(/\/dashboard$/);
    }).toPass({ timeout: 15_000 });
    expect((await context.request.get("/api/auth/check")).status()).toBe(200);
    await context.close();
    await early.stop();
  });
}
