import type { BrowserContext } from "@playwright/test";
import { expect, test } from "./fixtures";
import { signInByRequests } from "./stage";
import { everyHandler, everyPage } from "./pages";

/** A policy's directives and their sources. */
function directives(policy = ""): Record<string, string[]> {
  const entries = policy.split("; ").map((directive) => directive.split(" "));
  return Object.fromEntries(entries.map(([name = "", ...sources]) => [name, sources]));
}

const always = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

const responses = async (context: BrowserContext, paths: string[]) =>
  Promise.all(paths.map((path) => context.request.get(path, { maxRedirects: 0 })));

for (const who of ["a visitor", "alice"]) {
  test(`every page restricts what it may load and where its forms may post, for ${who}`, async ({
    app,
    context,
    identity,
  }) => {
    if (who !== "a visitor") await signInByRequests(context, who);
    const pages = [...everyPage(), "/no-such-page"];
    expect(pages).toEqual(expect.arrayContaining(["/", "/sign-in", "/dashboard", "/profile"]));
    for (const response of await responses(context, pages)) {
      const headers = response.headers();
      expect(headers, response.url()).toMatchObject(always);
      const policy = directives(headers["content-security-policy"]);
      expect(policy["form-action"], response.url()).toEqual([
        "'self'",
        app.url,
        new URL(identity.issuer).origin,
      ]);
      expect(policy).toMatchObject({
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-inline'"],
        "script-src-attr": ["'none'"],
        "style-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
      });
      // Not on http: a browser would remember it for every port of the host.
      expect(headers).not.toHaveProperty("strict-transport-security");
    }
  });
}

test("no handler's response can be shown in a frame or interpreted as another type", async ({
  context,
}) => {
  for (const response of await responses(context, [...everyHandler(), "/api/auth/csrf"])) {
    const headers = response.headers();
    expect(headers, response.url()).toMatchObject(always);
    expect(
      directives(headers["content-security-policy"])["frame-ancestors"],
      response.url(),
    ).toEqual(["'none'"]);
  }
});

/** HTML that an attacker could try to inject into a page, and the directive that stops it. */
const attempts: [string, string][] = [
  ["script-src-attr", '<img src="data:," onerror="document.title = `taken`">'],
  ["script-src-elem", '<script src="https://evil.example/x.js"></script>'],
  ["style-src-attr", '<p style="position: fixed">'],
  ["style-src-elem", '<link rel="stylesheet" href="https://evil.example/x.css">'],
  ["base-uri", '<base href="https://evil.example/">'],
  ["frame-src", '<iframe src="https://evil.example/"></iframe>'],
  ["object-src", '<object data="https://evil.example/x"></object>'],
  ["form-action", '<form action="https://evil.example/" method="post"><button id="evil"></form>'],
];

test("the policy stops injected HTML", async ({ page }) => {
  await page.goto("/");
  for (const [directive, html] of attempts) {
    const stopped = await page.evaluate(
      (added) =>
        new Promise<string>((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) =>
            resolve(document.title === "taken" ? "too late" : event.effectiveDirective),
          );
          // Unlike innerHTML, this runs scripts.
          document.body.append(document.createRange().createContextualFragment(added));
          document.querySelector<HTMLElement>("#evil")?.click();
          setTimeout(() => resolve("nothing"), 2_000);
        }),
      html,
    );
    expect.soft(stopped, html).toBe(directive);
  }
});
