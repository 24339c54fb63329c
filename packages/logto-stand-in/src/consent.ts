import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import { interactionPolicy } from "./library.js";
import { checkRequestedClasses } from "./step-up.js";

/**
 * Grants the requested scopes and the permissions that the user has, without a consent page:
 * first-party applications never show one. Extends an earlier grant of the same session.
 * `prompt=consent` with a live session shows no page. `prompt=none` grants nothing: the response is
 * `consent_required` when the grant no longer exists or does not cover the request (Logto facts:
 * refresh tokens).
 */
export async function grantRequestedScopes(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { account, client, prompts, provider, session } = ctx.oidc;
  const { requestParamOIDCScopes, requestParamScopes, resourceServers } = ctx.oidc;
  if (!account || !client) return undefined;
  const grantId = session?.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  const reusable = existing?.accountId === account.accountId ? existing : undefined;
  if (prompts.has("none")) return reusable;
  const grant =
    reusable ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });

  grant.addOIDCScope(requestParamOIDCScopes);
  for (const [indicator, { scopes }] of Object.entries(resourceServers ?? {})) {
    const permissions = [...requestParamScopes].filter((scope) => scopes.has(scope));
    if (permissions.length > 0) grant.addResourceScope(indicator, permissions);
  }
  await grant.save();
  return grant;
}

/**
 * Returns Logto's interaction policy. It has no consent page: a client may send `prompt=consent`,
 * but it does not interrupt the sign-in. It treats `acr_values` as a requirement. A one-time token
 * is used even if the browser has a session.
 */
export function interactionPolicyOfLogto() {
  const policy = interactionPolicy.base();
  policy
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check(
        "one_time_token",
        "A one-time token was sent",
        "login_required",
        ({ oidc }) => Boolean(oidc.params?.one_time_token) && !oidc.result?.login,
      ),
    );
  policy.get("consent")?.checks.remove("consent_prompt");
  policy.get("login")?.checks.add(checkRequestedClasses(), 0);
  return policy;
}
