import type { BrowserContext } from "@playwright/test";
import { isActive } from "./people";
import { readSession } from "./session-cookie";
import { expect, type Stage } from "./stage";

/** The session's refresh token is the newest that Logto issued to the user, and it is active. */
export async function expectNewestGrant(context: BrowserContext, stage: Stage): Promise<void> {
  const { control } = stage;
  const { refreshToken, subject } = await readSession(context, stage);
  const issued = (await control.issued()).filter(
    (each) => each.kind === "refresh_token" && each.sub === subject,
  );
  expect(refreshToken).toBe(issued.at(-1)?.value);
  expect(await isActive(control, refreshToken ?? "")).toBe(true);
}
