import type { BrowserContext } from "@playwright/test";
import { z } from "zod";

const check = z.object({ user: z.object({ id: z.string() }) });

/** The id that our app has for the signed-in user. */
export async function userId({ request }: BrowserContext): Promise<string> {
  return check.parse(await (await request.get("/api/auth/check")).json()).user.id;
}
