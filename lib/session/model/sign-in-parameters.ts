import { z } from "zod";

/**
 * The parameters of an authorization request that a sign-in form, a script or a link may set. An
 * allow-list: anything else, such as `scope` or `redirect_uri`, is rejected. Values are those that
 * Logto documents (logto-facts "Parameters of a sign-in").
 */
const schema = z
  .strictObject({
    /** Logto's first page. */
    first_screen: z.enum([
      "sign_in",
      "register",
      "reset_password",
      "single_sign_on",
      "identifier:sign_in",
      "identifier:register",
    ]),
    /** Without `consent` Logto would issue no refresh token. */
    prompt: z.enum(["consent", "login consent"]),
    /** Asks for the password if the sign-in at Logto is older. In seconds. */
    max_age: z.string().regex(/^\d{1,9}$/),
    /** How the user must authenticate (step-up.ts). */
    acr_values: z.enum(["urn:logto:acr:1fa", "urn:logto:acr:mfa"]),
    /** Fills in the user's name, e-mail address or phone number on Logto's first page. */
    login_hint: z.string().regex(/^[^\p{Cc}]{1,256}$/u),
    /** Opens a social or company connector in place of Logto's first page. */
    direct_sign_in: z.string().regex(/^(social|sso):[\w.-]{1,128}$/),
    /** Languages of Logto's pages and mails in order of preference: BCP 47, separated by spaces. */
    ui_locales: z
      .string()
      .max(100)
      .regex(/^[a-z]{2,8}(-[a-z\d]{1,8})*( [a-z]{2,8}(-[a-z\d]{1,8})*)*$/i),
    /** The organization whose logo and colours Logto's pages have. */
    organization_id: z.string().regex(/^[\w-]{1,21}$/),
    /** Of a link in a mail. It signs in the user whose address is in `login_hint`. */
    one_time_token: z.string().regex(/^[\w-]{1,256}$/),
  })
  .partial()
  .refine(({ one_time_token, login_hint }) => !one_time_token || login_hint?.includes("@"), {
    path: ["one_time_token"],
  });

export type SignInParameters = z.output<typeof schema>;

/** A sign-in asked for a parameter, or for a value, that is not allowed. */
export class SignInParameterError extends Error {
  override name = "SignInParameterError";

  /** @param names of the parameters. The message has no values: one may be a secret */
  constructor(names: string[]) {
    const printed = names.map((name) => (/^\w{1,40}$/.test(name) ? name : "(no parameter's name)"));
    super(`not allowed: ${[...new Set(printed)].slice(0, 10).join(", ")}`);
  }
}

/**
 * Checks the parameters of a sign-in, which are untrusted. One without a value counts as absent
 * (RFC 6749 §3.1).
 */
export function parseSignInParameters(values: Record<string, unknown>): {
  parameters?: SignInParameters;
  rejection?: SignInParameterError;
} {
  const given = Object.entries(values).filter(([, value]) => value !== "");
  const { success, data, error } = schema.safeParse(Object.fromEntries(given));
  if (success) return { parameters: data };
  const names = error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : issue.path.map(String),
  );
  return { rejection: new SignInParameterError(names) };
}
