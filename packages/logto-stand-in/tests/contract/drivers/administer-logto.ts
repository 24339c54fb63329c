import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Administration, ApiPermissions } from "../administration";
import { tokensIn } from "../responses";
import type { Server } from "../server";
import { post } from "../tokens";

const named = z.array(z.object({ id: z.string(), name: z.string() }));

/** Administration through Logto's Management API, with a new token for every call. */
export function administerLogto(
  server: Server,
  { resource, ...application }: NonNullable<Server["management"]>,
): Administration {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const client = { ...server.client, ...application };
    const { access_token } = tokensIn(
      await post(`${server.issuer}/token`, client, {
        grant_type: "client_credentials",
        resource,
        scope: "all",
      }),
    );
    const response = await fetch(new URL(`/api${path}`, server.issuer), {
      method,
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /api${path}: ${response.status} ${text}`);
    return response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  }

  async function roleIdsOf(names: string[]): Promise<string[]> {
    const roles = named.parse(await call("GET", "/roles?page_size=100"));
    const roleIds = roles.filter(({ name }) => names.includes(name)).map((role) => role.id);
    if (roleIds.length < names.length)
      throw new Error(`Logto lacks one of the roles ${names.join(", ")}`);
    return roleIds;
  }

  async function scopeIdsOf(permissions: ApiPermissions): Promise<string[]> {
    const resources = z
      .array(z.object({ indicator: z.string(), scopes: named }))
      .parse(await call("GET", "/resources?includeScopes=true"));
    return resources.flatMap(({ indicator, scopes }) =>
      scopes.filter(({ name }) => permissions[indicator]?.includes(name)).map(({ id }) => id),
    );
  }

  async function setRoles(id: string, names: string[]): Promise<void> {
    await call("PUT", `/users/${id}/roles`, { roleIds: await roleIdsOf(names) });
  }

  return {
    async createUser(roles, primaryEmail) {
      const user = {
        username: `contract_${randomBytes(6).toString("hex")}`,
        password: randomBytes(15).toString("base64url"),
      };
      const { id } = z
        .object({ id: z.string() })
        .parse(await call("POST", "/users", { ...user, primaryEmail }));
      await setRoles(id, roles);
      return { ...user, id };
    },
    setRoles,
    async joinOrganization(id, organizationId, organizationRoleNames) {
      await call("POST", `/organizations/${organizationId}/users`, { userIds: [id] });
      await call("PUT", `/organizations/${organizationId}/users/${id}/roles`, {
        organizationRoleNames,
      });
    },
    async createRole(name, permissions) {
      const scopeIds = await scopeIdsOf(permissions);
      await call("POST", "/roles", { name, description: "Contract test", type: "User", scopeIds });
    },
    async addPermissions(role, permissions) {
      const [roleId] = await roleIdsOf([role]);
      await call("POST", `/roles/${roleId}/scopes`, { scopeIds: await scopeIdsOf(permissions) });
    },
    async deleteRole(name) {
      const [roleId] = await roleIdsOf([name]);
      await call("DELETE", `/roles/${roleId}`);
    },
    async setPassword(id, password) {
      await call("PATCH", `/users/${id}/password`, { password });
    },
    async suspend(id) {
      await call("PATCH", `/users/${id}/is-suspended`, { isSuspended: true });
    },
    async deleteUser(id) {
      await call("DELETE", `/users/${id}`);
    },
    async leaveOrganization(id, organizationId) {
      await call("DELETE", `/organizations/${organizationId}/users/${id}`);
    },
    async createWebhook(url, events) {
      const hook = { name: "Contract test", events, config: { url }, enabled: true };
      const { id, signingKey } = z
        .object({ id: z.string(), signingKey: z.string() })
        .parse(await call("POST", "/hooks", hook));
      return { signingKey, remove: async () => void (await call("DELETE", `/hooks/${id}`)) };
    },
    async createOneTimeToken(email) {
      const created = await call("POST", "/one-time-tokens", { email });
      return z.object({ token: z.string() }).parse(created).token;
    },
  };
}
