import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { seedPassword } from "../src/seed";
import type { StandIn } from "../src/server";
import { Browser } from "./contract/drivers/browser";
import { formsOf, type Form } from "./contract/drivers/html";
import { authorizationUrl, devClient, redirectUri, start } from "./start";
import { temporaryFolder } from "./temporary-folder";

/** Of an application that may renew its tokens. */
const authorization = (issuer: string, parameters: Record<string, string> = {}) =>
  authorizationUrl(issuer, {
    scope: "openid offline_access",
    prompt: "consent",
    ...parameters,
  });

/** Opens the form for signing in, or with `first_screen=register` the one for registering. */
async function openForm(
  { issuer }: StandIn,
  browser: Browser,
  parameters?: Record<string, string>,
): Promise<Form> {
  const { url, response } = await browser.follow(authorization(issuer, parameters), redirectUri);
  const form = formsOf((await response?.text()) ?? "", url).find(
    ({ passwordField }) => passwordField,
  );
  if (!form) throw new Error(`no form at ${url.href}`);
  return form;
}

function requestToken({ issuer }: StandIn, parameters: Record<string, string>): Promise<Response> {
  const { clientId: client_id, clientSecret: client_secret } = devClient;
  return fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id, client_secret, ...parameters }),
  });
}

const refresh = (identity: StandIn, refresh_token: string) =>
  requestToken(identity, { grant_type: "refresh_token", refresh_token });

async function signIn(identity: StandIn, browser = new Browser()): Promise<string> {
  const form = await openForm(identity, browser);
  const response = await browser.submit(form.action, {
    identifier: "alice",
    password: seedPassword,
  });
  const { url } = await browser.followFrom(form.action, response, redirectUri);
  const code = url.searchParams.get("code") ?? "";
  const tokenResponse = await requestToken(identity, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
  });
  return z.object({ refresh_token: z.string() }).parse(await tokenResponse.json()).refresh_token;
}

