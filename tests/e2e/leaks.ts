import type { APIResponse, BrowserContext, Response } from "@playwright/test";
import { decode } from "next-auth/jwt";
import { isSession } from "../../lib/session/model/session";
import { machineClient } from "../../dev/machine-client";
import { appWebhook } from "../../dev/stand-in";
import type { Pair } from "./servers";
import { sessionValue } from "./session-cookie";

const sessionCookie = "authjs.session-token";
const writesSession = new RegExp(
  `^set-cookie: ${sessionCookie.replaceAll(".", "\\.")}[.\\d]*=([^;\n]+).*$`,
  "gim",
);
/** A line of a stack trace, also in a JSON string, or a path of the build. */
const stackTrace = /(^|\\n)\s+at .+:\d+:\d+|node_modules|webpack-internal|\.next\/server/m;

/** Text received from an app (headers and body, cookies, or its log), and where it came from. */
interface Received {
  from: string;
  text: string;
}

/** Build output is large, and the same for every user. */
const isBuildOutput = (url: URL) => url.pathname.startsWith("/_next/static/");

/**
 * Records everything that a browser receives from an app, and what the app logs.
 *
 * @returns a function that waits for the pending responses, and returns the kind and place of each
 *   leak, never the secret itself
 */
export function recordReceived(context: BrowserContext, pair: Pair): () => Promise<string[]> {
  const { app } = pair;
  const received: Promise<Received>[] = [];
  const logStart = app.log().length;
  const record = (response: Response | APIResponse) => {
    const url = new URL(response.url());
    if (url.origin === app.url && !isBuildOutput(url)) received.push(read(response));
  };
  context.on("response", record);
  const { request } = context;
  const fetch = request.fetch.bind(request);
  // `get` and `post` call it, too. The context's `response` event does not report these requests.
  request.fetch = async (...parameters) => {
    const response = await fetch(...parameters);
    record(response);
    return response;
  };
  return async () => {
    const cookie = `set-cookie: ${sessionCookie}=${await sessionValue(context)}`;
    const all = [
      ...(await Promise.all(received)),
      { from: "its cookies", text: cookie },
      { from: "the log", text: app.log().slice(logStart) },
    ];
    return leaksIn(all, pair);
  };
}

async function read(response: Response | APIResponse): Promise<Received> {
  const headers = await headersOf(response).catch(() => []);
  // A redirect has no body, and the body of a page that the browser has left can't be read.
  const body = await response.text().catch(() => "");
  const lines = headers.map(({ name, value }) => `${name}: ${value}`);
  return { from: response.url(), text: [...lines, body].join("\n") };
}

const headersOf = async (response: Response | APIResponse) => response.headersArray();

interface Secret {
  kind: string;
  value: string;
}

/** The session cookies that were set, which only that header may contain, and their session ids. */
async function secretsOfCookies(received: Received[], key: string): Promise<Secret[]> {
  const values = received.flatMap(({ text }) =>
    [...text.matchAll(writesSession)].map(([, value = ""]) => value),
  );
  const tokens = await Promise.all(
    values.map((token) => decode({ token, secret: key, salt: sessionCookie }).catch(() => null)),
  );
  return [
    ...values.map((value) => ({ kind: "session cookie", value })),
    ...tokens.flatMap((token) =>
      isSession(token) ? [{ kind: "session id", value: token.sessionId }] : [],
    ),
  ];
}

/**
 * Searches for tokens, session cookies, session ids and secrets that only the server may have, and
 * for stack traces.
 */
async function leaksIn(received: Received[], { app, control }: Pair): Promise<string[]> {
  const issued = await control.issued();
  const secrets = [
    // A code is in the browser's address bar, and useless without the client secret and the PKCE
    // verifier. A one-time token came from there: it is in the link that its user opened.
    ...issued.filter(({ kind }) => kind !== "authorization_code" && kind !== "one_time_token"),
    ...(await secretsOfCookies(received, app.secret)),
    { kind: "secret of the machine-to-machine client", value: machineClient.clientSecret },
    { kind: "webhook key", value: appWebhook("").signingKey },
    ...((await app.storage.sessions?.secrets()) ?? []),
    { kind: "AUTH_SECRET", value: app.secret },
  ];
  return received.flatMap(({ from, text }) => {
    const rest = text.replaceAll(writesSession, "");
    const found = secrets.filter(({ value }) => rest.includes(value)).map(({ kind }) => kind);
    const [trace] = stackTrace.exec(rest) ?? [];
    if (trace !== undefined) found.push(`stack trace (${trace.trim()})`);
    return found.map((kind) => `${kind} in ${from}`);
  });
}
