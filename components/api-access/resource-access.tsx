import { SessionErrorMessage } from "@/components/session/session-error";
import { TokenDetails } from "@/components/api-access/token-details";
import { getAccessToken } from "@/lib/session/access-token";
import { redirectIfSignedOut } from "@/lib/session/guards";
import { isSessionError } from "@/lib/session/model/errors";

/** The user's permissions at an API resource, or the error if there is no access token. */
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
      noPermissions="You have no permissions here. Logto grants those that LOGTO_SCOPES requested when you signed in, if one of your roles had them then and one has them now."
    />
  );
}
