import type Provider from "oidc-provider";
import type { Interaction } from "oidc-provider";
import { z } from "zod";
import type { Connector } from "./direct-pages.js";
import type { Directory, User } from "./directory.js";
import type { FormPage } from "./form.js";
import type { Screen } from "./outcome.js";
import { requestedClasses, stepUpReason } from "./step-up.js";

const parametersSchema = z.object({
  client_id: z.string(),
  first_screen: z.string().optional(),
  interaction_mode: z.string().optional(),
  login_hint: z.string().optional(),
  direct_sign_in: z.string().optional(),
  ui_locales: z.string().optional(),
  organization_id: z.string().optional(),
  one_time_token: z.string().optional(),
  acr_values: z.string().optional(),
});

/** The data that the pages and steps of an interaction need. */
export interface View extends Omit<FormPage, "rejected"> {
  uid: string;
  firstScreen: Screen;
  /** Of `direct_sign_in`, if the tenant has it. */
  connector: Connector | undefined;
  oneTimeToken: string | undefined;
  /** The signed-in user who must prove more. Nobody else can go on in the same interaction. */
  pinned: User | undefined;
  needsSecondFactor: boolean;
}

/** Reads the parameters of the authorization request as Logto does (Logto facts: sign-in). */
export async function describe(
  provider: Provider,
  { tenant, organizations, users }: Directory,
  { uid, params, prompt, session }: Interaction,
): Promise<View> {
  const parameters = parametersSchema.parse(params);
  const client = await provider.Client.find(parameters.client_id);
  const isRegistration =
    parameters.first_screen?.endsWith("register") || parameters.interaction_mode === "signUp";
  const application = client?.clientName ?? parameters.client_id;
  const organization = organizations.get(parameters.organization_id ?? "");
  const [method, target = ""] = parameters.direct_sign_in?.split(":") ?? [];
  const isKnown = method === "social" && Object.hasOwn(tenant.socialConnectors, target);
  const name = isKnown ? tenant.socialConnectors[target] : undefined;
  const pinned = prompt.reasons.includes(stepUpReason)
    ? users.get(session?.accountId ?? "")
    : undefined;
  const firstScreen = isRegistration ? "register" : "sign-in";
  return {
    uid,
    action: `/interaction/${uid}`,
    applicationName: organization ? `${application} of ${organization.name}` : application,
    lang: languageOf(parameters.ui_locales),
    hint: parameters.login_hint,
    // A step-up ignores the other parameters: its user is known.
    firstScreen: pinned ? "step-up" : name === undefined ? firstScreen : "social",
    connector: name === undefined ? undefined : { target, name },
    oneTimeToken: parameters.one_time_token,
    pinned,
    needsSecondFactor: requestedClasses(parameters.acr_values)?.[0] === "urn:logto:acr:mfa",
  };
}

/** The first language in `ui_locales` that is well-formed. */
function languageOf(locales = ""): string {
  for (const locale of locales.split(/\s+/).filter(Boolean))
    try {
      return new Intl.Locale(locale).toString();
    } catch {
      // Logto, too, ignores a language that it does not know.
    }
  return "en";
}
