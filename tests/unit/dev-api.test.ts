import { expect, it } from "vitest";
import { apiVariables, keepVariables } from "../../examples/nest-api/dev/variables";
import { embeddedUrl } from "../../dev/database/claim";
import { LaunchError } from "../../dev/environment";
import { appVariables } from "../../dev/stand-in";
import { temporaryFolder } from "./temporary-folder";

const newProject = (variables: string) => temporaryFolder({ ".env.local": variables });
const AUTH_LOGTO_ISSUER = "http://localhost:3001/oidc";
const AUTH_URL = "http://localhost:3002";
const variables = {
  ...appVariables(AUTH_LOGTO_ISSUER),
  AUTH_URL,
  API_URL: "http://localhost:4000",
};

it("gives the API server the variables of the app, from its files and from the launcher", () => {
  const root = newProject("AUTH_SECRET=from-the-file\nDATABASE_URL=embedded");
  keepVariables(root, variables);
  expect(apiVariables(root)).toMatchObject({
    AUTH_SECRET: "from-the-file",
    AUTH_URL,
    AUTH_LOGTO_ISSUER,
    DATABASE_URL: undefined,
    API_RESOURCE: "https://shopping.example.com/api",
    PORT: "4000",
    HOST: "127.0.0.1",
  });
  keepVariables(root, { ...variables, DATABASE_URL: embeddedUrl(5433) });
  expect(apiVariables(root).DATABASE_URL).toBe(embeddedUrl(5433));
});

it("takes the API server's port and resource from the variables of the app", () => {
  const api = "https://api.example.com";
  const root = newProject(
    `API_URL=http://localhost:4321\nLOGTO_RESOURCES=urn:logto:resource:organizations ${api}`,
  );
  expect(apiVariables(root)).toMatchObject({ PORT: "4321", API_RESOURCE: api });
});

it("has no variables for an API server elsewhere, or without a resource", () => {
  const elsewhere = newProject("API_URL=https://api.example.com");
  expect(() => apiVariables(elsewhere)).toThrow(LaunchError);
  expect(() => apiVariables(newProject(""))).toThrow("LOGTO_RESOURCES");
});
