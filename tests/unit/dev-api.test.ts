import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { apiVariables, keepVariables } from "../../examples/nest-api/dev/variables";
import { embeddedUrl } from "../../dev/database/claim";
import { LaunchError } from "../../dev/environment";
import { appVariables } from "../../dev/stand-in";
import { temporaryFolder } from "./temporary-folder";

const newProject = (lines: string[] = []) => {
  const root = temporaryFolder();
  writeFileSync(path.join(root, ".env.local"), lines.join("\n"));
  return root;
};
const issuer = "http://localhost:3001/oidc";
const variables = {
  ...appVariables(issuer),
  AUTH_URL: "http://localhost:3002",
  API_URL: "http://localhost:4000",
};

describe("the variables of the API server beside `npm run dev`", () => {
  it("are those of the app, from its files and from the launcher", () => {
    const root = newProject(["AUTH_SECRET=from-the-file"]);
    keepVariables(root, variables);
    expect(apiVariables(root)).toMatchObject({
      AUTH_SECRET: "from-the-file",
      AUTH_URL: "http://localhost:3002",
      AUTH_LOGTO_ISSUER: issuer,
      API_RESOURCE: "https://shopping.example.com/api",
      PORT: "4000",
      HOST: "127.0.0.1",
    });
  });

  it("have no database if the app has none, and the embedded one's URL if the app uses it", () => {
    const root = newProject(["DATABASE_URL=embedded"]);
    keepVariables(root, variables);
    expect(apiVariables(root).DATABASE_URL).toBeUndefined();
    keepVariables(root, { ...variables, DATABASE_URL: embeddedUrl(5433) });
    expect(apiVariables(root).DATABASE_URL).toBe(embeddedUrl(5433));
  });

  it("have the port and the resource from the variables of the app", () => {
    const root = newProject([
      "API_URL=http://localhost:4321",
      "LOGTO_RESOURCES=urn:logto:resource:organizations https://api.example.com",
    ]);
    expect(apiVariables(root)).toMatchObject({
      PORT: "4321",
      API_RESOURCE: "https://api.example.com",
    });
  });

  it("cannot be determined if the app calls an API elsewhere, or has no resource", () => {
    expect(() => apiVariables(newProject(["API_URL=https://api.example.com"]))).toThrow(
      LaunchError,
    );
    expect(() => apiVariables(newProject())).toThrow("LOGTO_RESOURCES");
  });
});
