import { getAccessToken } from "@logto/next/server-actions";
import { logtoConfig } from "../../../logto";

export const dynamic = "force-dynamic";

/** Renews the tokens: the guide recommends a handler, because a page can't store them. */
export async function GET() {
  return Response.json({ hasToken: Boolean(await getAccessToken(logtoConfig)) });
}
