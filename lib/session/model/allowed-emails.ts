interface EmailClaims {
  email?: string | null | undefined;
  email_verified?: boolean | null | undefined;
}

/**
 * Whether a user may use this site, by their e-mail address.
 *
 * @param allowed addresses and `@domains` in lower case; none lets everybody in, those without an
 *   address included
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
