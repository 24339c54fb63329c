import type { Grant, KoaContextWithOIDC } from "oidc-provider";
import { interactionPolicy } from "./library";

/**
 * First-party applications never show a consent page: what is asked for and held is granted at
 * once, an earlier grant of the same session is widened. `prompt=consent` with a live session asks
 * nothing, and `prompt=none` grants nothing: it is answered `consent_required` where the grant is
 * gone or too narrow (Logto facts: refresh tokens).
 */
export async function grantWhatIsAskedFor(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { account, client, prompts, provider, session } = ctx.oidc;
  const { requestParamOIDCScopes, requestParamScopes, resourceServers } = ctx.oidc;
  if (!account || !client) return undefined;
  const grantId = session?.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  const ours = existing?.accountId === account.accountId ? existing : undefined;
  if (prompts.has("none")) return ours;
  const grant =
    ours ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });

  grant.addOIDCScope(requestParamOIDCScopes);
  for (const [indicator, { scopes }] of Object.entries(resourceServers ?? {})) {
    const permissions = [...requestParamScopes].filter((scope) => scopes.has(scope));
    if (permissions.length > 0) grant.addResourceScope(indicator, permissions);
  }
  await grant.save();
  return grant;
}

/**
 * The library's interaction policy, where `prompt=consent` is a value that may be sent and
 * interrupts nothing.
 */
export function policyWithoutConsentPage() {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.remove("consent_prompt");
  return policy;
}
