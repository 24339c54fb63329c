import { appVariables } from "../../dev/stand-in";
import { controlOf } from "./identity-control";
import { startApp, startPair } from "./servers";
import {
  beginSignIn,
  expect,
  expectExplained,
  expectNothingSecret,
  expectSignedOut,
  test,
  typePassword,
} from "./stage";

const down = "The sign-in service does not answer";
const misconfigured = "Sign-in does not work right now";

/** The line that tells the operator why. */
const told = /"reason":".+"msg":"\w{3,}/;

test("an issuer that says it is another is told on the sign-in page, and to the operator in a line", async ({
  context,
  stage,
}) => {
  const issuer = `${stage.control.endpoint.replace("localhost", "127.0.0.1")}/oidc`;
  const app = await startApp(appVariables(issuer));
  try {
    const response = await beginSignIn(context, "/profile", { origin: app.url });
    await expectNothingSecret(await expectExplained(response, misconfigured), stage);
    await expectSignedOut(context, app.url);
    expect(app.log()).toMatch(told);
    // At the start already, and at each sign-in.
    const names = `"reason":"[^"]*${issuer} \\(AUTH_LOGTO_ISSUER\\) names another issuer: ${stage.control.issuer}`;
    expect(app.log().match(new RegExp(names, "g"))?.length).toBeGreaterThanOrEqual(2);
    await expectNothingSecret(app.log(), stage);
  } finally {
    await app.stop();
  }
});

const faults = {
  "drops the connection": { kind: "drop", title: down },
  "answers 503": { kind: "status", status: 503, title: down },
  "answers 404": { kind: "status", status: 404, title: misconfigured },
  "does not answer": { kind: "hang", title: down },
  "answers with a web page": { kind: "html", title: /\w/ },
} as const;

test("an issuer that is no help at sign-in is told on the sign-in page, and is asked again", async ({
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
      await expectNothingSecret(await expectExplained(response, title), hidden);
      await expectSignedOut(context, app.url);
      expect(app.log().slice(printed)).toMatch(told);
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

test("a wrong client secret ends on a page that says it is nothing that the user did", async ({
  context,
}) => {
  const wrong = "a-secret-that-is-not-the-right-one";
  const { app, identity, stop } = await startPair({ AUTH_LOGTO_SECRET: wrong });
  try {
    const signInPage = await beginSignIn(context, "/profile", { origin: app.url });
    const page = await expectExplained(
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
