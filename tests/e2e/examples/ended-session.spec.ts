import { expect, expectSignInMessage, postAsApp, signInByRequests, test, visit } from "../stage";
import { expireAccessToken, readSession, sessionCookies } from "../session-cookie";

test("a page that is not listed in middleware also shows that the session ended", async ({
  context,
  stage,
}) => {
  await signInByRequests(context, "bob");
  const { refreshToken = "" } = await readSession(context, stage);
  await postAsApp(stage.control, "token/revocation", { token: refreshToken });
  await expireAccessToken(context, stage);
  const page = await visit(context, "/examples/server");
  await expectSignInMessage(page, "Your session has ended");
  expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe("/examples/server");
  expect(await sessionCookies(context)).toEqual([]);
});
