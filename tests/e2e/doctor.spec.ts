import { diagnose } from "../../dev/doctor/diagnose";
import { appVariables } from "../../dev/stand-in";
import { expect, test, type Stage } from "./stage";

/** What the doctor does not find well of the app that runs at `url`, as it is configured. */
async function found({ control, secret, storage }: Stage, url: string) {
  const tenant = appVariables(control.issuer);
  const values = { ...tenant, ...storage.variables, AUTH_SECRET: secret, NODE_ENV: "production" };
  const findings = await diagnose({ values, url });
  expect(findings.map(({ check }) => check)).toContain("sign-in there");
  return findings.filter(({ status }) => status !== "ok");
}

test("the doctor finds the app healthy, and its sign-in leading to Logto and back", async ({
  stage,
}) => {
  expect(await found(stage, stage.url)).toEqual([]);
});

test("the doctor finds an app that takes another address for its own", async ({ stage }) => {
  const address = stage.url.replace("localhost", "127.0.0.1");
  const checks = (await found(stage, address)).map(({ check, message }) => `${check}: ${message}`);
  expect(checks).toContainEqual(
    `sign-in there: comes back to ${stage.url}/api/auth/callback/logto, and not to ${address}/api/auth/callback/logto`,
  );
});
