import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Administration } from "../administration";
import { tokensIn } from "../answers";
import type { Server } from "../server";
import { post } from "../tokens";

/** Administration through Logto's Management API, with a fresh token for every call. */
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

  async function setRoles(id: string, names: string[]): Promise<void> {
    const known = z
      .array(z.object({ id: z.string(), name: z.string() }))
      .parse(await call("GET", "/roles?page_size=100"));
    const roleIds = known.filter(({ name }) => names.includes(name)).map((role) => role.id);
    if (roleIds.length < names.length) throw new Error(`Logto lacks one of the roles ${names.join(", ")}`);
    await call("PUT", `/users/${id}/roles`, { roleIds });
  }

  return {
    async createPerson(roles) {
      const person = {
        username: `contract_${randomBytes(6).toString("hex")}`,
        password: randomBytes(15).toString("base64url"),
      };
      const { id } = z.object({ id: z.string() }).parse(await call("POST", "/users", person));
      await setRoles(id, roles);
      return { ...person, id };
    },
    setRoles,
    async setPassword(id, password) {
      await call("PATCH", `/users/${id}/password`, { password });
    },
    async suspend(id) {
      await call("PATCH", `/users/${id}/is-suspended`, { isSuspended: true });
    },
    async deletePerson(id) {
      await call("DELETE", `/users/${id}`);
    },
  };
}
