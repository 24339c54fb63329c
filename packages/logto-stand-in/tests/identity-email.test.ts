import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { codePolicy, fixedLifetimes } from "../src/settings";
import type { StandIn, StandInOptions, Mail } from "../src/server";
import { VerificationCodes } from "../src/verification-codes";
import { Browser } from "./contract/drivers/browser";
import { formsOf } from "./contract/drivers/html";
import { authorizationUrl, devClient, redirectUri, start as startStandIn } from "./start";
import { temporaryFolder } from "./temporary-folder";

/** Starts a stand-in, and collects the e-mails that it sends. */
async function start(options: Partial<StandInOptions> = {}) {
  const mails: Mail[] = [];
  const identity = await startStandIn({ onMail: (mail) => void mails.push(mail), ...options });
  return { identity, control: identity.control, mails };
}

/** The page that a browser shows, or the parameters of the callback that it was redirected to. */
interface Shown {
  status: number;
  text: string;
  callback?: URLSearchParams;
}

/** A visitor at the sign-in page of a stand-in, whose browser runs no script. */
class Visitor {
  readonly #browser: Browser;
  readonly #interaction: URL;

  private constructor(browser: Browser, interaction: URL) {
    this.#browser = browser;
    this.#interaction = interaction;
  }

  static async at({ issuer }: StandIn, parameters: Record<string, string> = {}): Promise<Visitor> {
    const query = { scope: "openid profile email", prompt: "login", ...parameters };
    const browser = new Browser();
    const landing = await browser.follow(authorizationUrl(issuer, query), redirectUri);
    return new Visitor(browser, landing.url);
  }

  get address(): URL {
    return this.#interaction;
  }

  async open(screen: string): Promise<Shown> {
    const url = new URL(`?screen=${screen}`, this.#interaction);
    return this.#show(url, await this.#browser.fetch(url));
  }

  async post(step: string, fields: Record<string, string> = {}): Promise<Shown> {
    const url = new URL(`${this.#interaction.pathname}/${step}`, this.#interaction);
    return this.#show(url, await this.#browser.submit(url, fields));
  }

  /** Submits the form that requests a code. `purpose`: `sign-in` or `register`. */
  requestCode(email: string, purpose = "sign-in"): Promise<Shown> {
    return this.post(`email-${purpose}`, { email });
  }

  enterCode(code: string): Promise<Shown> {
    return this.post("code", { code });
  }

  async #show(from: URL, received: Response): Promise<Shown> {
    const { url, response } = await this.#browser.followFrom(from, received, redirectUri);
    if (!response) return { status: 303, text: "", callback: url.searchParams };
    const text = (await response.text()).replaceAll("&#39;", "'").replaceAll(/\s+/g, " ");
    return { status: response.status, text };
  }
}

/** The code in the newest e-mail. */
const newestCode = (mails: Mail[]) => /^\d{6}$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "";
const otherThan = (code: string) => (code === "000000" ? "111111" : "000000");

const tokenResponse = z.object({ access_token: z.string(), id_token: z.string() });

/** The claims of the id_token that the application receives for a sign-in. */
async function claimsOf({ issuer }: StandIn, { callback }: Shown) {
  const { clientId: client_id, clientSecret: client_secret } = devClient;
  const code = callback?.get("code") ?? "";
  const parameters = {
    grant_type: "authorization_code",
    redirect_uri: redirectUri,
    client_id,
    client_secret,
  };
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({ ...parameters, code }),
  });
  return decodeJwt(tokenResponse.parse(await response.json()).id_token);
}

const usersAt = ({ endpoint }: StandIn, path = "") => fetch(`${endpoint}/control/users${path}`);
const idOf = async (identity: StandIn, name: string) =>
  z.object({ id: z.string() }).parse(await (await usersAt(identity, `/${name}`)).json()).id;

