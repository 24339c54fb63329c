import "server-only";
import { headers } from "next/headers";
import { env } from "@/lib/env";

/** The absolute URL of a path of this app: on AUTH_URL's origin where it is set, else on the one that was asked. */
export async function appUrl(path: string): Promise<URL> {
  const { AUTH_URL } = env();
  if (AUTH_URL) return new URL(path, AUTH_URL);
  const requested = await headers();
  const host = requested.get("x-forwarded-host") ?? requested.get("host") ?? "localhost";
  return new URL(path, `${requested.get("x-forwarded-proto") ?? "http"}://${host}`);
}
