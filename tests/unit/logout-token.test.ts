import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LogtoError } from "@/lib/logto/errors";
import { verifyLogoutToken } from "@/lib/logto/logout-token";
import { logoutEvent, newKey, startLogoutIssuer, type LogoutIssuer } from "./logout-issuer";

let issuer: LogoutIssuer;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  issuer = await startLogoutIssuer();
});

afterEach(() => {
  vi.useRealTimers();
});

const verify = (logoutToken: string) => verifyLogoutToken(issuer.client, logoutToken);
const keyRequests = () => issuer.requests.filter((path) => path === "jwks").length;
const seconds = () => Math.floor(Date.now() / 1000);

describe("a valid logout token", () => {
  const subject = { subject: "k3v9t2m8qx1a" };
  const session = { logtoSessionId: "a session at Logto" };

  test.each<[string, Record<string, unknown>, object]>([
    ["with sub and sid", {}, { ...subject, ...session }],
    ["with sub alone", { sid: undefined }, subject],
    ["with sid alone", { sub: undefined }, session],
  ])("%s identifies the ended session", async (_, changes, identified) => {
    const claims = issuer.claims(changes);
    expect(await verify(await issuer.sign(claims))).toEqual({
      ...identified,
      jti: claims.jti,
      issuedAt: claims.iat,
    });
  });

  test.each<[string, () => Record<string, unknown>]>([
    ["has no exp, as Logto's tokens", () => ({ exp: undefined })],
    ["has not expired", () => ({ exp: seconds() + 120 })],
    ["expired half a minute ago, within the clock tolerance", () => ({ exp: seconds() - 30 })],
    ["was issued five minutes ago", () => ({ iat: seconds() - 300 })],
    ["was issued by a clock that is ten minutes ahead", () => ({ iat: seconds() + 600 })],
    ["was issued by a clock that is nearly an hour ahead", () => ({ iat: seconds() + 3_590 })],
    ["was issued by a clock that is nearly an hour behind", () => ({ iat: seconds() - 3_590 })],
    [
      "expires soon, by a clock that is ten minutes behind",
      () => ({ iat: seconds() - 600, exp: seconds() - 480 }),
    ],
    ["becomes valid now, by a clock that is ten minutes ahead", () => ({ nbf: seconds() + 600 })],
    ["is for several clients", () => ({ aud: ["another", "app"] })],
    [
      "contains other events, too",
      () => ({ events: { [logoutEvent]: {}, "https://event.test": {} } }),
    ],
    ["has members in its event", () => ({ events: { [logoutEvent]: { reason: "suspended" } } })],
    ["has unknown claims", () => ({ "https://claim.test": [1] })],
  ])("may be one that %s", async (_, changes) => {
    expect(await verify(await issuer.sign(changes()))).toMatchObject(subject);
  });

  test.each(["application/logout+jwt", "Logout+JWT"])(
    "may have the typ %s (RFC 7515 §4.1.9)",
    async (typ) => {
      expect(await verify(await issuer.sign({}, { header: { typ } }))).toMatchObject(subject);
    },
  );

  test("may be signed with another algorithm that the issuer advertises", async () => {
    issuer.metadata = { id_token_signing_alg_values_supported: ["RS256"] };
    issuer.key = await newKey("RS256");
    expect(await verify(await issuer.sign({}, { header: { alg: "RS256" } }))).toMatchObject(
      subject,
    );
  });
});

describe("the issuer's keys", () => {
  test("are fetched once for parallel verifications", async () => {
    const logoutTokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign()));
    await Promise.all(logoutTokens.map(verify));
    expect(keyRequests()).toBe(1);
  });

  test("are fetched again for an unknown key id, after which the old key is rejected", async () => {
    const old = await issuer.sign();
    await verify(old);
    await issuer.rotate();
    vi.setSystemTime(Date.now() + 31_000);
    expect(await verify(await issuer.sign())).toMatchObject({
      logtoSessionId: "a session at Logto",
    });
    expect(keyRequests()).toBe(2);
    await expect(verify(old)).rejects.toMatchObject({ code: "kid" });
  });

  test("are not fetched again for each of a hundred made-up key ids", async () => {
    await verify(await issuer.sign());
    const forged = await Promise.all(
      Array.from({ length: 100 }, (_, kid) => issuer.sign({}, { header: { kid: String(kid) } })),
    );
    const results = await Promise.allSettled(forged.map(verify));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(100);
    expect(keyRequests()).toBe(1);
  });

  const failures: [string, number, (response: ServerResponse) => unknown][] = [
    ["503", 2, (response) => response.writeHead(503).end()],
    ["404", 1, (response) => response.writeHead(404).end()],
    ["a web page", 2, (response) => response.end("<!doctype html><h1>Gateway</h1>")],
    ["JSON without keys", 1, (response) => response.end("{}")],
    ["a dropped connection", 2, (response) => response.destroy()],
  ];

  test.each(failures)(
    "that fail with %s are reported as unavailable, not as an invalid token",
    async (_, times, respond) => {
      issuer.respondToKeys = respond;
      const logoutToken = await issuer.sign();
      const failure = verify(logoutToken);
      await expect(failure).rejects.toBeInstanceOf(LogtoError);
      await expect(failure).rejects.toMatchObject({ code: "unavailable" });
      expect(keyRequests()).toBe(times);
      issuer.respondToKeys = undefined;
      expect(await verify(logoutToken)).toMatchObject({ logtoSessionId: "a session at Logto" });
    },
  );

  test("that arrive at the second attempt are used", async () => {
    issuer.respondToKeys = (response) => {
      issuer.respondToKeys = undefined;
      response.destroy();
    };
    expect(await verify(await issuer.sign())).toMatchObject({
      logtoSessionId: "a session at Logto",
    });
  });

  test("of an unreachable issuer are reported as unavailable", async () => {
    const client = { ...issuer.client, issuer: "http://127.0.0.1:1/oidc" };
    await expect(verifyLogoutToken(client, await issuer.sign())).rejects.toMatchObject({
      name: "LogtoError",
      code: "unavailable",
    });
  });
});
