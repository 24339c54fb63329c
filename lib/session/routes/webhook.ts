import { isDatabaseError } from "@/lib/database-error";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { parseWebhook, signatureHeader, WebhookError, type Webhook } from "@/lib/logto/webhook";
import { endSessions } from "../lifecycle/ending";
import { requireRenewal } from "../lifecycle/required-renewal";
import { readBody } from "./read-body";

/** In bytes. Logto lists up to 10,000 users in one event, which take 240 KB. */
const maxBodyBytes = 1024 * 1024;

/** Status by the code of a WebhookError. */
const statuses = { signature: 401, malformed: 400, created_at: 400 };

/**
 * Receives a webhook of Logto. If a user was deleted or suspended, the user's sessions end. If the
 * data, a role or a membership of a user changed, the next request of each session renews it. Only
 * sessions that began before the event are concerned, so a repeated one does no harm.
 *
 * @returns 200 with what was done; 401 without a valid signature; 400 or 413 for a body that is
 *   malformed, old or too large; 404 without LOGTO_WEBHOOK_KEY; 503 in an outage of the database,
 *   so that Logto sends it again
 */
export async function handleWebhook(request: Request): Promise<Response> {
  const { LOGTO_WEBHOOK_KEY } = env();
  if (!LOGTO_WEBHOOK_KEY) return rejection(404, "not_configured", "LOGTO_WEBHOOK_KEY is not set.");
  const body = await readBody(request, maxBodyBytes).catch(() => Buffer.of());
  if (!body) return rejection(413, "too_large", `The body has more than ${maxBodyBytes} bytes.`);
  try {
    const signature = request.headers.get(signatureHeader);
    const webhook = parseWebhook(body, signature, LOGTO_WEBHOOK_KEY);
    const { event, effect, users } = webhook;
    const sessions = await apply(webhook);
    log.info("webhook", { event, effect, users: users?.slice(0, 10) ?? "all", sessions });
    return respond(200, { result: effect });
  } catch (error) {
    if (error instanceof WebhookError)
      return rejection(statuses[error.code], error.code, error.message);
    if (!isDatabaseError(error)) throw error;
    log.error("webhook failed", { reason: error.message });
    return respond(503, { error: "temporarily_unavailable", message: "Try again later." });
  }
}

/** @returns the number of sessions that ended or that the next request renews */
async function apply({ effect, users, createdAt: before }: Webhook): Promise<number> {
  if (effect === "ignore") return 0;
  if (effect === "renew") return requireRenewal(users, before);
  const ended = (users ?? []).map((subject) => endSessions({ subject, before }, "session revoked"));
  return (await Promise.all(ended)).reduce((sum, sessions) => sum + sessions, 0);
}

function rejection(status: number, error: string, message: string): Response {
  log.warn("webhook rejected", { code: error, reason: message });
  return respond(status, { error, message });
}

const respond = (status: number, body: object) =>
  Response.json(body, { status, headers: { "cache-control": "no-store" } });
