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

    await Promise.all(
      ["/api/auth/check", "/api/auth/session"].map(async (path) => {
        const { result, ms } = await timed(() => context.request.get(path, { maxRedirects: 0 }));
        expect(result.status(), path).toBe(503);
        expect(result.headers()["retry-after"]).toBe("5");
        expect(await result.json()).toMatchObject({ error: "database_unavailable" });
        expect(writtenSessionCookies(result)).toEqual([]);
        expect(ms).toBeLessThan(10_000);
      }),
    );
    // The page shows the error without JavaScript. Next.js cannot set a status for it.
    const [html] = await Promise.all([
      visit(context, "/dashboard", { maxRedirects: 0 }),
      page.goto("/dashboard"),
      ...Array.from({ length: 10 }, () => visit(context, "/profile", { maxRedirects: 0 })),
    ]);
    expect(await html.text()).toContain("Our database does not respond");
    expect(writtenSessionCookies(html)).toEqual([]);
    await expect(
      page.getByRole("heading", { name: "Our database does not respond" }),
    ).toBeVisible();
    await expectNothingSecret(await page.content(), {
      control: outage.control,
      secret: outage.app.secret,
    });
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

  test(`while the database is ${fault} a sign-in shows an error, leaves no grant and does not revoke that of the current session`, async ({
    browser,
    context,
    outage,
  }) => {
    const visitor = await browser.newContext({ baseURL: outage.app.url });
    await signInByRequests(context, "alice");
    await outage.control.forgetRequests();
    const mend = await begin(outage.postgres);
    const revocations = async () => (await outage.control.requests()).byEndpoint.revocation ?? 0;
    // Logto's session with the browser goes on: no password is needed, and the grant is the same.
    expect((await beginSignIn(context, "/dashboard")).url()).toContain("error=DatabaseUnavailable");
    expect(await revocations()).toBe(0);
    const landed = await typePassword(visitor, await beginSignIn(visitor, "/dashboard"), "bob");
    expect(landed.url()).toMatch(/\/sign-in\?.*error=DatabaseUnavailable/);
    expect(await sessionValue(visitor)).toBe("");
    expect(await revocations()).toBe(1);
    await mend();
    await expect(async () => {
      expect((await visit(context, "/api/token-info", { maxRedirects: 0 })).status()).toBe(200);
      expect((await beginSignIn(visitor, "/dashboard")).url()).toMatch(/\/dashboard$/);
    }).toPass({ timeout: 15_000 });
    await visitor.close();
  });

  test(`signing out while the database is ${fault} removes the cookie and says what is left undone`, async ({
    browser,
    page,
    outage,
  }) => {
    const withoutScripts = await browser.newContext({
      baseURL: outage.app.url,
      javaScriptEnabled: false,
    });
    const pages = [page, await withoutScripts.newPage()];
    for (const each of pages) {
      await signInByRequests(each.context(), "alice");
      await each.goto("/dashboard");
    }
    const mend = await begin(outage.postgres);
    await Promise.all(
      pages.map(async (each) => {
        await each.getByRole("main").getByRole("button", { name: "Sign out" }).click();
        await expect.poll(() => sessionValue(each.context()), { timeout: 20_000 }).toBe("");
      }),
    );
    await page.waitForURL((url) => url.pathname === "/");
    await expect(page.getByText("You are signed out in this browser")).toBeVisible();
    const lines = outage.log().match(/signed out in the browser, but not in the database/g);
    expect(lines).toHaveLength(pages.length);
    await mend();
    await withoutScripts.close();
  });
}
