import type { Next } from "koa";
import type { KoaContextWithOIDC } from "oidc-provider";
import { z } from "zod";

const errorBody = z.looseObject({ error: z.string(), error_description: z.string().optional() });

const messages: Readonly<Record<string, string>> = {
  access_denied: "Access denied.",
  insufficient_scope: "Token missing scope.",
  invalid_client: "Client authentication failed.",
  invalid_grant: "Grant request is invalid.",
  invalid_redirect_uri:
    "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
  invalid_request: "Request is invalid.",
  invalid_scope: "Invalid scope.",
  invalid_target: "Invalid resource indicator.",
  invalid_token: "Invalid token provided.",
  server_error: "An unknown OIDC error occurred. Please try again later.",
  unsupported_grant_type: "Unsupported `grant_type` requested.",
};

/** Returns an error body in Logto's format (Logto facts: errors). */
export function logtoError(error: string, error_description?: string) {
  const message = messages[error] ?? error_description ?? "An OIDC error occurred.";
  return { code: `oidc.${error}`, message, error, error_description };
}

/**
 * Converts the library's error bodies to Logto's format. Logto also differs in status: an unknown
 * client and a userinfo request without a token get 400 instead of 401, and a JWT may be revoked
 * (without effect) or introspected.
 */
export async function formatErrorsLikeLogto(ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  await next();
  const { success, data } = errorBody.safeParse(ctx.body);
  if (!success || ctx.status < 400) return;
  const { error_description } = data;

  if (data.error === "unsupported_token_type") {
    ctx.status = 200;
    ctx.body = ctx.path === "/token/introspection" ? { active: false } : "";
    return;
  }
  const lacksToken = error_description === "no access token provided";
  const isUnknownClient = data.error === "invalid_client" && !ctx.oidc.client;
  if (lacksToken || isUnknownClient) ctx.status = 400;
  ctx.body = {
    ...data,
    ...logtoError(lacksToken ? "invalid_request" : data.error, error_description),
  };
}
