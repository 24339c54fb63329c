import { once } from "node:events";
import { createServer } from "node:net";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { printMail } from "../../dev/launcher/stand-in";
import { fakeProject, develop as developIn, writeIn } from "./launcher";
import { printing } from "./printed";

/** What `run` prints. */
const printedBy = async (run: () => void): Promise<string> => {
  const { printed } = await printing(async () => {
    run();
    return 0;
  });
  return printed;
};

describe("an e-mail of the stand-in", () => {
  const mail = {
    to: "carol@example.com",
    subject: "Your code",
    text: "Hello,\nuse 042137 to sign in.\n",
  };

  it("is printed on one line with its code, recipient and subject", async () => {
    const printed = await printedBy(() => printMail(mail));
    expect(printed).toMatch(/^ {2}Mail {5}042137 +to carol@example\.com: Your code$/m);
  });

  it("is printed with its first line if it has no code", async () => {
    expect(await printedBy(() => printMail({ ...mail, text: "\nHello,\nand bye" }))).toContain(
      "  Hello,  ",
    );
  });
});

describe("`npm run dev`", () => {
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

  it("changes AUTH_URL to the requested port", async () => {
    const { printed, args, env } = await develop(["-p23150"], {
      AUTH_URL: "http://localhost:23142",
    });
    expect(args).toEqual(expect.arrayContaining(["--port", "23150"]));
    expect(printed).toContain(
      "AUTH_URL changed with the port: http://localhost:23150 instead of http://localhost:23142",
    );
    expect(env).toMatchObject({ AUTH_URL: "http://localhost:23150" });
  }, 60_000);

  it("uses the next port if the requested one is in use, and passes on the other arguments", async () => {
    const other = createServer().listen(23160);
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const { printed, args } = await develop(["--port", "23160", "--turbopack"]);
    expect(printed).toContain("Port 23160 is in use: the app uses 23161");
    expect(args).toContain("--turbopack");
    expect(args?.slice(-4)).toEqual(["--port", "23161", "--hostname", "localhost"]);
  }, 60_000);

  it("prints where it listens if AUTH_URL is the address of a proxy", async () => {
    const AUTH_URL = "https://app.example.com";
    const { printed, env } = await develop([], { AUTH_URL });
    expect(printed).toMatch(/^ {2}App +https:\/\/app\.example\.com$/m);
    expect(printed).toContain("must forward requests to http://localhost:23100");
    expect(env).toMatchObject({ AUTH_URL });
  }, 60_000);

  it("listens at the address of --hostname", async () => {
    const { args } = await develop(["-H", "0.0.0.0"]);
    expect(args?.filter((arg) => arg === "--hostname")).toHaveLength(1);
    expect(args).toEqual(expect.arrayContaining(["--hostname", "0.0.0.0"]));
  }, 60_000);
});
