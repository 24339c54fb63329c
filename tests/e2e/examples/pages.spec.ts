import { examples } from "../../../components/examples/examples";
import { acme } from "../../../packages/logto-stand-in/src/seed";
import { expect, test } from "../fixtures";
import { signInByRequests } from "../requests";

const own = `${examples.organization.href}/${acme.id}`;
const pages = Object.values(examples)
  .map(({ href }) => (href === examples.organization.href ? own : href))
  .filter((href) => !href.startsWith("/api/"));

test("the overview links to each example, and to an organization of the user", async ({ page }) => {
  await signInByRequests(page.context(), "alice");
  await page.goto("/examples");
  const links = page.getByRole("table").getByRole("link");
  await expect(links).toHaveCount(Object.keys(examples).length);
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  expect(hrefs).toEqual(expect.arrayContaining(pages));
  for (const href of hrefs)
    expect((await page.request.get(href ?? "")).status(), href ?? "").toBe(200);
});
