import type { Person } from "../server";
import type { Browser, Landing } from "./browser";
import { formsOf } from "./html";

/** Types name and password into the stand-in's sign-in page and follows it to the redirect URI. */
export async function signInAtStandIn(
  browser: Browser,
  page: Required<Landing>,
  person: Person,
  redirectUri: string,
): Promise<URL> {
  const form = formsOf(await page.response.text(), page.url).find(
    ({ passwordField }) => passwordField,
  );
  const [identifierField] = form?.textFields ?? [];
  if (!form?.passwordField || !identifierField)
    throw new Error(`No sign-in form at ${page.url.href}`);

  const answer = await browser.submit(form.action, {
    ...form.fields,
    [identifierField]: person.username,
    [form.passwordField]: person.password,
  });
  const { url, response } = await browser.followFrom(form.action, answer, redirectUri);
  if (response)
    throw new Error(`Sign-in of ${person.username} ended at ${url.href}: ${response.status}`);
  return url;
}
