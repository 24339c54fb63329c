import { expect } from "../e2e/fixtures";
import { signIn, signInByRequests, visit } from "../e2e/requests";
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

  test(`signing out while the database is ${fault} removes the cookie and says what is left undone`, async ({
    context,
    page,
    postgres,
    stage,
  }) => {
    await signIn(page, "alice");
    const mend = await begin(postgres);
    await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
    await expect.poll(() => sessionValue(context), { timeout: 20_000 }).toBe("");
    await page.waitForURL((url) => url.pathname === "/");
    await expect(page.getByText("You are signed out in this browser")).toBeVisible();
    const lines = stage.log().match(/signed out in the browser, but not in the database/g);
    expect(lines).toHaveLength(1);
    await mend();
  });
}
