import { z } from "zod";
import type { Fault } from "./faults.js";
import type { Settings } from "./settings.js";

const requests = z.object({
  total: z.number(),
  byEndpoint: z.record(z.string(), z.number()),
  byGrant: z.record(z.string(), z.number()),
});

const issued = z.array(
  z.object({
    kind: z.enum([
      "access_token",
      "refresh_token",
      "id_token",
      "authorization_code",
      "one_time_token",
    ]),
    value: z.string(),
    sub: z.string().optional(),
    clientId: z.string().optional(),
  }),
);

const oneTimeToken = z.object({ token: z.string() });

const mails = z.array(z.object({ to: z.string(), subject: z.string(), text: z.string() }));

type FaultRequest = Pick<Fault, "endpoint" | "when" | "kind"> & Partial<Fault>;

/**
 * Controls and observes a stand-in that was started with `control: true`.
 *
 * @param endpoint the stand-in's origin
 */
export function controlOf(endpoint: string) {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${endpoint}/control/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} /control/${path} responded ${response.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  return {
    endpoint,
    issuer: `${endpoint}/oidc`,
    change: (settings: Partial<Settings>) => call("PATCH", "settings", settings),
    inject: (fault: FaultRequest) => call("POST", "faults", fault),
    clearFaults: () => call("DELETE", "faults"),
    requests: async () => requests.parse(await call("GET", "requests")),
    forgetRequests: () => call("DELETE", "requests"),
    /** Every token and code that was ever issued, to search for leaks of them. */
    issued: async () => issued.parse(await call("GET", "issued")),
    /** The mails that it sent, newest last. */
    mails: async () => mails.parse(await call("GET", "mails")),
    /** Creates the token of a magic link. It is valid for `expiresIn` seconds, 10 minutes if unset. */
    createOneTimeToken: async (email: string, expiresIn?: number) =>
      oneTimeToken.parse(await call("POST", "one-time-tokens", { email, expiresIn })).token,
    endSessions: () => call("DELETE", "sessions"),
    changeUser: (id: string, changes: object) => call("PATCH", `users/${id}`, changes),
    removeUser: (id: string) => call("DELETE", `users/${id}`),
    removeRole: (name: string) => call("DELETE", `roles/${name}`),
    addWebhook: (url: string, signingKey: string) => call("POST", "webhooks", { url, signingKey }),
  };
}

export type StandInControl = ReturnType<typeof controlOf>;
