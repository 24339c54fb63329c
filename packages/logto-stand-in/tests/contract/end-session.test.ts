import { describe, expect, test } from "vitest";
import { readResponse, required } from "./responses";
import { authorize, visitAuthorization } from "./authorization";
import { Browser } from "./drivers/browser";
import { endSession, endSessionUrl } from "./end-session";
import { serverUnderTest } from "./server";
import { refresh, signIn, userinfo } from "./tokens";

const server = serverUnderTest();
const { client } = server;
const destination = {
  client_id: client.clientId,
  post_logout_redirect_uri: client.postLogoutRedirectUri,
};

/** Returns whether the browser still has a session at the server. */
async function isSignedIn(browser: Browser): Promise<boolean> {
  const { landing } = await visitAuthorization(server, { browser, prompt: "none" });
  return landing.url.searchParams.has("code");
}

describe("the end-session page", () => {
  test("is a form that only its script submits: it has no button and needs JavaScript", async () => {
    const { browser } = await authorize(server);

    const { status, body } = await readResponse(
      await browser.fetch(endSessionUrl(server, destination)),
    );

    expect(status).toBe(200);
    expect(body).toMatch(/<form[^>]+method="post"/i);
    expect(body).toMatch(/<script|onload=/i);
    expect(body).not.toMatch(/<noscript|<button|type="submit"/i);
  });

  test("ends no session until its form is submitted", async () => {
    const { browser } = await authorize(server);

    await browser.fetch(endSessionUrl(server, destination));

    expect(await isSignedIn(browser)).toBe(true);
  });

  test("ends no session if it is fetched without the browser's cookies", async () => {
    const { browser } = await authorize(server);

    await endSession(server, new Browser(), destination);

    expect(await isSignedIn(browser)).toBe(true);
  });
});

describe("signing out", () => {
  test("ends the browser's session", async () => {
    const { browser } = await authorize(server);

    await endSession(server, browser, destination);

    expect(await isSignedIn(browser)).toBe(false);
  });

  test("with client_id alone redirects to the post-logout redirect URI with state", async () => {
    const { browser } = await authorize(server);

    const { url } = await endSession(server, browser, { ...destination, state: "a state" });

    expect(url.searchParams.get("state")).toBe("a state");
    expect(url.href.split("?")[0]).toBe(client.postLogoutRedirectUri);
  });

  test("with id_token_hint alone redirects to the post-logout redirect URI", async () => {
    const { browser, tokens } = await signIn(server);

    const { url } = await endSession(server, browser, {
      id_token_hint: required(tokens.id_token, "an id_token"),
      post_logout_redirect_uri: client.postLogoutRedirectUri,
    });

    expect(url.href).toBe(client.postLogoutRedirectUri);
  });

  test("without a session redirects to the post-logout redirect URI", async () => {
    const { url } = await endSession(server, new Browser(), { ...destination, state: "x" });

    expect(url.href).toBe(`${client.postLogoutRedirectUri}?state=x`);
  });

  test("with an unregistered post-logout redirect URI fails with 400", async () => {
    const { browser } = await authorize(server);
    const parameters = { ...destination, post_logout_redirect_uri: "https://evil.example/" };

    const response = await browser.fetch(endSessionUrl(server, parameters));

    expect(response.status).toBe(400);
  });

  test("without client_id and id_token_hint shows a page instead of a redirect", async () => {
    const { browser } = await authorize(server);

    const { response } = await endSession(server, browser, {
      post_logout_redirect_uri: client.postLogoutRedirectUri,
    });

    expect(response, "a page instead of a redirect").toBeDefined();
  });

  test("does not revoke a grant that has offline_access", async () => {
    const session = await signIn(server);

    await endSession(server, session.browser, destination);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
    expect(await userinfo(server, session.tokens.access_token)).toMatchObject({ status: 200 });
  });
});
