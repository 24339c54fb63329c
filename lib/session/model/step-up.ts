import { SessionError } from "./errors";
import { freshSignIn, isFreshSignIn } from "./fresh-sign-in";
import type { Session } from "./session";
import type { SignInParameters } from "./sign-in-parameters";

/*
 * Step-up authentication (RFC 9470): a guard can require that the user proved recently, or with a
 * second factor, who they are. Logto does so from version 1.46 on (docs/logto-facts.md).
 */

/** Logto's classes of an authentication, the weaker one first. */
const classes = ["urn:logto:acr:1fa", "urn:logto:acr:mfa"] as const;

/**
 * One factor that Logto checked itself (password or code, not a social sign-in), or two different
 * ones.
 */
export type AuthenticationClass = (typeof classes)[number];

/** What a guard requires of the user's last authentication at Logto. */
interface StepUp {
  /** In seconds. */
  freshWithin?: number | undefined;
  acr?: AuthenticationClass | undefined;
}

/** Whether a requirement has one of these: only then must a guard read the stored session. */
export const requiresStepUp = ({ freshWithin, acr }: StepUp): boolean =>
  freshWithin !== undefined || acr !== undefined;

/**
 * Checks how the user of a session last authenticated at Logto. Each sign-in stores it in the
 * session; a renewal makes it no more recent.
 *
 * @param now in milliseconds
 * @throws SessionError `stronger_sign_in_needed` or `sign_in_again`, with the parameters of the
 *   authorization request that helps
 */
export function checkStepUp(
  session: Pick<Session, "authenticatedAt" | "claims">,
  { freshWithin, acr }: StepUp,
  now = Date.now(),
): void {
  const isOld = freshWithin !== undefined && !isFreshSignIn(session, freshWithin, now);
  const isWeak = acr !== undefined && classOf(session) < classes.indexOf(acr);
  if (!isOld && !isWeak) return;
  const parameters: SignInParameters = {
    prompt: isOld ? freshSignIn.prompt : "consent",
    ...(freshWithin !== undefined && { max_age: String(freshWithin) }),
    ...(acr && { acr_values: acr }),
  };
  throw isWeak
    ? new SessionError(
        "stronger_sign_in_needed",
        `this needs an authentication of ${acr}`,
        parameters,
      )
    : new SessionError(
        "sign_in_again",
        `this needs an authentication of the last ${freshWithin} seconds`,
        parameters,
      );
}

/** Index in `classes`; -1 if the id_token had no `acr`, or one that is not Logto's. */
const classOf = ({ claims }: Pick<Session, "claims">) =>
  classes.findIndex((each) => each === claims.acr);
