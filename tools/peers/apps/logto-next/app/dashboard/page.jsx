import { getLogtoContext } from "@logto/next/server-actions";
import { redirect } from "next/navigation";
import { logtoConfig } from "../../logto";

// The build has no secret for the cookie.
export const dynamic = "force-dynamic";

export default async function Page() {
  const { isAuthenticated, claims } = await getLogtoContext(logtoConfig);
  if (!isAuthenticated) redirect("/sign-in");
  return <h1>{claims.name}</h1>;
}
