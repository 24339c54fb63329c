import {
  CompactSign,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from "jose";
import type Provider from "oidc-provider";
import { moveTimes } from "./clock.js";
import type { Settings } from "./settings.js";
import type { SigningKey } from "./state.js";

/**
 * Makes the JWTs of `provider` match Logto's where the library's differ: a logout token has no
 * `exp` (Logto facts: logout), and times are the server's (see clock.ts). The library has no hook
 * for this, so its JWT is changed and signed again. For JWT access tokens it has a hook, which
 * provider.ts uses.
 */
export function adjustSignedTokens(
  provider: Provider,
  signingKey: SigningKey,
  settings: Settings,
): void {
  const { prototype } = provider.IdToken;
  const issue = prototype.issue;
  prototype.issue = async function issueAsLogto(options) {
    const token = await issue.call(this, options);
    if (options.use !== "logout" && settings.clockSkew === 0) return token;
    const payload = moveTimes(decodeJwt(token), settings.clockSkew);
    if (options.use === "logout") delete payload.exp;
    return sign(payload, { ...decodeProtectedHeader(token), alg: "ES384" }, signingKey);
  };
}

async function sign(
  payload: JWTPayload,
  header: JWTHeaderParameters,
  signingKey: SigningKey,
): Promise<string> {
  const body = new TextEncoder().encode(JSON.stringify(payload));
  return new CompactSign(body)
    .setProtectedHeader(header)
    .sign(await importJWK(signingKey, "ES384"));
}
