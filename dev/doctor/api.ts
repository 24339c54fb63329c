import type { Env } from "../../lib/env";
import type { Findings } from "./findings";

/**
 * Checks that there is an access token for the API behind /api/proxy, and that the API responds.
 *
 * @param timeout in seconds
 */
export async function checkApi(
  findings: Findings,
  { API_URL, LOGTO_RESOURCES }: Env,
  timeout: number,
): Promise<void> {
  if (!API_URL) return;
  const { origin } = new URL(API_URL);
  await findings.look("API", { origin }, async (report) => {
    if (LOGTO_RESOURCES.every((resource) => resource.startsWith("urn:logto:")))
      return report("no resource");
    const signal = AbortSignal.timeout(timeout * 1000);
    const response = await fetch(origin, { method: "HEAD", signal }).catch(() => undefined);
    if (!response) report("silent");
  });
}
