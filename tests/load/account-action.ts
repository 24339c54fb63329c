import { isComplete, type Kind } from "./requests";
import type { Client } from "./sessions";

/**
 * The server action that ends one session of the user's, sent as a browser without JavaScript sends
 * it, for a session that does not exist: it ends none.
 *
 * @param client is signed in, and its user in another browser, too
 */
export async function accountAction(client: Client): Promise<Kind> {
  const html = await (await client.get("/account/sessions")).text();
  const form = html.split("<form").find((part) => part.includes('name="id"')) ?? "";
  const name = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  if (!name) throw new Error("The page of the sessions has no form to end one.");
  return async (sender) => {
    const response = await sender.post("/account/sessions", {
      multipart: { [name]: "", id: "no-such-session" },
      maxRedirects: 0,
    });
    return (await isComplete(response)) ? undefined : `action: ${response.status()}`;
  };
}
