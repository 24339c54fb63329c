import type { Env } from "../../lib/env";
import { ok, problem, warning, type Finding } from "./finding";

/**
 * Checks that there is an access token for the API behind /api/proxy, and that the API responds.
 *
 * @param timeout in seconds
 */
export async function checkApi(
  { API_URL, LOGTO_RESOURCES }: Env,
  timeout: number,
): Promise<Finding[]> {
  const check = "API";
  if (!API_URL) return [];
  if (LOGTO_RESOURCES.every((resource) => resource.startsWith("urn:logto:")))
    return [
      problem(
        check,
        "API_URL is set, but no API resource is: there is no access token to send",
        "Add the API's resource indicator to LOGTO_RESOURCES.",
      ),
    ];
  const { origin } = new URL(API_URL);
  const responds = await fetch(origin, {
    method: "HEAD",
    signal: AbortSignal.timeout(timeout * 1000),
  }).then(
    () => true,
    () => false,
  );
  const remedy = "Start it, or correct API_URL.";
  return [
    responds
      ? ok(check, `${origin} responds`)
      : warning(check, `${origin} does not respond to this machine`, remedy),
  ];
}
