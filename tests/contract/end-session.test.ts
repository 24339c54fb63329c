import { describe, expect, test } from "vitest";
import { present, readAnswer } from "./answers";
import { authorize, visitAuthorization } from "./authorization";
import { Browser } from "./drivers/browser";
import { endSession, endSessionUrl } from "./end-session";
import { sharedServer } from "./server";
import { refresh, signIn, userinfo } from "./tokens";

const server = sharedServer();
const { client } = server;
const destination = {
  client_id: client.clientId,
  post_logout_redirect_uri: client.postLogoutRedirectUri,
};

/** Whether the browser still has a session at the server. */
async function isSignedIn(browser: Browser): Promise<boolean> {
  const { landing } = await visitAuthorization(server, { browser, prompt: "none" });
  return landing.url.searchParams.has("code");
}

describe("the end-session page", () => {
  test("is a form that only its script sends: nothing to click, nothing without JavaScript", async () => {
    const { browser } = await authorize(server);

    const { status, body } = await readAnswer(
      await browser.fetch(endSessionUrl(server, destination)),
    );

    expect(status).toBe(200);
    expect(body).toMatch(/<form[^>]+method="post"/i);
    expect(body).toMatch(/<script|onload=/i);
    expect(body).not.toMatch(/<noscript|<button|type="submit"/i);
  });

  test("ends nothing as long as its form is not sent", async () => {
    const { browser } = await authorize(server);

    await browser.fetch(endSessionUrl(server, destination));

    expect(await isSignedIn(browser)).toBe(true);
  });

  test("ends nothing for a server that fetches it without the browser's cookies", async () => {
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

  test("by client_id alone leads to the post-logout redirect URI with state", async () => {
    const { browser } = await authorize(server);

    const { url } = await endSession(server, browser, { ...destination, state: "a state" });

    expect(url.searchParams.get("state")).toBe("a state");
    expect(url.href.split("?")[0]).toBe(client.postLogoutRedirectUri);
  });

  test("by id_token_hint alone leads there too", async () => {
    const { browser, tokens } = await signIn(server);

    const { url } = await endSession(server, browser, {
      id_token_hint: present(tokens.id_token, "an id_token"),
      post_logout_redirect_uri: client.postLogoutRedirectUri,
    });

    expect(url.href).toBe(client.postLogoutRedirectUri);
  });

  test("without a session leads there too", async () => {
    const { url } = await endSession(server, new Browser(), { ...destination, state: "x" });

    expect(url.href).toBe(`${client.postLogoutRedirectUri}?state=x`);
  });

  test("leads to no unregistered URI: 400", async () => {
    const { browser } = await authorize(server);
    const parameters = { ...destination, post_logout_redirect_uri: "https://evil.example/" };

    const response = await browser.fetch(endSessionUrl(server, parameters));

    expect(response.status).toBe(400);
  });

  test("leads nowhere without client_id and id_token_hint", async () => {
    const { browser } = await authorize(server);

    const { response } = await endSession(server, browser, {
      post_logout_redirect_uri: client.postLogoutRedirectUri,
    });

    expect(response, "a page instead of a redirect").toBeDefined();
  });

  test("revokes no grant that has offline_access", async () => {
    const session = await signIn(server);

    await endSession(server, session.browser, destination);

    expect(await refresh(server, session)).toMatchObject({ status: 200 });
    expect(await userinfo(server, session.tokens.access_token)).toMatchObject({ status: 200 });
  });
});
