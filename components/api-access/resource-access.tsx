import { SessionErrorMessage } from "@/components/session/session-error";
import { TokenDetails } from "@/components/api-access/token-details";
import { getAccessToken } from "@/lib/session/access-token";
import { redirectIfSignedOut } from "@/lib/session/guards";
import { isSessionError } from "@/lib/session/model/errors";

/** What the user may do at an API resource now, or why that can't be said. */
export async function ResourceAccess({ resource }: { resource: string }) {
  const token = await getAccessToken({ resource }).catch(redirectIfSignedOut);
  if (isSessionError(token))
    return <SessionErrorMessage layout="alert" code={token.code} path="/api-access" />;
  const { scopes, expiresAt, expiresIn } = token;
  return (
    <TokenDetails
      scopes={scopes}
      expiresAt={expiresAt}
      expiresIn={expiresIn}
      noPermissions="Granted is what LOGTO_SCOPES asked for when you signed in, one of your roles held then, and one holds now. Here that is nothing."
    />
  );
}
