import { describe, expect, test } from "vitest";
import { administrationOf, type Administration } from "./administration";
import { refusal, scopesIn, tokensIn } from "./answers";
import { visitAuthorization } from "./authorization";
import { sharedServer, type Skip } from "./server";
import { idTokenClaims, refresh, signIn, userinfo, type SignIn } from "./tokens";

const server = sharedServer();
const { shopping } = server.resources;

interface Someone extends SignIn {
  id: string;
  administration: Administration;
}

/** Someone new with these roles, who has just signed in, and whom an administrator may change. */
async function someone(
  context: Skip & { onTestFinished(cleanUp: () => Promise<void>): void },
  roles: string[] = ["editor"],
  permissions = "read write",
): Promise<Someone> {
  const administration = administrationOf(server, context);
  const person = await administration.createPerson(roles);
  context.onTestFinished(() => administration.deletePerson(person.id).catch(() => undefined));
  const scope = `openid offline_access profile roles ${permissions}`;
  return { ...(await signIn(server, { person, scope, resource: shopping })), id: person.id, administration };
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

  test("that was gained gives the permissions that were asked for at sign-in", async (context) => {
    const session = await someone(context, ["viewer"]);
    await session.administration.setRoles(session.id, ["editor"]);

    const tokens = tokensIn(await refresh(server, session, { resource: shopping }));

    expect(scopesIn(tokens.scope)).toEqual(["read", "write"]);
  });

  test("that was gained gives no permission that was not asked for", async (context) => {
    const session = await someone(context, ["viewer"], "read");
    await session.administration.setRoles(session.id, ["editor"]);

    const tokens = tokensIn(await refresh(server, session, { resource: shopping }));

    expect(tokens.scope).toBe("read");
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

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(refusal(401, "invalid_token"));
  });

  test("ends the browser's session", async (context) => {
    const session = await someone(context);
    await session.administration.suspend(session.id);

    const { landing } = await visitAuthorization(server, { ...session, prompt: "none" });

    expect(landing.url.searchParams.get("error")).toBe("login_required");
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

    expect(await userinfo(server, session.tokens.access_token)).toMatchObject(refusal(401, "invalid_token"));
  });
});
