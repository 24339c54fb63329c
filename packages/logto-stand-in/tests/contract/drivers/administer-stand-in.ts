import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Administration, ApiPermissions } from "../administration";

const membershipsSchema = z.object({ organizations: z.array(z.looseObject({ id: z.string() })) });
const webhookSchema = z.object({ id: z.string(), signingKey: z.string() });
const tokenSchema = z.object({ token: z.string() });

async function call(
  control: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${control}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /control${path}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** Sets the stand-in's clock `clockSkew` seconds ahead of this machine's. */
export async function moveStandInClock(control: string, clockSkew: number): Promise<void> {
  await call(control, "PATCH", "/settings", { clockSkew });
}

/** Administration through the stand-in's control endpoint. */
export function administerStandIn(control: string): Administration {
  const change = async (id: string, changes: object) => {
    await call(control, "PATCH", `/users/${id}`, changes);
  };
  const addPermissions = async (role: string, permissions: ApiPermissions) => {
    await call(control, "POST", `/roles/${role}`, permissions);
  };
  return {
    async createUser(roles, email) {
      const user = {
        username: `contract_${randomBytes(6).toString("hex")}`,
        password: "first-password-9",
      };
      const { id } = z
        .object({ id: z.string() })
        .parse(await call(control, "POST", "/users", { ...user, roles, claims: { email } }));
      return { ...user, id };
    },
    setRoles: (id, roles) => change(id, { roles }),
    async joinOrganization(id, organizationId, roles) {
      const { organizations } = membershipsSchema.parse(await call(control, "GET", `/users/${id}`));
      await change(id, { organizations: [...organizations, { id: organizationId, roles }] });
    },
    createRole: addPermissions,
    addPermissions,
    async deleteRole(name) {
      await call(control, "DELETE", `/roles/${name}`);
    },
    setPassword: (id, password) => change(id, { password }),
    suspend: (id) => change(id, { suspended: true }),
    async deleteUser(id) {
      await call(control, "DELETE", `/users/${id}`);
    },
    async leaveOrganization(id, organizationId) {
      const { organizations } = membershipsSchema.parse(await call(control, "GET", `/users/${id}`));
      await change(id, {
        organizations: organizations.filter((each) => each.id !== organizationId),
      });
    },
    // It sends all events.
    async createWebhook(url) {
      const { id, signingKey } = webhookSchema.parse(
        await call(control, "POST", "/webhooks", { url }),
      );
      return {
        signingKey,
        remove: async () => void (await call(control, "DELETE", `/webhooks/${id}`)),
      };
    },
    async createOneTimeToken(email) {
      return tokenSchema.parse(await call(control, "POST", "/one-time-tokens", { email })).token;
    },
  };
}
