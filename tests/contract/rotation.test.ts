import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { refusal, tokensIn } from "./answers";
import { visitAuthorization } from "./authorization";
import { given, type Skip } from "./server";
import { refresh, signIn, userinfo, type SignIn } from "./tokens";

const { server, letTimePass } = await timedServer();

/** Longer than the 3 s in which a consumed refresh token is still accepted. */
const afterGrace = 4;

/** A public client's sign-in: its refresh tokens rotate at every refresh. */
function signInAsPublic(context: Skip, scope?: string): Promise<SignIn> {
  const client = given(server.publicClient, context, "CONTRACT_PUBLIC_CLIENT_ID");
  return signIn(server, { client, scope: scope ?? "openid offline_access" });
}

/** Refreshes, and gives the same sign-in with the new tokens. */
async function rotate(session: SignIn): Promise<SignIn> {
  return { ...session, tokens: tokensIn(await refresh(server, session)) };
}

describe("a public client's refresh token", () => {
  test("is replaced at every refresh", async (context) => {
    const first = await signInAsPublic(context);
    const second = await rotate(first);
    const third = await rotate(second);

    expect(new Set([first, second, third].map(({ tokens }) => tokens.refresh_token)).size).toBe(3);
  });

  test("serves five parallel refreshes with five different successors, all good", async (context) => {
    const session = await signInAsPublic(context);

    const successors = await Promise.all(Array.from({ length: 5 }, () => rotate(session)));

    expect(new Set(successors.map(({ tokens }) => tokens.refresh_token)).size).toBe(5);
    for (const successor of successors) {
      expect(await refresh(server, successor)).toMatchObject({ status: 200 });
    }
  });

  test("is not consumed by a refused scope or organization", async (context) => {
    const session = await signInAsPublic(
      context,
      "openid offline_access urn:logto:scope:organizations",
    );
    expect(await refresh(server, session, { scope: "email" })).toMatchObject(
      refusal(400, "invalid_scope"),
    );
    expect(await refresh(server, session, { organization_id: "nowhere" })).toMatchObject(
      refusal(403, "access_denied"),
    );

    await letTimePass(afterGrace, context);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });

  test.for([
    ["nobody knows", "https://unknown.example.com/api"],
    ["was not in the authorization request", server.resources.store],
  ] as const)("is consumed by a refused resource, one that %s", async ([, resource], context) => {
    const session = await signInAsPublic(context);
    expect(await refresh(server, session, { resource })).toMatchObject(
      refusal(400, "invalid_target"),
    );

    await letTimePass(afterGrace, context);

    expect(await refresh(server, session)).toMatchObject(refusal(400, "invalid_grant"));
  });
});

describe("a consumed refresh token within its grace", () => {
  test("yields yet another successor", async (context) => {
    const session = await signInAsPublic(context);
    const successor = await rotate(session);

    const { refresh_token } = tokensIn(await refresh(server, session));

    expect(refresh_token).not.toBe(session.tokens.refresh_token);
    expect(refresh_token).not.toBe(successor.tokens.refresh_token);
  });

  test("stays good as long as each replay comes in time", async (context) => {
    const session = await signInAsPublic(context);
    await rotate(session);

    await letTimePass(2, context);
    expect(await refresh(server, session)).toMatchObject({ status: 200 });
    await letTimePass(2, context);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
  });
});

describe("a consumed refresh token that is replayed after its grace", () => {
  async function replayed(context: Skip) {
    const session = await signInAsPublic(context);
    const successor = await rotate(session);
    await letTimePass(afterGrace, context);
    return { session, successor, answer: await refresh(server, session) };
  }

  test("is invalid_grant", async (context) => {
    const { answer } = await replayed(context);

    expect(answer).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("takes its successors with it", async (context) => {
    const { successor } = await replayed(context);

    expect(await refresh(server, successor)).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("takes the opaque access tokens with it", async (context) => {
    const { session, successor } = await replayed(context);

    for (const { tokens } of [session, successor]) {
      expect(await userinfo(server, tokens.access_token)).toMatchObject(
        refusal(401, "invalid_token"),
      );
    }
  });

  test("leaves the browser's session alone: a new authorization request asks for no password", async (context) => {
    const { session } = await replayed(context);

    const { landing } = await visitAuthorization(server, session);

    expect(landing.url.searchParams.get("code")).toEqual(expect.any(String));
  });

  test("takes the grant with it: prompt=none answers consent_required (1.41)", async (context) => {
    const { session } = await replayed(context);

    const { landing } = await visitAuthorization(server, { ...session, prompt: "none" });

    expect(landing.url.searchParams.get("error")).toBe("consent_required");
  });
});
