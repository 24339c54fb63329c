import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { claim, embeddedData, embeddedUrl } from "../../../dev/database/claim";
import { message } from "../../../dev/database/messages";
import { diagnose, type Question } from "../../../dev/doctor/diagnose";
import type { Finding } from "../../../dev/doctor/findings";
import type { Variables } from "../../../dev/environment";
import { appClient, appVariables } from "../../../dev/stand-in";
import { startLogto, type StandIn } from "../../../packages/logto-stand-in/src/server";
import { notOk, problem, warning } from "../findings";
import { startServer } from "../fixed-server";
import { doctor } from "../run-doctor";
import { temporaryFolder } from "../temporary-folder";

/** Matches a good finding about the database. */
const isOk = (message: string): unknown =>
  expect.objectContaining({
    check: "database",
    status: "ok",
    message: expect.stringContaining(message),
  });

const origin = "https://app.example.test";
let identity: StandIn;

beforeAll(async () => {
  identity = await startLogto({ port: 0, clients: [appClient(origin)] });
});
afterAll(() => identity.close());

/** The problems and warnings of a valid configuration with these changes. */
async function findingsFor(
  changes: Variables,
  question: Omit<Question, "values"> = {},
): Promise<Finding[]> {
  const AUTH_SECRET = "Zk3vQ9t2m8qx1aW7c4w1n6zr5bP7c4w1n6zr5bQ=";
  const app = { AUTH_SECRET, AUTH_URL: origin, NODE_ENV: "production" };
  return notOk(
    await diagnose({
      values: { ...appVariables(identity.issuer), ...app, ...changes },
      ...question,
    }),
  );
}

it("expects no database in development unless one is requested", async () => {
  const findings = await diagnose({ values: { AUTH_SESSION_STRATEGY: "database" } });
  expect(notOk(findings)).toEqual([
    warning("Logto", "local stand-in"),
    problem("variables", "DATABASE_URL is missing"),
  ]);
  expect(await diagnose({ values: {} })).toContainEqual(isOk("none"));
});

it("finds a DATABASE_URL for which Prisma's CLI and client would use different schemas", async () => {
  const DATABASE_URL = "postgresql://u:p@127.0.0.1:9/app?schema=app";
  expect(await findingsFor({ DATABASE_URL })).toContainEqual(
    problem("variables", "DATABASE_URL has a ?schema="),
  );
});

describe("the check of the database", () => {
  it("finds one without a server", async () => {
    expect(await findingsFor({ DATABASE_URL: "postgresql://u:p@127.0.0.1:9/app" })).toEqual([
      problem("database", "can't be reached"),
    ]);
  });

  /** Calls `use` with the port of a server that runs `respond` on the first data of a socket. */
  async function withServer<T>(
    respond: (socket: Socket) => void,
    use: (port: number) => Promise<T>,
  ) {
    const server = createServer((socket) => void socket.once("data", () => respond(socket))).listen(
      0,
      "127.0.0.1",
    );
    await once(server, "listening");
    try {
      const { port } = z.object({ port: z.number() }).parse(server.address());
      return await use(port);
    } finally {
      server.close();
    }
  }

  const checkServer = (respond: (socket: Socket) => void) =>
    withServer(respond, (port) =>
      findingsFor(
        { DATABASE_URL: `postgresql://user:hunter2@127.0.0.1:${port}/app` },
        { timeout: 0.5 },
      ),
    );

  it("finds one that accepts connections and never responds", async () => {
    expect(await checkServer(() => undefined)).toEqual([problem("database", "can't be reached")]);
  });

  // PostgreSQL error codes (appendix A of its manual).
  it.each([
    ["28P01", "rejects the user or the password"],
    ["28000", "does not allow this user to connect"],
    ["3D000", "does not exist"],
    ["53300", "has no connection left"],
  ])("finds one that responds with the error %s", async (code, reason) => {
    const errorMessage = message("E", `SFATAL\0C${code}\0Mno, user and hunter2\0\0`);
    const result = await checkServer((socket) => void socket.end(errorMessage));
    expect(result).toEqual([problem("database", reason)]);
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  const embedded = (root: string) => diagnose({ values: { DATABASE_URL: "embedded" }, root });

  it("says that `npm run dev` starts the embedded one if it is not running", async () => {
    const findings = await embedded(temporaryFolder());
    expect(notOk(findings)).toEqual([warning("Logto", "local stand-in")]);
    expect(findings).toContainEqual(isOk("`npm run dev` starts the embedded PostgreSQL"));
  });

  it("checks the embedded one if it is running, and says how to migrate it", async () => {
    const root = temporaryFolder();
    // The PostgreSQL error for a table that does not exist (appendix A of its manual).
    const respond = (socket: Socket) => void socket.end(message("E", "SERROR\0C42P01\0Mno\0\0"));
    const findings = await withServer(respond, async (port) => {
      await claim(embeddedData(root), embeddedUrl(port));
      return embedded(root);
    });
    expect(findings).toContainEqual(problem("database", "never migrated"));
    expect(findings.find(({ check }) => check === "database")?.remedy).toContain("npm run dev");
  });
});

describe("the check of Vercel", () => {
  const cookiesOnly = warning("Vercel", "sessions are in cookies only");
  const DATABASE_URL = "postgresql://u:p@127.0.0.1:9/app";

  it.each([
    ["its variable", { VERCEL: "1", AUTH_URL: "" }],
    ["its domain", { AUTH_URL: "https://app.vercel.app" }],
  ])("finds that sessions are in cookies only, by %s", async (_, changes) => {
    expect(await findingsFor(changes)).toContainEqual(cookiesOnly);
    const rows = await findingsFor({ ...changes, DATABASE_URL });
    expect(rows).not.toContainEqual(cookiesOnly);
    const cookies = { ...changes, DATABASE_URL, AUTH_SESSION_STRATEGY: "jwt" };
    expect(await findingsFor(cookies)).toContainEqual(cookiesOnly);
  });

  it("finds that by the response of a deployed app", async () => {
    const app = await startServer(200, "", { "x-vercel-id": "icn1::x7kf9" });
    try {
      expect(await findingsFor({}, { url: app.url })).toContainEqual(cookiesOnly);
      expect(await findingsFor({ DATABASE_URL }, { url: app.url })).not.toContainEqual(cookiesOnly);
    } finally {
      await app.stop();
    }
  });
});

describe("the command", () => {
  const valid = () => ({
    ...appVariables(identity.issuer),
    AUTH_SECRET: "Zk3vQ9t2m8qx1aW7c4w1n6zr5bP7c4w1n6zr5bQ=",
    AUTH_URL: origin,
  });

  it("finds that a deployment cannot use the embedded database of `npm run dev`", async () => {
    const root = temporaryFolder();
    const file = path.join(root, "production.env");
    const values = { ...valid(), DATABASE_URL: "embedded" };
    const { code, printed } = await doctor(root, values, ["--env", file], "production.env");
    expect(code).toBe(1);
    expect(printed).toMatch(/✗ variables +DATABASE_URL /);
  });

  const hidden = "hunter2-hunter2-hunter2-hunter2-hunter2";
  it.each([`postgresql://user:${hidden}@127.0.0.1:9/app`, hidden])(
    "prints no secret of the DATABASE_URL %s",
    async (DATABASE_URL) => {
      const { printed } = await doctor(temporaryFolder(), { ...valid(), DATABASE_URL });
      expect(printed).toMatch(/[✗!] /);
      expect(printed).not.toContain("hunter2");
    },
  );
});
