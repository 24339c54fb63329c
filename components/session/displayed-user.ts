/** The part of the session's user that is drawn; nothing else is sent to client components. */
export interface DisplayedUser {
  name: string | null;
  username: string | null;
  email: string | null;
  image: string | null;
}

/** Drops everything that need not go to the browser. */
export function displayedUser({ name, username, email, image }: DisplayedUser): DisplayedUser {
  return { name, username, email, image };
}

/** What to call a user. Name and e-mail are unset for people who signed up with a username only. */
export function displayName({ name, username, email }: DisplayedUser): string {
  return name ?? username ?? email ?? "Unnamed user";
}
