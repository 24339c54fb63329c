import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { diagnose, type Question } from "../../dev/doctor/diagnose";
import type { Finding } from "../../dev/doctor/findings";
import { runDoctor } from "../../dev/doctor/main";
import { withValues } from "../../dev/setup/env-file";
import { devClient } from "../../dev/stand-in";
import { printing } from "./printed";

export const origin = "https://app.example.test";

/** A valid configuration of the stand-in's client, with no optional variables, with changes. */
export const healthy = (
  issuer: string,
  changes: Record<string, string> = {},
): Record<string, string> => ({
  AUTH_LOGTO_ID: devClient.clientId,
  AUTH_LOGTO_SECRET: devClient.clientSecret,
  AUTH_LOGTO_ISSUER: issuer,
  AUTH_SECRET: "Zk3vQ9t2m8qx1aW7c4w1n6zr5bP7c4w1n6zr5bQ=",
  AUTH_URL: origin,
  ...changes,
});

const marks = { ok: "✓", warning: "!", problem: "✗" };

/** The names of findings, such as "✗ client: wrong secret". */
export const labels = (findings: readonly Finding[]): string[] =>
  findings.map(({ status, check, name }) => `${marks[status]} ${check}: ${name}`);

/** The problems and warnings of a configuration. Checks that each has a remedy. */
export async function notOk(question: Question): Promise<Finding[]> {
  const findings = (await diagnose(question)).filter(({ status }) => status !== "ok");
  for (const { remedy } of findings) expect(remedy).toMatch(/\w/);
  return findings;
}

/** Runs `npm run doctor` in a folder, with these variables in an env file. */
export async function doctor(
  root: string,
  values: Record<string, string>,
  args: string[] = [],
  file = ".env.local",
): Promise<{ code: number; printed: string }> {
  writeFileSync(path.join(root, file), withValues("", values));
  return printing(() => runDoctor(root, args));
}
