import type { ServerResponse } from "node:http";
import { beforeEach, describe, expect, test } from "vitest";
import { verifyLogoutToken } from "@/lib/logto/logout-token";
import { advance, fakeDate, seconds } from "./clock";
import { codeOf } from "./code-of";
import { logoutEvent, newKey, startLogoutIssuer, type LogoutIssuer } from "./logout-issuer";
import { subject } from "./sessions";

let issuer: LogoutIssuer;

fakeDate();

beforeEach(async () => {
  issuer = await startLogoutIssuer();
});

const verify = (logoutToken: string) => verifyLogoutToken(issuer.client, logoutToken);
const keyRequests = () => issuer.requests.filter((path) => path === "jwks").length;
const ago = (duration: number) => seconds() - duration;

describe("a valid logout token", () => {
  const named = { subject, logtoSessionId: "a session at Logto" };
  const otherEvent = { "https://event.test": {} };

  test("identifies the ended session", async () => {
    const claims = issuer.claims();
    const { jti, iat: issuedAt } = claims;
    expect(await verify(await issuer.sign(claims))).toEqual({ ...named, jti, issuedAt });
  });

  test.each<[string, () => Record<string, unknown>]>([
    ["has no exp, as Logto's tokens", () => ({ exp: undefined })],
    ["has not expired", () => ({ exp: ago(-120) })],
    ["expired half a minute ago, within the clock tolerance", () => ({ exp: ago(30) })],
    ["was issued five minutes ago", () => ({ iat: ago(300) })],
    ["was issued by a clock that is nearly an hour ahead", () => ({ iat: ago(-3_590) })],
    ["was issued by a clock that is nearly an hour behind", () => ({ iat: ago(3_590) })],
    ["expires soon, by a clock that is behind", () => ({ iat: ago(600), exp: ago(480) })],
    ["becomes valid now, by a clock that is ten minutes ahead", () => ({ nbf: ago(-600) })],
    ["is for several clients", () => ({ aud: ["another", "app"] })],
    ["contains other events", () => ({ events: { [logoutEvent]: {}, ...otherEvent } })],
    ["has members in its event", () => ({ events: { [logoutEvent]: { reason: "suspended" } } })],
    ["has unknown claims", () => ({ "https://claim.test": [1] })],
  ])("may be one that %s", async (_, changes) => {
    expect(await verify(await issuer.sign(changes()))).toMatchObject(named);
  });

  test.each(["application/logout+jwt", "Logout+JWT"])(
    "may have the typ %s (RFC 7515 §4.1.9)",
    async (typ) => {
      expect(await verify(await issuer.sign({}, { header: { typ } }))).toMatchObject(named);
    },
  );

  test("may be signed with another algorithm that the issuer advertises", async () => {
    issuer.metadata = { id_token_signing_alg_values_supported: ["RS256"] };
    issuer.key = await newKey("RS256");
    const logoutToken = await issuer.sign({}, { header: { alg: "RS256" } });
    expect(await verify(logoutToken)).toMatchObject(named);
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
    issuer.key = await newKey();
    advance(31);
    expect(await verify(await issuer.sign())).toMatchObject({ subject });
    expect(keyRequests()).toBe(2);
    expect(await codeOf(verify(old))).toBe("kid");
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

  test.each<[string, number, (response: ServerResponse) => unknown]>([
    ["503", 2, (response) => response.writeHead(503).end()],
    ["404", 1, (response) => response.writeHead(404).end()],
    ["a web page", 2, (response) => response.end("<!doctype html><h1>Gateway</h1>")],
    ["JSON without keys", 1, (response) => response.end("{}")],
    ["a dropped connection", 2, (response) => response.destroy()],
  ])("that fail with %s are unavailable, not an invalid token", async (_, times, respond) => {
    issuer.respondToKeys = respond;
    const logoutToken = await issuer.sign();
    const failure = { name: "LogtoError", code: "unavailable" };
    await expect(verify(logoutToken)).rejects.toMatchObject(failure);
    expect(keyRequests()).toBe(times);
    issuer.respondToKeys = undefined;
    expect(await verify(logoutToken)).toMatchObject({ subject });
  });
});
