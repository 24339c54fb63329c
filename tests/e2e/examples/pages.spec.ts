import { examples } from "../../../components/examples/examples";
import { acme } from "../../../packages/logto-stand-in/src/seed";
import { expect, test } from "../fixtures";
import { revokeGrant } from "../people";
import { expectSignInMessage, pathOf, signInByRequests, visit } from "../requests";
import { expireAccessToken, sessionCookies } from "../session-cookie";

const own = `${examples.organization.href}/${acme.id}`;
const pages = Object.values(examples)
  .map(({ href }) => (href === examples.organization.href ? own : href))
  .filter((href) => !href.startsWith("/api/"));

test("the overview links to every example, and to one of the user's organizations", async ({
  page,
}) => {
  await signInByRequests(page.context(), "alice");
  await page.goto("/examples");
  const links = page.getByRole("table").getByRole("link");
  await expect(links).toHaveCount(Object.keys(examples).length);
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(hrefs).toEqual(expect.arrayContaining(pages));
  for (const href of hrefs)
    expect((await page.request.get(href ?? "")).status(), href ?? "").toBe(200);
});

test("a page that is not listed in middleware also shows that the session ended", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  await revokeGrant(context, stage);
  await expireAccessToken(context, stage);
  const page = await visit(context, "/examples/server");
  await expectSignInMessage(page, "Your session has ended");
  expect(pathOf(page)).toContain("callbackUrl=%2Fexamples%2Fserver");
  expect(await sessionCookies(context)).toEqual([]);
});
