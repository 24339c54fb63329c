import { appVariables } from "../../dev/stand-in";
import { controlOf } from "../../packages/logto-stand-in/src/testing";
import { startApp, startPair } from "./servers";
import {
  beginSignIn,
  expect,
  expectSignInMessage,
  expectNothingSecret,
  expectSignedOut,
  test,
  typePassword,
} from "./stage";

const down = "The sign-in service does not respond";
const misconfigured = "Sign-in does not work right now";

/** The log line that gives the operator the reason. */
const reasonLine = /"reason":".+"msg":"\w{3,}/;

test("an issuer that names another issuer shows an error on the sign-in page and logs the reason", async ({
  context,
  stage,
}) => {
  const issuer = `${stage.control.endpoint.replace("localhost", "127.0.0.1")}/oidc`;
  const app = await startApp(appVariables(issuer));
  try {
    const response = await beginSignIn(context, "/profile", { origin: app.url });
    await expectNothingSecret(await expectSignInMessage(response, misconfigured), stage);
    await expectSignedOut(context, app.url);
    expect(app.log()).toMatch(reasonLine);
    // Logged at the start, and again at each sign-in.
    const names = `"reason":"[^"]*${issuer} \\(AUTH_LOGTO_ISSUER\\) names another issuer: ${stage.control.issuer}`;
    expect(app.log().match(new RegExp(names, "g"))?.length).toBeGreaterThanOrEqual(2);
    await expectNothingSecret(app.log(), stage);
  } finally {
    await app.stop();
  }
});

const faults = {
  "drops the connection": { kind: "drop", title: down },
  "responds with 503": { kind: "status", status: 503, title: down },
  "responds with 404": { kind: "status", status: 404, title: misconfigured },
  "does not respond": { kind: "hang", title: down },
  "responds with a web page": { kind: "html", title: /\w/ },
} as const;

test("an issuer that fails at sign-in shows an error on the sign-in page, and a later sign-in tries again", async ({
  context,
  own: { app, control },
  page,
}) => {
  const hidden = { control, secret: app.secret };
  for (const [what, { title, ...fault }] of Object.entries(faults)) {
    await test.step(what, async () => {
      const printed = app.log().length;
      await control.clearFaults();
      await control.inject({ endpoint: "discovery", when: "before", ...fault });
      const response = await beginSignIn(context, "/profile", { origin: app.url });
      await expectNothingSecret(await expectSignInMessage(response, title), hidden);
      await expectSignedOut(context, app.url);
      expect(app.log().slice(printed)).toMatch(reasonLine);
      await expectNothingSecret(app.log(), hidden);
    });
  }
  const signIn = page.getByRole("button", { name: "Sign in", exact: true });
  await page.goto(`${app.url}/profile`);
  await signIn.click();
  await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();
  expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe("/profile");
  expect(app.log()).toMatch(/"reason":".+"msg":"sign-in failed"/);

  await control.clearFaults();
  await signIn.click();
  await page.getByRole("button", { name: /Bob Park/ }).click();
  await page.waitForURL(`${app.url}/profile`);
});

test("a wrong client secret shows an error that does not blame the user", async ({ context }) => {
  const wrong = "a-secret-that-is-not-the-right-one";
  const { app, identity, stop } = await startPair({ AUTH_LOGTO_SECRET: wrong });
  try {
    const signInPage = await beginSignIn(context, "/profile", { origin: app.url });
    const page = await expectSignInMessage(
      await typePassword(context, signInPage, "bob"),
      misconfigured,
    );
    const hidden = { control: controlOf(identity.endpoint), secret: wrong };
    await expectNothingSecret(page, hidden);
    await expectNothingSecret(app.log(), hidden);
    expect(app.log()).toMatch(/"reason":".*invalid_client/);
    await expectSignedOut(context, app.url);
  } finally {
    await stop();
  }
});
