import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type Provider from "oidc-provider";
import { z } from "zod";
import type { Directory, User } from "./directory.js";
import { socialPage } from "./direct-pages.js";
import { signInAtProvider, redeemOneTimeToken } from "./direct-steps.js";
import { accountPage, codePage, emailPage } from "./email-pages.js";
import { createEmailSteps } from "./email-steps.js";
import { describe, type View } from "./interaction-view.js";
import { errors } from "./library.js";
import type { Mail } from "./mail.js";
import type { OneTimeTokens } from "./one-time-tokens.js";
import { screens, type Outcome, type RejectedForm, type Screen } from "./outcome.js";
import { expiredPage, notFoundPage } from "./pages.js";
import { noClaims } from "./tenant.js";
import { registerPage, signInPage } from "./sign-in-pages.js";
import { noSecondFactorPage, stepUpPage } from "./step-up-pages.js";
import { authenticationContext, type Methods } from "./step-up.js";
import type { VerificationCodes } from "./verification-codes.js";

const screenSchema = z.enum(screens);

const registrationSchema = z.object({
  username: z
    .string()
    .regex(
      /^[A-Za-z_]\w*$/,
      "A username has letters, digits and underscores, and doesn't begin with a digit.",
    ),
  password: z.string().min(8, "The password is too short: it takes 8 characters or more."),
  name: z.string(),
  email: z.email("This is not an e-mail address.").or(z.literal("")),
});

const emptyRegistration = { username: "", password: "", name: "", email: "" };

interface Interactions {
  provider: Provider;
  directory: Directory;
  codes: VerificationCodes;
  oneTimeTokens: OneTimeTokens;
  deliver: (mail: Mail) => void;
  /** False when `deliver` drops the mails: the pages then do not say where to find the code. */
  isDelivered: boolean;
}

/**
 * The pages below `/interaction/<uid>`, where a visitor signs in or creates an account. The
 * library's interaction cookie ties a form to the browser that started the sign-in: the cookie is
 * bound to that path and sent by the same site only. The pages work without JavaScript.
 */
export function createInteractions({
  provider,
  directory,
  codes,
  oneTimeTokens,
  deliver,
  isDelivered,
}: Interactions) {
  const email = createEmailSteps({ directory, codes, deliver });
  const steps: Record<string, Step> = {
    "sign-in": (_interaction, form) => signIn(directory, form),
    register: (_interaction, form) => register(directory, form),
    "email-sign-in": (interaction, form) => email.sendCode(interaction, "sign-in", form),
    "email-register": (interaction, form) => email.sendCode(interaction, "register", form),
    resend: email.resendCode,
    code: email.checkCode,
    account: email.confirmAccount,
    "step-up": (interaction, form) => confirm(directory, interaction, form),
    "give-up": () => "given up",
    social: ({ connector }, form) => signInAtProvider(directory, connector, form),
  };

  /** Asks for a second factor after a sign-in, if the application wants one. */
  const withSecondFactor = (view: View, outcome: Outcome): Outcome => {
    const { needsSecondFactor } = view;
    if (outcome === "given up" || !("user" in outcome) || !needsSecondFactor) return outcome;
    if (outcome.methods.includes("mfa")) return outcome;
    // A code by e-mail alone is one factor, and a second code would prove the same mailbox.
    return outcome.methods.includes("pwd")
      ? email.sendSecondFactor(view, outcome.user)
      : { goTo: "no-second-factor" };
  };

  const render = (view: View, screen: Screen, rejected?: RejectedForm): string => {
    const form = { ...view, rejected };
    const verification = codes.find(view.uid);
    switch (screen) {
      case "sign-in":
        return signInPage(form, directory.tenant.users);
      case "register":
        return registerPage(form);
      case "email-sign-in":
        return emailPage(form, "sign-in");
      case "email-register":
        return emailPage(form, "register");
      case "code": {
        if (!verification) return emailPage(form, "sign-in");
        return codePage({
          ...form,
          ...verification,
          isRenewed: verification.sends > 1,
          isDelivered,
        });
      }
      case "account": {
        if (!verification?.verified) return emailPage(form, "sign-in");
        return accountPage(
          form,
          verification.email,
          directory.findByEmail(verification.email) !== undefined,
        );
      }
      case "step-up":
        return stepUpPage(form, identifierOf(view));
      case "no-second-factor":
        return noSecondFactorPage(form);
      case "social":
        return view.connector
          ? socialPage(form, view.connector, directory.tenant.users)
          : signInPage(form, directory.tenant.users);
    }
  };

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [, , uid, step = ""] = url.pathname.split("/");
    const interaction = await findInteraction(provider, request, response);
    if (!interaction || interaction.uid !== uid) return send(response, 400, expiredPage());
    const view = await describe(provider, directory, interaction);
    const finish = ({ user, methods }: { user: User; methods: Methods }) => {
      const login = { accountId: directory.update(user, {}).id, ...authenticationContext(methods) };
      const options = { mergeWithLastSubmission: false };
      return provider.interactionFinished(request, response, { login }, options);
    };
    if (view.oneTimeToken) {
      const result = await redeemOneTimeToken(directory, oneTimeTokens, view);
      return "user" in result
        ? finish({ user: result.user, methods: ["otp"] })
        : send(response, 400, result.page);
    }
    const requested = screenSchema.catch(view.firstScreen).parse(url.searchParams.get("screen"));
    const screen = isAllowed(view, requested) ? requested : view.firstScreen;
    if (request.method !== "POST") return send(response, 200, render(view, screen));

    const run = Object.hasOwn(steps, step) && isAllowed(view, step) ? steps[step] : undefined;
    if (!run) return send(response, 404, notFoundPage());
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const outcome = withSecondFactor(view, await run(view, form));
    if (outcome === "given up") {
      const error = "unmet_authentication_requirements";
      return provider.interactionFinished(request, response, { error });
    }
    if ("goTo" in outcome) return redirect(response, `${view.action}?screen=${outcome.goTo}`);
    if ("stayOn" in outcome) {
      const { password: _password, code: _code, ...values } = form;
      const { stayOn, error, status = 422 } = outcome;
      return send(response, status, render(view, stayOn, { error, values }));
    }
    return finish(outcome);
  };
}

