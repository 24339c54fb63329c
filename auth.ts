import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import type { OIDCConfig } from "next-auth/providers";
import { env, isHttps } from "@/lib/env";
import type { UserClaims } from "@/lib/logto/claims";
import { discoveryFetch } from "@/lib/logto/discovery-fetch";
import { authLogger } from "@/lib/session/auth-errors";
import { safeCallbackUrl } from "@/lib/session/callback-url";
import { decodeSession, encodeSession } from "@/lib/session/codec";
import { sessionCookieName } from "@/lib/session/cookie";
import { continueSession, endSession, logtoClient } from "@/lib/session/renewal";
import { toSession, toSessionUser } from "@/lib/session/session";
import { beginSession, isSessionToken, sessionLifetime } from "@/lib/session/session-token";

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
    profile(claims) {
      const { id, name, email, image } = toSessionUser({ sub: claims.sub, claims });
      return { id, name, email, image };
    },
    [customFetch]: discoveryFetch(logtoClient(), LOGTO_RESOURCES),
  };
}

function config(): NextAuthConfig {
  const { AUTH_SECRET } = env();
  return {
    basePath: "/api/auth",
    secret: AUTH_SECRET,
    useSecureCookies: isHttps(),
    // In production env() has seen to it that AUTH_URL, AUTH_TRUST_HOST or VERCEL is set.
    trustHost: true,
    providers: [logto()],
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: { sessionToken: { name: sessionCookieName() } },
    session: { strategy: "jwt", maxAge: sessionLifetime },
    jwt: {
      encode: ({ token, salt }) => {
        if (!isSessionToken(token)) throw new TypeError("not a session");
        return encodeSession(token, AUTH_SECRET, salt);
      },
      decode: ({ token, salt }) => (token ? decodeSession(token, AUTH_SECRET, salt) : null),
    },
    callbacks: {
      // Carries the tokens. Renews nothing: what calls this in a page could not store the result (see middleware.ts).
      jwt({ token, account, profile }) {
        if (account) return { ...beginSession(account, profile) };
        if (!isSessionToken(token)) return null;
        const session = continueSession(token);
        return session.status === "active" ? session.token : null;
      },
      session({ session, token }) {
        return isSessionToken(token) ? toSession(token) : session;
      },
      redirect: ({ url, baseUrl }) => new URL(safeCallbackUrl(url, baseUrl), baseUrl).href,
    },
    events: {
      async signOut(message) {
        if ("token" in message && isSessionToken(message.token)) await endSession(message.token);
      },
    },
    logger: authLogger,
  };
}

export const { handlers, auth, signIn, signOut } = NextAuth(() => config());
