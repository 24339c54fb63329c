/** The part of the session's user that is displayed. Client components get nothing else. */
export interface DisplayedUser {
  name: string | null;
  username: string | null;
  email: string | null;
  image: string | null;
}

/** Returns only what the browser needs to display. */
export function displayedUser({ name, username, email, image }: DisplayedUser): DisplayedUser {
  return { name, username, email, image };
}

/**
 * The name to display for a user. Users who signed up with only a username have neither a name nor
 * an e-mail address.
 */
export function displayName({ name, username, email }: DisplayedUser): string {
  return name ?? username ?? email ?? "Unnamed user";
}