async function findInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

/** What a pinned user can do. */
const allowedWhenPinned = ["step-up", "code", "resend", "no-second-factor", "give-up"];
const isAllowed = ({ pinned }: View, name: string) => !pinned || allowedWhenPinned.includes(name);

type Step = (interaction: View, form: Record<string, string>) => Outcome | Promise<Outcome>;

async function signIn(directory: Directory, form: Record<string, string>): Promise<Outcome> {
  const reject = (error: string): Outcome => ({ stayOn: "sign-in", error });
  const user = await directory.authenticate(form.identifier ?? "", form.password ?? "");
  if (!user) return reject("The username or the password is wrong.");
  if (user.suspended) return reject("This account is suspended.");
  return { user, methods: ["pwd"] };
}

/** What a pinned user signs in with. */
const identifierOf = ({ pinned }: View): string => pinned?.username ?? pinned?.claims.email ?? "";

/** Checks the password of the user who is signed in already. */
async function confirm(
  directory: Directory,
  view: View,
  form: Record<string, string>,
): Promise<Outcome> {
  const user = await directory.authenticate(identifierOf(view), form.password ?? "");
  if (!user || user.suspended || user.id !== view.pinned?.id)
    return { stayOn: "step-up", error: "The password is wrong." };
  return { user, methods: ["pwd"] };
}

async function register(directory: Directory, form: Record<string, string>): Promise<Outcome> {
  const reject = (error = "Something is missing."): Outcome => ({ stayOn: "register", error });
  const { success, data, error } = registrationSchema.safeParse({ ...emptyRegistration, ...form });
  if (!success) return reject(error.issues[0]?.message);
  const { username, password, name, email } = data;
  if (directory.findByIdentifier(username)) return reject(`The username ${username} is taken.`);
  if (email && directory.findByIdentifier(email))
    return reject("An account with this e-mail address exists already.");
  const claims = { ...noClaims, name: name.trim() || null, email: email || null };
  return {
    user: await directory.add({ username, claims, roles: [], organizations: [] }, password),
    methods: ["pwd"],
  };
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders).end(page);
}

/** Redirects after a form, so that reloading the next page does not send the form again. */
function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, "cache-control": "no-store" }).end();
}

/**
 * No `form-action`: Chromium also applies it to the redirects after a form, and these lead to the
 * application.
 */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
};
