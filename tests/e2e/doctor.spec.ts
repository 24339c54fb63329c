import { diagnose } from "../../dev/doctor/diagnose";
import { appVariables } from "../../dev/stand-in";
import { expect, test } from "./fixtures";

test("the doctor finds the app healthy, with a sign-in that goes to Logto and back", async ({
  stage: { control, secret, storage, url },
}) => {
  const tenant = appVariables(control.issuer);
  const values = { ...tenant, ...storage.variables, AUTH_SECRET: secret, NODE_ENV: "production" };
  const findings = await diagnose({ values, url });
  expect(findings.map(({ check }) => check)).toContain("sign-in there");
  // A Logto on this machine, in a version that the doctor can't know, may reject the app's address.
  expect(findings.filter(({ status }) => status !== "ok")).toMatchObject([
    { check: "back-channel logout", status: "warning" },
  ]);
});
