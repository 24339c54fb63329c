import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { administrationOf } from "./administration";
import { serverUnderTest, type Skip } from "./server";
import { organizationIds } from "./tokens";

/*
 * Documented at https://docs.logto.io/developers/webhooks (pages "Webhooks events", "Webhooks
 * request", "Securing your webhooks", "Configure webhooks"). Logto must be able to reach this
 * machine; newer versions need SSRF_PROTECTION_DISABLED=true for that.
 */

const server = serverUnderTest();

type Context = Skip & { onTestFinished(cleanUp: () => Promise<void>): void };

const payload = z.looseObject({ event: z.string(), method: z.string().optional() });

interface Delivery {
  body: string;
  signature: unknown;
  payload: z.output<typeof payload>;
}

/** A new user, and a webhook whose deliveries are recorded. @param statuses of the responses */
async function start(context: Context, statuses: number[] = []) {
  const administration = administrationOf(server, context);
  const deliveries: Delivery[] = [];
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const parsed = payload.parse(JSON.parse(body));
      const signature = request.headers["logto-signature-sha-256"];
      deliveries.push({ body, signature, payload: parsed });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  }).listen(0);
  const { port } = z.object({ port: z.number() }).parse(receiver.address());
  const user = await administration.createUser(["viewer"]);
  const webhook = await administration.createWebhook(`http://localhost:${port}/`, [
    "User.Deleted",
    "User.Data.Updated",
    "User.SuspensionStatus.Updated",
    "Organization.Membership.Updated",
  ]);
  context.onTestFinished(async () => {
    await webhook.remove();
    await administration.deleteUser(user.id).catch(() => undefined);
    receiver.close();
  });
  /** Waits for the delivery of this event about the user. */
  const delivered = (event: string, method = "PATCH") =>
    vi.waitFor(() => {
      const found = deliveries.find(
        ({ body, payload: sent }) =>
          sent.event === event && sent.method === method && body.includes(user.id),
      );
      if (!found) throw new Error(`No ${event} about ${user.id}`);
      return found;
    }, 5000);
  return { administration, deliveries, delivered, user, ...webhook };
}

describe("a webhook", () => {
  test("is signed with the hex HMAC-SHA256 of its body [D]", async (context) => {
    const { administration, delivered, user, signingKey } = await start(context);
    await administration.suspend(user.id);

    const { body, signature } = await delivered("User.SuspensionStatus.Updated");

    expect(signature).toBe(createHmac("sha256", signingKey).update(body).digest("hex"));
  });

  test("has the event, the time in ISO format, and the call of the Management API [D]", async (context) => {
    const { administration, delivered, user } = await start(context);
    await administration.setPassword(user.id, "second-password-27");

    const { payload: sent } = await delivered("User.Data.Updated");

    expect(sent).toMatchObject({
      hookId: expect.any(String),
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      method: "PATCH",
      params: { userId: user.id },
    });
  });

  test("says that a user is suspended [D]", async (context) => {
    const { administration, delivered, user } = await start(context);
    await administration.suspend(user.id);

    const { payload: sent } = await delivered("User.SuspensionStatus.Updated");

    expect(sent).toMatchObject({
      params: { userId: user.id },
      data: { id: user.id, isSuspended: true },
    });
  });

  test("names a deleted user in the parameters of the path [D]", async (context) => {
    const { administration, delivered, user } = await start(context);
    await administration.deleteUser(user.id);

    const { payload: sent } = await delivered("User.Deleted", "DELETE");

    expect(sent).toMatchObject({ params: { userId: user.id } });
  });

  test("names the organization and the user whose membership ended [D]", async (context) => {
    const { administration, delivered, user } = await start(context);
    const { acme } = await organizationIds(server);
    await administration.joinOrganization(user.id, acme, []);
    await administration.leaveOrganization(user.id, acme);

    const { payload: sent } = await delivered("Organization.Membership.Updated", "DELETE");

    expect(sent).toMatchObject({
      organizationId: acme,
      params: { id: acme, userId: user.id },
      removedUserIds: [user.id],
    });
  });

  test("is not sent when a role is assigned to a user or removed [S]", async (context) => {
    const { administration, deliveries, delivered, user } = await start(context);
    await administration.setRoles(user.id, ["editor"]);
    await administration.setRoles(user.id, []);
    await administration.suspend(user.id);

    await delivered("User.SuspensionStatus.Updated");

    expect(deliveries.filter(({ body }) => body.includes(user.id))).toHaveLength(1);
  });

  test("is sent again, up to three times, after a response of 500 or above [D]", async (context) => {
    const { administration, deliveries, user } = await start(context, [500, 503, 500, 200]);
    await administration.suspend(user.id);

    await vi.waitFor(() => expect(deliveries).toHaveLength(4), 10_000);

    expect(new Set(deliveries.map(({ body }) => body)).size).toBe(1);
  });
});
