import type { APIResponse } from "@playwright/test";
import type { Client } from "./sessions";

/** A request that needs a session. @returns what went wrong, if anything did */
export type Kind = (client: Client) => Promise<string | undefined>;

/** A GET request, and what its answer has to be like. */
export const asked = (path: string, isGood: (answer: APIResponse) => boolean | Promise<boolean>): Kind => {
  return async (client) => {
    const answer = await client.get(path, { maxRedirects: 0 });
    if (await isGood(answer)) return undefined;
    const { location, "set-cookie": cookie } = answer.headers();
    return `${path}: ${[answer.status(), location, cookie?.slice(0, 40)].filter(Boolean).join(" ")}`;
  };
};

const isOk = (answer: APIResponse) => answer.ok();

/** The server action behind the profile's "Ask Logto again", sent as a browser without JavaScript sends it. */
async function actionOf(client: Client): Promise<Kind> {
  const html = await (await client.get("/profile")).text();
  const form = html.split("<form").find((part) => part.includes("Ask Logto again")) ?? "";
  const name = /name="(\$ACTION_ID_[^"]+)"/.exec(form)?.[1];
  if (!name) throw new Error("The profile has no action.");
  return async (sender) => {
    const answer = await sender.post("/profile", { multipart: { [name]: "" }, maxRedirects: 0 });
    const { location = "" } = answer.headers();
    const isGood = answer.status() < 400 && !location.includes("sign-in");
    return isGood ? undefined : `action: ${answer.status()} ${location}`;
  };
}

/** Every kind of request: pages, handlers and an action. @param client is signed in */
export async function allKinds(client: Client): Promise<Kind[]> {
  return [
    asked("/dashboard", isOk),
    asked("/profile", isOk),
    asked("/organizations", isOk),
    asked("/api/auth/check", isOk),
    asked("/api/auth/session", async (answer) => (await answer.text()).includes("@example.com")),
    await actionOf(client),
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