describe("signing in with a code sent by e-mail", () => {
  it("signs in to the account with that address", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);

    const page = await visitor.requestCode("bob@example.com");
    const shown = await visitor.enterCode(newestCode(mails));

    expect(page.text).toContain('We sent a code to <span class="address">bob@example.com');
    expect(mails).toEqual([
      {
        to: "bob@example.com",
        subject: expect.any(String),
        text: expect.stringContaining("10 minutes"),
      },
    ]);
    expect(await claimsOf(identity, shown)).toMatchObject({
      sub: await idOf(identity, "bob"),
      email: "bob@example.com",
      email_verified: true,
    });
  });

  it("ignores the case of an address", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode(" Bob@EXAMPLE.com ");

    const shown = await visitor.enterCode(newestCode(mails));

    expect(await claimsOf(identity, shown)).toMatchObject({ sub: await idOf(identity, "bob") });
  });

  it("accepts a code that was copied with spaces", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");

    const shown = await visitor.enterCode(` ${newestCode(mails).replace(/^.../, "$& ")} `);

    expect(shown.callback?.get("code")).toBeTruthy();
  });

  it("rejects a suspended user once the address is verified", async () => {
    const { identity, control, mails } = await start();
    await control.changeUser("bob", { suspended: true });
    const visitor = await Visitor.at(identity);

    const before = await visitor.requestCode("bob@example.com");
    const after = await visitor.enterCode(newestCode(mails));

    expect(before.text).not.toContain("suspended");
    expect(after).toMatchObject({
      status: 422,
      text: expect.stringContaining("This account is suspended."),
    });
  });

  it("rejects an invalid address, and leaves it in the form", async () => {
    const { identity, mails } = await start();

    const shown = await (await Visitor.at(identity)).requestCode("bob at example");

    expect(shown).toMatchObject({
      status: 422,
      text: expect.stringContaining("This is not an e-mail address."),
    });
    expect(shown.text).toContain('value="bob at example"');
    expect(mails).toEqual([]);
  });
});

describe("a code", () => {
  it("that is wrong is rejected, and the right one still signs in", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");
    const code = newestCode(mails);

    const rejected = await visitor.enterCode(otherThan(code));

    expect(rejected).toMatchObject({
      status: 422,
      text: expect.stringContaining("The code is wrong."),
    });
    expect((await visitor.enterCode(code)).callback?.get("code")).toBeTruthy();
  });

  it.each([
    ["is valid to the end of its 10 minutes", 599, true],
    ["has expired after its 10 minutes", 601, false],
  ])("%s", async (_case, seconds, isValid) => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");
    await identity.control.change({ clockSkew: seconds });

    const shown = await visitor.enterCode(newestCode(mails));

    expect(shown.callback !== undefined).toBe(isValid);
    expect(shown.text.includes("The code has expired.")).toBe(!isValid);
  });

  it("is rejected after ten wrong ones, until a new one is requested", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");
    const code = newestCode(mails);
    for (let tries = 0; tries < 10; tries++) {
      expect((await visitor.enterCode(otherThan(code))).text).toContain("The code is wrong.");
    }

    const rejected = await visitor.enterCode(code);
    await visitor.post("resend");

    expect(rejected.text).toContain("There were too many wrong codes.");
    expect((await visitor.enterCode(newestCode(mails))).callback?.get("code")).toBeTruthy();
  });

  it("no longer works once a newer one was requested", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");
    const older = newestCode(mails);
    do await visitor.post("resend");
    while (newestCode(mails) === older);

    const page = await visitor.open("code");
    const rejected = await visitor.enterCode(older);

    expect(page.text).toContain("We sent a new code");
    expect(rejected.text).toContain("The code is wrong.");
    expect((await visitor.enterCode(newestCode(mails))).callback?.get("code")).toBeTruthy();
  });

  it("works once", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("new@example.net");
    await visitor.enterCode(newestCode(mails));

    const again = await visitor.enterCode(newestCode(mails));

    expect(again).toMatchObject({ status: 422, text: expect.stringContaining("was used already") });
  });

  it("does not work before one was requested", async () => {
    const { identity } = await start();

    const shown = await (await Visitor.at(identity)).enterCode("123456");

    expect(shown).toMatchObject({
      status: 422,
      text: expect.stringContaining("No code was sent."),
    });
  });

  it("works only in the browser that requested it", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("bob@example.com");
    const code = newestCode(mails);
    const other = await Visitor.at(identity);

    const inOwnInteraction = await other.enterCode(code);
    const inThisInteraction = await new Browser().submit(`${visitor.address.href}/code`, { code });

    expect(inOwnInteraction.text).toContain("No code was sent.");
    expect(inThisInteraction.status).toBe(400);
    expect((await visitor.enterCode(code)).callback?.get("code")).toBeTruthy();
  });

  it("is sent to one address at most ten times in ten minutes", async () => {
    const { identity, mails } = await start();
    for (let sent = 0; sent < 10; sent++)
      await (await Visitor.at(identity)).requestCode("Bob@example.com");
    const visitor = await Visitor.at(identity);

    const rejected = await visitor.requestCode("bob@example.com");
    await identity.control.change({ clockSkew: 601 });
    const accepted = await visitor.requestCode("bob@example.com");

    expect(rejected).toMatchObject({
      status: 429,
      text: expect.stringContaining("Too many codes"),
    });
    expect(accepted.status).toBe(200);
    expect(mails).toHaveLength(11);
  });
});

