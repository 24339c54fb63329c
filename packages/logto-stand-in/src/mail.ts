/** A mail that the stand-in passes to `onMail`. It sends none itself. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
}

interface InvitationMail {
  to: string;
  link: string;
  /** Names. */
  organization: string;
  inviter: string | undefined;
}

/** Writes the mail of an invitation to an organization. */
export function invitationMail({ to, link, organization, inviter }: InvitationMail): Mail {
  const subject = `${inviter ?? "An administrator"} invites you to ${organization}`;
  return { to, subject, text: `${link}\n\nThis link is for you alone: it signs you in.` };
}

/** The purpose of a code, which Logto calls the interaction event. */
export type CodePurpose = "sign-in" | "register" | "second-factor";

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
  const aim = {
    register: `create an account at ${applicationName}`,
    "sign-in": `sign in to ${applicationName}`,
    "second-factor": `confirm that it is you at ${applicationName}`,
  }[purpose];
  return {
    to,
    subject: `${code} is your code to ${aim}`,
    text: [
      `Your code to ${aim}:`,
      code,
      `It is valid for ${lifetime / 60} minutes. If you did not ask for it, ignore this mail.`,
    ].join("\n\n"),
  };
}
