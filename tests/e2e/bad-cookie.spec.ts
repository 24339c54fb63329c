import { encode } from "next-auth/jwt";
import { expect, test } from "./fixtures";
import { expectSignInMessage, signInByRequests, visit } from "./requests";
import { putCookies, readSession, sessionCookies } from "./session-cookie";

const name = "authjs.session-token";

test("a visitor with a broken or a foreign session cookie is told why, if it is broken, and can sign in at once", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const token = { ...(await readSession(context, stage)) };
  const foreign = await encode({ token, secret: "x".repeat(40), salt: name });
  const cookies: Record<string, Record<string, string>> = {
    SessionUnreadable: { [name]: "broken", [`${name}.0`]: "broken", [`${name}.1`]: "broken" },
    none: { [`${name}.0`]: foreign.slice(0, 900), [`${name}.1`]: foreign.slice(900) },
  };
  for (const [error, left] of Object.entries(cookies))
    await test.step(error, async () => {
      await stage.control.endSessions();
      await putCookies(context, stage.url, left);
      const page = await visit(context, "/profile");
      if (error === "none") {
        expect(await page.text()).not.toMatch(/role="(alert|status)"/);
        expect(await sessionCookies(context)).toHaveLength(2);
      } else {
        await expectSignInMessage(page, "Your session could not be read");
        expect(await sessionCookies(context)).toEqual([]);
        await putCookies(context, stage.url, left);
      }
      await signInByRequests(context, "alice");
      expect((await readSession(context, stage)).claims.username).toBe("alice");
      expect(await sessionCookies(context)).toHaveLength(1);
      expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
    });
  // Logged once per process for a foreign one, and other tests use this process too.
  expect(stage.log()).toMatch(/"reason":".+"msg":"session cookie unreadable"/);
  expect(stage.log()).not.toContain(foreign.slice(100, 140));
});
