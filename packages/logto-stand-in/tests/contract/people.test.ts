import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { administrationOf, type Administration } from "./administration";
import { errorResponse, scopesIn, tokensIn } from "./responses";
import { visitAuthorization } from "./authorization";
import { endSession } from "./end-session";
import { receivedSchema } from "./receiver";
import { serverUnderTest, valueOrSkip, type Skip, type User } from "./server";
import {
  exchangeCode,
  idTokenClaims,
  organizationIds,
  refresh,
  signIn,
  userinfo,
  type SignIn,
} from "./tokens";

const server = serverUnderTest();
const { shopping } = server.resources;
const organizationResource = "urn:logto:resource:organizations";

type Context = Skip & { onTestFinished(cleanUp: () => Promise<void>): void };

interface ManagedSignIn extends SignIn {
  id: string;
  administration: Administration;
}

/** Creates a user with these roles, and deletes it after the test. */
async function newUser(context: Context, roles: string[]) {
  const administration = administrationOf(server, context);
  const user = await administration.createUser(roles);
  context.onTestFinished(() => administration.deleteUser(user.id).catch(() => undefined));
  return { user, id: user.id, administration };
}

/**
 * The authorization request of an app that uses claims, an API's permissions, organizations and
 * organization permissions.
 */
function fullRequest(permissions = "read write") {
  return {
    scope: `openid offline_access profile roles urn:logto:scope:organizations read:report ${permissions}`,
    resource: [shopping, organizationResource],
    prompt: "consent",
  };
}

async function signInAs(user: User, permissions?: string): Promise<SignIn> {
  return signIn(server, { user, ...fullRequest(permissions) });
}

/** Like `newUser`, and signs the user in. */
async function signInNewUser(
  context: Context,
  roles: string[] = ["editor"],
  permissions?: string,
): Promise<ManagedSignIn> {
  const { user, ...rest } = await newUser(context, roles);
  return { ...(await signInAs(user, permissions)), ...rest };
}

/**
 * Refreshes, and returns the token's permissions for the API, in the organization if one is given.
 */
async function permissionsOf(session: SignIn, organizationId?: string): Promise<string[]> {
  const parameters = {
    resource: shopping,
    ...(organizationId && { organization_id: organizationId }),
  };
  return scopesIn(tokensIn(await refresh(server, session, parameters)).scope);
}

/**
 * Sends a new authorization request from the same browser, which must show no page. Returns the
 * sign-in with the new tokens.
 */
async function authorizeAgain(session: SignIn): Promise<SignIn> {
  const { landing, ...visit } = await visitAuthorization(server, { ...session, ...fullRequest() });
  expect(landing.response, `a redirect, not a page (${landing.url.href})`).toBeUndefined();
  const authorization = { ...visit, callback: landing.url.searchParams };
  return { ...authorization, tokens: tokensIn(await exchangeCode(server, authorization)) };
}

/** Creates an API role for this test only, with these permissions at the shopping API. */
async function newRole(context: Context, permissions: string[]): Promise<string> {
  const administration = administrationOf(server, context);
  const name = `contract_${randomBytes(6).toString("hex")}`;
  await administration.createRole(name, { [shopping]: permissions });
  context.onTestFinished(() => administration.deleteRole(name));
  return name;
}

describe("a role", () => {
  test("that was removed no longer grants permissions: a refresh gets 200 with an empty scope", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.setRoles(session.id, []);

    const tokens = tokensIn(await refresh(server, session, { resource: shopping }));

    expect(tokens.scope).toBe("");
  });

  test("that was removed is not in the next id_token", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.setRoles(session.id, ["viewer"]);

    const tokens = tokensIn(await refresh(server, session));

    expect(idTokenClaims(session.tokens)).toMatchObject({ roles: ["editor"] });
    expect(idTokenClaims(tokens)).toMatchObject({ roles: ["viewer"] });
  });

  test("that was removed and added again grants its permissions at once (1.41)", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.setRoles(session.id, []);
    expect(await permissionsOf(session)).toEqual([]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(session)).toEqual(["read", "write"]);
  });

  test("that was added is in the next id_token (1.41)", async (context) => {
    const session = await signInNewUser(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    const tokens = tokensIn(await refresh(server, session));

    expect(idTokenClaims(tokens)).toMatchObject({ roles: ["editor"] });
  });

  test("that was added does not extend an existing grant, even if its permissions were requested (1.41)", async (context) => {
    const session = await signInNewUser(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(session)).toEqual(["read"]);
  });

  test("that was added grants its permissions after a new authorization request, without a password (1.41)", async (context) => {
    const session = await signInNewUser(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(await authorizeAgain(session))).toEqual(["read", "write"]);
  });

  test("that was added does not allow a refresh to request its permission: invalid_scope (1.41)", async (context) => {
    const session = await signInNewUser(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    const response = await refresh(server, session, { resource: shopping, scope: "read write" });

    expect(response).toMatchObject(errorResponse(400, "invalid_scope"));
  });
});