describe("an address without an account", () => {
  it("looks the same as one with an account until it is verified", async () => {
    const { identity, mails } = await start();

    const existing = await (await Visitor.at(identity)).requestCode("bob@example.com");
    const unknown = await (await Visitor.at(identity)).requestCode("new@example.net");

    const withoutDetails = (text: string) =>
      text
        .replaceAll(/interaction\/[\w-]+/g, "")
        .replaceAll(/bob@example.com|new@example.net/g, "");
    expect(unknown.status).toBe(existing.status);
    expect(withoutDetails(unknown.text)).toBe(withoutDetails(existing.text));
    expect(mails.map(({ to }) => to)).toEqual(["bob@example.com", "new@example.net"]);
  });

  it("can create one at sign-in, with a verified address, but no name, username or password", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("New@example.net");

    const offer = await visitor.enterCode(newestCode(mails));
    const shown = await visitor.post("account");

    expect(offer.text).toContain("There is no account for");
    const claims = await claimsOf(identity, shown);
    expect(claims).toMatchObject({
      email: "New@example.net",
      email_verified: true,
      name: null,
      username: null,
    });
    expect(claims).not.toHaveProperty("preferred_username");
  });

  it("cannot create one before the address is verified", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("new@example.net");

    const shown = await visitor.post("account");

    expect(shown).toMatchObject({ status: 422, text: expect.stringContaining("not verified yet") });
    expect((await usersAt(identity, "/new@example.net")).status).toBe(404);
  });
});

describe("registering with a code sent by e-mail", () => {
  it("creates an account and signs in", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity, { first_screen: "register" });
    await visitor.requestCode("new@example.net", "register");

    const shown = await visitor.enterCode(newestCode(mails));

    expect(mails.at(-1)?.text).toContain("create an account");
    expect(await claimsOf(identity, shown)).toMatchObject({
      sub: await idOf(identity, "new@example.net"),
      email_verified: true,
    });
  });

  it("offers to sign in if there is an account", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("BOB@example.com", "register");

    const offer = await visitor.enterCode(newestCode(mails));
    const shown = await visitor.post("account");

    expect(offer.text).toContain("has an account already");
    expect(await claimsOf(identity, shown)).toMatchObject({ sub: await idOf(identity, "bob") });
  });

  it("creates an account that no password signs in to", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.requestCode("new@example.net", "register");
    await visitor.enterCode(newestCode(mails));
    const other = await Visitor.at(identity);

    for (const password of ["", "nobody"]) {
      const shown = await other.post("sign-in", { identifier: "new@example.net", password });
      expect(shown.text).toContain("password is wrong");
    }
  });

  it("creates an account that can sign in again after a restart", async () => {
    const dataFile = join(temporaryFolder(), "identity.json");
    const before = await start({ dataFile });
    const visitor = await Visitor.at(before.identity);
    await visitor.requestCode("new@example.net", "register");
    await visitor.enterCode(newestCode(before.mails));
    const id = await idOf(before.identity, "new@example.net");
    await before.identity.close();

    const after = await start({ dataFile });
    const returning = await Visitor.at(after.identity);
    await returning.requestCode("new@example.net");
    const shown = await returning.enterCode(newestCode(after.mails));

    expect(await claimsOf(after.identity, shown)).toMatchObject({ sub: id });
  });
});

