import { createServer } from "node:net";
import { beforeEach, expect, it } from "vitest";
import { printMail } from "../../dev/launcher/stand-in";
import { fakeProject, develop as developIn } from "./launcher";
import { listening } from "./listening";
import { printing } from "./printed";
import { writeIn } from "./temporary-folder";

it.each([
  ["Hello,\nuse 042137 to sign in.\n", /^ {2}Mail {5}042137 +to carol@example\.com: Your code$/m],
  ["\nHello,\nand bye", / {2}Hello, {2}/],
])("prints an e-mail of the stand-in on one line: %j", async (text, line) => {
  const { printed } = await printing(async () => {
    printMail({ to: "carol@example.com", subject: "Your code", text });
    return 0;
  });
  expect(printed).toMatch(line);
});

let root: string;
beforeEach(() => {
  root = fakeProject();
});
const develop = (args?: string[], env?: Record<string, string>) => developIn(root, args, env);

it("listens at AUTH_URL, on this machine only, as after `npm run setup -- --app-url`", async () => {
  writeIn(root, ".env.local", "AUTH_URL=http://localhost:23142\n");
  const { printed, args, env } = await develop([], { PORT: "" });
  expect(args).toEqual(expect.arrayContaining(["--port", "23142", "--hostname", "localhost"]));
  expect(printed).toMatch(/^ {2}App +http:\/\/localhost:23142$/m);
  expect(env).toMatchObject({ AUTH_URL: "http://localhost:23142" });
}, 60_000);

it("uses the next port if the requested one is in use, also in AUTH_URL, and passes on other arguments", async () => {
  await listening(createServer(), "::", 23160);
  const AUTH_URL = "http://localhost:23142";
  const given = ["-p23160", "--turbopack", "-H", "0.0.0.0"];
  const { printed, args, env } = await develop(given, { AUTH_URL });
  expect(printed).toContain("Port 23160 is in use: the app uses 23161");
  expect(printed).toContain(
    `AUTH_URL changed with the port: http://localhost:23161 instead of ${AUTH_URL}`,
  );
  expect(env).toMatchObject({ AUTH_URL: "http://localhost:23161" });
  expect(args).toContain("--turbopack");
  expect(args?.slice(-4)).toEqual(["--port", "23161", "--hostname", "0.0.0.0"]);
  expect(args?.filter((arg) => arg === "--hostname")).toHaveLength(1);
}, 60_000);

it("prints where it listens if AUTH_URL is the address of a proxy", async () => {
  const AUTH_URL = "https://app.example.com";
  const { printed, env } = await develop([], { AUTH_URL });
  expect(printed).toMatch(/^ {2}App +https:\/\/app\.example\.com$/m);
  expect(printed).toContain("must forward requests to http://localhost:23100");
  expect(env).toMatchObject({ AUTH_URL });
}, 60_000);
