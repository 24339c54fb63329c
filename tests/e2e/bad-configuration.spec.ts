import { appVariables } from "../../dev/stand-in";
import { controlOf } from "./identity-control";
import { freePort, startApp, startPair } from "./servers";
import {
  beginSignIn,
  expect,
  expectExplained,
  expectNothingSecret,
  expectSignedOut,
  signInByRequests,
  test,
  typePassword,
} from "./stage";

const down = "The sign-in service does not answer";
const misconfigured = "Sign-in does not work right now";

const wrongIssuers: {
  what: string;
  issuer: (endpoint: string) => string | Promise<string>;
  title: string;
}[] = [
  {
    what: "where nothing listens",
    issuer: async () => `http://localhost:${await freePort()}/oidc`,
    title: down,
  },
  { what: "that answers 404", issuer: (endpoint) => `${endpoint}/elsewhere/oidc`, title: misconfigured },
  {
    what: "that says it is another",
    issuer: (endpoint) => `${endpoint.replace("localhost", "127.0.0.1")}/oidc`,
    title: misconfigured,
  },
];

for (const { what, issuer, title } of wrongIssuers) {
  test(`an issuer ${what} is told on the sign-in page, and to the operator in a line`, async ({
    page,
    stage,
  }) => {
    const app = await startApp(appVariables(await issuer(stage.control.endpoint)));
    try {
      await page.goto(`${app.url}/dashboard`);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await expect(page.getByRole("alert").filter({ hasText: title })).toBeVisible();
      expect(new URL(page.url()).pathname).toBe("/sign-in");
      expect(new URL(page.url()).searchParams.get("callbackUrl")).toBe("/dashboard");
      await expectNothingSecret(await page.content(), stage);
      await expectSignedOut(page.context(), app.url);
      expect(app.log()).toMatch(/"reason":".+"msg":"sign-in impossible"/);
      await expectNothingSecret(app.log(), stage);

      const response = await beginSignIn(page.context(), "/profile", { origin: app.url });
      await expectExplained(response, title);
    } finally {
      await app.stop();
    }
  });
}

test("an issuer that answers with a web page is told on the sign-in page, and is asked again", async ({
  page,
  own,
}) => {
  await own.control.inject({ endpoint: "discovery", when: "before", kind: "html" });
  await page.goto(`${own.app.url}/sign-in?callbackUrl=/profile`);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: /\w/ }).first()).toBeVisible();
  expect(own.app.log()).toMatch(/"reason":".+"msg":"sign-in impossible"/);

  await own.control.clearFaults();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: /Bob Park/ }).click();
  await page.waitForURL(`${own.app.url}/profile`);
});

for (const kind of ["drop", "status", "hang"] as const) {
  test(`Logto down at sign-in (${kind}) is told on the sign-in page, and the next try works`, async ({
    context,
    own,
  }) => {
    const origin = own.app.url;
    await own.control.inject({ endpoint: "discovery", when: "before", kind, status: 503 });
    await expectExplained(await beginSignIn(context, "/profile", { origin }), down);
    await expectSignedOut(context, origin);
    expect(own.app.log()).toMatch(/"reason":".+"msg":"\w{3,}/);

    await own.control.clearFaults();
    await signInByRequests(context, "bob", { origin });
  });
}

test("a wrong client secret ends on a page that says it is nothing that the user did", async ({
  context,
}) => {
  const wrong = "a-secret-that-is-not-the-right-one";
  const { app, identity, stop } = await startPair({ AUTH_LOGTO_SECRET: wrong });
  try {
    const signInPage = await beginSignIn(context, "/profile", { origin: app.url });
    const page = await expectExplained(await typePassword(context, signInPage, "bob"), misconfigured);
    const hidden = { control: controlOf(identity.endpoint), secret: wrong };
    await expectNothingSecret(page, hidden);
    await expectNothingSecret(app.log(), hidden);
    expect(app.log()).toMatch(/"reason":".*invalid_client/);
    await expectSignedOut(context, app.url);
  } finally {
    await stop();
  }
});
