import * as oidc from "openid-client";
import { z } from "zod";
import { processWide } from "@/lib/process-wide";
import { toLogtoError, withLogto, type LogtoClient } from "./client";
import { LogtoError } from "./errors";
import { fetchWithRetry, logtoTimeout } from "./fetch-with-retry";

/** A machine-to-machine application with Logto's role for the Management API. */
interface ManagementClient extends LogtoClient {
  /** The indicator of the Management API. */
  resource: string;
}

/**
 * The indicator of the Management API, unless the tenant has a domain of its own: Logto Cloud's
 * contains the tenant's id, and a server of one's own has that of the tenant `default`.
 */
export const managementResource = (issuer: string): string =>
  new URL(issuer).hostname.endsWith(".logto.app")
    ? issuer.replace(/oidc$/, "api")
    : "https://default.logto.app/api";

const invitation = z.object({
  id: z.string(),
  organizationId: z.string(),
  inviterId: z.string().nullable(),
  /** E-mail address. */
  invitee: z.string(),
  status: z.enum(["Pending", "Accepted", "Expired", "Revoked"]),
  acceptedUserId: z.string().nullable(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});

/** An invitation to an organization, as Logto stores it. */
export type Invitation = z.output<typeof invitation>;

type NewInvitation = Pick<Invitation, "organizationId" | "inviterId" | "invitee" | "expiresAt"> & {
  organizationRoleIds: string[];
};

const organization = z.object({ name: z.string() });
const user = z.object({ name: z.string().nullable(), username: z.string().nullable() });
const oneTimeToken = z.object({ token: z.string() });

/**
 * Calls of Logto's Management API (logto-facts "Management API"). Each returns undefined if Logto
 * does not know the id, or does not allow the change in the present state (404, 422).
 *
 * @throws LogtoError `unavailable`; `rejected` for any other response, with Logto's code in the
 *   message
 */
export function managementApi(client: ManagementClient) {
  async function call<Schema extends z.ZodType>(
    schema: Schema,
    method: "GET" | "POST" | "PUT",
    path: string,
    body?: object,
  ): Promise<z.output<Schema> | undefined> {
    const headers = {
      authorization: `Bearer ${await accessToken(client)}`,
      "content-type": "application/json",
    };
    const url = new URL(`/api/${path}`, client.issuer).href;
    const options = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    try {
      // A change is sent once: the response to a second request would deny what the first one did.
      const response =
        method === "GET"
          ? await fetchWithRetry(url, options)
          : await fetch(url, { ...options, signal: AbortSignal.timeout(logtoTimeout) });
      if (response.status === 404 || response.status === 422) return undefined;
      if (!response.ok) throw await rejection(client, response);
      return schema.parse(response.status === 204 ? null : await response.json());
    } catch (error) {
      throw toLogtoError(error);
    }
  }
  const invitations = "organization-invitations";
  return {
    findInvitation: (id: string) => call(invitation, "GET", `${invitations}/${id}`),
    listInvitations: (organizationId: string) =>
      call(z.array(invitation), "GET", `${invitations}?organizationId=${organizationId}`),
    /** Undefined if the user is a member already, or has a pending invitation. Sends no mail. */
    createInvitation: (details: NewInvitation) =>
      call(invitation, "POST", invitations, { ...details, messagePayload: false }),
    /**
     * Sends the mail of an invitation through the e-mail connector, with its template.
     *
     * @param link the template's variable
     */
    mailInvitation: (id: string, link: string) =>
      call(z.null(), "POST", `${invitations}/${id}/message`, { link }),
    revokeInvitation: (id: string) =>
      call(invitation, "PUT", `${invitations}/${id}/status`, { status: "Revoked" }),
    /**
     * Makes a user a member, with the invitation's roles. Logto compares the user's primary e-mail
     * address with the invitation's.
     */
    acceptInvitation: (id: string, acceptedUserId: string) =>
      call(invitation, "PUT", `${invitations}/${id}/status`, {
        status: "Accepted",
        acceptedUserId,
      }),
    findOrganization: (id: string) => call(organization, "GET", `organizations/${id}`),
    findUser: (id: string) => call(user, "GET", `users/${id}`),
    /** Its token signs in as the user with this address, once within ten minutes. */
    createOneTimeToken: (email: string) => call(oneTimeToken, "POST", "one-time-tokens", { email }),
  };
}

const errorBody = z.object({ code: z.string() }).catch({ code: "" });

async function rejection(client: ManagementClient, response: Response): Promise<LogtoError> {
  const { status } = response;
  // The next call requests another token.
  if (status === 401) tokens().delete(keyOf(client));
  const { code } = errorBody.parse(await response.json().catch(() => undefined));
  // 501: Logto has no e-mail connector.
  const isTemporary = (status >= 500 && status !== 501) || status === 408 || status === 429;
  const reason = `Management API: HTTP ${status} ${code}`.trim();
  return new LogtoError(isTemporary ? "unavailable" : "rejected", reason);
}

/** The cached access tokens, by client. They expire in milliseconds since 1970. */
const tokens = () =>
  processWide("management tokens", () => new Map<string, { value: string; expiresAt: number }>());

const keyOf = ({ issuer, clientId, clientSecret, resource }: ManagementClient) =>
  JSON.stringify([issuer, clientId, clientSecret, resource]);

/** How long before its expiry a token is replaced, in milliseconds. */
const margin = 60_000;

async function accessToken(client: ManagementClient): Promise<string> {
  const known = tokens().get(keyOf(client));
  if (known && known.expiresAt - margin > Date.now()) return known.value;
  try {
    const parameters = { resource: client.resource, scope: "all" };
    const { access_token: value, expires_in = 0 } = await withLogto(client, (configuration) =>
      oidc.clientCredentialsGrant(configuration, parameters),
    );
    tokens().set(keyOf(client), { value, expiresAt: Date.now() + expires_in * 1000 });
    return value;
  } catch (error) {
    const { code, message } = toLogtoError(error);
    throw new LogtoError(
      code === "unavailable" ? code : "rejected",
      `Management API: no access token: ${message}`,
      { cause: error },
    );
  }
}
