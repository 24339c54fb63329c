import type { Kind } from "./requests";
import type { Client } from "./sessions";

/**
 * The server action of "Delete my account", sent as a browser without JavaScript sends it. It
 * redirects to Logto for a sign-in and deletes nothing.
 *
 * @param client is signed in
 */
export async function accountAction(client: Client): Promise<Kind> {
  const html = await (await client.get("/account")).text();
  // The last match: the text before the form contains the words, too, as part of another form.
  const form = html.split("<form").findLast((part) => part.includes("Delete my account")) ?? "";
  const name = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  if (!name) throw new Error("The account page has no form to delete the account.");
  return async (sender) => {
    const response = await sender.post("/account", { multipart: { [name]: "" }, maxRedirects: 0 });
    const { location = "" } = response.headers();
    return location.includes("/oidc/auth?")
      ? undefined
      : `action: ${response.status()} ${location}`;
  };
}
