import { startPair, type Pair } from "./servers";
import { expect, signInByRequests, test, visit } from "./stage";

test.describe("a site that is closed as a whole", { tag: "@jwt" }, () => {
  test.describe.configure({ mode: "default" });
  let pair: Pair;
  test.beforeAll(async () => {
    pair = await startPair({ AUTH_WHOLE_SITE: "true" });
  });
  test.afterAll(() => pair.stop());

  test("sends away from every page but those for signing in, and refuses everything else", async ({
    context,
  }) => {
    const { url } = pair.app;
    const asked = async (path: string) => {
      const response = await visit(context, `${url}${path}`, { maxRedirects: 0 });
      const { location } = response.headers();
      return `${response.status()} ${location ? location.replace(url, "") : ""}`.trim();
    };
    expect(await asked("/")).toBe("307 /sign-in?callbackUrl=%2F");
    // Whether a page exists is nobody's business either.
    expect(await asked("/no/such.page?x=1")).toBe("307 /sign-in?callbackUrl=%2Fno%2Fsuch.page%3Fx%3D1");
    expect(await asked("/dashboard")).toBe("307 /sign-in?callbackUrl=%2Fdashboard");
    expect(await asked("/api/no-such-handler")).toBe("401");
    expect(await asked("/sign-in")).toBe("200");
    expect(await asked("/check-your-mail")).toBe("200");
    expect(await asked("/api/auth/session")).toBe("200");
    const posted = await context.request.post(`${url}/`, { maxRedirects: 0 });
    expect(posted.status()).toBe(401);
    expect(await posted.json()).toMatchObject({ error: "signed_out" });
  });

  test("is open to who signs in, and its page needs nothing from what is closed", async ({
    page,
    context,
  }) => {
    const refused: string[] = [];
    page.on("response", (response) => {
      // The router prefetches the start page, to which the logo leads.
      const isFetch = response.request().resourceType() === "fetch";
      if (response.status() >= 300 && !isFetch) refused.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(`${pair.app.url}/sign-in`);
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
    expect(refused).toEqual([]);
    await signInByRequests(context, "alice", { to: "/", origin: pair.app.url });
    const start = await visit(context, `${pair.app.url}/`, { maxRedirects: 0 });
    expect(start.status()).toBe(200);
    // Rendered at build time, it would be any cache's to keep and to give to whoever asks.
    expect(start.headers()["cache-control"]).toBe("private, no-store");
  });
});

test(
  "a body that middleware would cut off is refused, and said to be too large",
  { tag: "@jwt" },
  async ({ request }) => {
    const post = (size: number) => request.post("/api/auth/check", { data: Buffer.alloc(size) });
    const response = await post(10 * 1024 * 1024 + 1);
    expect(response.status()).toBe(413);
    expect(await response.json()).toMatchObject({ error: "body_too_large" });
    expect((await post(10 * 1024 * 1024)).status()).toBe(405);
  },
);
