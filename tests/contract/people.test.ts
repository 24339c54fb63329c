import { randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { administrationOf, type Administration } from "./administration";
import { refusal, scopesIn, tokensIn } from "./answers";
import { visitAuthorization } from "./authorization";
import { endSession } from "./end-session";
import { receivedSchema } from "./receiver";
import { given, sharedServer, type Person, type Skip } from "./server";
import {
  exchangeCode,
  idTokenClaims,
  organizationIds,
  refresh,
  signIn,
  userinfo,
  type SignIn,
} from "./tokens";

const server = sharedServer();
const { shopping } = server.resources;
const organizationResource = "urn:logto:resource:organizations";

type Context = Skip & { onTestFinished(cleanUp: () => Promise<void>): void };

interface Someone extends SignIn {
  id: string;
  administration: Administration;
}

/** Someone new with these roles, whom an administrator may change. */
async function newcomer(context: Context, roles: string[]) {
  const administration = administrationOf(server, context);
  const person = await administration.createPerson(roles);
  context.onTestFinished(() => administration.deletePerson(person.id).catch(() => undefined));
  return { person, id: person.id, administration };
}

/**
 * What an app asks for that uses everything: claims, an API's permissions, organizations and
 * theirs.
 */
function everything(permissions = "read write") {
  return {
    scope: `openid offline_access profile roles urn:logto:scope:organizations read:report ${permissions}`,
    resource: [shopping, organizationResource],
    prompt: "consent",
  };
}

async function signInAs(person: Person, permissions?: string): Promise<SignIn> {
  return signIn(server, { person, ...everything(permissions) });
}

/** As `newcomer`, just signed in. */
async function someone(
  context: Context,
  roles: string[] = ["editor"],
  permissions?: string,
): Promise<Someone> {
  const { person, ...rest } = await newcomer(context, roles);
  return { ...(await signInAs(person, permissions)), ...rest };
}

/** The permissions of a refreshed token for the API, in an organization where one is named. */
async function permissionsOf(session: SignIn, organizationId?: string): Promise<string[]> {
  const parameters = {
    resource: shopping,
    ...(organizationId && { organization_id: organizationId }),
  };
  return scopesIn(tokensIn(await refresh(server, session, parameters)).scope);
}

/**
 * The tokens of a new authorization request by the same browser, which asks nobody for anything.
 */
async function authorizedAnew(session: SignIn): Promise<SignIn> {
  const { landing, ...visit } = await visitAuthorization(server, { ...session, ...everything() });
  expect(landing.response, `a redirect, not a page (${landing.url.href})`).toBeUndefined();
  const authorization = { ...visit, callback: landing.url.searchParams };
  return { ...authorization, tokens: tokensIn(await exchangeCode(server, authorization)) };
}

/** An API role that only this test knows, with these permissions at the shop. */
async function newRole(context: Context, permissions: string[]): Promise<string> {
  const administration = administrationOf(server, context);
  const name = `contract_${randomBytes(6).toString("hex")}`;
  await administration.createRole(name, { [shopping]: permissions });
  context.onTestFinished(() => administration.deleteRole(name));
  return name;
}

describe("a role", () => {
  test("that was taken away takes its permissions with it: 200 with an empty scope", async (context) => {
    const session = await someone(context);
    await session.administration.setRoles(session.id, []);

    const tokens = tokensIn(await refresh(server, session, { resource: shopping }));

    expect(tokens.scope).toBe("");
  });

  test("that was taken away is gone from the next id_token", async (context) => {
    const session = await someone(context);
    await session.administration.setRoles(session.id, ["viewer"]);

    const tokens = tokensIn(await refresh(server, session));

    expect(idTokenClaims(session.tokens)).toMatchObject({ roles: ["editor"] });
    expect(idTokenClaims(tokens)).toMatchObject({ roles: ["viewer"] });
  });

  test("that was taken away and given back works again at once (1.41)", async (context) => {
    const session = await someone(context);
    await session.administration.setRoles(session.id, []);
    expect(await permissionsOf(session)).toEqual([]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(session)).toEqual(["read", "write"]);
  });

  test("that was gained is in the next id_token (1.41)", async (context) => {
    const session = await someone(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    const tokens = tokensIn(await refresh(server, session));

    expect(idTokenClaims(tokens)).toMatchObject({ roles: ["editor"] });
  });

  test("that was gained gives none of its permissions, though they were asked for (1.41)", async (context) => {
    const session = await someone(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(session)).toEqual(["read"]);
  });

  test("that was gained gives them after a new authorization request, without a password (1.41)", async (context) => {
    const session = await someone(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    expect(await permissionsOf(await authorizedAnew(session))).toEqual(["read", "write"]);
  });

  test("that was gained does not let a refresh name its permission: invalid_scope (1.41)", async (context) => {
    const session = await someone(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    const answer = await refresh(server, session, { resource: shopping, scope: "read write" });

    expect(answer).toMatchObject(refusal(400, "invalid_scope"));
  });
});

describe("a permission that was added to a role", () => {
  test("is not granted to those who hold the role and are signed in (1.41)", async (context) => {
    const role = await newRole(context, ["read"]);
    const session = await someone(context, [role]);
    await session.administration.addPermissions(role, { [shopping]: ["write"] });

    expect(await permissionsOf(session)).toEqual(["read"]);
  });

  test("is granted after a new authorization request, without a password (1.41)", async (context) => {
    const role = await newRole(context, ["read"]);
    const session = await someone(context, [role]);
    await session.administration.addPermissions(role, { [shopping]: ["write"] });

    expect(await permissionsOf(await authorizedAnew(session))).toEqual(["read", "write"]);
  });
});

describe("an organization's role", () => {
  /** Someone without roles, who becomes an admin of Acme before or after signing in. */
  async function adminOfAcme(context: Context, when: "before" | "after") {
    const { acme } = await organizationIds(server);
    const { person, id, administration } = await newcomer(context, []);
    const join = () => administration.joinOrganization(id, acme, ["admin"]);
    if (when === "before") await join();
    const session = await signInAs(person);
    if (when === "after") await join();
    return { session, acme };
  }

  test("gives its permissions in a token for the API without organization_id, too (1.41)", async (context) => {
    const { session } = await adminOfAcme(context, "before");

    expect(await permissionsOf(session)).toEqual(["read", "write"]);
  });

  test("gives them in a token for the API in that organization (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "before");

    expect(await permissionsOf(session, acme)).toEqual(["read", "write"]);
  });

  test("that was gained gives organization permissions at once, by organization_id alone (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "after");

    const tokens = tokensIn(await refresh(server, session, { organization_id: acme }));

    expect(tokens.scope).toBe("read:report");
  });

  test("that was gained gives no API permission, by resource and organization_id (1.41)", async (context) => {
    const { session, acme } = await adminOfAcme(context, "after");

    expect(await permissionsOf(session, acme)).toEqual([]);
    expect(await permissionsOf(await authorizedAnew(session), acme)).toEqual(["read", "write"]);
  });

  test("gives nothing in another organization [S]", async (context) => {
    const { acme, globex } = await organizationIds(server);
    const { person, id, administration } = await newcomer(context, []);
    await administration.joinOrganization(id, acme, ["admin"]);
    await administration.joinOrganization(id, globex, ["member"]);

    expect(await permissionsOf(await signInAs(person), globex)).toEqual([]);
  });
});

describe("a role of the person's own", () => {
  test("gives its permissions in a token for the API in an organization, too [S]", async (context) => {
    const { acme } = await organizationIds(server);
    const { person, id, administration } = await newcomer(context, ["editor"]);
    await administration.joinOrganization(id, acme, ["member"]);

    expect(await permissionsOf(await signInAs(person), acme)).toEqual(["read", "write"]);
  });
});

describe("suspending someone", () => {
  test("revokes the refresh token", async (context) => {
    const session = await someone(context);
    await session.administration.suspend(session.id);

    expect(await refresh(server, session)).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("revokes the opaque access token", async (context) => {
    const session = await someone(context);
    await session.administration.suspend(session.id);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(
      refusal(401, "invalid_token"),
    );
  });

  test("ends the browser's session", async (context) => {
    const session = await someone(context);
    await session.administration.suspend(session.id);

    const { landing } = await visitAuthorization(server, { ...session, prompt: "none" });

    expect(landing.url.searchParams.get("error")).toBe("login_required");
  });

  test("sends no logout token", async (context) => {
    const receiver = given(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");
    const session = await someone(context);
    const { browser, tokens } = await signIn(server);
    await session.administration.suspend(session.id);
    // A later sign-out, whose logout token has arrived, shows that none was on its way.
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

describe("a new password", () => {
  test("leaves the refresh token alone", async (context) => {
    const session = await someone(context);
    await session.administration.setPassword(session.id, "second-password-27");

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });
});

describe("deleting someone", () => {
  test("makes the refresh token invalid_grant", async (context) => {
    const session = await someone(context);
    await session.administration.deletePerson(session.id);

    expect(await refresh(server, session)).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("closes userinfo", async (context) => {
    const session = await someone(context);
    await session.administration.deletePerson(session.id);

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(
      refusal(401, "invalid_token"),
    );
  });
});
