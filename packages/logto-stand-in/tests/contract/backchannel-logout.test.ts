import { decodeProtectedHeader, decodeJwt, type JWTPayload } from "jose";
import { describe, expect, test, vi } from "vitest";
import { readResponse } from "./responses";
import { authorize } from "./authorization";
import { endSession } from "./end-session";
import { receivedSchema } from "./receiver";
import { serverUnderTest, valueOrSkip, type Skip } from "./server";
import { idTokenClaims, post, signIn, verifyJwt } from "./tokens";

const server = serverUnderTest();
const { client } = server;
const destination = {
  client_id: client.clientId,
  post_logout_redirect_uri: client.postLogoutRedirectUri,
};

async function receivedOn(
  path: string,
  context: Skip,
): Promise<{ jwt: string; claims: JWTPayload }[]> {
  const { body } = await readResponse(
    await fetch(valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT")),
  );
  return receivedSchema
    .parse(body)
    .filter((received) => received.path === path)
    .map(({ logoutToken }) => ({ jwt: logoutToken, claims: decodeJwt(logoutToken) }));
}

/**
 * Waits until the receiver has the logout token with this claim. The server may send it after its
 * response to the sign-out.
 */
function logoutToken(path: string, claim: "sid" | "sub", value: unknown, context: Skip) {
  return vi.waitFor(async () => {
    const [token] = (await receivedOn(path, context)).filter(
      ({ claims }) => claims[claim] === value,
    );
    if (!token) throw new Error(`No logout token with this ${claim} on ${path}`);
    return token;
  });
}

describe("a logout token", () => {
  test("is sent to the application at sign-out, with the same sid as the id_token", async (context) => {
    valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");
    const { browser, tokens } = await signIn(server);
    const { sid, sub } = idTokenClaims(tokens);

    await endSession(server, browser, destination);

    const { jwt, claims } = await logoutToken("/client", "sid", sid, context);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: "ES384", typ: "logout+jwt" });
    expect(claims).toEqual({
      iss: server.issuer,
      aud: client.clientId,
      sub,
      sid,
      iat: expect.any(Number),
      jti: expect.any(String),
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    await expect(verifyJwt(server, jwt, client.clientId)).resolves.toBeDefined();
  });

  test("is sent to every application of the browser session, without sid if the application does not require it", async (context) => {
    valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");
    const otherClient = valueOrSkip(server.otherClient, context, "CONTRACT_OTHER_CLIENT_ID");
    const { browser, tokens } = await signIn(server, { user: server.users.bob });
    await authorize(server, { browser, client: otherClient });
    const { sid, sub } = idTokenClaims(tokens);

    await endSession(server, browser, destination);

    await logoutToken("/client", "sid", sid, context);
    const { claims } = await logoutToken("/other", "sub", sub, context);
    expect(claims).toMatchObject({ aud: otherClient.clientId });
    expect(claims).not.toHaveProperty("sid");
  });

  test("is not sent when a refresh token is revoked, but once at the sign-out afterwards", async (context) => {
    valueOrSkip(server.receiver, context, "CONTRACT_BACKCHANNEL_PORT");
    const { browser, tokens } = await signIn(server);
    const { sid } = idTokenClaims(tokens);

    await post(`${server.issuer}/token/revocation`, client, { token: tokens.refresh_token ?? "" });
    await endSession(server, browser, destination);

    await logoutToken("/client", "sid", sid, context);
    const received = await receivedOn("/client", context);
    expect(received.filter(({ claims }) => claims.sid === sid)).toHaveLength(1);
  });
});
