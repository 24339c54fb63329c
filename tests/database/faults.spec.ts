import { expect } from "../e2e/fixtures";
import { beginSignIn, signInByRequests, typePassword, visit } from "../e2e/requests";
import { sessionValue, writtenSessionCookies } from "../e2e/session-cookie";
import { faultsIn, test, timed } from "./outage";

test.use({ strategy: "database" });
// The tests share the servers.
test.describe.configure({ mode: "default" });

for (const [fault, begin] of faultsIn("database")) {
  test(`while the database is ${fault} pages show an error and handlers respond with 503, until it is back`, async ({
    page,
    context,
    postgres,
    stage,
  }) => {
    await signInByRequests(context, "alice");
    const cookie = await sessionValue(context);
    const mend = await begin(postgres);

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
    const message = "Our database does not respond";
    const [html] = await Promise.all([
      visit(context, "/dashboard", { maxRedirects: 0 }),
      page.goto("/dashboard"),
      ...Array.from({ length: 10 }, () => visit(context, "/profile", { maxRedirects: 0 })),
    ]);
    expect(await html.text()).toContain(message);
    expect(writtenSessionCookies(html)).toEqual([]);
    await expect(page.getByRole("heading", { name: message })).toBeVisible();
    const reports = stage.log().match(/"msg":"database unavailable"/g) ?? [];
    expect(reports.length).toBeLessThan(5);
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
    postgres,
    stage: { control, url },
  }) => {
    const visitor = await browser.newContext({ baseURL: url });
    await signInByRequests(context, "alice");
    await control.forgetRequests();
    const mend = await begin(postgres);
    const revocations = async () => (await control.requests()).byEndpoint.revocation ?? 0;
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
    postgres,
    stage,
  }) => {
    const withoutScripts = await browser.newContext({
      baseURL: stage.url,
      javaScriptEnabled: false,
    });
    const pages = [page, await withoutScripts.newPage()];
    for (const each of pages) {
      await signInByRequests(each.context(), "alice");
      await each.goto("/dashboard");
    }
    const mend = await begin(postgres);
    await Promise.all(
      pages.map(async (each) => {
        await each.getByRole("main").getByRole("button", { name: "Sign out" }).click();
        await expect.poll(() => sessionValue(each.context()), { timeout: 20_000 }).toBe("");
      }),
    );
    await page.waitForURL((url) => url.pathname === "/");
    await expect(page.getByText("You are signed out in this browser")).toBeVisible();
    const lines = stage.log().match(/signed out in the browser, but not in the database/g);
    expect(lines).toHaveLength(pages.length);
    await mend();
    await withoutScripts.close();
  });
}
