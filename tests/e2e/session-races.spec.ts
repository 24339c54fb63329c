import type { StandInControl } from "../../packages/logto-stand-in/src/testing";
import { expireAccessToken, readSession, sessionCookies } from "./session-cookie";
import { beginSignIn, expect, postAsApp, signIn, signInByRequests, test, visit } from "./stage";

async function revoke(control: StandInControl, refreshToken = ""): Promise<void> {
  await postAsApp(control, "token/revocation", {
    token: refreshToken,
    token_type_hint: "refresh_token",
  });
}

test("signing in again in the same browser does not revoke the grant that both sessions use", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const first = await readSession(context, stage);
  await beginSignIn(context, "/dashboard");
  const second = await readSession(context, stage);
  expect(second.sessionId).not.toBe(first.sessionId);
  await expireAccessToken(context, stage);
  expect((await visit(context, "/dashboard", { maxRedirects: 0 })).status()).toBe(200);
});

test(
  "signing out of a session that Logto ended removes its cookie and does not sign in again",
  { tag: "@once" },
  async ({ page, context, stage }) => {
    await signIn(page, "bob", { app: stage.url });
    const { refreshToken } = await expireAccessToken(context, stage);
    await revoke(stage.control, refreshToken);
    await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL((url) => url.pathname === "/");
    expect(await sessionCookies(context)).toEqual([]);
    const next = await visit(context, "/dashboard", { maxRedirects: 0 });
    expect(next.headers().location).toBe("/sign-in?callbackUrl=%2Fdashboard");
  },
);
