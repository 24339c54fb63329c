import { describe, expect, test } from "vitest";
import { administrationOf } from "./administration";
import { authorize, visitAuthorization } from "./authorization";
import { useOneTimeToken } from "./drivers/one-time-token";
import { required, tokensIn } from "./responses";
import { serverUnderTest } from "./server";
import { exchangeCode, idTokenClaims, signIn } from "./tokens";

const server = serverUnderTest();

/** The address and the text of the first page that an authorization request shows. */
async function firstPage(parameters: Record<string, string>): Promise<string> {
  const { landing } = await visitAuthorization(server, { parameters });
  return `${landing.url.pathname} ${await required(landing.response, "a page").text()}`;
}

async function emailOf(username: keyof typeof server.users): Promise<string> {
  const { tokens } = await signIn(server, { user: server.users[username], scope: "openid email" });
  return String(idTokenClaims(tokens).email);
}

describe("an authorization request [D]", () => {
  test.each([
    ["login_hint", "alice"],
    ["ui_locales", "fr-CA fr en"],
    ["organization_id", "no-such-id"],
    ["direct_sign_in", "social:no-such-connector"],
    ["first_screen", "identifier:sign_in"],
  ])("may have %s, which changes the pages and not the callback", async (name, value) => {
    const { callback } = await authorize(server, { parameters: { [name]: value } });

    expect([...callback.keys()].sort()).toEqual(["code", "iss", "state"]);
  });

  test("with first_screen=register shows the page that creates an account", async () => {
    expect(await firstPage({ first_screen: "register" })).toMatch(
      /^\/register |Create an account<\/h1>/,
    );
  });

  test("with direct_sign_in=social:google leads to Google, if there is such a connector", async () => {
    const page = await firstPage({ direct_sign_in: "social:google" });
    expect(page).toMatch(/^\/direct\/social\/google |Sign in with Google<\/h1>/);
  });
});

describe("a one-time token [D]", () => {
  test("signs in the user whose address is in login_hint", async (context) => {
    const login_hint = await emailOf("alice");
    const one_time_token = await administrationOf(server, context).createOneTimeToken(login_hint);

    const parameters = { login_hint, one_time_token };
    const visit = await visitAuthorization(server, { scope: "openid email", parameters });
    const { callback } = await useOneTimeToken(server, visit, parameters);

    const { email } = idTokenClaims(
      tokensIn(
        await exchangeCode(server, { ...visit, callback: required(callback, "a callback") }),
      ),
    );
    expect(email).toBe(login_hint);
  });

  test.for(["is used again", "is for another address", "was never created"])(
    "is rejected if it %s",
    async (what, context) => {
      const login_hint = await emailOf("alice");
      const { createOneTimeToken } = administrationOf(server, context);
      const address = what === "is for another address" ? await emailOf("bob") : login_hint;
      const created = await createOneTimeToken(address);
      const one_time_token = what === "was never created" ? "0".repeat(32) : created;
      const parameters = { login_hint, one_time_token };
      const use = async () =>
        useOneTimeToken(server, await visitAuthorization(server, { parameters }), parameters);
      if (what === "is used again") await use();

      expect(await use()).toEqual({ status: expect.toSatisfy((status) => status >= 400) });
    },
  );
});
