import { describe, expect, test } from "vitest";
import { timedServer } from "./administration";
import { refusal, tokensIn } from "./answers";
import { authorize } from "./authorization";
import { exchangeCode, refresh, signIn, userinfo, type SignIn } from "./tokens";

const { server, letTimePass } = await timedServer();
const hour = 60 * 60;
const day = 24 * hour;

async function rotate(session: SignIn): Promise<SignIn> {
  return { ...session, tokens: tokensIn(await refresh(server, session)) };
}

describe("a confidential client's refresh token", () => {
  test("is kept until 70 % of its 14 days have passed, and replaced from then on", async (context) => {
    const session = await signIn(server);

    await letTimePass(9 * day + 19 * hour, context);
    const before = await rotate(session);
    await letTimePass(hour, context);
    const after = await rotate(session);

    expect(before.tokens.refresh_token).toBe(session.tokens.refresh_token);
    expect(after.tokens.refresh_token).not.toBe(session.tokens.refresh_token);
  });

  test("starts a full lifetime when it has replaced another", async (context) => {
    const session = await signIn(server);
    await letTimePass(10 * day, context);
    const successor = await rotate(session);
    await letTimePass(9 * day, context);

    const { tokens } = await rotate(successor);

    expect(tokens.refresh_token).toBe(successor.tokens.refresh_token);
  });

  test("is invalid_grant after 14 days", async (context) => {
    const session = await signIn(server);

    await letTimePass(14 * day + 60, context);

    expect(await refresh(server, session)).toMatchObject(refusal(400, "invalid_grant"));
  });

  test("that is consumed and expired is invalid_grant, and its grant lives on", async (context) => {
    const session = await signIn(server);
    await letTimePass(10 * day, context);
    const successor = await rotate(session);
    await letTimePass(5 * day, context);

    expect(await refresh(server, session)).toMatchObject(refusal(400, "invalid_grant"));

    expect(await refresh(server, successor)).toMatchObject({ status: 200 });
  });
});

test("an opaque access token opens userinfo for an hour", async (context) => {
  const { tokens } = await signIn(server);

  await letTimePass(3500, context);
  expect(await userinfo(server, tokens.access_token)).toMatchObject({ status: 200 });
  await letTimePass(200, context);

  expect(await userinfo(server, tokens.access_token)).toMatchObject(refusal(401, "invalid_token"));
});

test("a code that waited for an hour is invalid_grant", async (context) => {
  const authorization = await authorize(server);

  await letTimePass(hour, context);

  expect(await exchangeCode(server, authorization)).toMatchObject(refusal(400, "invalid_grant"));
});