describe("the pages for signing in by e-mail", () => {
  it("link the sign-in page to the code page and back, without a script", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);
    const linksAndActions = ({ text }: Shown) =>
      [...text.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, path = ""]) =>
        path.split(/[/?]/).at(-1),
      );

    const signIn = await visitor.open("sign-in");
    const register = await visitor.open("register");
    const address = await visitor.open("email-sign-in");
    const code = await visitor.requestCode("bob@example.com");

    expect(linksAndActions(signIn)).toContain("screen=email-sign-in");
    expect(linksAndActions(register)).toContain("screen=email-register");
    expect(linksAndActions(address)).toEqual(
      expect.arrayContaining(["email-sign-in", "screen=sign-in"]),
    );
    expect(linksAndActions(code)).toEqual(
      expect.arrayContaining(["code", "resend", "screen=email-sign-in"]),
    );
    for (const { text } of [signIn, register, address, code]) expect(text).not.toContain("<script");
  });

  it("fill in the address from the login_hint of the application", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity, { login_hint: "bob@example.com" });

    const { text } = await visitor.open("email-sign-in");

    expect(formsOf(text, visitor.address)[0]?.fields).toEqual({ email: "bob@example.com" });
  });

  it("escape the address", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);

    const { text } = await visitor.requestCode("<b>@example.com");

    expect(text).toContain("&lt;b&gt;@example.com");
  });

  it("mention the terminal only if the launcher prints the e-mails", async () => {
    const { identity } = await start();
    const { identity: silent } = await start({ onMail: undefined });

    expect((await (await Visitor.at(identity)).requestCode("bob@example.com")).text).toContain(
      "terminal",
    );
    expect((await (await Visitor.at(silent)).requestCode("bob@example.com")).text).not.toContain(
      "terminal",
    );
  });

  it("start with the address if none was entered", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);

    for (const screen of ["code", "account"]) {
      expect((await visitor.open(screen)).text).toContain("Sign in by e-mail");
    }
    expect((await visitor.post("resend")).text).toContain("Sign in by e-mail");
  });

  it("return 404 for a step that does not exist", async () => {
    const { identity } = await start();

    expect((await (await Visitor.at(identity)).post("no-such-step")).status).toBe(404);
  });
});

it("returns the e-mails at the control endpoint, newest last", async () => {
  const { identity, control, mails } = await start();
  await (await Visitor.at(identity)).requestCode("bob@example.com");
  await (await Visitor.at(identity)).requestCode("alice@example.com");

  expect(await control.mails()).toEqual(mails);
  expect(mails.map(({ to }) => to)).toEqual(["bob@example.com", "alice@example.com"]);
});

describe("the codes in memory", () => {
  it("are limited to 1,000, and the oldest are removed first", () => {
    const codes = new VerificationCodes(() => 0);
    for (let one = 0; one < 1001; one++)
      codes.create(`uid-${one}`, `${one}@example.com`, "sign-in");

    expect(codes.find("uid-0")).toBeUndefined();
    expect(codes.find("uid-1000")).toBeDefined();
  });

  it("are removed with the interaction that they belong to", () => {
    let now = 0;
    const codes = new VerificationCodes(() => now);
    codes.create("first", "bob@example.com", "sign-in");
    now = (fixedLifetimes.interaction + 1) * 1000;
    codes.create("second", "bob@example.com", "sign-in");

    expect(codes.find("first")).toBeUndefined();
  });

  it("have six digits, including leading zeros", () => {
    const codes = new VerificationCodes(() => 0);
    const created = Array.from({ length: 100 }, (_, one) =>
      codes.create("uid", `${one}@example.com`, "sign-in"),
    );

    expect(codePolicy.digits).toBe(6);
    for (const code of created) expect(code).toMatch(/^\d{6}$/);
  });
});

it("loads a data file that was written before there were e-mail codes", async () => {
  const folder = temporaryFolder();
  const dataFile = join(folder, "identity.json");
  const { identity: before } = await start({ dataFile });
  await before.close();
  const stored = z
    .looseObject({
      version: z.literal(1),
      users: z.array(z.looseObject({ username: z.string(), passwordHash: z.string() })),
    })
    .parse(JSON.parse(readFileSync(dataFile, "utf8")));
  mkdirSync(folder, { recursive: true });
  writeFileSync(dataFile, JSON.stringify({ ...stored, users: stored.users.slice(0, 1) }));

  const { identity } = await start({ dataFile });

  expect(await (await usersAt(identity)).json()).toMatchObject([{ username: "alice" }]);
});
