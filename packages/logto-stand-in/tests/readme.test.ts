import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { startLogto } from "../src/index";
import { tenantSchema } from "../src/tenant";
import { controlOf } from "../src/testing";
import { contractRows } from "./contract-rows";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("has an example that runs", async () => {
  const redirectUris = ["http://localhost:3000/callback"];
  const logto = await startLogto({
    port: 0,
    control: true,
    clients: [{ clientId: "app", redirectUris, postLogoutRedirectUris: [] }],
  });
  const control = controlOf(logto.endpoint);
  await control.change({ accessTokenLifetime: 10, rotation: "always", graceInterval: 0 });
  await control.change({ clockSkew: 3600 }); // an hour passes
  await control.inject({ endpoint: "token", when: "after", kind: "drop", times: 1 });

  const { headers } = await fetch(`${logto.issuer}/.well-known/openid-configuration`);
  const refreshing = fetch(`${logto.issuer}/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "refresh_token", client_id: "app" }),
  });

  const seconds = (Date.parse(headers.get("date") ?? "") - Date.now()) / 1000;
  expect(seconds).toBeGreaterThan(3590);
  await expect(refreshing).rejects.toThrow("fetch failed");
  const { byGrant } = await control.requests(); // { refresh_token: 1 }
  expect(byGrant).toEqual({ refresh_token: 1 });
  await logto.close();
});

it("shows a valid tenant", () => {
  const [, json = ""] = /^```json\n(.*?)^```$/ms.exec(readme) ?? [];

  expect(tenantSchema.parse(z.json().parse(JSON.parse(json))).users).toHaveLength(1);
});

it("lists what the contract tests check", () => {
  expect(readme.match(/^- .* · .*$/gm)).toEqual(contractRows());
});
