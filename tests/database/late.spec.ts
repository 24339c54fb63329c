import { test } from "@playwright/test";
import { startTooEarly, strategies } from "./outage";
import { beginSignIn, expect, typePassword } from "../e2e/stage";

/** Strategy `jwt` depends less on the database, so only `npm run test:release` tests it too. */
const late = process.env.STORM === "full" ? strategies : (["database"] as const);

for (const strategy of late) {
  test(`an app that starts before its database accepts sign-ins once the database is there, strategy ${strategy}`, async ({
    browser,
  }) => {
    const early = await startTooEarly(strategy);
    const context = await browser.newContext({ baseURL: early.app.url });
    const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), "alice");
    expect(new URL(landed.url()).searchParams.get("error")).toBe("DatabaseUnavailable");
    await early.mend();
    // Logto's session with the browser goes on, so no password is needed.
    await expect(async () => {
      expect((await beginSignIn(context, "/dashboard")).url()).toMatch(/\/dashboard$/);
    }).toPass({ timeout: 15_000 });
    expect((await context.request.get("/api/auth/check")).status()).toBe(200);
    await context.close();
    await early.stop();
  });
}
