import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { managementApi, managementResource } from "@/lib/logto/management";
import { machineClient } from "../../dev/machine-client";
import { acme } from "../../packages/logto-stand-in/src/seed";
import { startLogto, type StandIn } from "../../packages/logto-stand-in/src/server";
import { controlOf } from "../../packages/logto-stand-in/src/testing";

let identity: StandIn;
const { clientId } = machineClient;
/** A client with a secret of its own has a token of its own. */
const apiWith = (clientSecret: string = machineClient.clientSecret) =>
  managementApi({
    issuer: identity.issuer,
    clientId,
    clientSecret,
    resource: managementResource(identity.issuer),
  });
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

beforeAll(async () => {
  identity = await startLogto({ port: 0, control: true, clients: [machineClient] });
});
afterAll(() => identity.close());
beforeEach(async () => {
  // Its discovery document is fetched once.
  await apiWith().findOrganization(acme.id);
});
afterEach(() => vi.restoreAllMocks());

test("several calls use one access token, and one that Logto rejects is replaced", async () => {
  const control = controlOf(identity.endpoint);
  await control.forgetRequests();
  const api = apiWith();
  await Promise.all([api.findOrganization(acme.id), api.findOrganization(acme.id)]);
  expect((await control.requests()).byGrant).toEqual({});

  respond(response(401, '{"code":"auth.unauthorized"}'));
  await expect(api.findOrganization(acme.id)).rejects.toMatchObject({ code: "rejected" });
  expect(await api.findOrganization(acme.id)).toMatchObject({ name: acme.name });
  expect((await control.requests()).byGrant).toEqual({ client_credentials: 1 });
});

test.each([404, 422])("HTTP %i means that there is no such thing", async (status) => {
  respond(response(status, '{"code":"entity.not_found"}'));
  expect(await apiWith().findInvitation("x")).toBeUndefined();
});

test.each([
  [400, '{"code":"guard.invalid_input"}', "rejected"],
  [403, '{"code":"auth.forbidden"}', "rejected"],
  [501, '{"code":"connector.not_found"}', "rejected"],
  [429, '{"code":"request.rate_limit_exceeded"}', "unavailable"],
  [503, "<h1>Gateway</h1>", "unavailable"],
  [201, "<h1>Gateway</h1>", "unavailable"],
  [201, '{"token":', "unavailable"],
  [201, "{}", "unavailable"],
])("HTTP %i with %s is an error with the code %s", async (status, body, code) => {
  const count = respond(response(status, body));
  await expect(apiWith().createOneTimeToken("a@example.com")).rejects.toMatchObject({ code });
  expect(count()).toBe(1);
});

test("a change whose response is lost is not sent again, but a question is", async () => {
  const lost = () => Promise.reject(new TypeError("fetch failed"));
  const changes = respond(lost);
  await expect(apiWith().revokeInvitation("x")).rejects.toMatchObject({ code: "unavailable" });
  expect(changes()).toBe(1);
  vi.restoreAllMocks();
  const questions = respond(lost);
  expect(await apiWith().findOrganization(acme.id)).toMatchObject({ name: acme.name });
  expect(questions()).toBe(2);
});

test("a wrong secret is the operator's error, and not in its message", async () => {
  const failure: unknown = await apiWith("wrong-secret")
    .findOrganization(acme.id)
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "rejected",
    message: expect.stringContaining("no access"),
  });
  expect(String(failure)).not.toContain("wrong-secret");
});

test.each([
  ["https://abc123.logto.app/oidc", "https://abc123.logto.app/api"],
  ["https://id.example.com/oidc", "https://default.logto.app/api"],
  ["https://evil-logto.app/oidc", "https://default.logto.app/api"],
])("the Management API of %s is %s", (issuer, resource) => {
  expect(managementResource(issuer)).toBe(resource);
});
