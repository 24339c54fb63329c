import NextAuth, { customFetch, type NextAuthConfig } from "next-auth";
import type { OIDCConfig, Provider } from "next-auth/providers";
import Nodemailer from "next-auth/providers/nodemailer";
import { hasDatabase } from "@/lib/db";
import { env, hasEmailSignIn, isHttps } from "@/lib/env";
import { log } from "@/lib/log";
import type { UserClaims } from "@/lib/logto/claims";
import { discoveryFetch } from "@/lib/logto/discovery-fetch";
import { linkLifetime, sendSignInMail } from "@/lib/mail/send-sign-in-mail";
import { adapter, beginSessionOf, keepSession } from "@/lib/session/adapter";
import { authLogger } from "@/lib/session/auth-errors";
import { safeCallbackUrl } from "@/lib/session/callback-url";
import { decodeSession, encodeSession } from "@/lib/session/codec";
import { sessionCookieName, sharedWith } from "@/lib/session/cookie";
import { isRefusal, maySignIn } from "@/lib/session/may-sign-in";
import { continueSession, endSession, logtoClient } from "@/lib/session/renewal";
import { toSession } from "@/lib/session/session";
import { beginSession, isSessionToken, sessionLifetime } from "@/lib/session/session-token";
import { signingIn } from "@/lib/session/signing-in";
import { emailProvider, profileOf } from "@/lib/session/users";

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

/** Sign-in by a link in a mail. Such a session has no Logto grant. */
function email(): Provider {
  const { EMAIL_SERVER, EMAIL_FROM } = env();
  return Nodemailer({
    id: emailProvider,
    server: EMAIL_SERVER,
    from: EMAIL_FROM,
    maxAge: linkLifetime,
    sendVerificationRequest: sendSignInMail,
  });
}

function config(): NextAuthConfig {
  const { AUTH_SECRET, AUTH_SESSION_STRATEGY: strategy } = env();
  return {
    basePath: "/api/auth",
    secret: AUTH_SECRET,
    useSecureCookies: isHttps(),
    // In production env() has seen to it that AUTH_URL, AUTH_TRUST_HOST or VERCEL is set.
    trustHost: true,
    providers: hasEmailSignIn() ? [logto(), email()] : [logto()],
    ...(hasDatabase() && { adapter: adapter() }),
    pages: { signIn: "/sign-in", error: "/sign-in", verifyRequest: "/check-your-mail" },
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
      async jwt({ token, account, profile, user }) {
        if (account && !hasDatabase()) return { ...beginSession(account, profile) };
        if (account) {
          const begun = await beginSessionOf(user.id ?? "");
          await keepSession(begun);
          return { ...begun };
        }
        if (!isSessionToken(token)) return null;
        const session = continueSession(token);
        return session.status === "active" ? session.token : null;
      },
      // An explicit list: in strategy `database` Auth.js hands in the whole row.
      session(parameters) {
        const kept: unknown = strategy === "jwt" ? parameters.token : parameters.session;
        return isSessionToken(kept) ? toSession(kept) : { ...parameters.session, user: undefined };
      },
      redirect: ({ url, baseUrl }) =>
        new URL(isRefusal(url) ? url : safeCallbackUrl(url, baseUrl), baseUrl).href,
    },
    events: {
      signIn({ user, account }) {
        // Without an adapter Auth.js makes a random id at each sign-in.
        const id = hasDatabase() ? user.id : account?.providerAccountId;
        log.info("signed in", { user: id, provider: account?.provider });
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
