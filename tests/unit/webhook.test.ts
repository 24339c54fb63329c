import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DatabaseError } from "@/lib/database-error";
import { handleWebhook } from "@/lib/session/routes/webhook";
import { log } from "./mocks";
import { subject } from "./sessions";

const key = "signing-key-of-the-webhook";

const { endSessions, requireRenewal, variables } = vi.hoisted(() => ({
  endSessions: vi.fn(),
  requireRenewal: vi.fn(),
  variables: { LOGTO_WEBHOOK_KEY: "" },
}));
vi.mock("@/lib/env", () => ({ env: () => variables }));
vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/session/lifecycle/ending", () => ({ endSessions }));
vi.mock("@/lib/session/lifecycle/required-renewal", () => ({ requireRenewal }));

beforeEach(() => {
  endSessions.mockReset().mockResolvedValue(1);
  requireRenewal.mockReset().mockResolvedValue(1);
  variables.LOGTO_WEBHOOK_KEY = key;
});

const sign = (body: string, signingKey = key) =>
  createHmac("sha256", signingKey).update(body).digest("hex");

function post(body: string, signature: string | null = sign(body)): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json" });
  if (signature !== null) headers.set("logto-signature-sha-256", signature);
  const url = "https://app.test/api/logto/webhook";
  return handleWebhook(new Request(url, { method: "POST", headers, body }));
}

const bodyOf = (event: string, members: object = {}, age = 0) =>
  JSON.stringify({
    hookId: "hook",
    event,
    createdAt: new Date(Date.now() - age * 1000).toISOString(),
    ...members,
  });
const sendEvent = (event: string, members: object = {}, age = 0) =>
  post(bodyOf(event, members, age));

async function expectRejected(response: Response, status: number, error: string): Promise<void> {
  expect([response.status, await response.json()]).toMatchObject([status, { error }]);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(log.warn).toHaveBeenCalledExactlyOnceWith(
    "webhook rejected",
    expect.objectContaining({ code: error }),
  );
  expect([endSessions, requireRenewal].map(({ mock }) => mock.calls)).toEqual([[], []]);
}

const params = { userId: subject };

describe("an event", () => {
  test.each([
    ["User.Deleted", { params, data: null }],
    ["User.SuspensionStatus.Updated", { params, data: { id: subject, isSuspended: true } }],
  ])("%s ends the sessions of the user that began before it", async (event, members) => {
    const before = Date.now() - 2000;
    const response = await sendEvent(event, members, 2);
    expect([response.status, await response.json()]).toEqual([200, { result: "end" }]);
    expect(endSessions.mock.calls).toEqual([
      [{ subject, before: expect.closeTo(before, -3) }, "session revoked"],
    ]);
  });

  test.each([
    ["User.Data.Updated", { data: { id: subject } }],
    ["User.Data.Updated", { params, data: { id: "in the custom data" } }],
    ["User.SuspensionStatus.Updated", { params, data: { id: subject, isSuspended: false } }],
    ["Organization.Membership.Updated", { params: { id: "acme", userId: subject } }],
    ["Organization.Membership.Updated", { params: { id: "acme" }, addedUserIds: [subject] }],
    ["Organization.Membership.Updated", { params: { id: "acme" }, removedUserIds: [subject] }],
  ])("%s renews the sessions of the user: %j", async (event, members) => {
    const response = await sendEvent(event, members);
    expect(await response.json()).toEqual({ result: "renew" });
    expect(requireRenewal.mock.calls).toEqual([[[subject], expect.any(Number)]]);
    expect(endSessions).not.toHaveBeenCalled();
  });

  test.each(["Role.Deleted", "OrganizationRole.Data.Updated", "Organization.Deleted"])(
    "%s renews all sessions, since it names no user",
    async (event) => {
      await sendEvent(event, { params: { id: "7" } });
      expect(requireRenewal.mock.calls).toEqual([[undefined, expect.any(Number)]]);
    },
  );

  test.each([
    ["PostSignIn", { userId: subject }],
    ["User.Renamed", { params }],
    // Logto's test payload.
    ["User.Deleted", { params: { id: "fake-id" }, data: { result: "success" } }],
    ["Organization.Membership.Updated", { organizationId: "acme", addedUserIds: "all" }],
  ])("%s that is unknown or names no user is accepted and logged: %j", async (event, members) => {
    const response = await sendEvent(event, members);
    expect([response.status, await response.json()]).toEqual([200, { result: "ignore" }]);
    expect([endSessions, requireRenewal].map(({ mock }) => mock.calls)).toEqual([[], []]);
    expect(log.info).toHaveBeenCalledExactlyOnceWith(
      "webhook",
      expect.objectContaining({ event, effect: "ignore" }),
    );
  });

  test("is logged with its user and the number of sessions", async () => {
    await sendEvent("User.Deleted", { params });
    const line = { event: "User.Deleted", effect: "end", users: [subject], sessions: 1 };
    expect(log.info.mock.calls).toEqual([["webhook", line]]);
  });

  test("that is sent twice does the same twice", async () => {
    const body = bodyOf("User.Deleted", { params });
    const statuses = [(await post(body)).status, (await post(body)).status];
    expect(statuses).toEqual([200, 200]);
    const [first, second] = endSessions.mock.calls;
    expect(first).toEqual(second);
  });

  test("gets a 503 while the database fails, so that Logto sends it again", async () => {
    endSessions.mockRejectedValueOnce(new DatabaseError("no response"));
    expect((await sendEvent("User.Deleted", { params })).status).toBe(503);
    expect(log.error).toHaveBeenCalledTimes(1);
  });
});

describe("a request is rejected", () => {
  const body = bodyOf("User.Deleted", { params });

  test.each<[string, string | null]>([
    ["without a signature", null],
    ["with an empty signature", ""],
    ["with a signature by another key", sign(body, "another key")],
    ["with the signature of another body", sign(`${body} `)],
    ["with more than a signature", `${sign(body)}00`],
    ["with half a signature", sign(body).slice(0, 32)],
  ])("%s", async (_, signature) => {
    await expectRejected(await post(body, signature), 401, "signature");
  });

  test.each([
    ["is empty", ""],
    ["is not JSON", "event=User.Deleted"],
    ["is no object", "[]"],
    ["has no event", JSON.stringify({ createdAt: new Date().toISOString() })],
    ["has a number as its time", JSON.stringify({ event: "User.Deleted", createdAt: 1 })],
    ["has no time", JSON.stringify({ event: "User.Deleted", params })],
  ])("if its signed body %s", async (_, malformed) => {
    await expectRejected(await post(malformed), 400, "malformed");
  });

  test.each([
    ["more than 5 minutes ago", 301],
    ["more than a minute ahead", -62],
  ])("if the event happened %s", async (_, age) => {
    await expectRejected(await sendEvent("User.Deleted", { params }, age), 400, "created_at");
  });

  test("if its body is too large", async () => {
    const large = bodyOf("User.Deleted", { params, padding: "x".repeat(1024 * 1024) });
    await expectRejected(await post(large), 413, "too_large");
  });

  test("without a key", async () => {
    variables.LOGTO_WEBHOOK_KEY = "";
    await expectRejected(await post(body, sign(body, "")), 404, "not_configured");
  });
});
