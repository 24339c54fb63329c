import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./clock.js";
import type { User } from "./directory.js";

/** Where events are sent. */
export interface Webhook {
  url: string;
  /** Absent: a random one. */
  signingKey?: string | undefined;
}

/** Milliseconds. Under `next dev` an application compiles its route before it responds. */
const timeout = 30_000;
/** Before each further attempt after a response of 500 to 599, in milliseconds. */
const retryAfter = [300, 600, 1_200];

/** Sends events as Logto does, each to all webhooks. */
export class Webhooks {
  #webhooks: Required<Webhook & { id: string }>[] = [];
  readonly #now: Clock;

  constructor(webhooks: readonly Webhook[], now: Clock) {
    this.#now = now;
    for (const webhook of webhooks) this.add(webhook);
  }

  /** @returns the webhook with its signing key */
  add({ url, signingKey = randomBytes(16).toString("hex") }: Webhook) {
    const webhook = { id: randomBytes(10).toString("hex"), url, signingKey };
    this.#webhooks.push(webhook);
    return webhook;
  }

  remove(id: string): void {
    this.#webhooks = this.#webhooks.filter((webhook) => webhook.id !== id);
  }

  /**
   * Sends an event that a call of the Management API caused. It does not wait for the responses.
   *
   * @param call such as `PATCH /users/:userId`
   * @param params of the call's path
   * @param content `data`, and what the event has besides
   */
  send(event: string, call: string, params: Record<string, string>, content: object): void {
    const [method = "", matchedRoute = ""] = call.split(" ");
    const path = matchedRoute.replace(/:(\w+)/g, (_, name: string) => params[name] ?? "");
    const status = method === "DELETE" ? 204 : 200;
    const createdAt = new Date(this.#now()).toISOString();
    const payload = { event, createdAt, path, method, status, params, matchedRoute, ...content };
    for (const { id, url, signingKey } of this.#webhooks)
      void deliver(url, signingKey, JSON.stringify({ ...payload, hookId: id }));
  }
}

async function deliver(url: string, signingKey: string, body: string): Promise<void> {
  const signature = createHmac("sha256", signingKey).update(body).digest("hex");
  const headers = { "content-type": "application/json", "logto-signature-sha-256": signature };
  const post = () =>
    fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeout) });
  try {
    let { status } = await post();
    for (const delay of retryAfter) {
      if (status < 500) return;
      await wait(delay);
      ({ status } = await post());
    }
  } catch {
    // As Logto, which tries again only after a response.
  }
}

/** A user as the Management API returns it. */
export const userEntity = ({ id, username, claims, suspended, createdAt, updatedAt }: User) => ({
  id,
  username,
  primaryEmail: claims.email,
  primaryPhone: claims.phone_number,
  name: claims.name,
  avatar: claims.picture,
  customData: claims.custom_data,
  identities: claims.identities,
  isSuspended: suspended,
  createdAt,
  updatedAt,
});

/** Sends what Logto sends for a change of a user. It sends nothing for changed roles. */
export function sendUserChanges(webhooks: Webhooks, before: User, after: User): void {
  const { id: userId } = after;
  const data = userEntity(after);
  if (before.suspended !== after.suspended)
    webhooks.send(
      "User.SuspensionStatus.Updated",
      "PATCH /users/:userId/is-suspended",
      { userId },
      { data },
    );
  const profile = ({ username, passwordHash, claims }: User) =>
    JSON.stringify([username, passwordHash, claims]);
  if (profile(before) !== profile(after))
    webhooks.send("User.Data.Updated", "PATCH /users/:userId", { userId }, { data });
  const event = "Organization.Membership.Updated";
  for (const id of without(organizationIds(after), organizationIds(before)))
    webhooks.send(
      event,
      "POST /organizations/:id/users",
      { id },
      { organizationId: id, addedUserIds: [userId] },
    );
  for (const id of without(organizationIds(before), organizationIds(after)))
    webhooks.send(
      event,
      "DELETE /organizations/:id/users/:userId",
      { id, userId },
      { organizationId: id, removedUserIds: [userId] },
    );
}

const organizationIds = ({ organizations }: User) => organizations.map(({ id }) => id);
const without = (ids: string[], others: string[]) => ids.filter((id) => !others.includes(id));
