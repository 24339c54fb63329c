import { expect } from "vitest";
import type { Finding } from "../../dev/doctor/finding";

/** The problems and warnings. */
export const notOk = (findings: readonly Finding[]) =>
  findings.filter(({ status }) => status !== "ok");

const finding = (status: Finding["status"], check: string, message: string): unknown =>
  expect.objectContaining({ check, status, message: expect.stringContaining(message) });
/** These match a finding of the doctor whose message contains the text. */
export const problem = (check: string, message: string) => finding("problem", check, message);
export const warning = (check: string, message: string) => finding("warning", check, message);
