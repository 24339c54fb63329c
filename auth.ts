import { skipCSRFCheck } from "@auth/core";
import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import type { OIDCConfig } from "next-auth/providers";
import { authAdapter } from "@/lib/database/auth-adapter";
import { hasDatabase } from "@/lib/database/client";
import { env, isHttps } from "@/lib/env";
import { log } from "@/lib/log";
import type { UserClaims } from "@/lib/logto/claims";
import { discoveryFetch } from "@/lib/logto/discovery-fetch";
import { authLogger } from "@/lib/session/authjs/errors";
import { onSignIn } from "@/lib/session/authjs/on-sign-in";
import { sessionCookie } from "@/lib/session/authjs/session-cookie";
import { signInContext, type SignInContext } from "@/lib/session/authjs/sign-in-context";
import { getSession } from "@/lib/session/lifecycle/current-session";
import { logtoClient } from "@/lib/session/lifecycle/logto-client";
import { safeCallbackUrl } from "@/lib/session/model/callback-url";
import { toPublicSession, type PublicSession } from "@/lib/session/model/public-session";
import { beginSession, isSession } from "@/lib/session/model/session";
import { cookieDomain, sessionCookieName } from "@/lib/session/stores/cookie";
import { sessionStore } from "@/lib/session/stores/current-store";

/*
 * Sign-in: the provider, and what this app plugs into Auth.js. Auth.js does the sign-in itself;
 * what becomes of the session after that is ours. Read middleware.ts next, then
 * lib/session/guards.ts, lib/session/lifecycle/renewal.ts and lib/session/model/session.ts.
 */

function logto(context: SignInContext): OIDCConfig<UserClaims> {
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
    // Without `prompt=consent` Logto drops the scope offline_access, and gives no refresh token.
    // First-party applications never show a consent page.
    authorization: { params: { scope: LOGTO_SCOPES.join(" "), prompt: "consent" } },
    profile({ sub, name, email, picture }, { refresh_token: refreshToken }) {
      // So that the grant can be revoked should the sign-in fail from here on.
      context.grant = { subject: sub, refreshToken };
      return { id: sub, name: name ?? null, email: email ?? null, image: picture ?? null };
    },
    [customFetch]: discoveryFetch(logtoClient(), LOGTO_RESOURCES),
  };
}

/**
 * @param request the one that Auth.js answers: every sign-in and sign-out is a form to /api/auth
 */
function config(request: Request | undefined): NextAuthConfig {
  const context = signInContext(request);
  return {
    basePath: "/api/auth",
    secret: env().AUTH_SECRET,
    useSecureCookies: isHttps(),
    // In production env() has seen to it that AUTH_URL, AUTH_TRUST_HOST or VERCEL is set.
    trustHost: true,
    ...(context.isSameOrigin && { skipCSRFCheck }),
    providers: [logto(context)],
    ...(hasDatabase() && { adapter: authAdapter() }),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName(), options: cookieDomain() } },
    // In both stores, also with AUTH_SESSION_STRATEGY=database: `jwt.encode` and `jwt.decode` are
    // the store. Auth.js encodes at sign-in, and again whenever it looks at a session. So encode
    // begins a session, as an encrypted cookie or as a row whose name is the cookie, and never
    // changes one: a write from a look would bring back tokens that a renewal has replaced.
    session: { strategy: "jwt", maxAge: sessionStore().cookieLifetime },
    jwt: sessionCookie,
    callbacks: {
      signIn: onSignIn,
      /**
       * Carries the tokens from the code exchange into the session. Does not renew them: a page
       * cannot set the new cookie.
       */
      jwt({ token, account, profile }) {
        if (account) return { ...beginSession(account, profile) };
        return isSession(token) ? token : null;
      },
      session: ({ token, session }) =>
        isSession(token) ? toPublicSession(token) : { ...session, user: undefined },
      // The page to come back to travels in `state` (routes/auth-handlers.ts).
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
 * In the type of `auth`, so that the compiler says it: Auth.js's guides call `auth(handler)`, or
 * have it be middleware.
 */
const misuse =
  "auth() takes no arguments: wrap a handler in withSession(handler), and call updateSession(request, …) in middleware.ts";

/**
 * The session of the current request, or null. It never writes a cookie; however often it is called
 * in a render, it looks at the store once.
 *
 * @param given nothing
 * @throws SessionError `database_unavailable`; `provider_unavailable` where the session has more
 *   claims than its cookie, and Logto does not answer
 */
export function auth(...given: (typeof misuse)[]): Promise<PublicSession | null> {
  if (given.length > 0) throw new TypeError(misuse);
  return getSession();
}
