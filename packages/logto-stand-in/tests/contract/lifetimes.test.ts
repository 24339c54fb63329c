import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { errorResponse, tokensIn } from "./responses";
import { authorize } from "./authorization";
import { exchangeCode, refresh, signIn, userinfo, type SignIn } from "./tokens";

const { server, letTimePass } = await timedServer();
const hour = 60 * 60;
const day = 24 * hour;

async function rotate(session: SignIn): Promise<SignIn> {
  return { ...session, tokens: tokensIn(await refresh(server, session)) };
}

describe("a confidential client's refresh token", () => {
  test("is not rotated until 70 % of its 14 days have passed, and is rotated from then on", async (context) => {
    const session = await signIn(server);

    await letTimePass(9 * day + 19 * hour, context);
    const before = await rotate(session);
    await letTimePass(hour, context);
    const after = await rotate(session);

    expect(before.tokens.refresh_token).toBe(session.tokens.refresh_token);
    expect(after.tokens.refresh_token).not.toBe(session.tokens.refresh_token);
  });

  test("has a full lifetime if it is a successor", async (context) => {
    const session = await signIn(server);
    await letTimePass(10 * day, context);
    const successor = await rotate(session);
    await letTimePass(9 * day, context);

    const { tokens } = await rotate(successor);

    expect(tokens.refresh_token).toBe(successor.tokens.refresh_token);
  });

  test("is rejected with invalid_grant after 14 days", async (context) => {
    const session = await signIn(server);

    await letTimePass(14 * day + 60, context);

    expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));
  });

  test("is rejected with invalid_grant if it is consumed and expired, but its grant is not revoked", async (context) => {
    const session = await signIn(server);
    await letTimePass(10 * day, context);
    const successor = await rotate(session);
    await letTimePass(5 * day, context);

    expect(await refresh(server, session)).toMatchObject(errorResponse(400, "invalid_grant"));

    expect(await refresh(server, successor)).toMatchObject({ status: 200 });
  });
});

test("userinfo accepts an opaque access token for one hour", async (context) => {
  const { tokens } = await signIn(server);

  await letTimePass(3500, context);
  expect(await userinfo(server, tokens.access_token)).toMatchObject({ status: 200 });
  await letTimePass(200, context);

  expect(await userinfo(server, tokens.access_token)).toMatchObject(
    errorResponse(401, "invalid_token"),
  );
});

test("an authorization code is rejected with invalid_grant after one hour", async (context) => {
  const authorization = await authorize(server);

  await letTimePass(hour, context);

  expect(await exchangeCode(server, authorization)).toMatchObject(
    errorResponse(400, "invalid_grant"),
  );
});
