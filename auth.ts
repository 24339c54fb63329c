import { skipCSRFCheck } from "@auth/core";
import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import type { OIDCConfig } from "next-auth/providers";
import { authAdapter } from "@/lib/database/auth-adapter";
import { hasDatabase } from "@/lib/database/client";
import { env, isHttps } from "@/lib/env";
import { log } from "@/lib/log";
import type { UserClaims } from "@/lib/logto/claims";
import { authjsFetch } from "@/lib/logto/authjs-fetch";
import { authLogger } from "@/lib/session/authjs/errors";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { jwtOptions } from "@/lib/session/authjs/jwt-options";
import { signInContext, type SignInContext } from "@/lib/session/authjs/sign-in-context";
import { getSession } from "@/lib/session/lifecycle/current-session";
import { logtoClient } from "@/lib/session/lifecycle/logto-client";
import { safeCallbackUrl } from "@/lib/session/model/callback-url";
import { toPublicSession, type PublicSession } from "@/lib/session/model/public-session";
import { beginSession, isSession } from "@/lib/session/model/session";
import { domainOption, sessionCookieName } from "@/lib/session/stores/cookie";
import { sessionStore } from "@/lib/session/stores/current-store";

/*
 * Configures Auth.js: the Logto provider, the callbacks that carry its tokens into the session, and
 * the store of the session. Auth.js handles the sign-in; renewing, ending and returning sessions is
 * our code in lib/session. Read middleware.ts next, then lib/session/guards.ts,
 * lib/session/lifecycle/renewal.ts and lib/session/model/session.ts.
 */

function logto(context: SignInContext): OIDCConfig<UserClaims> {
  const { parameters, rejection } = context;
  const { AUTH_LOGTO_ISSUER, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, LOGTO_SCOPES, LOGTO_RESOURCES } =
    env();
  return {
    id: "logto",
    name: "Logto",
    type: "oidc",
    issuer: AUTH_LOGTO_ISSUER,
    clientId: AUTH_LOGTO_ID,
    clientSecret: AUTH_LOGTO_SECRET,
    checks: ["pkce", "state", "nonce"],
    // Without `prompt=consent` Logto drops the scope offline_access and issues no refresh token.
    // First-party applications never show a consent page.
    authorization: {
      params: { scope: LOGTO_SCOPES.join(" "), prompt: "consent", ...parameters },
    },
    profile({ sub, name, email, picture }, { refresh_token: refreshToken }) {
      // Remembered so that a sign-in that fails after this can revoke the grant.
      context.grant = { subject: sub, refreshToken };
      return { id: sub, name: name ?? null, email: email ?? null, image: picture ?? null };
    },
    // Auth.js begins a sign-in with a request for the discovery document. There a rejected one ends
    // like one during an outage: with its cookies unchanged and its page to return to.
    [customFetch]: rejection
      ? () => Promise.reject(rejection)
      : authjsFetch(logtoClient(), LOGTO_RESOURCES),
  };
}

/** Auth.js calls this for each request. @param request the request to Auth.js */
function config(request: Request | undefined): NextAuthConfig {
  const context = signInContext(request);
  return {
    basePath: "/api/auth",
    secret: env().AUTH_SECRET,
    useSecureCookies: isHttps(),
    // In production env() requires AUTH_URL, AUTH_TRUST_HOST or VERCEL.
    trustHost: true,
    ...(context.isSameOrigin && { skipCSRFCheck }),
    providers: [logto(context)],
    ...(hasDatabase() && { adapter: authAdapter() }),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName(), options: domainOption() } },
    // For Auth.js the strategy is always `jwt`, whatever the store: our `jwt.encode` and
    // `jwt.decode` write and read it. Auth.js encodes at sign-in, and again after each read.
    // `encode` stores only a new session. For a session that `decode` returned it gives back the
    // same cookie value and writes nothing: a renewal may have replaced these tokens since, and
    // Logto revokes the grant when an old refresh token is used.
    session: { strategy: "jwt", maxAge: sessionStore().cookieLifetime },
    jwt: jwtOptions,
    callbacks: {
      signIn: onSignIn,
      /**
       * Carries the tokens of the code exchange into the session. It does not renew them: Next.js
       * can't set cookies while a page renders (lifecycle/renewal.ts).
       */
      jwt({ token, account, profile }) {
        if (account) return { ...beginSession(account, profile) };
        return isSession(token) ? token : null;
      },
      session: ({ token, session }) =>
        isSession(token) ? toPublicSession(token) : { ...session, user: undefined },
      // Remembers the page to return to, which routes/auth-handlers.ts puts into `state`.
      redirect: ({ url, baseUrl }) => {
        context.callbackUrl = url;
        return new URL(safeCallbackUrl(url, baseUrl), baseUrl).href;
      },
    },
    events: {
      signIn({ account }) {
        log.info("signed in", { user: account?.providerAccountId });
      },
    },
    logger: authLogger(context),
  };
}

export const { handlers } = NextAuth(config);

/**
 * `auth` takes no arguments. Its parameter has this text as its type, so that the compiler shows it
 * for `auth(handler)` and other uses from guides of Auth.js.
 */
const misuse =
  "auth() takes no arguments: wrap a handler in withSession(handler), and call updateSession(request, …) in middleware.ts";

/**
 * Returns the session of the current request, or null. It never writes a cookie, and reads the
 * store once per render.
 *
 * @example const session = await auth();
 * @param given none
 * @throws SessionError `database_unavailable`; `provider_unavailable` if the cookie omits claims
 *   and Logto does not respond
 */
export function auth(...given: (typeof misuse)[]): Promise<PublicSession | null> {
  if (given.length > 0) throw new TypeError(misuse);
  return getSession();
}
