interface EmailClaims {
  email?: string | null | undefined;
  email_verified?: boolean | null | undefined;
}

/**
 * Whether AUTH_ALLOWED_EMAILS allows a user. The address must be verified at Logto.
 *
 * @param allowed addresses and `@domains` in lower case. An empty list allows every user, also one
 *   without an address
 */
export function isAllowed(
  { email, email_verified }: EmailClaims,
  allowed: readonly string[],
): boolean {
  if (allowed.length === 0) return true;
  const address = email?.toLowerCase() ?? "";
  const domain = address.slice(address.lastIndexOf("@"));
  return Boolean(email_verified) && (allowed.includes(address) || allowed.includes(domain));
}