describe("a permission that was added to a role", () => {
  test("is not granted to users with the role who are signed in already (1.41)", async (context) => {
    const role = await newRole(context, ["read"]);
    const session = await signInNewUser(context, [role]);
    await session.administration.addPermissions(role, { [shopping]: ["write"] });

    expect(await permissionsOf(session)).toEqual(["read"]);
  });

  test("is granted after a new authorization request, without a password (1.41)", async (context) => {
    const role = await newRole(context, ["read"]);
    const session = await signInNewUser(context, [role]);
    await session.administration.addPermissions(role, { [shopping]: ["write"] });

    expect(await permissionsOf(await authorizeAgain(session))).toEqual(["read", "write"]);
  });
});

describe("an organization role", () => {
  /**
   * Signs in a new user without roles, who becomes an admin of Acme before or after the sign-in.
   */
  async function adminOfAcme(context: Context, when: "before" | "after") {
    const { acme } = await organizationIds(server);
    const { user, id, administration } = await newUser(context, []);
    const join = () => administration.joinOrganization(id, acme, ["admin"]);
    if (when === "before") await join();
    const session = await signInAs(user);
    if (when === "after") await join();
    return { session, acme };
  }

  test("grants its permissions in an API token without organization_id too (1.41)", async (context) => {
    const { session } = await adminOfAcme(context, "before");

    expect(await permissionsOf(session)).toEqual(["read", "write"]);
  });

  test("grants its permissions in an API token for that organization (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "before");

    expect(await permissionsOf(session, acme)).toEqual(["read", "write"]);
  });

  test("that was added grants organization permissions at once with organization_id alone (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "after");

    const tokens = tokensIn(await refresh(server, session, { organization_id: acme }));

    expect(tokens.scope).toBe("read:report");
  });

  test("that was added grants no API permission with resource and organization_id before a new authorization request (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "after");

    expect(await permissionsOf(session, acme)).toEqual([]);
    expect(await permissionsOf(await authorizeAgain(session), acme)).toEqual(["read", "write"]);
  });

  test("grants no permissions in another organization [S]", async (context) => {
    const { acme, globex } = await organizationIds(server);
    const { user, id, administration } = await newUser(context, []);
    await administration.joinOrganization(id, acme, ["admin"]);
    await administration.joinOrganization(id, globex, ["member"]);

    expect(await permissionsOf(await signInAs(user), globex)).toEqual([]);
  });
});

describe("a user role", () => {
  test("grants its permissions in an API token for an organization too [S]", async (context) => {
    const { acme } = await organizationIds(server);
    const { user, id, administration } = await newUser(context, ["editor"]);
    await administration.joinOrganization(id, acme, ["member"]);

    expect(await permissionsOf(await signInAs(user), acme)).toEqual(["read", "write"]);
  });
});

describe("suspending a user", () => {
  test("revokes the refresh token", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.suspend(session.id);

    expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test("revokes the opaque access token", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.suspend(session.id);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(
      errorResponse(401, "invalid_token"),
    );
  });

  test("ends the browser's session", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.suspend(session.id);

    const { landing } = await visitAuthorization(server, { ...session, prompt: "none" });

    expect(landing.url.searchParams.get("error")).toBe("login_required");
  });

  test("sends no logout token", async (context) => {
    const receiver = valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");
    const session = await signInNewUser(context);
    const { browser, tokens } = await signIn(server);
    await session.administration.suspend(session.id);
    // A later sign-out sends a logout token too. Once that one has arrived, none is pending.
    const { clientId, postLogoutRedirectUri } = server.client;
    await endSession(server, browser, {
      client_id: clientId,
      post_logout_redirect_uri: postLogoutRedirectUri,
    });

    const sessionIds = () =>
      fetch(receiver)
        .then((response) => response.json())
        .then((body) =>
          receivedSchema.parse(body).map(({ logoutToken }) => decodeJwt(logoutToken).sid),
        );
    await expect.poll(sessionIds).toContain(idTokenClaims(tokens).sid);
    expect(await sessionIds()).not.toContain(idTokenClaims(session.tokens).sid);
  });
});

describe("changing a password", () => {
  test("does not revoke the refresh token", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.setPassword(session.id, "second-password-27");

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });
});

describe("deleting a user", () => {
  test("makes a refresh fail with invalid_grant", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.deleteUser(session.id);

    expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test("makes userinfo reject the access token", async (context) => {
    const session = await signInNewUser(context);
    await session.administration.deleteUser(session.id);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(
      errorResponse(401, "invalid_token"),
    );
  });
});
