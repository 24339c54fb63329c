import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { codePolicy, fixedLifetimes } from "@/dev/identity/settings";
import { devClient } from "@/dev/identity/seed";
import {
  startIdentity,
  type Identity,
  type IdentityOptions,
  type Mail,
} from "@/dev/identity/server";
import { VerificationCodes } from "@/dev/identity/verification-codes";
import { Browser } from "../contract/drivers/browser";
import { formsOf } from "../contract/drivers/html";
import { temporaryFolder } from "./temporary-folder";

const redirectUri = "http://localhost:4180/callback";

/** A stand-in with the mails that it handed on. */
async function start(
  options: Partial<IdentityOptions> = {},
): Promise<{ identity: Identity; mails: Mail[] }> {
  const mails: Mail[] = [];
  const client = { ...devClient, redirectUris: [redirectUri], postLogoutRedirectUris: [] };
  const onMail = (mail: Mail) => void mails.push(mail);
  const identity = await startIdentity({
    port: 0,
    clients: [client],
    control: true,
    onMail,
    ...options,
  });
  onTestFinished(() => identity.close());
  return { identity, mails };
}

async function control({ endpoint }: Identity, method: string, path: string, body?: object) {
  const response = await fetch(`${endpoint}/control/${path}`, {
    method,
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return z.unknown().parse(text ? JSON.parse(text) : undefined);
}

const letTimePass = (identity: Identity, seconds: number) =>
  control(identity, "PATCH", "settings", { clockSkew: seconds });

/** A page as a person sees it, or where the browser was sent with a code. */
interface Shown {
  status: number;
  text: string;
  callback?: URLSearchParams;
}

/** A person at the sign-in page of a stand-in, in a browser that runs no script. */
class Visitor {
  readonly #browser: Browser;
  readonly #interaction: URL;

  private constructor(browser: Browser, interaction: URL) {
    this.#browser = browser;
    this.#interaction = interaction;
  }

  static async at({ issuer }: Identity, parameters: Record<string, string> = {}): Promise<Visitor> {
    const url = new URL(`${issuer}/auth`);
    const request = {
      client_id: devClient.clientId,
      redirect_uri: redirectUri,
      response_type: "code",
    };
    const asked = { scope: "openid profile email", prompt: "login", ...request, ...parameters };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    const browser = new Browser();
    const landing = await browser.follow(url, redirectUri);
    return new Visitor(browser, landing.url);
  }

  get address(): URL {
    return this.#interaction;
  }

  async open(screen: string): Promise<Shown> {
    const url = new URL(`?screen=${screen}`, this.#interaction);
    return this.#see(url, await this.#browser.fetch(url));
  }

  async post(step: string, fields: Record<string, string> = {}): Promise<Shown> {
    const url = new URL(`${this.#interaction.pathname}/${step}`, this.#interaction);
    return this.#see(url, await this.#browser.submit(url, fields));
  }

  /** Sends the form that asks for a code. `purpose`: `sign-in` or `register`. */
  ask(email: string, purpose = "sign-in"): Promise<Shown> {
    return this.post(`email-${purpose}`, { email });
  }

  type(code: string): Promise<Shown> {
    return this.post("code", { code });
  }

  async #see(from: URL, answer: Response): Promise<Shown> {
    const { url, response } = await this.#browser.followFrom(from, answer, redirectUri);
    if (!response) return { status: 303, text: "", callback: url.searchParams };
    const text = (await response.text()).replaceAll("&#39;", "'").replaceAll(/\s+/g, " ");
    return { status: response.status, text };
  }
}

/** The code of the newest mail. */
const newestCode = (mails: Mail[]) => /^\d{6}$/m.exec(mails.at(-1)?.text ?? "")?.[0] ?? "";
const otherThan = (code: string) => (code === "000000" ? "111111" : "000000");

const tokenResponse = z.object({ access_token: z.string(), id_token: z.string() });

/** The claims that a sign-in gave the application. */
async function claimsOf({ issuer }: Identity, { callback }: Shown) {
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

const idOf = async (identity: Identity, name: string) =>
  z.object({ id: z.string() }).parse(await control(identity, "GET", `users/${name}`)).id;

describe("signing in with a code sent by e-mail", () => {
  it("signs in the account with that address", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);

    const page = await visitor.ask("bob@example.com");
    const shown = await visitor.type(newestCode(mails));

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

  it("takes an address in upper and lower case for one", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask(" Bob@EXAMPLE.com ");

    const shown = await visitor.type(newestCode(mails));

    expect(await claimsOf(identity, shown)).toMatchObject({ sub: await idOf(identity, "bob") });
  });

  it("reads a code that was copied with spaces", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");

    const shown = await visitor.type(` ${newestCode(mails).replace(/^.../, "$& ")} `);

    expect(shown.callback?.get("code")).toBeTruthy();
  });

  it("refuses a suspended person, once the address is proven", async () => {
    const { identity, mails } = await start();
    await control(identity, "PATCH", "users/bob", { suspended: true });
    const visitor = await Visitor.at(identity);

    const before = await visitor.ask("bob@example.com");
    const after = await visitor.type(newestCode(mails));

    expect(before.text).not.toContain("suspended");
    expect(after).toMatchObject({
      status: 422,
      text: expect.stringContaining("This account is suspended."),
    });
  });

  it("refuses what is no address, and keeps it in the form", async () => {
    const { identity, mails } = await start();

    const shown = await (await Visitor.at(identity)).ask("bob at example");

    expect(shown).toMatchObject({
      status: 422,
      text: expect.stringContaining("This is not an e-mail address."),
    });
    expect(shown.text).toContain('value="bob at example"');
    expect(mails).toEqual([]);
  });
});

describe("a code", () => {
  it("that is wrong is refused, and the right one still signs in", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");
    const code = newestCode(mails);

    const refused = await visitor.type(otherThan(code));

    expect(refused).toMatchObject({
      status: 422,
      text: expect.stringContaining("The code is wrong."),
    });
    expect((await visitor.type(code)).callback?.get("code")).toBeTruthy();
  });

  it.each([
    ["is good to the end of its 10 minutes", 599, true],
    ["has expired after its 10 minutes", 601, false],
  ])("%s", async (_case, seconds, isGood) => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");
    await letTimePass(identity, seconds);

    const shown = await visitor.type(newestCode(mails));

    expect(shown.callback !== undefined).toBe(isGood);
    expect(shown.text.includes("The code has expired.")).toBe(!isGood);
  });

  it("is refused after ten wrong ones, until a new one is asked for", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");
    const code = newestCode(mails);
    for (let tries = 0; tries < 10; tries++) {
      expect((await visitor.type(otherThan(code))).text).toContain("The code is wrong.");
    }

    const refused = await visitor.type(code);
    await visitor.post("resend");

    expect(refused.text).toContain("There were too many wrong codes.");
    expect((await visitor.type(newestCode(mails))).callback?.get("code")).toBeTruthy();
  });

  it("no longer works once a newer one was asked for", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");
    const older = newestCode(mails);
    do await visitor.post("resend");
    while (newestCode(mails) === older);

    const page = await visitor.open("code");
    const refused = await visitor.type(older);

    expect(page.text).toContain("We sent a new code");
    expect(refused.text).toContain("The code is wrong.");
    expect((await visitor.type(newestCode(mails))).callback?.get("code")).toBeTruthy();
  });

  it("works once", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("new@example.net");
    await visitor.type(newestCode(mails));

    const again = await visitor.type(newestCode(mails));

    expect(again).toMatchObject({ status: 422, text: expect.stringContaining("was used already") });
  });

  it("is of no use before it was asked for", async () => {
    const { identity } = await start();

    const shown = await (await Visitor.at(identity)).type("123456");

    expect(shown).toMatchObject({
      status: 422,
      text: expect.stringContaining("No code was sent."),
    });
  });

  it("works only in the browser that asked for it", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("bob@example.com");
    const code = newestCode(mails);
    const other = await Visitor.at(identity);

    const atTheirOwn = await other.type(code);
    const atOurs = await new Browser().submit(`${visitor.address.href}/code`, { code });

    expect(atTheirOwn.text).toContain("No code was sent.");
    expect(atOurs.status).toBe(400);
    expect((await visitor.type(code)).callback?.get("code")).toBeTruthy();
  });

  it("goes to one address ten times in ten minutes at most", async () => {
    const { identity, mails } = await start();
    for (let sent = 0; sent < 10; sent++) await (await Visitor.at(identity)).ask("Bob@example.com");
    const visitor = await Visitor.at(identity);

    const refused = await visitor.ask("bob@example.com");
    await letTimePass(identity, 601);
    const accepted = await visitor.ask("bob@example.com");

    expect(refused).toMatchObject({ status: 429, text: expect.stringContaining("Too many codes") });
    expect(accepted.status).toBe(200);
    expect(mails).toHaveLength(11);
  });
});

