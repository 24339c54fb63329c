import { diagnose } from "../../dev/doctor/diagnose";
import { appVariables } from "../../dev/stand-in";
import { expect, test, type Stage } from "./fixtures";

/** The doctor's findings, other than "ok", about the app at `url` and its configuration. */
async function found({ control, secret, storage }: Stage, url: string) {
  const tenant = appVariables(control.issuer);
  const values = { ...tenant, ...storage.variables, AUTH_SECRET: secret, NODE_ENV: "production" };
  const findings = await diagnose({ values, url });
  expect(findings.map(({ check }) => check)).toContain("sign-in there");
  // A Logto on this machine, in a version that the doctor can't know, may reject the app's address.
  const expected = findings.filter(({ check }) => check === "back-channel logout");
  expect(expected.map(({ status }) => status)).toEqual(["warning"]);
  return findings.filter((each) => each.status !== "ok" && !expected.includes(each));
}

test("the doctor finds the app healthy, with a sign-in that goes to Logto and back", async ({
  stage,
}) => {
  expect(await found(stage, stage.url)).toEqual([]);
});

test("the doctor finds an app that is configured for another address", async ({ stage }) => {
  const address = stage.url.replace("localhost", "127.0.0.1");
  const checks = (await found(stage, address)).map(({ check, message }) => `${check}: ${message}`);
  expect(checks).toContainEqual(
    `sign-in there: returns to ${stage.url}/api/auth/callback/logto, not to ${address}/api/auth/callback/logto`,
  );
});
