import { z } from "zod";
import { appVariables } from "../../dev/stand-in";
import { sendRaw } from "./raw-request";
import { startApp } from "./servers";
import { readSession, sessionValue } from "./session-cookie";
import { expect, navigation, postAsApp, signInByRequests, test, visit } from "./stage";

test(
  "a process that does not know that Logto ended a session does not redirect back from the sign-in page to which another process redirected",
  { tag: "@jwt" },
  async ({ app, context, pair, stage }) => {
    const { url, secret: AUTH_SECRET, storage } = app;
    const env = { ...appVariables(pair.identity.issuer), AUTH_URL: url, AUTH_SECRET };
    const other = await startApp(env, { storage });
    try {
      await signInByRequests(context, "bob");
      const { refreshToken, claims } = await readSession(context, stage);
      const cookie = `authjs.session-token=${await sessionValue(context)}`;
      await postAsApp(stage.control, "token/revocation", {
        token: refreshToken ?? "",
        token_type_hint: "refresh_token",
      });
      const [organization = ""] = z.array(z.string()).parse(claims.organizations);
      const first = await visit(context, `/organizations/${organization}`, { maxRedirects: 0 });
      const { location = "" } = first.headers();
      expect(location).toMatch(/^\/sign-in\?error=SessionEnded&/);

      const headers = { cookie, "x-forwarded-host": new URL(url).host };
      const check = await sendRaw(other.url, "/api/auth/check", { headers });
      expect(check.status, "the other process considers the session valid").toBe(200);
      const second = await sendRaw(other.url, location, { headers: { ...headers, ...navigation } });
      expect(second.status).toBe(200);
    } finally {
      await other.stop();
    }
  },
);
