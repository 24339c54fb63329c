import { z } from "zod";
import type { Client, Server } from "../server";
import type { Browser, Landing } from "./browser";

/**
 * Does what the first page of an authorization request with a one-time token does: Logto's uses the
 * token through the Experience API, the stand-in before it responds.
 *
 * @returns the parameters of the callback, or the status of the rejection
 */
export async function useOneTimeToken(
  server: Server,
  { browser, landing, client }: { browser: Browser; landing: Landing; client: Client },
  { login_hint, one_time_token }: { login_hint: string; one_time_token: string },
): Promise<{ callback?: URLSearchParams; status?: number }> {
  if (!landing.response) return { callback: landing.url.searchParams };
  if (server.driver === "stand-in") return { status: landing.response.status };
  await landing.response.body?.cancel();
  const call = (method: string, path: string, body: object = {}) =>
    browser.fetch(new URL(`/api/experience${path}`, landing.url), {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await call("PUT", "", { interactionEvent: "SignIn" });
  const verified = await call("POST", "/verification/one-time-token/verify", {
    token: one_time_token,
    identifier: { type: "email", value: login_hint },
  });
  if (!verified.ok) return { status: verified.status };
  await call("POST", "/identification", verificationSchema.parse(await verified.json()));
  const { redirectTo } = submissionSchema.parse(await (await call("POST", "/submit")).json());
  return { callback: (await browser.follow(redirectTo, client.redirectUri)).url.searchParams };
}

const verificationSchema = z.object({ verificationId: z.string() });
const submissionSchema = z.object({ redirectTo: z.url() });
