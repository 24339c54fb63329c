import * as oidc from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";
import { toLogtoError } from "../../lib/logto/client";
import { isLocal } from "./address";
import { ok, problem, warning, type Finding } from "./finding";

const check = "issuer";
const whereIssuerIs =
  "AUTH_LOGTO_ISSUER is the \"Issuer endpoint\" on the application's page in Logto's console: the tenant's address followed by /oidc.";
const endpointRemedy =
  "Set Logto's own ENDPOINT to the address that users open; behind a proxy, also set TRUST_PROXY_HEADER=1.";

/**
 * Fetches the issuer's discovery document (OpenID Connect Discovery 1.0 §4) and checks it.
 *
 * @param timeout of each request, in seconds
 * @returns the findings, and openid-client's configuration for further requests; undefined if there
 *   is no usable document
 */
export async function checkIssuer(
  { AUTH_LOGTO_ISSUER: issuer, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET }: Env,
  timeout: number,
): Promise<{ findings: Finding[]; configuration: oidc.Configuration | undefined }> {
  const url = new URL(issuer);
  try {
    const authentication = oidc.ClientSecretBasic(AUTH_LOGTO_SECRET);
    const execute = url.protocol === "http:" ? [oidc.allowInsecureRequests] : [];
    const configuration = await oidc.discovery(url, AUTH_LOGTO_ID, {}, authentication, {
      timeout,
      execute,
    });
    configuration.timeout = timeout;
    const findings = checkDocument(configuration.serverMetadata());
    return {
      findings: findings.length > 0 ? findings : [ok(check, `${issuer} responds`)],
      configuration,
    };
  } catch (error) {
    return { findings: [describe(url, error)], configuration: undefined };
  }
}

/**
 * Checks a discovery document.
 *
 * @param metadata the document; its issuer is already known to be the configured one
 */
export function checkDocument(metadata: oidc.ServerMetadata): Finding[] {
  const issuer = new URL(metadata.issuer);
  const findings: Finding[] = [];
  if (issuer.protocol === "http:" && !isLocal(issuer))
    findings.push(
      problem(check, "uses plain http: tokens and the secret are sent unencrypted", "Use https."),
    );
  const names = ["authorization", "token", "userinfo", "end_session", "revocation"] as const;
  for (const name of names) {
    const endpoint = metadata[`${name}_endpoint`] ?? "";
    const origin = URL.canParse(endpoint) ? new URL(endpoint).origin : "nowhere";
    const message = `its ${name} endpoint is at ${origin}, not at ${issuer.origin}`;
    if (origin !== issuer.origin) findings.push(problem(check, message, endpointRemedy));
  }
  if (!metadata.code_challenge_methods_supported?.includes("S256"))
    findings.push(
      problem(check, "does not support PKCE with S256, which sign-in uses", whereIssuerIs),
    );
  const algorithms = metadata.id_token_signing_alg_values_supported ?? [];
  if (!algorithms.includes("ES384"))
    findings.push(
      warning(
        check,
        `signs with ${algorithms.join(", ")}, not ES384`,
        "Configure this algorithm in every API that verifies its tokens.",
      ),
    );
  return findings;
}

const otherNameRemedy =
  'Set AUTH_LOGTO_ISSUER to that. If this machine can\'t reach it, such as from a container, see docs/deploying.md, "One name for Logto".';

/** The error of openid-client for a document with a different issuer. */
const otherIssuer = z.object({ cause: z.object({ body: z.object({ issuer: z.url() }) }) });

function describe(url: URL, error: unknown): Finding {
  const place = url.origin + url.pathname;
  const { success, data } = otherIssuer.safeParse(error);
  if (success)
    return problem(check, `${place} calls itself ${data.cause.body.issuer}`, otherNameRemedy);
  const { message } = toLogtoError(error);
  return problem(check, `${place} returns no discovery document (${message})`, remedyOf(message));
}

/** @param message has Node.js's error code (see "X509 certificate error codes" in its manual) */
export function remedyOf(message: string): string {
  if (/SELF_SIGNED|LEAF_SIGNATURE|ISSUER_CERT/.test(message))
    return "Set NODE_EXTRA_CA_CERTS to a file with the CA of its certificate.";
  return /CERT/.test(message)
    ? "Its certificate has expired, is not valid yet or is for another name: renew it on the server."
    : whereIssuerIs;
}

/** @param ahead seconds by which the issuer's clock is ahead of this machine's */
export function checkClock(ahead: number): Finding {
  const seconds = Math.round(Math.abs(ahead));
  if (seconds <= 10) return ok("clock", "in sync with the issuer's");
  const message = `this machine's is ${seconds} s ${ahead > 0 ? "behind" : "ahead of"} the issuer's`;
  const remedy = "Synchronize both clocks with NTP.";
  return seconds <= 60
    ? warning("clock", message, remedy)
    : problem(
        "clock",
        `${message}: a fresh sign-in may not count as recent, and APIs may reject tokens`,
        remedy,
      );
}
