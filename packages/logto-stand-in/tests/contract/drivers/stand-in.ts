import type { User } from "../server";
import type { Browser, Landing } from "./browser";
import { formsOf } from "./html";

/** Submits the stand-in's sign-in form and follows the redirects to the redirect URI. */
export async function signInAtStandIn(
  browser: Browser,
  page: Required<Landing>,
  user: User,
  redirectUri: string,
): Promise<URL> {
  const form = formsOf(await page.response.text(), page.url).find(
    ({ passwordField }) => passwordField,
  );
  const [identifierField] = form?.textFields ?? [];
  if (!form?.passwordField || !identifierField)
    throw new Error(`No sign-in form at ${page.url.href}`);

  const submitted = await browser.submit(form.action, {
    ...form.fields,
    [identifierField]: user.username,
    [form.passwordField]: user.password,
  });
  const { url, response } = await browser.followFrom(form.action, submitted, redirectUri);
  if (response)
    throw new Error(`Sign-in of ${user.username} ended at ${url.href}: ${response.status}`);
  return url;
}
