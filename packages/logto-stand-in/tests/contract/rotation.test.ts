import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { errorResponse, tokensIn } from "./responses";
import { visitAuthorization } from "./authorization";
import { valueOrSkip, type Skip } from "./server";
import { refresh, signIn, userinfo, type SignIn } from "./tokens";

const { server, letTimePass } = await timedServer();

/** Longer than the 3 s in which a consumed refresh token is still accepted. */
const afterGrace = 4;

/** Signs in with a public client, whose refresh tokens rotate at every refresh. */
function signInAsPublic(context: Skip, scope?: string): Promise<SignIn> {
  const client = valueOrSkip(server.publicClient, context, "CONTRACT_PUBLIC_CLIENT_ID");
  return signIn(server, { client, scope: scope ?? "openid offline_access" });
}

/** Refreshes, and returns the same sign-in with the new tokens. */
async function rotate(session: SignIn): Promise<SignIn> {
  return { ...session, tokens: tokensIn(await refresh(server, session)) };
}

describe("a public client's refresh token", () => {
  test("is rotated at every refresh", async (context) => {
    const first = await signInAsPublic(context);
    const second = await rotate(first);
    const third = await rotate(second);

    expect(new Set([first, second, third].map(({ tokens }) => tokens.refresh_token)).size).toBe(3);
  });

  test("yields five different valid successors for five parallel refreshes", async (context) => {
    const session = await signInAsPublic(context);

    const successors = await Promise.all(Array.from({ length: 5 }, () => rotate(session)));

    expect(new Set(successors.map(({ tokens }) => tokens.refresh_token)).size).toBe(5);
    for (const successor of successors) {
      expect(await refresh(server, successor)).toMatchObject({ status: 200 });
    }
  });

  test("is not consumed if the scope or organization is rejected", async (context) => {
    const session = await signInAsPublic(
      context,
      "openid offline_access urn:logto:scope:organizations",
    );
    expect(await refresh(server, session, { scope: "email" })).toMatchObject(
      errorResponse(400, "invalid_scope"),
    );
    expect(await refresh(server, session, { organization_id: "nowhere" })).toMatchObject(
      errorResponse(403, "access_denied"),
    );

    await letTimePass(afterGrace, context);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });

  test.for([
    ["unknown", "https://unknown.example.com/api"],
    ["not in the authorization request", server.resources.store],
  ] as const)(
    "is consumed if the resource is rejected because it is %s",
    async ([, resource], context) => {
      const session = await signInAsPublic(context);
      expect(await refresh(server, session, { resource })).toMatchObject(
        errorResponse(400, "invalid_target"),
      );

      await letTimePass(afterGrace, context);

      expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));
    },
  );
});

describe("a consumed refresh token within its grace interval", () => {
  test("yields another successor", async (context) => {
    const session = await signInAsPublic(context);
    const successor = await rotate(session);

    const { refresh_token } = tokensIn(await refresh(server, session));

    expect(refresh_token).not.toBe(session.tokens.refresh_token);
    expect(refresh_token).not.toBe(successor.tokens.refresh_token);
  });

  test("remains valid as long as each replay comes within the interval", async (context) => {
    const session = await signInAsPublic(context);
    await rotate(session);

    await letTimePass(2, context);
    expect(await refresh(server, session)).toMatchObject({ status: 200 });
    await letTimePass(2, context);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });
});

describe("replaying a consumed refresh token after its grace interval", () => {
  async function replayed(context: Skip) {
    const session = await signInAsPublic(context);
    const successor = await rotate(session);
    await letTimePass(afterGrace, context);
    return { session, successor, response: await refresh(server, session) };
  }

  test("fails with invalid_grant", async (context) => {
    const { response } = await replayed(context);

    expect(response).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test("makes its successors invalid", async (context) => {
    const { successor } = await replayed(context);

    expect(await refresh(server, successor)).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test("makes the opaque access tokens invalid", async (context) => {
    const { session, successor } = await replayed(context);

    for (const { tokens } of [session, successor]) {
      expect(await userinfo(server, tokens.access_token)).toMatchObject(
        errorResponse(401, "invalid_token"),
      );
    }
  });

  test("does not end the browser's session: a new authorization request needs no password", async (context) => {
    const { session } = await replayed(context);

    const { landing } = await visitAuthorization(server, session);

    expect(landing.url.searchParams.get("code")).toEqual(expect.any(String));
  });

  test("revokes the grant: prompt=none returns consent_required (1.41)", async (context) => {
    const { session } = await replayed(context);

    const { landing } = await visitAuthorization(server, { ...session, prompt: "none" });

    expect(landing.url.searchParams.get("error")).toBe("consent_required");
  });
});
