import { expect, signInByRequests, test, visit } from "./stage";
import { decode, encode } from "next-auth/jwt";
import { expireAccessToken, readSession, sessionValue } from "./session-cookie";

for (const clockSkew of [30, -30]) {
  test(`with Logto's clock ${clockSkew > 0 ? "30 s ahead" : "30 s behind"}, signing in and renewing work`, async ({
    context,
    stage,
  }) => {
    await stage.control.change({ clockSkew, rotation: "always" });
    await signInByRequests(context, "alice");
    const begun = await expireAccessToken(context, stage);
    const response = await visit(context, "/profile", { maxRedirects: 0 });
    expect(response.status()).toBe(200);
    expect(await response.text()).toContain("onboarded");
    const renewed = await readSession(context, stage);
    expect(renewed.version).toBe(begun.version + 1);
    // Counted by our own clock, not by Logto's.
    expect(Math.abs((renewed.expiresAt ?? 0) - (Date.now() / 1000 + 3600))).toBeLessThan(10);
    expect(stage.log()).not.toMatch(/failed|ended/);
  });
}

test("accepts a session cookie that another server's clock dated 30 s ahead", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const salt = "authjs.session-token";
  const token = await decode({ token: await sessionValue(context), secret: stage.secret, salt });
  const iat = Math.floor(Date.now() / 1000) + 30;
  const ahead = await encode({
    token: { ...token, iat },
    secret: stage.secret,
    salt,
    maxAge: 1000,
  });
  await context.addCookies([{ name: salt, value: ahead, url: stage.url }]);
  expect((await context.request.get("/api/auth/check")).status()).toBe(200);
});
