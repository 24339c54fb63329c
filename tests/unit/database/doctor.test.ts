import type { Socket } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { claim, embeddedData, embeddedUrl } from "../../../dev/database/claim";
import { diagnose, type Question } from "../../../dev/doctor/diagnose";
import { appClient } from "../../../dev/stand-in";
import { startLogto } from "../../../packages/logto-stand-in/src/server";
import { healthy, labels, notOk, origin } from "../doctor";
import { startServer } from "../fixed-server";
import { temporaryFolder } from "../temporary-folder";
import { failWith, fakePostgres, noTable } from "./fake-postgres";

const identity = await startLogto({ port: 0, clients: [appClient(origin)] });
afterAll(() => identity.close());

/** The problems and warnings of a valid configuration with these changes. */
const findingsFor = (changes: Record<string, string>, question: Partial<Question> = {}) =>
  notOk({ values: { NODE_ENV: "production", ...healthy(identity.issuer, changes) }, ...question });

const DATABASE_URL = "postgresql://u:p@127.0.0.1:9/app";

it("expects no database in development unless one is requested", async () => {
  expect(labels(await diagnose({ values: {} }))).toContain("✓ database: none");
  const findings = await notOk({ values: { AUTH_SESSION_STRATEGY: "database" } });
  expect(labels(findings)).toEqual(["! Logto: no tenant", "✗ variables: wrong"]);
  expect(findings[1]?.message).toContain("DATABASE_URL is missing");
});

it("finds a DATABASE_URL for which Prisma's CLI and client would use different schemas", async () => {
  const [found] = await findingsFor({ DATABASE_URL: `${DATABASE_URL}?schema=app` });
  expect(found?.message).toContain("DATABASE_URL has a ?schema=");
});

describe("the check of the database", () => {
  const check = async (respond: (socket: Socket) => void) => {
    const url = `postgresql://user:hunter2@127.0.0.1:${await fakePostgres(respond)}/app`;
    const findings = await findingsFor({ DATABASE_URL: url }, { timeout: 0.5 });
    expect(JSON.stringify(findings)).not.toContain("hunter2");
    return labels(findings);
  };

  it("finds one without a server, and one that never responds", async () => {
    expect(labels(await findingsFor({ DATABASE_URL }))).toEqual(["✗ database: unreachable"]);
    expect(await check(() => undefined)).toEqual(["✗ database: unreachable"]);
  });

  it.each(["28P01", "28000", "3D000", "53300"])("has a remedy for the error %s", async (code) => {
    expect(await check(failWith(code))).toEqual([`✗ database: ${code}`]);
  });

  const embedded = (root: string) => diagnose({ values: { DATABASE_URL: "embedded" }, root });

  it("says that `npm run dev` starts the embedded one if it is not running", async () => {
    const findings = labels(await embedded(temporaryFolder()));
    expect(findings).toContain("✓ database: embedded");
    expect(findings.filter((label) => !label.startsWith("✓"))).toEqual(["! Logto: no tenant"]);
  });

  it("checks the embedded one if it is running, and says how to migrate it", async () => {
    const root = temporaryFolder();
    await claim(embeddedData(root), embeddedUrl(await fakePostgres(failWith(noTable))));
    const found = (await embedded(root)).filter(({ check }) => check === "database");
    expect(labels(found)).toEqual(["✗ database: 42P01"]);
    expect(found[0]?.remedy).toContain("npm run dev");
  });
});

describe("the check of Vercel", () => {
  const cookiesOnly = "! Vercel: cookies only";
  const find = async (...given: Parameters<typeof findingsFor>) =>
    labels(await findingsFor(...given));

  it.each([
    ["its variable", { VERCEL: "1", AUTH_URL: "" }],
    ["its domain", { AUTH_URL: "https://app.vercel.app" }],
  ])("finds that sessions are in cookies only, by %s", async (_, changes) => {
    expect(await find({ ...changes })).toContain(cookiesOnly);
    expect(await find({ ...changes, DATABASE_URL })).not.toContain(cookiesOnly);
    const cookies = { ...changes, DATABASE_URL, AUTH_SESSION_STRATEGY: "jwt" };
    expect(await find(cookies)).toContain(cookiesOnly);
  });

  it("finds that by the response of a deployed app", async () => {
    const { url } = await startServer(200, "", { "x-vercel-id": "icn1::x7kf9" });
    expect(await find({}, { url })).toContain(cookiesOnly);
    expect(await find({ DATABASE_URL }, { url })).not.toContain(cookiesOnly);
  });
});