describe("the sign-in page", () => {
  it("still shows the username after a wrong password, but not the password", async () => {
    const identity = await start();
    const browser = new Browser();
    const { action } = await openForm(identity, browser);

    const page = await (
      await browser.submit(action, { identifier: "a<b", password: "not-the-one" })
    ).text();

    expect(page).toContain('value="a&lt;b"');
    expect(page).toContain("password is wrong");
    expect(page).not.toContain("not-the-one");
  });

  it("shows a message that a sign-in has expired", async () => {
    const identity = await start();
    const { action } = await openForm(identity, new Browser());

    const response = await fetch(action, {
      method: "POST",
      body: new URLSearchParams({ identifier: "alice" }),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("This sign-in has expired");
  });

  it("rejects a suspended user", async () => {
    const identity = await start();
    await identity.control.changeUser("alice", { suspended: true });
    const browser = new Browser();
    const { action } = await openForm(identity, browser);

    const response = await browser.submit(action, { identifier: "alice", password: seedPassword });

    expect(await response.text()).toContain("This account is suspended.");
  });
});

describe("creating an account", () => {
  it.each([
    [
      "a username that is taken",
      { username: "alice", password: "long-enough" },
      "The username alice is taken.",
    ],
    [
      "a password that is too short",
      { username: "dora", password: "short" },
      "The password is too short",
    ],
    ["a missing username", { password: "long-enough" }, "A username"],
    [
      "an invalid e-mail address",
      { username: "dora", password: "long-enough", email: "dora@" },
      "not an e-mail",
    ],
  ])("rejects %s", async (_case, fields, message) => {
    const identity = await start();
    const browser = new Browser();
    const { action } = await openForm(identity, browser, { first_screen: "register" });

    const response = await browser.submit(action, fields);

    expect(response.status).toBe(422);
    expect((await response.text()).replaceAll("&#39;", "'")).toContain(message);
  });

  it("signs in to the new account, and stores its password as a hash", async () => {
    const dataFile = join(temporaryFolder(), "identity.json");
    const identity = await start({ dataFile });
    const browser = new Browser();
    const { action } = await openForm(identity, browser, { first_screen: "register" });

    const response = await browser.submit(action, {
      username: "dora",
      password: "correct-horse-9",
    });
    const { url } = await browser.followFrom(action, response, redirectUri);
    await identity.close();

    expect(url.searchParams.get("code")).toBeTruthy();
    const stored = readFileSync(dataFile, "utf8");
    expect(stored).toContain('"username":"dora"');
    expect(stored).not.toContain("correct-horse-9");
  });
});

describe("the data file", () => {
  let folder: string;
  beforeEach(() => void (folder = temporaryFolder()));

  it("preserves refresh tokens and the session of the browser across a restart", async () => {
    const dataFile = join(folder, "identity.json");
    const before = await start({ dataFile });
    const browser = new Browser();
    const refreshToken = await signIn(before, browser);
    await before.close();

    const after = await start({ dataFile, port: before.port });

    expect((await refresh(after, refreshToken)).status).toBe(200);
    const { url } = await browser.follow(authorization(after.issuer), redirectUri);
    expect(url.searchParams.get("code")).toBeTruthy();
    expect(readdirSync(folder)).toEqual(["identity.json"]);
  });

  it("is replaced if it is unreadable, with one warning", async () => {
    const dataFile = join(folder, "identity.json");
    writeFileSync(dataFile, '{"version":1,"users":[');
    const warn = vi.spyOn(console, "warn").mockReturnValue();

    const identity = await start({ dataFile });

    expect(await signIn(identity)).toBeTruthy();
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("unreadable"));
    warn.mockRestore();
  });
});

describe("the control endpoint", () => {
  it("does not exist unless it is enabled", async () => {
    const identity = await start({ control: false });

    expect((await fetch(`${identity.endpoint}/control/users`)).status).toBe(404);
  });

  it("reports an invalid setting", async () => {
    const identity = await start();

    await expect(identity.control.change({ graceInterval: -1 })).rejects.toThrow(
      /responded 400: {"message":".*graceInterval/,
    );
  });

  it("counts requests by endpoint and grant type, including those with a fault", async () => {
    const identity = await start();
    const refreshToken = await signIn(identity);
    await identity.control.forgetRequests();
    await identity.control.inject({ endpoint: "token", when: "before", kind: "status", times: 1 });

    await refresh(identity, refreshToken);
    await refresh(identity, refreshToken);

    const expected = { total: 2, byEndpoint: { token: 2 }, byGrant: { refresh_token: 2 } };
    expect(await identity.control.requests()).toEqual(expected);
  });

  it.each([
    ["before", "does not process the request", 200],
    ["after", "processes the request, but breaks the response", 400],
  ] as const)("with the fault %s, %s", async (when, _effect, replayStatus) => {
    const identity = await start();
    await identity.control.change({ rotation: "always", graceInterval: 0 });
    const refreshToken = await signIn(identity);
    await identity.control.inject({ endpoint: "token", when, kind: "drop", times: 1 });

    await expect(refresh(identity, refreshToken)).rejects.toThrow("fetch failed");

    await identity.control.change({ clockSkew: 1 });
    expect((await refresh(identity, refreshToken)).status).toBe(replayStatus);
  });

  it.each(["truncated", "html"] as const)(
    "returns a body that is not JSON for the fault %s",
    async (kind) => {
      const identity = await start();
      const refreshToken = await signIn(identity);
      await identity.control.inject({ endpoint: "token", when: "after", kind });

      const response = await refresh(identity, refreshToken);

      expect(response.status).toBe(200);
      await expect(response.json()).rejects.toThrow(SyntaxError);
    },
  );

  it("applies a fault for one grant type to no other", async () => {
    const identity = await start();
    const refreshToken = await signIn(identity);
    const grant = "authorization_code";
    await identity.control.inject({ endpoint: "token", grant, when: "before", kind: "status" });

    expect((await refresh(identity, refreshToken)).status).toBe(200);
  });
});

it("fails with EADDRINUSE if the port is in use", async () => {
  const { port } = await start();

  await expect(start({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
