import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { z } from "zod";
import { errors } from "./library";
import { expiredPage } from "./pages";
import { registerPage, signInPage, type Refusal } from "./sign-in-pages";
import { noClaims } from "./seed";
import type { Directory, User } from "./directory";

const parametersSchema = z.object({
  client_id: z.string(),
  first_screen: z.string().optional(),
  interaction_mode: z.string().optional(),
  login_hint: z.string().optional(),
});

const registrationSchema = z.object({
  username: z
    .string()
    .regex(
      /^[A-Za-z_]\w*$/,
      "A username has letters, digits and underscores, and doesn't begin with a digit.",
    ),
  password: z.string().min(8, "The password is too short: it takes 8 characters or more."),
  name: z.string(),
  email: z.email("This is no e-mail address.").or(z.literal("")),
});

const emptyRegistration = { username: "", password: "", name: "", email: "" };

/**
 * The pages below `/interaction/<uid>`, where a person signs in or creates an account. The library's interaction
 * cookie, bound to that path and sent by the same site only, ties a form to the browser that began the sign-in.
 * They work without JavaScript.
 */
export function createInteractions(provider: Provider, directory: Directory) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const [, , uid, step] = url.pathname.split("/");
    const interaction = await findInteraction(provider, request, response);
    if (!interaction || interaction.uid !== uid) return send(response, 400, expiredPage());
    const view = await describe(provider, interaction, url);

    if (request.method !== "POST") return send(response, 200, view.render(undefined));
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    const outcome = step === "register" ? await register(directory, form) : await signIn(directory, form);
    if ("error" in outcome) {
      const { password: _, ...values } = form;
      const render = step === "register" ? view.register : view.signIn;
      return send(response, 422, render({ error: outcome.error, values }));
    }
    directory.update(outcome.user, {});
    const login = { accountId: outcome.user.id };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  };
}

async function findInteraction(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

async function describe(provider: Provider, interaction: Interaction, url: URL) {
  const parameters = parametersSchema.parse(interaction.params);
  const client = await provider.Client.find(parameters.client_id);
  const form = {
    action: `/interaction/${interaction.uid}`,
    applicationName: client?.clientName ?? parameters.client_id,
    hint: parameters.login_hint,
  };
  const signIn = (refusal: Refusal | undefined) => signInPage({ ...form, refusal });
  const register = (refusal: Refusal | undefined) => registerPage({ ...form, refusal });
  const asked = parameters.first_screen?.endsWith("register") || parameters.interaction_mode === "signUp";
  const screen = url.searchParams.get("screen") ?? (asked ? "register" : "sign-in");
  return { signIn, register, render: screen === "register" ? register : signIn };
}

type Outcome = { user: User } | { error: string };

async function signIn(directory: Directory, form: Record<string, string>): Promise<Outcome> {
  const user = await directory.authenticate(form.identifier ?? "", form.password ?? "");
  if (!user) return { error: "The username or the password is wrong." };
  if (user.suspended) return { error: "This account is suspended." };
  return { user };
}

async function register(directory: Directory, form: Record<string, string>): Promise<Outcome> {
  const { success, data, error } = registrationSchema.safeParse({ ...emptyRegistration, ...form });
  if (!success) return { error: error.issues[0]?.message ?? "Something is missing." };
  const { username, password, name, email } = data;
  if (directory.findByIdentifier(username)) return { error: `The username ${username} is taken.` };
  if (email && directory.findByIdentifier(email))
    return { error: "An account with this e-mail address exists already." };
  const claims = { ...noClaims, name: name.trim() || null, email: email || null };
  return { user: await directory.add({ username, claims, roles: [], organizations: [] }, password) };
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, pageHeaders).end(page);
}

/** No `form-action`: Chromium holds it against the redirects that follow a form, and these lead to the application. */
export const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
};
