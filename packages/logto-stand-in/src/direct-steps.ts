import { invalidLinkPage, type Connector } from "./direct-pages.js";
import type { Directory, User } from "./directory.js";
import { addByEmail } from "./email-steps.js";
import type { View } from "./interaction-view.js";
import type { OneTimeTokens } from "./one-time-tokens.js";
import type { Outcome } from "./outcome.js";

/** Signs in the person chosen at a social provider. As in Logto the account gets the identity. */
export function signInAtProvider(
  directory: Directory,
  connector: Connector | undefined,
  form: Record<string, string>,
): Outcome {
  const user = directory.findByIdentifier(form.username ?? "");
  if (!connector || !user) return { stayOn: "social", error: "There is no such account." };
  if (user.suspended) return { stayOn: "social", error: "This account is suspended." };
  const { identities, ...claims } = user.claims;
  const details = { id: user.id, name: claims.name ?? form.username };
  const added = { [connector.target]: { userId: user.id, details }, ...identities };
  const signedIn = directory.update(user, { claims: { ...claims, identities: added } });
  return { user: signedIn, methods: ["fed"] };
}

/**
 * Uses up the one-time token of an authorization request. As in Logto it signs in the user with the
 * address in `login_hint`, or creates the account.
 *
 * @returns the user, or the page to show
 */
export async function redeemOneTimeToken(
  directory: Directory,
  tokens: OneTimeTokens,
  { oneTimeToken = "", hint, lang }: View,
): Promise<{ user: User } | { page: string }> {
  if (!hint) return { page: invalidLinkPage("The link has no e-mail address.", lang) };
  const error = tokens.consume(oneTimeToken, hint);
  if (error) return { page: invalidLinkPage(error, lang) };
  const user = directory.findByEmail(hint) ?? (await addByEmail(directory, hint));
  if (user.suspended) return { page: invalidLinkPage("This account is suspended.", lang) };
  return { user };
}
