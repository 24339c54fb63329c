import { ClaimsTable, ClaimsTableSkeleton } from "@/components/profile/claims-table";
import { SessionErrorMessage } from "@/components/session/session-error";
import { EmptyState } from "@/components/ui/empty-state";
import { getUserinfo } from "@/lib/session/userinfo";
import { redirectIfSignedOut } from "@/lib/session/guards";
import { isSessionError } from "@/lib/session/model/errors";

/**
 * The claims that only userinfo has. If the userinfo request fails, an error replaces them, since
 * the rest of the page is still right.
 */
export async function UserinfoClaims({
  idTokenClaims,
}: {
  idTokenClaims: Record<string, unknown>;
}) {
  const userinfo = await getUserinfo().catch(redirectIfSignedOut);
  if (isSessionError(userinfo)) {
    return (
      <div className="p-5">
        <SessionErrorMessage
          layout="alert"
          title="These claims could not be loaded"
          code={userinfo.code}
          path="/profile"
        />
      </div>
    );
  }
  const claims = Object.fromEntries(
    Object.entries(userinfo).filter(([claim]) => !(claim in idTokenClaims)),
  );
  if (Object.keys(claims).length === 0) {
    return (
      <div className="p-5">
        <EmptyState title="Nothing more">
          The id_token already has every claim that userinfo returns.
        </EmptyState>
      </div>
    );
  }
  return <ClaimsTable caption="Claims that only userinfo has" claims={claims} />;
}

/** Placeholder for `UserinfoClaims`: three rows of the usual height. */
export function UserinfoClaimsSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading the claims from userinfo</span>
      <div aria-hidden="true">
        <ClaimsTableSkeleton rows={3} />
      </div>
      <noscript>
        <p className="border-t border-border px-5 py-4 text-muted">
          These claims load after the page and need JavaScript.
        </p>
      </noscript>
    </div>
  );
}
