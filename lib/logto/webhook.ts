import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/*
 * Webhooks of Logto: https://docs.logto.io/developers/webhooks and logto-facts "Webhooks".
 */

/** Header with the HMAC-SHA256 of the body, in hex. */
export const signatureHeader = "logto-signature-sha-256";

/** How old an event may be, in milliseconds. Logto sends a failed one again within seconds. */
const maxAge = 5 * 60_000;
/** How far Logto's clock may be ahead, in milliseconds. */
const clockTolerance = 60_000;

/** What an event means for the sessions of its users. */
export interface Webhook {
  event: string;
  /** When it happened, in milliseconds, by Logto's clock. */
  createdAt: number;
  /**
   * `end`: the users may not stay signed in. `renew`: their claims changed. `ignore`: it changes no
   * session, or does not say whose.
   */
  effect: "end" | "renew" | "ignore";
  /** Subjects. Undefined: an event about a role or an organization concerns every user. */
  users?: string[] | undefined;
}

export type WebhookErrorCode = "signature" | "malformed" | "created_at";

/** A request that is no webhook of Logto, or is too old. The message says why. */
export class WebhookError extends Error {
  override name = "WebhookError";

  constructor(
    readonly code: WebhookErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Events about users, whom they name. */
const aboutUsers = new Set([
  "User.Deleted",
  "User.SuspensionStatus.Updated",
  "User.Data.Updated",
  "Organization.Membership.Updated",
]);
/** Events that can change the claims of users, whom they do not name. */
const aboutAll = new Set([
  "Role.Deleted",
  "Role.Data.Updated",
  "Organization.Deleted",
  "OrganizationRole.Deleted",
  "OrganizationRole.Data.Updated",
]);

const id = z.string().min(1).optional().catch(undefined);
const ids = z.array(z.string().min(1)).catch([]);
const payload = z.object({
  event: z.string().min(1),
  createdAt: z.iso.datetime().transform((text) => Date.parse(text)),
  // Absent if the event does not come from the Management API.
  params: z.object({ userId: id }).catch({}),
  // The response of the Management API: a user, null, or the user's custom data, which may contain
  // anything.
  data: z.object({ id, isSuspended: z.boolean().optional().catch(undefined) }).catch({}),
  // Of a membership, in newer versions.
  addedUserIds: ids,
  removedUserIds: ids,
});

/**
 * Verifies and parses a webhook.
 *
 * @param body as received
 * @param signature the value of `signatureHeader`
 * @param signingKey of the webhook, from Logto's console
 * @param now in milliseconds
 * @throws WebhookError for the first check that fails
 */
export function parseWebhook(
  body: Buffer,
  signature: string | null,
  signingKey: string,
  now = Date.now(),
): Webhook {
  if (!isSigned(body, signature ?? "", signingKey))
    throw new WebhookError("signature", `${signatureHeader} is not the signature of this body.`);
  const { event, createdAt, params, data, ...members } = parsePayload(body);
  if (createdAt < now - maxAge || createdAt > now + clockTolerance)
    throw new WebhookError("created_at", "createdAt is older than 5 minutes, or in the future.");
  if (aboutAll.has(event)) return { event, createdAt, effect: "renew" };
  const users = [params.userId ?? data.id, ...members.addedUserIds, ...members.removedUserIds];
  const named = [...new Set(users.filter((user) => user !== undefined))];
  const isIgnored = !aboutUsers.has(event) || named.length === 0;
  const isEnd =
    event === "User.Deleted" ||
    (event === "User.SuspensionStatus.Updated" && data.isSuspended === true);
  return {
    event,
    createdAt,
    effect: isIgnored ? "ignore" : isEnd ? "end" : "renew",
    users: isIgnored ? [] : named,
  };
}

function isSigned(body: Buffer, signature: string, signingKey: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  const expected = createHmac("sha256", signingKey).update(body).digest();
  return timingSafeEqual(Buffer.from(signature, "hex"), expected);
}

function parsePayload(body: Buffer): z.output<typeof payload> {
  try {
    return payload.parse(JSON.parse(body.toString()));
  } catch {
    throw new WebhookError("malformed", "The body is not JSON with an event and createdAt.");
  }
}
