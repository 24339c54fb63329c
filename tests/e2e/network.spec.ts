import { expect, test } from "./fixtures";
import { signInByHand, signOut } from "./steps";

/** Preloaded into the app's process. Prints the target of each connection. */
const reportConnections = `
  import { Socket } from "node:net";
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...parameters) {
    const [options] = parameters.flat();
    console.log("connection to " + (options?.host ?? options?.path ?? "localhost"));
    return connect.apply(this, parameters);
  };
`;

test("browser and server connect to no other machine", async ({ context, page, startOwn }) => {
  const env = {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(reportConnections)}`,
  };
  const { app } = await startOwn(env);
  const hosts = new Set<string>();
  context.on("request", (request) => hosts.add(new URL(request.url()).hostname));
  for (const path of ["/", "/sign-in", "/no-such-page"]) await page.goto(app.url + path);
  await signInByHand(page, "alice", `${app.url}/dashboard`);
  await page.goto(`${app.url}/profile`);
  await expect(page.getByRole("table", { name: "Claims that only userinfo has" })).toBeVisible();
  await page.goto(app.url);
  await signOut(page);
  // `data:` URLs have no host.
  expect([...hosts].filter(Boolean)).toEqual(["localhost"]);
  const connections = [...app.log().matchAll(/connection to (\S+)/g)].map(([, host]) => host);
  expect(new Set(connections)).toEqual(new Set(["localhost"]));
});
