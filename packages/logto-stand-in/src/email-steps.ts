import { z } from "zod";
import type { Directory, User } from "./directory.js";
import { codeMail, type CodePurpose, type Mail } from "./mail.js";
import type { Outcome, Screen } from "./outcome.js";
import { noClaims } from "./tenant.js";
import { codePolicy } from "./settings.js";
import type { Methods } from "./step-up.js";
import type { CodeError, VerificationCodes } from "./verification-codes.js";

/**
 * The addresses that Logto accepts. The rule is less strict than `z.email()` (Logto facts: e-mail
 * codes).
 */
const emailSchema = z
  .string()
  .trim()
  .max(128)
  .regex(/^\S+@\S+\.\S+$/);

const codeErrorMessages: Readonly<Record<CodeError, string>> = {
  not_found: "This code was used already. Ask for a new one.",
  expired: "The code has expired. Ask for a new one.",
  exceed_max_try: "There were too many wrong codes. Ask for a new one.",
  code_mismatch: "The code is wrong.",
};

interface EmailSteps {
  directory: Directory;
  codes: VerificationCodes;
  deliver: (mail: Mail) => void;
}

/** Creates the account of a verified address. It has no username and no password. */
export const addByEmail = (directory: Directory, email: string): Promise<User> =>
  directory.add({
    username: null,
    claims: { ...noClaims, email },
    roles: [],
    organizations: [],
  });

/** The part of an interaction that the steps need. */
interface EmailInteraction {
  uid: string;
  applicationName: string;
  firstScreen: Screen;
}

/**
 * The steps of signing in or registering with a code sent by e-mail, as in Logto (Logto facts:
 * e-mail codes). They reveal whether an address has an account only after the address is verified.
 */
export function createEmailSteps({ directory, codes, deliver }: EmailSteps) {
  const send = (
    { uid, applicationName, firstScreen }: EmailInteraction,
    to: string,
    purpose: CodePurpose,
  ): Outcome => {
    const code = codes.create(uid, to, purpose);
    if (code === undefined) {
      const error = "Too many codes were sent to this address. Try again in some minutes.";
      const before = purpose === "second-factor" ? firstScreen : (`email-${purpose}` as const);
      return { stayOn: codes.find(uid)?.email === to ? "code" : before, error, status: 429 };
    }
    deliver(codeMail({ to, code, purpose, applicationName, lifetime: codePolicy.lifetime }));
    return { goTo: "code" };
  };

  const signIn = (uid: string, user: User, methods: Methods = ["otp"]): Outcome => {
    if (user.suspended) return { stayOn: "code", error: "This account is suspended." };
    codes.remove(uid);
    return { user, methods };
  };

  const register = async (uid: string, email: string): Promise<Outcome> =>
    signIn(uid, await addByEmail(directory, email));

  return {
    /** Sends a code to the address in the form. */
    sendCode(
      interaction: EmailInteraction,
      purpose: Exclude<CodePurpose, "second-factor">,
      form: Record<string, string>,
    ): Outcome {
      const { success, data } = emailSchema.safeParse(form.email);
      if (!success) return { stayOn: `email-${purpose}`, error: "This is not an e-mail address." };
      return send(interaction, data, purpose);
    },

    /** Sends a code to a user who has given the password, if the user has an address. */
    sendSecondFactor(interaction: EmailInteraction, { claims: { email } }: User): Outcome {
      if (email === null) return { goTo: "no-second-factor" };
      return send(interaction, email, "second-factor");
    },

    /** Sends a new code to the same address. */
    resendCode(interaction: EmailInteraction): Outcome {
      const verification = codes.find(interaction.uid);
      if (!verification) return { goTo: "email-sign-in" };
      return send(interaction, verification.email, verification.purpose);
    },

    /**
     * Checks the code in the form and then signs in or registers. Asks for confirmation first when
     * a sign-in has no account, or a registration has one already.
     */
    async checkCode({ uid }: EmailInteraction, form: Record<string, string>): Promise<Outcome> {
      const verification = codes.find(uid);
      if (!verification)
        return { stayOn: "email-sign-in", error: "No code was sent. Ask for one first." };
      const error = codes.check(uid, (form.code ?? "").replaceAll(/\s/g, ""));
      if (error) return { stayOn: "code", error: codeErrorMessages[error] };

      const { email, purpose } = verification;
      const user = directory.findByEmail(email);
      if (purpose === "second-factor")
        return user ? signIn(uid, user, ["pwd", "otp", "mfa"]) : "given up";
      if (purpose === "sign-in") return user ? signIn(uid, user) : { goTo: "account" };
      return user ? { goTo: "account" } : register(uid, email);
    },

    /**
     * Signs in or creates the account, as the account page offered. Looks the address up again,
     * because the directory may have changed since.
     */
    async confirmAccount({ uid }: EmailInteraction): Promise<Outcome> {
      const verification = codes.find(uid);
      if (!verification?.verified) {
        return {
          stayOn: "email-sign-in",
          error: "This address is not verified yet. Ask for a code first.",
        };
      }
      const user = directory.findByEmail(verification.email);
      return user ? signIn(uid, user) : register(uid, verification.email);
    },
  };
}
