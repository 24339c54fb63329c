import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import type { OIDCConfig } from "next-auth/providers";
import { hasDatabase } from "@/lib/db";
import { env, isHttps, usesRows } from "@/lib/env";
import { log } from "@/lib/log";
import type { UserClaims } from "@/lib/logto/claims";
import { discoveryFetch } from "@/lib/logto/discovery-fetch";
import { adapter } from "@/lib/session/adapter";
import { authLogger } from "@/lib/session/auth-errors";
import { safeCallbackUrl } from "@/lib/session/callback-url";
import { decodeSession, encodeSession } from "@/lib/session/codec";
import { sessionCookieName, sharedWith } from "@/lib/session/cookie";
import { maySignIn } from "@/lib/session/may-sign-in";
import { continueSession, endSession, logtoClient } from "@/lib/session/renewal";
import { toSession } from "@/lib/session/session";
import { beginSession, isSessionToken, sessionLifetime } from "@/lib/session/session-token";
import { signingIn } from "@/lib/session/signing-in";
import { profileOf } from "@/lib/session/users";

function logto(): OIDCConfig<UserClaims> {
  const { AUTH_LOGTO_ISSUER, AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, LOGTO_SCOPES, LOGTO_RESOURCES } = env();
  return {
    id: "logto",
    name: "Logto",
    type: "oidc",
    issuer: AUTH_LOGTO_ISSUER,
    clientId: AUTH_LOGTO_ID,
    clientSecret: AUTH_LOGTO_SECRET,
    checks: ["pkce", "state", "nonce"],
    // Without `prompt=consent` Logto gives no refresh token. First-party applications never show a consent page.
    authorization: { params: { scope: LOGTO_SCOPES.join(" "), prompt: "consent" } },
    profile(claims, { refresh_token: refreshToken }) {
      // The first to hear of the grant: should the sign-in fail from here on, it is revoked (auth-handlers.ts).
      const store = signingIn.getStore();
      if (store) store.grant = { sub: claims.sub, refreshToken };
      return { id: claims.sub, ...profileOf(claims) };
    },
    [customFetch]: discoveryFetch(logtoClient(), LOGTO_RESOURCES),
  };
}

function config(): NextAuthConfig {
  const { AUTH_SECRET, AUTH_SESSION_STRATEGY: strategy } = env();
  return {
    basePath: "/api/auth",
    secret: AUTH_SECRET,
    useSecureCookies: isHttps(),
    // In production env() has seen to it that AUTH_URL, AUTH_TRUST_HOST or VERCEL is set.
    trustHost: true,
    providers: [logto()],
    ...(hasDatabase() && { adapter: adapter() }),
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName(), options: sharedWith() } },
    session: { strategy, maxAge: sessionLifetime, updateAge: sessionLifetime / 2 },
    jwt: {
      encode: ({ token, salt }) => {
        if (!isSessionToken(token)) throw new TypeError("not a session");
        return encodeSession(token, AUTH_SECRET, salt);
      },
      decode: ({ token, salt }) => (token ? decodeSession(token, AUTH_SECRET, salt) : null),
    },
    callbacks: {
      signIn: maySignIn,
      // Carries the tokens. Renews nothing: what calls this in a page could not store the result (see middleware.ts).
      jwt({ token, account, profile }) {
        if (account) return { ...beginSession(account, profile) };
        if (!isSessionToken(token)) return null;
        const session = continueSession(token);
        return session.status === "active" ? session.token : null;
      },
      // An explicit list: in strategy `database` Auth.js hands in the whole row.
      session(parameters) {
        const kept: unknown = usesRows() ? parameters.session : parameters.token;
        return isSessionToken(kept) ? toSession(kept) : { ...parameters.session, user: undefined };
      },
      redirect: ({ url, baseUrl }) => new URL(safeCallbackUrl(url, baseUrl), baseUrl).href,
    },
    events: {
      // Not `user.id`: without an adapter Auth.js makes a random one at each sign-in.
      signIn({ account }) {
        log.info("signed in", { user: account?.providerAccountId });
      },
      // Strategy `database` ends its session where it deletes the row (adapter.ts).
      async signOut(message) {
        if ("token" in message && isSessionToken(message.token)) await endSession(message.token);
      },
    },
    logger: authLogger,
  };
}

export const { handlers, auth, signIn, signOut } = NextAuth(() => config());
