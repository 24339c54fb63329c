import process from "node:process";
import { expect, test } from "@playwright/test";
import { applyMigrations } from "../../dev/database/migrations";
import { beginSignIn, expectSignedIn, typePassword } from "../e2e/requests";
import { startPair } from "../e2e/servers";
import { startPostgres } from "../postgres/server";

/** Strategy `jwt` depends less on the database, so only `npm run test:release` tests it too. */
const late = process.env.STORM === "full" ? ["jwt", "database"] : ["database"];

for (const strategy of late) {
  test(`an app that starts before its database accepts sign-ins once the database is there, strategy ${strategy}`, async ({
    browser,
  }) => {
    const postgres = await startPostgres();
    await applyMigrations(postgres.url);
    await postgres.stop();
    const variables = { AUTH_SESSION_STRATEGY: strategy, DATABASE_URL: postgres.url };
    const { app, stop } = await startPair(variables);
    const context = await browser.newContext({ baseURL: app.url });
    const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), "alice");
    expect(new URL(landed.url()).searchParams.get("error")).toBe("DatabaseUnavailable");
    await postgres.start();
    // Logto's session with the browser goes on, so no password is needed.
    await expect(async () => {
      expect((await beginSignIn(context, "/dashboard")).url()).toMatch(/\/dashboard$/);
    }).toPass({ timeout: 15_000 });
    await expectSignedIn(context);
    await context.close();
    await stop();
    await postgres.close();
  });
}
