import { expireAccessToken, readSession } from "./session-cookie";
import { expect, signInByRequests, test, visit } from "./stage";

test("with Logto's clock 30 s ahead or behind, signing in and renewing work", async ({
  context,
  stage,
}) => {
  for (const clockSkew of [30, -30])
    await test.step(`${clockSkew} s`, async () => {
      await context.clearCookies();
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
});