describe("an address without an account", () => {
  it("is treated as one with an account, until it is proven", async () => {
    const { identity, mails } = await start();

    const known = await (await Visitor.at(identity)).ask("bob@example.com");
    const unknown = await (await Visitor.at(identity)).ask("new@example.net");

    const blank = (text: string) =>
      text
        .replaceAll(/interaction\/[\w-]+/g, "")
        .replaceAll(/bob@example.com|new@example.net/g, "");
    expect(unknown.status).toBe(known.status);
    expect(blank(unknown.text)).toBe(blank(known.text));
    expect(mails.map(({ to }) => to)).toEqual(["bob@example.com", "new@example.net"]);
  });

  it("is offered one at sign-in, with the address verified, and without name, username and password", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("New@example.net");

    const offer = await visitor.type(newestCode(mails));
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

  it("gets none unless it is proven", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("new@example.net");

    const shown = await visitor.post("account");

    expect(shown).toMatchObject({ status: 422, text: expect.stringContaining("not verified yet") });
    await expect(control(identity, "GET", "users/new@example.net")).rejects.toThrow("404");
  });
});

describe("registering with a code sent by e-mail", () => {
  it("creates an account and signs in", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity, { first_screen: "register" });
    await visitor.ask("new@example.net", "register");

    const shown = await visitor.type(newestCode(mails));

    expect(mails.at(-1)?.text).toContain("create an account");
    expect(await claimsOf(identity, shown)).toMatchObject({
      sub: await idOf(identity, "new@example.net"),
      email_verified: true,
    });
  });

  it("offers to sign in where there is an account", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("BOB@example.com", "register");

    const offer = await visitor.type(newestCode(mails));
    const shown = await visitor.post("account");

    expect(offer.text).toContain("has an account already");
    expect(await claimsOf(identity, shown)).toMatchObject({ sub: await idOf(identity, "bob") });
  });

  it("makes an account that no password opens", async () => {
    const { identity, mails } = await start();
    const visitor = await Visitor.at(identity);
    await visitor.ask("new@example.net", "register");
    await visitor.type(newestCode(mails));
    const other = await Visitor.at(identity);

    for (const password of ["", "nobody"]) {
      const shown = await other.post("sign-in", { identifier: "new@example.net", password });
      expect(shown.text).toContain("password is wrong");
    }
  });

  it("makes an account that signs in again after a restart", async () => {
    const dataFile = join(temporaryFolder(), "identity.json");
    const before = await start({ dataFile });
    const visitor = await Visitor.at(before.identity);
    await visitor.ask("new@example.net", "register");
    await visitor.type(newestCode(before.mails));
    const id = await idOf(before.identity, "new@example.net");
    await before.identity.close();

    const after = await start({ dataFile });
    const returning = await Visitor.at(after.identity);
    await returning.ask("new@example.net");
    const shown = await returning.type(newestCode(after.mails));

    expect(await claimsOf(after.identity, shown)).toMatchObject({ sub: id });
  });
});

