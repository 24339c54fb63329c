import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { administrationOf, type Administration } from "./administration";
import { readResponse, tokensIn, type ParsedResponse } from "./responses";
import { serverUnderTest, valueOrSkip } from "./server";
import { idTokenClaims, organizationIds, post, signIn } from "./tokens";

const server = serverUnderTest();
const created = z.object({ id: z.string() });
const newAddress = () => `contract-${randomBytes(6).toString("hex")}@example.com`;

let administration: Administration;
/** Id of the organization that the tests invite to. */
let globex: string;
/** Sends a request to the Management API. */
let call: (method: string, path: string, body?: object) => Promise<ParsedResponse>;

beforeEach(async (context) => {
  administration = administrationOf(server, context);
  const { resource, ...application } = valueOrSkip(server.management, context, "CONTRACT_M2M_ID");
  const grant = { grant_type: "client_credentials", resource, scope: "all" };
  const client = { ...server.client, ...application };
  const { access_token } = tokensIn(await post(`${server.issuer}/token`, client, grant));
  call = (method, path, body) => request(access_token, method, path, body);
  ({ globex } = await organizationIds(server));
});

async function request(token: string | undefined, method: string, path: string, body?: object) {
  const headers = new Headers({ "content-type": "application/json" });
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  const content = body && { body: JSON.stringify(body) };
  const url = new URL(`/api/${path}`, server.issuer);
  return readResponse(await fetch(url, { method, headers, ...content }));
}

const invite = (invitee: string, details: object = {}) =>
  call("POST", "organization-invitations", {
    invitee,
    organizationId: globex,
    expiresAt: Date.now() + 3_600_000,
    messagePayload: false,
    ...details,
  });

/** Invites an address, and returns the path of the invitation. */
async function invitationOf(address: string): Promise<string> {
  return `organization-invitations/${created.parse((await invite(address)).body).id}`;
}

describe("the Management API [D]", () => {
  test("rejects a request without a token with 401", async () => {
    expect(await request(undefined, "GET", "organization-invitations")).toMatchObject({
      status: 401,
      body: { code: "auth.authorization_header_missing" },
    });
  });

  test("rejects a token that a user got with 401", async () => {
    const { tokens } = await signIn(server);
    expect(await request(tokens.access_token, "GET", "organization-invitations")).toMatchObject({
      status: 401,
      body: { code: "auth.unauthorized" },
    });
  });

  test("names organizations and users by their ids", async () => {
    expect(await call("GET", `organizations/${globex}`)).toMatchObject({
      status: 200,
      body: { id: globex, name: server.organizations.globex },
    });
    const { id, username } = await administration.createUser([]);
    expect(await call("GET", `users/${id}`)).toMatchObject({ status: 200, body: { id, username } });
    await administration.deleteUser(id);
  });
});

describe("an invitation to an organization [D]", () => {
  test("is pending, and listed with its organization", async () => {
    const invitee = newAddress();
    const { status, body } = await invite(invitee);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      invitee,
      organizationId: globex,
      status: "Pending",
      inviterId: null,
      acceptedUserId: null,
      expiresAt: expect.any(Number),
    });
    const { id } = created.parse(body);
    expect(await call("GET", `organization-invitations/${id}`)).toMatchObject({ body: { id } });
    const list = await call("GET", `organization-invitations?organizationId=${globex}`);
    expect(list.body).toContainEqual(expect.objectContaining({ id }));
  });

  test("is rejected with 422 if the address has a pending one", async () => {
    const invitee = newAddress();
    await invite(invitee);
    expect(await invite(invitee)).toMatchObject({
      status: 422,
      body: { code: "entity.unique_integrity_violation" },
    });
  });

  test.each([
    ["no e-mail address", { invitee: "nobody" }, 400],
    ["a time that has passed", { expiresAt: 1 }, 400],
    ["an unknown organization", { organizationId: "no-such-id" }, 422],
    ["an unknown role", { organizationRoleIds: ["no-such-id"] }, 422],
  ])("is rejected with %s", async (_what, details, status) => {
    expect(await invite(newAddress(), details)).toMatchObject({ status });
  });

  test("makes the user with its address a member when it is accepted", async () => {
    const invitee = newAddress();
    const user = await administration.createUser([], invitee.toUpperCase());
    const path = await invitationOf(invitee);
    const accepted = { status: "Accepted", acceptedUserId: user.id };
    expect(await call("PUT", `${path}/status`, accepted)).toMatchObject({
      status: 200,
      body: accepted,
    });
    const scope = "openid urn:logto:scope:organizations";
    const { tokens } = await signIn(server, { user, scope });
    expect(idTokenClaims(tokens).organizations).toEqual([globex]);
    expect(await call("PUT", `${path}/status`, accepted)).toMatchObject({ status: 422 });
    await administration.deleteUser(user.id);
  });

  test("is not accepted for a user with another address: 422", async () => {
    const user = await administration.createUser([], newAddress());
    const path = await invitationOf(newAddress());
    expect(
      await call("PUT", `${path}/status`, { status: "Accepted", acceptedUserId: user.id }),
    ).toMatchObject({ status: 422, body: { code: "request.invalid_input" } });
    await administration.deleteUser(user.id);
  });

  test("can no longer be accepted after it was revoked: 422", async () => {
    const invitee = newAddress();
    const user = await administration.createUser([], invitee);
    const path = await invitationOf(invitee);
    expect(await call("PUT", `${path}/status`, { status: "Revoked" })).toMatchObject({
      status: 200,
      body: { status: "Revoked" },
    });
    expect(
      await call("PUT", `${path}/status`, { status: "Accepted", acceptedUserId: user.id }),
    ).toMatchObject({ status: 422 });
    await administration.deleteUser(user.id);
  });

  test("is mailed with a link, if there is an e-mail connector", async () => {
    const path = await invitationOf(newAddress());
    const { status } = await call("POST", `${path}/message`, { link: "https://app.example/" });
    expect([204, 501]).toContain(status);
  });

  test("that does not exist is 404", async () => {
    expect(await call("GET", "organization-invitations/no-such-id")).toMatchObject({ status: 404 });
  });
});

describe("a one-time token of the Management API [S]", () => {
  const oneTimeToken = z.object({ id: z.string(), createdAt: z.number(), expiresAt: z.number() });
  const activeOf = (email: string) =>
    call("GET", `one-time-tokens?${new URLSearchParams({ email, status: "active" }).toString()}`);

  test("is valid for expiresIn seconds, and active until it is revoked for good", async () => {
    const email = newAddress();
    const { status, body } = await call("POST", "one-time-tokens", { email, expiresIn: 604_800 });
    expect(status).toBe(201);
    expect(body).toMatchObject({ email, status: "active", token: expect.any(String) });
    const { id, createdAt, expiresAt } = oneTimeToken.parse(body);
    expect(Math.round((expiresAt - createdAt) / 60_000)).toBe(604_800 / 60);
    expect((await activeOf(email)).body).toEqual([expect.objectContaining({ id })]);
    const path = `one-time-tokens/${id}/status`;
    expect(await call("PUT", path, { status: "revoked" })).toMatchObject({
      status: 200,
      body: { id, status: "revoked" },
    });
    expect((await activeOf(email)).body).toEqual([]);
    expect(await call("PUT", path, { status: "active" })).toMatchObject({
      status: 400,
      body: { code: "one_time_token.cannot_reactivate_token" },
    });
  });

  test("is rejected for an address of more than 128 characters: 400", async () => {
    const email = `${"a".repeat(117)}@example.com`;
    expect(await call("POST", "one-time-tokens", { email })).toMatchObject({ status: 400 });
  });
});
