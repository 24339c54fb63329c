import NextAuth from "next-auth";
import Logto from "next-auth/providers/logto";

/*
 * After the guide https://authjs.dev/guides/refresh-token-rotation, with the JWT strategy and Logto
 * as the provider.
 */

/** Requests new tokens. @throws the response's body, if Logto rejects the refresh token */
async function refresh(token) {
  const response = await fetch(`${process.env.AUTH_LOGTO_ISSUER}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: process.env.AUTH_LOGTO_ID,
      client_secret: process.env.AUTH_LOGTO_SECRET,
      grant_type: "refresh_token",
      refresh_token: token.refresh_token,
    }),
  });
  const tokens = await response.json();
  if (!response.ok) throw tokens;
  return {
    ...token,
    access_token: tokens.access_token,
    expires_at: Math.floor(Date.now() / 1000 + tokens.expires_in),
    refresh_token: tokens.refresh_token ?? token.refresh_token,
  };
}

export const { handlers, auth } = NextAuth({
  providers: [
    Logto({
      authorization: {
        // Without `prompt=consent` Logto issues no refresh token.
        params: { scope: "openid offline_access profile email", prompt: "consent" },
      },
      client: { id_token_signed_response_alg: "ES384" },
    }),
  ],
  callbacks: {
    async jwt({ token, account }) {
      if (account) {
        const { access_token, expires_at, refresh_token } = account;
        return { ...token, access_token, expires_at, refresh_token };
      }
      if (Date.now() < token.expires_at * 1000) return token;
      try {
        return await refresh(token);
      } catch {
        return { ...token, error: "RefreshTokenError" };
      }
    },
    session({ session, token }) {
      session.error = token.error;
      return session;
    },
  },
});
