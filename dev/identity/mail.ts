/** A mail as the stand-in hands it on. It sends none itself. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** What a code is asked for: the interaction event, in Logto's words. */
export type CodePurpose = "sign-in" | "register";

interface CodeMail {
  to: string;
  code: string;
  purpose: CodePurpose;
  applicationName: string;
  /** Seconds. */
  lifetime: number;
}

/** Writes the mail that carries a verification code. */
export function codeMail({ to, code, purpose, applicationName, lifetime }: CodeMail): Mail {
  const aim =
    purpose === "register"
      ? `create an account at ${applicationName}`
      : `sign in to ${applicationName}`;
  return {
    to,
    subject: `${code} is your code to ${aim}`,
    text: [
      `Your code to ${aim}:`,
      code,
      `It is good for ${lifetime / 60} minutes. If you did not ask for it, ignore this mail.`,
    ].join("\n\n"),
  };
}
