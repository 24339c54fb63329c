import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { env } from "@/lib/env";

/*
 * The link of an invitation contains its id and a MAC over it. A browser that opens the link can
 * sign in as the invited user, even if that user has an account already: the link was mailed to the
 * user's address, so it proves the same as a code in a mail. The id alone must not be enough, since
 * administrators of the organization see it, and must not sign in as the user. So only the mail
 * contains the link, never a page or a log. The link stops working when the invitation is accepted,
 * revoked or expired at Logto.
 *
 * While the user signs in, the page to return to is in `state`, which Logto and proxies may log. It
 * has another MAC, with which a browser cannot sign in.
 */

/** `sign-in`: the link in the mail. `return`: of the page to which the sign-in leads. */
type Use = "sign-in" | "return";

function mac(secret: string, use: Use, id: string): Buffer {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", `invitation ${use}`, 32));
  return createHmac("sha256", key).update(id).digest();
}

/** The last part of an invitation's address. @param id of the invitation at Logto */
export const invitationToken = (id: string, use: Use): string =>
  `${id}.${mac(env().AUTH_SECRET[0] ?? "", use, id).toString("base64url")}`;

/**
 * The id of a token's invitation, and what the token is for.
 *
 * @param token untrusted
 * @returns undefined if this app did not make the token
 */
export function parseInvitationToken(token: string): { id: string; use: Use } | undefined {
  const [id = "", value = ""] = token.split(".");
  const given = Buffer.from(value, "base64url");
  for (const use of ["sign-in", "return"] as const)
    for (const secret of env().AUTH_SECRET) {
      const expected = mac(secret, use, id);
      if (given.length === expected.length && timingSafeEqual(given, expected)) return { id, use };
    }
  return undefined;
}
