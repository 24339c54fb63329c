import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { atLogto } from "@/lib/invitations/at-logto";
import { managementResource } from "@/lib/logto/management";
import { machineClient } from "../../dev/machine-client";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { variables } from "./environment";
import { log } from "./mocks";

vi.mock("@/lib/log", () => import("./mocks"));
vi.mock("@/lib/env", () => import("./environment"));

let identity: StandIn;
const realFetch = globalThis.fetch;

/** Answers requests to the Management API; others, such as those for tokens, are sent. */
function respond(...answers: (() => Promise<Response>)[]) {
  const isApi = (url: unknown) => String(url).includes("/api/");
  const fetch = vi.spyOn(globalThis, "fetch").mockImplementation(async (url, options) => {
    const answer = isApi(url) ? answers.shift() : undefined;
    return answer ? answer() : realFetch(url, options);
  });
  return () => fetch.mock.calls.filter(([url]) => isApi(url)).length;
}
const response = (status: number, body: string) => async () => new Response(body, { status });
const nobodys = {
  id: "x",
  organizationId: acme.id,
  inviterId: null,
  invitee: "bob@example.com",
  status: "Pending",
  acceptedUserId: null,
  expiresAt: 0,
} as const;
const names = () => atLogto((api) => api.namesOf(nobodys));

beforeAll(async () => {
  identity = await startLogto({ port: 0, control: true, clients: [machineClient] });
  Object.assign(variables, {
    AUTH_LOGTO_ISSUER: identity.issuer,
    LOGTO_M2M_ID: machineClient.clientId,
    LOGTO_M2M_SECRET: machineClient.clientSecret,
  });
});
afterAll(() => identity.close());
beforeEach(async () => {
  vi.restoreAllMocks();
  await names();
});

test("several calls use one access token, and one that Logto rejects is replaced", async () => {
  const control = controlOf(identity.endpoint);
  await control.forgetRequests();
  await Promise.all([names(), names()]);
  expect((await control.requests()).byGrant).toEqual({});

  respond(response(401, '{"code":"auth.unauthorized"}'));
  await expect(names()).rejects.toMatchObject({ code: "provider_refused" });
  expect(await names()).toMatchObject({ organization: acme.name });
  expect((await control.requests()).byGrant).toEqual({ client_credentials: 1 });
});

test.each([404, 422])("HTTP %i means that there is no such thing", async (status) => {
  respond(response(status, '{"code":"entity.not_found"}'));
  expect(await atLogto((api) => api.findInvitation("x"))).toBeUndefined();
});

test("an unknown role is the operator's error, and the log names its variable", async () => {
  respond(response(422, '{"code":"entity.relation_foreign_key_not_found"}'));
  const created = atLogto((api) =>
    api.createInvitation({ ...nobodys, organizationRoleIds: ["unknown"] }),
  );
  await expect(created).rejects.toMatchObject({ code: "provider_refused" });
  expect(log.error).toHaveBeenCalledExactlyOnceWith(
    "request to the Management API failed",
    expect.objectContaining({ reason: expect.stringContaining("LOGTO_INVITATION_ROLES") }),
  );
});

test.each([
  [400, '{"code":"guard.invalid_input"}', "provider_refused"],
  [403, '{"code":"auth.forbidden"}', "provider_refused"],
  [404, '{"code":"entity.not_found"}', "provider_refused"],
  [501, '{"code":"connector.not_found"}', "provider_refused"],
  [429, '{"code":"request.rate_limit_exceeded"}', "provider_unavailable"],
  [503, "<h1>Gateway</h1>", "provider_unavailable"],
  [201, "<h1>Gateway</h1>", "provider_unavailable"],
  [201, "{}", "provider_unavailable"],
])("HTTP %i with %s is an error with the code %s", async (status, body, code) => {
  const count = respond(response(status, body));
  const created = atLogto((api) => api.createOneTimeToken("a@example.com", 60));
  await expect(created).rejects.toMatchObject({ code });
  expect(count()).toBe(1);
});

test("a change whose response is lost is not sent again", async () => {
  const count = respond(() => Promise.reject(new TypeError("fetch failed")));
  const revoked = atLogto((api) => api.endInvitation("x", { status: "Revoked" }));
  await expect(revoked).rejects.toMatchObject({ code: "provider_unavailable" });
  expect(count()).toBe(1);
});

test("a wrong secret is the operator's error, and is in no log", async () => {
  respond(response(401, "{}"));
  await names().catch(() => undefined);
  variables.LOGTO_M2M_SECRET = "wrong-secret";
  await expect(names()).rejects.toMatchObject({ code: "provider_refused" });
  variables.LOGTO_M2M_SECRET = machineClient.clientSecret;
  const code = "invalid_client";
  expect(log.error).toHaveBeenLastCalledWith(expect.any(String), expect.objectContaining({ code }));
  expect(JSON.stringify(log.error.mock.calls)).not.toContain("wrong-secret");
});

test("without credentials nothing is requested, and the log says what is missing", async () => {
  const id = variables.LOGTO_M2M_ID;
  Object.assign(variables, { LOGTO_M2M_ID: undefined });
  const count = respond();
  await expect(names()).rejects.toMatchObject({ code: "provider_refused" });
  Object.assign(variables, { LOGTO_M2M_ID: id });
  expect(count()).toBe(0);
  const reason = expect.stringContaining("LOGTO_M2M_ID");
  const fields = expect.objectContaining({ code: "rejected", reason });
  expect(log.error).toHaveBeenLastCalledWith(expect.any(String), fields);
});

test.each([
  ["https://abc123.logto.app/oidc", "https://abc123.logto.app/api"],
  ["https://id.example.com/oidc", "https://default.logto.app/api"],
  ["https://evil-logto.app/oidc", "https://default.logto.app/api"],
])("the Management API of %s is %s", (issuer, resource) => {
  expect(managementResource(issuer)).toBe(resource);
});
