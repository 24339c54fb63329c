import { describe, expect, test } from "vitest";
import { decodeJwt } from "jose";
import { z } from "zod";
import { authorize, visitAuthorization } from "./authorization";
import { readResponse, tokensIn } from "./responses";
import { serverUnderTest, type Skip } from "./server";
import { idTokenClaims, refresh, signIn } from "./tokens";

const server = serverUnderTest();
const classes = ["urn:logto:acr:1fa", "urn:logto:acr:mfa"];

/** The classes that discovery lists. Before Logto 1.46 there are none, and the test is skipped. */
async function supported(context: Skip): Promise<string[]> {
  const response = await readResponse(
    await fetch(`${server.issuer}/.well-known/openid-configuration`),
  );
  const { acr_values_supported: values } = z
    .object({ acr_values_supported: z.array(z.string()).optional() })
    .parse(response.body);
  return values ?? context.skip("this Logto has no step-up (before 1.46)");
}

const request = (acr_values: string) => ({
  prompt: "consent",
  scope: "openid offline_access",
  parameters: { acr_values },
});

describe("step-up [D]", () => {
  test("discovery lists the classes of an authentication", async (context) => {
    expect(await supported(context)).toEqual(classes);
  });

  test("the id_token says how and when a user with a password signed in, also after a refresh", async (context) => {
    await supported(context);
    const session = await signIn(server, { prompt: "consent", scope: "openid offline_access" });

    const { acr, amr, auth_time } = idTokenClaims(session.tokens);

    expect({ acr, amr }).toEqual({ acr: classes[0], amr: ["pwd"] });
    expect(auth_time).toEqual(expect.any(Number));
    expect(idTokenClaims(tokensIn(await refresh(server, session)))).toMatchObject({
      ...{ acr, amr, auth_time },
    });
  });

  test("an access token for an API resource says the same", async (context) => {
    await supported(context);
    const resource = server.resources.shopping;
    const session = await signIn(server, {
      prompt: "consent",
      scope: "openid offline_access",
      resource,
    });

    const tokens = tokensIn(await refresh(server, session, { resource }));

    const { acr, amr, auth_time } = idTokenClaims(session.tokens);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ acr, amr, auth_time });
  });

  test("a session that satisfies one of the requested classes shows no page", async (context) => {
    await supported(context);
    const { browser } = await signIn(server);

    const { landing } = await visitAuthorization(server, {
      browser,
      ...request(`${classes[1]} ${classes[0]}`),
    });

    expect(landing.response).toBeUndefined();
    expect(landing.url.searchParams.has("code")).toBe(true);
  });

  test("a session without a second factor shows a page if one is requested", async (context) => {
    await supported(context);
    const { browser } = await signIn(server);

    const { landing } = await visitAuthorization(server, { browser, ...request(classes[1] ?? "") });

    expect(landing.response?.status).toBe(200);
  });

  test("a request for an unknown class fails, with a session or without", async (context) => {
    await supported(context);

    const { callback } = await authorize(server, request("urn:logto:acr:2fa"));

    expect(callback.get("error")).toBe("unmet_authentication_requirements");
  });
});
