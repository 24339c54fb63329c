import { faultsIn, outageLines, test, timed } from "./outage";
import { sessionValue, writtenSessionCookies } from "../e2e/session-cookie";
import {
  beginSignIn,
  expect,
  expectNothingSecret,
  signInByRequests,
  typePassword,
  visit,
} from "../e2e/stage";

test.use({ strategy: "database" });
// The tests share the servers.
test.describe.configure({ mode: "default" });

for (const [fault, begin] of faultsIn("database")) {
  test(`while the database is ${fault} pages show an error and handlers respond with 503, until it is back`, async ({
    page,
    context,
    outage,
  }) => {
    await signInByRequests(context, "alice");
    const cookie = await sessionValue(context);
    const mend = await begin(outage.postgres);

    for (const path of ["/api/auth/check", "/api/auth/session"]) {
      const { result, ms } = await timed(() => context.request.get(path, { maxRedirects: 0 }));
      expect(result.status(), path).toBe(503);
      expect(result.headers()["retry-after"]).toBe("5");
      expect(await result.json()).toMatchObject({ error: "database_unavailable" });
      expect(writtenSessionCookies(result)).toEqual([]);
      expect(ms).toBeLessThan(10_000);
    }
    // The page shows the error without JavaScript. Next.js cannot set a status for it.
    const html = await visit(context, "/dashboard", { maxRedirects: 0 });
    expect(await html.text()).toContain("Our database does not respond");
    expect(writtenSessionCookies(html)).toEqual([]);
    await page.goto("/dashboard");
    await expect(
      page.getByRole("heading", { name: "Our database does not respond" }),
    ).toBeVisible();
    await expectNothingSecret(await page.content(), {
      control: outage.control,
      secret: outage.app.secret,
    });
    await Promise.all(
      Array.from({ length: 20 }, () => visit(context, "/profile", { maxRedirects: 0 })),
    );
    expect(outageLines(outage.log()).length).toBeLessThan(5);
    expect(await sessionValue(context)).toBe(cookie);

    await mend();
    await expect(async () => {
      await page.getByRole("link", { name: "Try again" }).click();
      await expect(page.getByRole("heading", { name: "Welcome, Alice Kim" })).toBeVisible({
        timeout: 2_000,
      });
    }).toPass({ timeout: 15_000 });
  });

  test(`a sign-in while the database is ${fault} does not revoke the current session's grant`, async ({
    context,
    outage,
  }) => {
    await signInByRequests(context, "alice");
    await outage.control.forgetRequests();
    const mend = await begin(outage.postgres);
    // Logto's session with the browser goes on: no password is needed, and the grant is the same.
    expect((await beginSignIn(context, "/dashboard")).url()).toContain("error=DatabaseUnavailable");
    expect((await outage.control.requests()).byEndpoint.revocation ?? 0).toBe(0);
    await mend();
    await expect(async () => {
      expect((await visit(context, "/api/token-info", { maxRedirects: 0 })).status()).toBe(200);
    }).toPass({ timeout: 15_000 });
  });

  test(`a sign-in while the database is ${fault} shows an error and leaves no grant`, async ({
    context,
    outage,
  }) => {
    await outage.control.forgetRequests();
    const mend = await begin(outage.postgres);
    const landed = await typePassword(context, await beginSignIn(context, "/dashboard"), "bob");
    expect(landed.url()).toContain("/sign-in?");
    expect(new URL(landed.url()).searchParams.get("error")).toBe("DatabaseUnavailable");
    expect(await sessionValue(context)).toBe("");
    expect((await outage.control.requests()).byEndpoint.revocation).toBe(1);
    await mend();
    await expect(async () => {
      // Logto's session with the browser goes on, so no password is needed.
      expect((await beginSignIn(context, "/dashboard")).url()).toMatch(/\/dashboard$/);
    }).toPass({ timeout: 15_000 });
  });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(() => {
      test.use({ javaScriptEnabled });
      test(`signing out while the database is ${fault} removes the cookie and says what is left undone, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
        page,
        context,
        outage,
      }) => {
        await signInByRequests(context, "alice");
        await page.goto("/dashboard");
        const mend = await begin(outage.postgres);
        await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
        await expect.poll(() => sessionValue(context), { timeout: 20_000 }).toBe("");
        if (javaScriptEnabled) {
          await page.waitForURL((url) => url.pathname === "/");
          await expect(page.getByText("You are signed out in this browser")).toBeVisible();
        }
        expect(outage.log()).toContain("signed out in the browser, but not in the database");
        await mend();
      });
    });
  }
}