describe("the pages", () => {
  it("lead from the sign-in page to the code and back by links and forms, without a script", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);
    const linksAndActions = ({ text }: Shown) =>
      [...text.matchAll(/(?:href|action)="([^"]*)"/g)].map(([, path = ""]) =>
        path.split(/[/?]/).at(-1),
      );

    const signIn = await visitor.open("sign-in");
    const register = await visitor.open("register");
    const address = await visitor.open("email-sign-in");
    const code = await visitor.ask("bob@example.com");

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

  it("fill in the address that the application hints at", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity, { login_hint: "bob@example.com" });

    const { text } = await visitor.open("email-sign-in");

    expect(formsOf(text, visitor.address)[0]?.fields).toEqual({ email: "bob@example.com" });
  });

  it("escape the address", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);

    const { text } = await visitor.ask("<b>@example.com");

    expect(text).toContain("&lt;b&gt;@example.com");
  });

  it("tell where the mail is only where somebody takes it", async () => {
    const { identity } = await start();
    const { identity: silent } = await start({ onMail: undefined });

    expect((await (await Visitor.at(identity)).ask("bob@example.com")).text).toContain("terminal");
    expect((await (await Visitor.at(silent)).ask("bob@example.com")).text).not.toContain(
      "terminal",
    );
  });

  it("begin with the address where none was given", async () => {
    const { identity } = await start();
    const visitor = await Visitor.at(identity);

    for (const screen of ["code", "account"]) {
      expect((await visitor.open(screen)).text).toContain("Sign in by e-mail");
    }
    expect((await visitor.post("resend")).text).toContain("Sign in by e-mail");
  });

  it("are none for a step that does not exist", async () => {
    const { identity } = await start();

    expect((await (await Visitor.at(identity)).post("no-such-step")).status).toBe(404);
  });
});

it("shows the mails at the control endpoint, newest last", async () => {
  const { identity, mails } = await start();
  await (await Visitor.at(identity)).ask("bob@example.com");
  await (await Visitor.at(identity)).ask("alice@example.com");

  expect(await control(identity, "GET", "mails")).toEqual(mails);
  expect(mails.map(({ to }) => to)).toEqual(["bob@example.com", "alice@example.com"]);
});

describe("the codes in memory", () => {
  it("are bounded: the oldest make room", () => {
    const codes = new VerificationCodes(() => 0);
    for (let one = 0; one < 1001; one++)
      codes.create(`uid-${one}`, `${one}@example.com`, "sign-in");

    expect(codes.find("uid-0")).toBeUndefined();
    expect(codes.find("uid-1000")).toBeDefined();
  });

  it("go with the interaction that they belong to", () => {
    let now = 0;
    const codes = new VerificationCodes(() => now);
    codes.create("first", "bob@example.com", "sign-in");
    now = (fixedLifetimes.interaction + 1) * 1000;
    codes.create("second", "bob@example.com", "sign-in");

    expect(codes.find("first")).toBeUndefined();
  });

  it("have six digits, zeros in front included", () => {
    const codes = new VerificationCodes(() => 0);
    const made = Array.from({ length: 100 }, (_, one) =>
      codes.create("uid", `${one}@example.com`, "sign-in"),
    );

    expect(codePolicy.digits).toBe(6);
    for (const code of made) expect(code).toMatch(/^\d{6}$/);
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

  expect(await control(identity, "GET", "users")).toMatchObject([{ username: "alice" }]);
});
