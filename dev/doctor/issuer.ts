import * as oidc from "openid-client";
import { z } from "zod";
import type { Env } from "../../lib/env";
import { toLogtoError } from "../../lib/logto/client";
import { isLocal } from "./address";
import { ok, problem, warning, type Finding } from "./finding";

const check = "issuer";
const whereIssuerIs =
  "AUTH_LOGTO_ISSUER is the \"Issuer endpoint\" on the application's page in Logto's console: the tenant's address and /oidc.";
const endpointRemedy =
  "Set Logto's own ENDPOINT to the address that people reach it at; behind a proxy, TRUST_PROXY_HEADER=1 as well.";

/**
 * Fetches the issuer's discovery document (OpenID Connect Discovery 1.0 §4) and looks whether it
 * can be right.
 *
 * @param timeout of each request, in seconds
 * @returns for the requests that follow: openid-client's configuration, undefined where there is no
 *   usable document
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
      findings: findings.length > 0 ? findings : [ok(check, `${issuer} answers`)],
      configuration,
    };
  } catch (error) {
    return { findings: [describe(url, error)], configuration: undefined };
  }
}

/**
 * The parameter is any discovery document; its issuer has been compared with the configured one.
 */
export function checkDocument(metadata: oidc.ServerMetadata): Finding[] {
  const issuer = new URL(metadata.issuer);
  const findings: Finding[] = [];
  if (issuer.protocol === "http:" && !isLocal(issuer))
    findings.push(
      problem(check, "is on plain http: tokens and the secret pass in the clear", "Use https."),
    );
  const names = ["authorization", "token", "userinfo", "end_session", "revocation"] as const;
  for (const name of names) {
    const endpoint = metadata[`${name}_endpoint`] ?? "";
    const origin = URL.canParse(endpoint) ? new URL(endpoint).origin : "nowhere";
    const message = `its ${name} endpoint is at ${origin}, and not at ${issuer.origin}`;
    if (origin !== issuer.origin) findings.push(problem(check, message, endpointRemedy));
  }
  if (!metadata.code_challenge_methods_supported?.includes("S256"))
    findings.push(
      problem(check, "does not take PKCE with S256, which sign-in uses", whereIssuerIs),
    );
  const algorithms = metadata.id_token_signing_alg_values_supported ?? [];
  if (!algorithms.includes("ES384"))
    findings.push(
      warning(
        check,
        `signs with ${algorithms.join(", ")}, and not ES384`,
        "Tell every API that verifies its tokens.",
      ),
    );
  return findings;
}

const otherNameRemedy =
  'Set AUTH_LOGTO_ISSUER to that. Where it can\'t be reached from here, as from a container: docs/deploying.md, "One name for Logto".';

/** What openid-client says of a document whose issuer is another. */
const otherIssuer = z.object({ cause: z.object({ body: z.object({ issuer: z.url() }) }) });

function describe(url: URL, error: unknown): Finding {
  const place = url.origin + url.pathname;
  const { success, data } = otherIssuer.safeParse(error);
  if (success)
    return problem(check, `${place} calls itself ${data.cause.body.issuer}`, otherNameRemedy);
  const { message } = toLogtoError(error);
  return problem(check, `${place} gives no discovery document (${message})`, remedyOf(message));
}

/** @param message with the code of Node.js's error (its manual's "X509 certificate error codes") */
export function remedyOf(message: string): string {
  if (/SELF_SIGNED|LEAF_SIGNATURE|ISSUER_CERT/.test(message))
    return "Name the authority of its certificate in NODE_EXTRA_CA_CERTS.";
  return /CERT/.test(message)
    ? "Its certificate has expired, is not valid yet or is for another name: renew it there."
    : whereIssuerIs;
}

/** @param ahead by how many seconds the issuer's clock is ahead of this machine's */
export function checkClock(ahead: number): Finding {
  const seconds = Math.round(Math.abs(ahead));
  if (seconds <= 10) return ok("clock", "agrees with the issuer's");
  const message = `this machine's is ${seconds} s ${ahead > 0 ? "behind" : "ahead of"} the issuer's`;
  const remedy = "Let both keep time by NTP.";
  return seconds <= 60
    ? warning("clock", message, remedy)
    : problem(
        "clock",
        `${message}: a fresh sign-in may not count as one, and APIs may refuse tokens`,
        remedy,
      );
}
