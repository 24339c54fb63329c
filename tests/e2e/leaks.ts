import type { BrowserContext, Response } from "@playwright/test";
import { decode } from "next-auth/jwt";
import { isSessionToken } from "../../lib/session/session-token";
import type { IdentityControl } from "./identity-control";

const sessionCookie = "authjs.session-token";

/** What one browser received from an app: headers and bodies, with where they came from. */
export interface Received {
  from: string;
  text: string;
}

/** Build output is the same for everybody, and large. */
const isBuildOutput = (url: URL) => url.pathname.startsWith("/_next/static/");

/**
 * Writes down everything that a browser receives from an app.
 *
 * @param app its origin
 * @returns what was received, once all of it is there
 */
export function recordReceived(context: BrowserContext, app: string): () => Promise<Received[]> {
  const received: Promise<Received>[] = [];
  context.on("response", (response) => {
    const url = new URL(response.url());
    if (url.origin === app && !isBuildOutput(url)) received.push(read(response));
  });
  return () => Promise.all(received);
}

async function read(response: Response): Promise<Received> {
  const headers = await response.headersArray().catch(() => []);
  // A redirect has no body, and one that the browser left behind can't be read any more.
  const body = await response.text().catch(() => "");
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  return { from: response.url(), text: [...lines, body].join("\n") };
}

/** Our ids of the sessions that were written to cookies among these headers. */
async function sessionIds(received: Received[], secret: string): Promise<string[]> {
  const values = received.flatMap(({ text }) => [
    ...text.matchAll(new RegExp(`^set-cookie: ${sessionCookie.replaceAll(".", "\\.")}=([^;]+)`, "gim")),
  ]);
  const tokens = await Promise.all(
    values.map(([, value]) => decode({ token: value, secret, salt: sessionCookie }).catch(() => null)),
  );
  return tokens.flatMap((token) => (isSessionToken(token) ? [token.sid] : []));
}

/**
 * Every place where a token or a session id shows that belongs to the server alone.
 *
 * @param received by the browser, or `{ from: "the log", text }`
 * @param secret of the app, to know the session ids of its cookies
 * @returns where and what kind, never the token itself; empty is what it should be
 */
export async function leaksIn(
  received: Received[],
  control: IdentityControl,
  secret: string,
): Promise<string[]> {
  const issued = await control.issued();
  const secrets = [
    // A code is in the browser's own address, and of no use without the client's secret and the PKCE verifier.
    ...issued.filter(({ kind }) => kind !== "authorization_code"),
    ...(await sessionIds(received, secret)).map((value) => ({ kind: "session id", value })),
  ];
  return received.flatMap(({ from, text }) =>
    secrets.filter(({ value }) => text.includes(value)).map(({ kind }) => `${kind} in ${from}`),
  );
}
