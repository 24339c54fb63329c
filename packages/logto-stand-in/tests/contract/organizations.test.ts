import { beforeAll, describe, expect, test } from "vitest";
import { errorResponse, scopesIn, tokensIn } from "./responses";
import { commonClaims } from "./claims";
import { serverUnderTest, type User } from "./server";
import {
  idTokenClaims,
  organizationIds,
  refresh,
  signIn,
  userinfo,
  verifyJwt,
  type Parameters,
} from "./tokens";

const server = serverUnderTest();
const { alice, bob, carol } = server.users;
const { shopping } = server.resources;
const organizationResource = "urn:logto:resource:organizations";
const permissions = "invite:member remove:member read:report";
const scope = `openid offline_access urn:logto:scope:organizations read ${permissions}`;

let acme: string;
let globex: string;

beforeAll(async () => {
  ({ acme, globex } = await organizationIds(server));
});

function signInForOrganizations(user: User, request: { scope?: string; resource?: string } = {}) {
  return signIn(server, { user, scope, resource: [organizationResource, shopping], ...request });
}

async function refreshAs(user: User, parameters: Parameters) {
  return refresh(server, await signInForOrganizations(user), parameters);
}

describe("the claims about organizations", () => {
  test("list the user's organizations and the roles in each", async () => {
    const claims = "openid urn:logto:scope:organizations urn:logto:scope:organization_roles";
    const { tokens } = await signIn(server, { user: alice, scope: claims });

    const { organizations, organization_roles } = commonClaims
      .pick({ organizations: true, organization_roles: true })
      .parse(idTokenClaims(tokens));

    expect(organizations.sort()).toEqual([acme, globex].sort());
    expect(organization_roles.sort()).toEqual([`${acme}:admin`, `${globex}:member`].sort());
  });

  test("are empty lists for a user without organizations", async () => {
    const claims = "openid urn:logto:scope:organizations urn:logto:scope:organization_roles";
    const { tokens } = await signIn(server, { user: carol, scope: claims });

    expect(idTokenClaims(tokens)).toMatchObject({ organizations: [], organization_roles: [] });
  });
});

describe("an organization token", () => {
  test("is a JWT for the organization, requested with organization_id alone", async () => {
    const tokens = tokensIn(await refreshAs(alice, { organization_id: acme }));
    const audience = `urn:logto:organization:${acme}`;

    const { payload, protectedHeader } = await verifyJwt(server, tokens.access_token, audience);

    expect(protectedHeader).toMatchObject({ alg: "ES384", typ: "at+jwt" });
    expect(payload).toMatchObject({ aud: audience, client_id: server.client.clientId });
    expect(payload).not.toHaveProperty("organization_id");
    expect(payload.exp).toBe((payload.iat ?? 0) + 3600);
    expect(tokens.expires_in).toBe(3600);
  });

  test("has the permissions of the user's role in that organization", async () => {
    const session = await signInForOrganizations(alice);

    const asAdmin = tokensIn(await refresh(server, session, { organization_id: acme }));
    const asMember = tokensIn(await refresh(server, session, { organization_id: globex }));

    expect(scopesIn(asAdmin.scope)).toEqual(["invite:member", "read:report", "remove:member"]);
    expect(scopesIn(asMember.scope)).toEqual(["read:report"]);
  });

  test("has no permission that was not in the authorization request", async () => {
    const session = await signInForOrganizations(alice, {
      scope: "openid offline_access urn:logto:scope:organizations invite:member",
    });

    const tokens = tokensIn(await refresh(server, session, { organization_id: acme }));

    const { payload } = await verifyJwt(
      server,
      tokens.access_token,
      `urn:logto:organization:${acme}`,
    );
    expect(tokens.scope).toBe("invite:member");
    expect(payload.scope).toBe("invite:member");
  });

  test("has no permissions if the authorization request did not name the organizations' resource [S]", async () => {
    const session = await signInForOrganizations(alice, { resource: shopping });

    const tokens = tokensIn(await refresh(server, session, { organization_id: acme }));

    expect(tokens.scope).toBe("");
  });

  test("is rejected by userinfo", async () => {
    const tokens = tokensIn(await refreshAs(alice, { organization_id: acme }));

    expect(await userinfo(server, tokens.access_token)).toMatchObject(
      errorResponse(401, "invalid_token"),
    );
  });

  test("is an API token with the claim organization_id if a resource is named too", async () => {
    const tokens = tokensIn(await refreshAs(alice, { organization_id: acme, resource: shopping }));

    const { payload } = await verifyJwt(server, tokens.access_token, shopping);

    expect(payload).toMatchObject({ aud: shopping, organization_id: acme });
  });
});

describe("the request for an organization token is rejected", () => {
  test("if the user is not a member: 403 access_denied", async () => {
    expect(await refreshAs(bob, { organization_id: globex })).toMatchObject({
      ...errorResponse(403, "access_denied"),
      body: { error_description: "user is not a member of the organization" },
    });
  });

  test("if the user is not a member and names an API too: 403 access_denied", async () => {
    expect(await refreshAs(bob, { organization_id: globex, resource: shopping })).toMatchObject(
      errorResponse(403, "access_denied"),
    );
  });

  test("if the organization does not exist, with the same response", async () => {
    const foreign = await refreshAs(bob, { organization_id: globex });

    const unknown = await refreshAs(bob, { organization_id: "nosuchorgani" });

    expect(unknown).toMatchObject(errorResponse(403, "access_denied"));
    expect(unknown.body).toEqual(foreign.body);
  });

  test("if the authorization request lacked the organizations scope: 403 insufficient_scope", async () => {
    const session = await signInForOrganizations(alice, { scope: "openid offline_access" });

    expect(await refresh(server, session, { organization_id: acme })).toMatchObject(
      errorResponse(403, "insufficient_scope"),
    );
  });

  test("if the organizations scope is sent as a resource: 400 invalid_target", async () => {
    const resource = "urn:logto:scope:organizations";

    expect(await refreshAs(alice, { organization_id: acme, resource })).toMatchObject(
      errorResponse(400, "invalid_target"),
    );
  });
});
