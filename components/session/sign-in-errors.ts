import type { AlertTone } from "@/components/ui/alert";
import type { SignInError } from "@/lib/session/model/errors";

interface SignInMessage {
  tone: AlertTone;
  title: string;
  text: string;
}

const tryAgain = "Try again; if it keeps happening, tell whoever runs this site.";

const fallback: SignInMessage = {
  tone: "danger",
  title: "You could not be signed in",
  text: `Something went wrong on the way. ${tryAgain}`,
};

const misconfigured: SignInMessage = {
  tone: "danger",
  title: "Sign-in does not work right now",
  text: `This site and the sign-in service did not understand each other. It is nothing that you did. ${tryAgain}`,
};

const interrupted: SignInMessage = {
  tone: "warning",
  title: "Sign-in was interrupted",
  text: "It took too long, or was started in another tab or browser. Start again from here.",
};

const unreachable: SignInMessage = {
  tone: "warning",
  title: "The sign-in service does not answer",
  text: "Your account is fine. Wait a minute and try again.",
};

/**
 * What happened and what to do, by the `error` in the sign-in page's address: Auth.js's codes and
 * our own.
 */
const messages = {
  OAuthCallbackError: {
    tone: "warning",
    title: "Sign-in was not completed",
    text: "It was cancelled, or the sign-in service refused it. You can start again.",
  },
  AccessDenied: {
    tone: "danger",
    title: "This account may not sign in here",
    text: "You were recognized, but the account has no access. Sign in with another one, or ask for access.",
  },
  DatabaseUnavailable: {
    tone: "warning",
    title: "Our database does not answer",
    text: "Nothing is lost. Wait a moment and try again.",
  },
  SessionEnded: {
    tone: "info",
    title: "Your session has ended",
    text: "Sign in again to go on where you were.",
  },
  SessionRequired: {
    tone: "info",
    title: "That page is for signed-in people",
    text: "Sign in, and you come back to it.",
  },
  SessionUnreadable: {
    tone: "info",
    title: "Your session could not be read",
    text: "It was changed on the way, or comes from before an update of this site. Sign in again.",
  },
  Configuration: misconfigured,
  OAuthSignInError: misconfigured,
  CallbackRouteError: misconfigured,
  SessionTokenError: interrupted,
  InvalidCheck: interrupted,
  MissingCSRF: interrupted,
  ProviderUnavailable: unreachable,
} satisfies Record<SignInError, SignInMessage> & Record<string, SignInMessage>;

const messageOf = new Map<string, SignInMessage>(Object.entries(messages));

/** The message for an error code; a general one for codes that are not known. */
export function signInMessage(code: string): SignInMessage {
  return messageOf.get(code) ?? fallback;
}
