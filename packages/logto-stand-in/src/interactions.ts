import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { z } from "zod";
import type { Directory, User } from "./directory.js";
import { accountPage, codePage, emailPage } from "./email-pages.js";
import { createEmailSteps } from "./email-steps.js";
import type { FormPage } from "./form.js";
import { errors } from "./library.js";
import type { Mail } from "./mail.js";
import { screens, type Outcome, type RejectedForm, type Screen } from "./outcome.js";
import { expiredPage, notFoundPage } from "./pages.js";
import { noClaims } from "./tenant.js";
import { registerPage, signInPage } from "./sign-in-pages.js";
import { noSecondFactorPage, stepUpPage } from "./step-up-pages.js";
import { authenticationContext, requestedClasses, stepUpReason } from "./step-up.js";
import type { VerificationCodes } from "./verification-codes.js";

const parametersSchema = z.object({
  client_id: z.string(),
  first_screen: z.string().optional(),
  interaction_mode: z.string().optional(),
  login_hint: z.string().optional(),
  acr_values: z.string().optional(),
});

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
  };

  /** Asks for a second factor after a sign-in, if the application wants one. */
  const withSecondFactor = (view: View, outcome: Outcome): Outcome => {
    const { needsSecondFactor } = view;
    if (outcome === "given up" || !("user" in outcome) || !needsSecondFactor) return outcome;
    if (outcome.methods.includes("mfa")) return outcome;
    // A code by e-mail alone is one factor, and a second code would prove the same mailbox.
    return outcome.methods.includes("otp")
      ? { goTo: "no-second-factor" }
      : email.sendSecondFactor(view, outcome.user);
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
        return stepUpPage(form, view.pinned?.username ?? view.pinned?.claims.email ?? "");
      case "no-second-factor":
        return noSecondFactorPage(form);
    }
  };

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [, , uid, step = ""] = url.pathname.split("/");
    const interaction = await findInteraction(provider, request, response);
    if (!interaction || interaction.uid !== uid) return send(response, 400, expiredPage());
    const view = await describe(provider, directory, interaction);
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
    directory.update(outcome.user, {});
    const login = { accountId: outcome.user.id, ...authenticationContext(outcome.methods) };
    return provider.interactionFinished(
      request,
      response,
      { login },
      { mergeWithLastSubmission: false },
    );
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

/** The data that the pages and steps of an interaction need. */
interface View extends Omit<FormPage, "rejected"> {
  uid: string;
  firstScreen: Screen;
  /** The signed-in user who must prove more. Nobody else can go on in the same interaction. */
  pinned: User | undefined;
  needsSecondFactor: boolean;
}

/** What a pinned user can do. */
const allowedWhenPinned = ["step-up", "code", "resend", "no-second-factor", "give-up"];
const isAllowed = ({ pinned }: View, name: string) => !pinned || allowedWhenPinned.includes(name);

type Step = (interaction: View, form: Record<string, string>) => Outcome | Promise<Outcome>;

async function describe(
  provider: Provider,
  directory: Directory,
  { uid, params, prompt, session }: Interaction,
): Promise<View> {
  const parameters = parametersSchema.parse(params);
  const client = await provider.Client.find(parameters.client_id);
  const isRegistration =
    parameters.first_screen?.endsWith("register") || parameters.interaction_mode === "signUp";
  const pinned = prompt.reasons.includes(stepUpReason)
    ? directory.users.get(session?.accountId ?? "")
    : undefined;
  return {
    uid,
    pinned,
    needsSecondFactor: requestedClasses(parameters.acr_values)?.[0] === "urn:logto:acr:mfa",
    action: `/interaction/${uid}`,
    applicationName: client?.clientName ?? parameters.client_id,
    hint: parameters.login_hint,
    firstScreen: pinned ? "step-up" : isRegistration ? "register" : "sign-in",
  };
}

async function signIn(directory: Directory, form: Record<string, string>): Promise<Outcome> {
  const reject = (error: string): Outcome => ({ stayOn: "sign-in", error });
  const user = await directory.authenticate(form.identifier ?? "", form.password ?? "");
  if (!user) return reject("The username or the password is wrong.");
  if (user.suspended) return reject("This account is suspended.");
  return { user, methods: ["pwd"] };
}

/** Checks the password of the user who is signed in already. */
async function confirm(
  directory: Directory,
  { pinned }: View,
  form: Record<string, string>,
): Promise<Outcome> {
  const identifier = pinned?.username ?? pinned?.claims.email ?? "";
  const user = await directory.authenticate(identifier, form.password ?? "");
  if (!user || user.suspended || user.id !== pinned?.id)
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
