import type { KoaContextWithOIDC } from "oidc-provider";
import { errors, interactionPolicy } from "./library.js";

/** Logto's classes of an authentication: one factor that it checked itself, or two. */
export const authenticationClasses = ["urn:logto:acr:1fa", "urn:logto:acr:mfa"] as const;
type AuthenticationClass = (typeof authenticationClasses)[number];

/** How a user authenticated (RFC 8176): password, code, social provider, two factors. */
export type Methods = readonly ("pwd" | "otp" | "fed" | "mfa")[];

/** The claims `acr` and `amr` of an authentication. A social provider's is of no class. */
export const authenticationContext = (methods: Methods) => ({
  ...(!methods.includes("fed") && {
    acr: authenticationClasses[methods.includes("mfa") ? 1 : 0],
  }),
  amr: [...methods],
});

/** The reason of the interaction when the user is signed in, but must prove more. */
export const stepUpReason = "acr_unmet";

/** The supported values of `acr_values`, in the order of the request. Undefined without it. */
export function requestedClasses(parameter: unknown): AuthenticationClass[] | undefined {
  if (typeof parameter !== "string") return undefined;
  return parameter
    .split(" ")
    .flatMap((value) => authenticationClasses.find((each) => each === value) ?? []);
}

/**
 * Checks `acr_values` as Logto 1.46 does: as a requirement, not as a wish. A session that satisfies
 * one of the values, and `max_age`, shows no page. Otherwise the user, who can't be changed, proves
 * what the first value asks for. If that is still missing afterwards, the request fails.
 */
export const checkRequestedClasses = () =>
  new interactionPolicy.Check(
    stepUpReason,
    "requested authentication context could not be obtained",
    "unmet_authentication_requirements",
    ({ oidc }: KoaContextWithOIDC) => {
      const requested = requestedClasses(oidc.params?.acr_values);
      if (requested?.length === 0)
        throw new errors.UnmetAuthenticationRequirements("no requested acr_values is supported");
      if (!requested || !oidc.session?.accountId) return false;
      const reached = authenticationClasses.findIndex((each) => each === oidc.session?.acr);
      const maxAge = oidc.params?.max_age;
      const isSatisfied =
        requested.some((each) => authenticationClasses.indexOf(each) <= reached) &&
        (maxAge === undefined || !oidc.session.past(Number(maxAge)));
      if (!oidc.result?.login) return !isSatisfied || oidc.promptPending("login");
      if (isSatisfied) return false;
      throw new errors.UnmetAuthenticationRequirements("too weak, or too long ago");
    },
  );
