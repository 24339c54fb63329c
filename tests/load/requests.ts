import type { APIResponse } from "@playwright/test";
import type { Client } from "./sessions";

/** A request that needs a session. @returns what went wrong, if anything did */
export type Kind = (client: Client) => Promise<string | undefined>;

/** A GET request, and what its answer has to be like. */
export const asked = (
  path: string,
  isGood: (answer: APIResponse) => boolean | Promise<boolean>,
): Kind => {
  return async (client) => {
    const answer = await client.get(path, { maxRedirects: 0 });
    if (await isGood(answer)) return undefined;
    const { location, "set-cookie": cookie } = answer.headers();
    // The code in a page's alert.
    const [, reason] = /Reason: .{0,80}?>(\w+)</.exec(await answer.text()) ?? [];
    return `${path}: ${[answer.status(), reason, location, cookie?.slice(0, 40)].filter(Boolean).join(" ")}`;
  };
};

const isOk = (answer: APIResponse) => answer.ok();

/** A whole page: what could not be had is told in an alert, at HTTP 200. */
export const isWhole = async (answer: APIResponse): Promise<boolean> =>
  answer.ok() && !(await answer.text()).includes('role="alert"');

/**
 * The server action behind "Delete my account", which goes to Logto for a sign-in and deletes
 * nothing, sent as a browser without JavaScript sends it.
 *
 * @returns undefined where there is no database, and so nothing to delete
 */
async function actionOf(client: Client): Promise<Kind | undefined> {
  const html = await (await client.get("/account")).text();
  // The last one: the text before the form, which is that of another one, says so too.
  const form = html.split("<form").findLast((part) => part.includes("Delete my account")) ?? "";
  const name = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  if (!name) return undefined;
  return async (sender) => {
    const answer = await sender.post("/account", { multipart: { [name]: "" }, maxRedirects: 0 });
    const { location = "" } = answer.headers();
    return location.includes("/oidc/auth?") ? undefined : `action: ${answer.status()} ${location}`;
  };
}

/**
 * Every kind of request: pages, handlers and an action where there is one. @param client is signed
 * in
 */
export async function allKinds(client: Client): Promise<Kind[]> {
  const action = await actionOf(client);
  return [
    asked("/dashboard", isWhole),
    asked("/profile", isWhole),
    asked("/organizations", isWhole),
    asked("/api/auth/check", isOk),
    asked("/api/auth/session", async (answer) => (await answer.text()).includes("@example.com")),
    ...(action ? [action] : []),
  ];
}

/**
 * Sends many requests at once, spread over the clients and over the kinds.
 *
 * @returns what went wrong; empty where every request had its session
 */
export async function failuresOf(
  clients: readonly Client[],
  requests: number,
  kinds: readonly Kind[],
): Promise<string[]> {
  const outcomes = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const client = clients[index % clients.length];
      const kind = kinds[Math.floor(index / clients.length) % kinds.length];
      return client && kind?.(client);
    }),
  );
  return outcomes.filter((outcome) => outcome !== undefined);
}
