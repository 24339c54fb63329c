import type { Env } from "../../lib/env";
import type { Doctor } from "./findings";

/** Checks that there is an access token for the API behind /api/proxy, and that the API responds. */
export async function checkApi(doctor: Doctor, { API_URL, LOGTO_RESOURCES }: Env): Promise<void> {
  if (!API_URL) return;
  const { origin } = new URL(API_URL);
  await doctor.look("API", { origin }, async (report) => {
    if (LOGTO_RESOURCES.every((resource) => resource.startsWith("urn:logto:")))
      report("no resource");
    else await doctor.fetch(origin, { method: "HEAD" }).catch(() => report("silent"));
  });
}
