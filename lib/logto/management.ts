import * as oidc from "openid-client";
import { z } from "zod";
import { processWide } from "@/lib/process-wide";
import { toLogtoError, withLogto, type LogtoClient } from "./client";
import { LogtoError } from "./errors";
import { logtoTimeout } from "./fetch-with-retry";

/** A machine-to-machine application with Logto's role for the Management API. */
interface ManagementClient extends LogtoClient {
  /** The indicator of the Management API; that of the tenant by default. */
  resource: string | undefined;
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
const oneTimeToken = z.object({ id: z.string(), token: z.string() });
const errorBody = z.object({ code: z.string() }).catch({ code: "" });

/** Logto's code for an unknown id in the body, which is 422, too. */
const unknownId = "entity.relation_foreign_key_not_found";

/** The access token. It expires in milliseconds since 1970, and is replaced a minute earlier. */
const cachedToken = () => processWide("management token", () => ({ value: "", expiresAt: 0 }));

async function accessToken({ resource, ...client }: ManagementClient): Promise<string> {
  const cached = cachedToken();
  if (cached.expiresAt - 60_000 > Date.now()) return cached.value;
  const parameters = { resource: resource ?? managementResource(client.issuer), scope: "all" };
  const { access_token: value, expires_in = 0 } = await withLogto(client, (configuration) =>
    oidc.clientCredentialsGrant(configuration, parameters),
  );
  Object.assign(cached, { value, expiresAt: Date.now() + expires_in * 1000 });
  return value;
}

/** @param schema of the response; one that accepts undefined also stands for 404 and 422 */
async function call<Schema extends z.ZodType>(
  client: ManagementClient,
  schema: Schema,
  method: "GET" | "POST" | "PUT",
  path: string,
  body?: object,
): Promise<z.output<Schema>> {
  try {
    const authorization = `Bearer ${await accessToken(client)}`;
    const response = await fetch(new URL(`/api/${path}`, client.issuer), {
      method,
      headers: { authorization, "content-type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(logtoTimeout),
    });
    const { ok, status } = response;
    if (ok) return schema.parse(status === 204 ? null : await response.json());
    // Logto's signing keys were rotated.
    if (status === 401) cachedToken().expiresAt = 0;
    const { code } = errorBody.parse(await response.json().catch(() => undefined));
    const nothing = schema.safeParse(undefined);
    const isNothing = status === 404 || (status === 422 && code !== unknownId);
    if (isNothing && nothing.success) return nothing.data;
    // 501: Logto has no e-mail connector.
    const isTemporary = (status >= 500 && status !== 501) || status === 408 || status === 429;
    const hint = code === unknownId ? ": LOGTO_INVITATION_ROLES must have ids of roles" : "";
    throw new LogtoError(isTemporary ? "unavailable" : "rejected", `HTTP ${status} ${code}${hint}`);
  } catch (error) {
    throw toLogtoError(error);
  }
}

const invitations = "organization-invitations";
const optional = invitation.optional();

/**
 * Calls of Logto's Management API (logto-facts "Management API"). Those that may return undefined do
 * so if Logto does not know the id, or does not allow the change in the present state (404, 422).
 *
 * @throws LogtoError `unavailable`; `rejected` or `invalid_client` if this app's configuration or
 *   Logto's is wrong. The message has Logto's code
 */
export const managementApi = (client: ManagementClient) => ({
  findInvitation: (id: string) => call(client, optional, "GET", `${invitations}/${id}`),

  listInvitations: (organizationId: string) =>
    call(client, z.array(invitation), "GET", `${invitations}?organizationId=${organizationId}`),

  /** Sends no mail. Undefined if the user is a member already, or has a pending invitation. */
  createInvitation: (details: NewInvitation) =>
    call(client, optional, "POST", invitations, { ...details, messagePayload: false }),

  /** Sends the mail with the e-mail connector. @param link the variable of its template */
  mailInvitation: (id: string, link: string) =>
    call(client, z.null(), "POST", `${invitations}/${id}/message`, { link }),

  /**
   * Revokes an invitation, or accepts it: then the user is a member, with its roles. Logto compares
   * the user's primary e-mail address with the invitation's.
   */
  endInvitation: (
    id: string,
    body: { status: "Revoked" } | { status: "Accepted"; acceptedUserId: string },
  ) => call(client, optional, "PUT", `${invitations}/${id}/status`, body),

  /** Its token signs in as the user with this address, once within `expiresIn` seconds. */
  createOneTimeToken: (email: string, expiresIn: number) =>
    call(client, oneTimeToken, "POST", "one-time-tokens", { email, expiresIn }),

  /** Revokes every one-time token that signs in as the user with this address. */
  async revokeOneTimeTokens(email: string): Promise<void> {
    const query = new URLSearchParams({ email, status: "active" }).toString();
    const found = await call(client, z.array(oneTimeToken), "GET", `one-time-tokens?${query}`);
    const body = { status: "revoked" };
    const paths = found.map(({ id }) => `one-time-tokens/${id}/status`);
    await Promise.all(paths.map((path) => call(client, oneTimeToken, "PUT", path, body)));
  },

  /** The names of an invitation's organization and inviter. */
  async namesOf({ organizationId, inviterId }: Invitation) {
    const [found, inviter] = await Promise.all([
      call(client, organization.optional(), "GET", `organizations/${organizationId}`),
      inviterId ? call(client, user.optional(), "GET", `users/${inviterId}`) : undefined,
    ]);
    return {
      organization: found?.name ?? organizationId,
      inviter: inviter?.name ?? inviter?.username ?? "An administrator",
    };
  },
});
